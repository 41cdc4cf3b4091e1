"""The field on the rosters: one member of each squad a shift, grid workers by day, collectors by day and evening."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction

from dispatch.models import UnitMember
from grid.models import DutyShift, Post, Posting, RosterLine
from shushanwei.common.clock import db_now
from shushanwei.people.models import User

PAST_DAYS, AHEAD_DAYS = 2, 14
OWN_KINDS = ("squad", "enforcement")  # police and fire plan their own people
CREWS = 4  # 四班三运转: four crews share three shifts


@transaction.atomic
def load_field_rosters() -> int:
    """Plan units, grid workers and collectors for the shifts where nobody of the field is planned yet."""
    now = db_now()
    shifts = list(
        DutyShift.objects.filter(
            period__endswith__gt=now - timedelta(days=PAST_DAYS),
            period__startswith__lt=now + timedelta(days=AHEAD_DAYS),
        )
        .select_related("template")
        .order_by("period")
    )
    field_posts = [Post.UNIT, Post.GRID_WORKER, Post.COLLECTOR]
    done = set(RosterLine.objects.filter(shift__in=shifts, post__in=field_posts).values_list("shift_id", flat=True))
    running = next((n for n, shift in enumerate(shifts) if shift.period.upper > now), 0)
    commander = User.objects.get(username="commander")
    crews, workers, collectors = _crews(), _posted(Posting.Duty.WORKER), _posted(Posting.Duty.COLLECTOR)
    lines = []
    for number, shift in enumerate(shifts):
        if shift.pk in done:
            continue
        told = [(user, Post.UNIT, unit) for unit, members in crews for user in _turn(members, number - running)]
        day = shift.day.toordinal()
        if shift.template.code == "day":
            told += [(user, Post.GRID_WORKER, grid) for n, (user, grid) in enumerate(workers) if (n + day) % 7]
        if shift.template.code in ("day", "evening"):
            evening = shift.template.code == "evening"
            told += [
                (user, Post.COLLECTOR, grid) for n, (user, grid) in enumerate(collectors) if (n + day) % 2 == evening
            ]
        lines += [
            RosterLine(user_id=user, post=post, place=place, shift=shift, period=shift.period,
                       planned_by=commander, planned_at=now)
            for user, post, place in told
        ]  # fmt: skip
    RosterLine.objects.bulk_create(lines, batch_size=2_000)
    return len(lines)


def _crews() -> list[tuple[str, list[int]]]:
    members: dict[str, list[int]] = defaultdict(list)
    rows = UnitMember.objects.filter(unit__kind__in=OWN_KINDS, unit__is_active=True)
    for code, user in rows.order_by("unit__code", "-is_leader", "user__username").values_list("unit__code", "user_id"):
        members[code].append(user)
    return list(members.items())


def _turn(members: list[int], number: int) -> list[int]:
    """Those whose crew has this shift; the leader's crew has the running one."""
    return [user for place, user in enumerate(members) if place % CREWS == number % CREWS]


def _posted(duty: str) -> list[tuple[int, str]]:
    """(user, first grid) of everybody with this posting, each once."""
    first: dict[int, str] = {}
    for user, grid in Posting.objects.filter(duty=duty).order_by("grid_id").values_list("user_id", "grid_id"):
        first.setdefault(user, grid)
    return list(first.items())
