"""What a fresh system knows of permits and colours; an installation edits the rows, not this."""

from datetime import UTC, date, datetime
from typing import Any

_FIRST = ["disposal", "transport", "sink_registration"]
# Names and dates as practised in the city; what each set asks for is our reading of it.
RULE_SETS: list[dict[str, Any]] = [
    {"name": "两审批一备案", "name_en": "two approvals, one registration", "effective_from": date(2022, 1, 1),
     "required": _FIRST},
    {"name": "两审批两备案", "name_en": "two approvals, two registrations", "effective_from": date(2022, 8, 1),
     "required": [*_FIRST, "plan_registration"]},
    {"name": "2025条例", "name_en": "regulation of 2025", "effective_from": date(2025, 5, 1),
     "required": [*_FIRST, "plan_registration"], "needs_manifest": True, "needs_gate_camera": True},
]  # fmt: skip
COLOURS_FROM = datetime(2022, 1, 1, tzinfo=UTC)
