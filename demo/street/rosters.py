"""The street's rosters: four crews take turns around the clock, the past is handed over, two weeks are planned."""

import random
from datetime import timedelta

from django.db import transaction

from grid.models import DutyShift, Handover, Post, RosterLine
from grid.services.roster import lay_out_shifts
from grid.services.templates import load_templates
from shushanwei.common.clock import db_now
from shushanwei.people.models import User

# A leader and two seats; the crew of the first start is the one that the README signs in as.
CREWS = [
    ("lead1", "seat1", "seat2"),
    ("lead2", "seat3", "seat4"),
    ("lead3", "seat5", "seat6"),
    ("lead4", "seat7", "seat8"),
]
PAST_DAYS, AHEAD_DAYS = 35, 14
WATCH = [
    "章潘桥村东侧河道水位偏高，加强巡查",
    "郡乐社区一户独居老人需每日回访",
    "蜀山路夜间施工投诉较多",
    "潘水路积水点已设围挡",
]
EQUIPMENT = [[], [], [{"name": "3号球机", "state": "离线，已报修"}], [{"name": "2号对讲机", "state": "电池更换中"}]]
INSTRUCTIONS = ["保持北片两班在位", "重点关注出租房消防隐患", "", "大型活动期间加派一班"]
LEFT_UNCONFIRMED = 3  # this many shifts ago, always yesterday, the note was not confirmed: the daily study shows it red


@transaction.atomic
def load_rosters() -> int:
    """Plan every shift that has nobody yet, from five weeks ago to two weeks ahead; returns how many were planned."""
    load_templates()
    now = db_now()
    lay_out_shifts(now.date() - timedelta(days=PAST_DAYS), PAST_DAYS + AHEAD_DAYS + 1)
    users = User.objects.in_bulk([name for crew in CREWS for name in crew], field_name="username")
    commander = users["commander"] = User.objects.get(username="commander")
    shifts = list(DutyShift.objects.order_by("period"))
    running = next((n for n, shift in enumerate(shifts) if shift.period.upper > now), len(shifts) - 1)
    planned = set(RosterLine.objects.filter(shift__isnull=False).values_list("shift_id", flat=True))
    offset = _offset(shifts, running)
    lines = []
    for number, shift in enumerate(shifts):
        if shift.pk in planned or shift.period.lower > now + timedelta(days=AHEAD_DAYS):
            continue
        crew = CREWS[(number - offset) % len(CREWS)]
        posts = [(crew[0], Post.SHIFT_LEAD, ""), (crew[1], Post.SEAT, "1"), (crew[2], Post.SEAT, "2")]
        # The commander on duty (带班领导) can be reached around the clock.
        posts.append((commander.username, Post.COMMANDER, ""))
        lines += [
            RosterLine(user=users[name], post=post, place=place, shift=shift, period=shift.period,
                       planned_by=commander, planned_at=now)
            for name, post, place in posts
        ]  # fmt: skip
    RosterLine.objects.bulk_create(lines)
    if not planned:
        _hand_over_the_past(shifts[:running], offset, users)
    return len(lines)


def _offset(shifts: list[DutyShift], running: int) -> int:
    """The number of a shift that the first crew has: where an earlier start left off, else the running one."""
    for number, shift in enumerate(shifts):
        line = RosterLine.objects.filter(shift=shift, post=Post.SHIFT_LEAD).select_related("user").first()
        if line is not None:
            leads = [crew[0] for crew in CREWS]
            return number - leads.index(line.user.username) if line.user.username in leads else running
    return running


def _hand_over_the_past(past: list[DutyShift], offset: int, users: dict[str, User]) -> None:
    dice = random.Random(30515)
    notes = []
    for number, shift in enumerate(past):
        goes, comes = (users[CREWS[(n - offset) % len(CREWS)][0]] for n in (number, number + 1))
        end = shift.period.upper
        confirmed = number != len(past) - LEFT_UNCONFIRMED
        notes.append(
            Handover(
                shift=shift,
                instructions=dice.choice(INSTRUCTIONS),
                watch=dice.choice(WATCH),
                equipment=dice.choice(EQUIPMENT),
                counted=[{"name": "对讲机", "count": "6"}, {"name": "车钥匙", "count": "3"}],
                written_by=goes,
                written_at=end - timedelta(minutes=dice.randint(20, 45)),
                signed_by=goes,
                signed_at=end - timedelta(minutes=dice.randint(6, 15)),
                confirmed_by=comes if confirmed else None,
                confirmed_at=end - timedelta(minutes=dice.randint(0, 5)) if confirmed else None,
            )
        )
    Handover.objects.bulk_create(notes)
