"""The co-governance teams of the grids: nine roles each, invented people with telephone numbers that cannot exist."""

import random

from django.db import transaction
from psycopg2.extras import DateTimeTZRange

from demo.street.accounts import GIVEN_FIRST, GIVEN_LAST, SURNAMES
from grid.models import CoGovernanceMember, Grid, Posting
from shushanwei.common.clock import db_now
from shushanwei.common.secrets import mask_phone, seal

SEED = 1091
Type = CoGovernanceMember.Type
# role, how many of ten grids have it filled, how many people then, where from
PLAN = [
    (Type.LINKED_CADRE, 10, 1, "蜀山街道办事处"),
    (Type.COMMUNITY_POLICE, 10, 1, "蜀山派出所"),
    (Type.VILLAGE_CADRE, 10, 1, "{community}"),
    (Type.GRID_WORKER, 10, 1, "专职网格员"),
    (Type.MICRO_GRID_WORKER, 10, 3, "居民"),
    (Type.PROPERTY, 8, 1, "物业服务中心"),
    (Type.OWNERS_COMMITTEE, 6, 1, "业主委员会"),
    (Type.BUILDING_HEAD, 8, 2, "居民"),
    (Type.VOLUNTEER, 9, 2, "红蜀有为志愿服务队"),
]


@transaction.atomic
def load_teams() -> int:
    """Fill the teams of grids that have none; returns how many people were named."""
    taken = set(CoGovernanceMember.objects.values_list("grid_id", flat=True))
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL).exclude(pk__in=taken).select_related("community")
    workers = {
        posting.grid_id: posting.user
        for posting in Posting.objects.filter(duty=Posting.Duty.WORKER, period__contains=db_now()).select_related(
            "user"
        )
    }
    since = DateTimeTZRange(db_now(), None)
    rows = []
    for grid in grids.defer("polygon", "community__polygon").order_by("code"):
        dice = random.Random(f"{SEED}{grid.code}")
        for role, filled, count, where in PLAN:
            if dice.randint(1, 10) > filled:
                continue
            for number in range(count):
                worker = workers.get(grid.pk) if role == Type.GRID_WORKER else None
                phone = f"100{dice.randint(0, 99_999_999):08d}"
                if worker is not None and worker.phone_masked:
                    phone = phone[:-4] + worker.phone_masked[-4:]  # the same number as on every other page
                rows.append(
                    CoGovernanceMember(
                        grid=grid, type=role, name=str(worker) if worker else _name(dice), user=worker,
                        organisation=where.format(community=grid.community.short_name),
                        covers=_covers(role, number), phone_sealed=seal(phone), phone_masked=mask_phone(phone),
                        period=since,
                    )
                )  # fmt: skip
    return len(CoGovernanceMember.objects.bulk_create(rows, batch_size=500))


def _name(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + dice.choice(GIVEN_FIRST) + (dice.choice(GIVEN_LAST) if dice.random() < 0.6 else "")


def _covers(role: str, number: int) -> str:
    if role == Type.MICRO_GRID_WORKER:
        return f"微网格{number + 1}"
    if role == Type.BUILDING_HEAD:
        return f"{2 * number + 1}–{2 * number + 2}幢"
    return ""
