"""Conduct codes (行政行为码): issued by the centre in advance, so that a phone without a network can show one.

`XZ` + day + eight letters + five letters by which the centre knows its own codes again; no table is needed.
"""

import re
import secrets
from datetime import datetime, timedelta

from shushanwei.common.clock import STREET
from shushanwei.common.secrets import fingerprint

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another
SHAPE = re.compile(rf"XZ\d{{6}}[{LETTERS}]{{8}}[{LETTERS}]{{5}}")
HOLDS = timedelta(days=7)  # so long before a visit may its code have been issued


def issue(at: datetime) -> str:
    """A new code of this day."""
    body = f"XZ{at.astimezone(STREET):%y%m%d}" + "".join(secrets.choice(LETTERS) for _place in range(8))
    return body + _mark(body)


def is_ours(code: str) -> bool:
    """Whether the centre issued it."""
    return bool(SHAPE.fullmatch(code)) and secrets.compare_digest(_mark(code[:-5]), code[-5:])


def holds_at(code: str, at: datetime) -> bool:
    """Whether it may open a visit at this instant: issued on that day or up to a week before."""
    try:
        day = datetime.strptime(code[2:8], "%y%m%d").replace(tzinfo=STREET)
    except ValueError:
        return False
    return day <= at < day + timedelta(days=1) + HOLDS


def _mark(body: str) -> str:
    number = int(fingerprint(f"conduct-code:{body}"), 16)
    letters = []
    for _place in range(5):
        number, left = divmod(number, len(LETTERS))
        letters.append(LETTERS[left])
    return "".join(letters)
