"""The three shifts of the day as shipped, and shifts laid out ahead every night."""

from datetime import time

from grid.models import ShiftTemplate
from grid.selectors_shifts import street_today
from grid.services.roster import lay_out_shifts

SHIPPED = [
    ("night", "夜班", "night shift", time(0), time(8)),
    ("day", "早班", "day shift", time(8), time(16)),
    ("evening", "中班", "evening shift", time(16), time(0)),
]
AHEAD_DAYS = 35


def load_templates() -> int:
    """Add the shipped shifts where there are none at all; returns how many were written."""
    if ShiftTemplate.objects.exists():
        return 0
    rows = [
        ShiftTemplate(code=code, name_zh=zh, name_en=en, starts=starts, ends=ends)
        for code, zh, en, starts, ends in SHIPPED
    ]
    return len(ShiftTemplate.objects.bulk_create(rows))


def lay_out_ahead() -> int:
    """Five weeks of shifts from today on; what is there stays."""
    return lay_out_shifts(street_today(), AHEAD_DAYS)
