"""A health room in every community, its chest, and who of the health officers is on duty this month."""

from datetime import date, datetime, timedelta

from django.db import transaction

from demo.residents.cast import Cast, clock
from points.models import HealthDuty, HealthRoom
from points.services import health_rooms
from shushanwei.common.clock import db_now

WITHOUT_CHEST = {"214", "230", "238"}
OPEN = "周一至周五 8:30—17:00，周末上午"
CENTRE = "蜀山街道社区卫生服务中心（示例）"
WEEK = timedelta(days=7)
AHEAD = timedelta(days=21)


@transaction.atomic
def load_rooms() -> int:
    """Write down the rooms that are missing; returns how many. A number that begins with 0 behind 0571 is nobody's."""
    there = set(HealthRoom.objects.values_list("community_id", flat=True))
    cast = Cast(db_now())
    missing = [one for one in cast.communities if one.code not in there]
    for one in missing:
        name = one.short_name
        values = {
            "name": f"{name}健康小屋", "place": f"{name}党群服务中心一楼",
            "phone": f"0571-0305{one.code[-3:]}0", "hours": OPEN,
            "centre_name": CENTRE, "centre_phone": "0571-03050001",
            "has_chest": one.code[-3:] not in WITHOUT_CHEST,
        }  # fmt: skip
        health_rooms.save_room(one.code, values, actor=cast.users["lead1"])
    return len(missing)


@transaction.atomic
def load_roster() -> int:
    """Two officers take turns in each room, week by week, from the first of the month to three weeks ahead.

    Weeks in which anybody is planned already stay as they are. Returns how many duties are new.
    """
    now = db_now()
    cast = Cast(now)
    rooms = {room.community_id: room for room in HealthRoom.objects.all()}
    taken = list(HealthDuty.objects.values_list("room_id", "period"))
    begun: dict[int, set[datetime]] = {}
    for room, period in taken:
        begun.setdefault(room, set()).add(period.lower)
    codes = [one.code for one in cast.communities if one.code in rooms]
    new = []
    for week in _weeks(cast.today, now):
        for place, code in enumerate(codes):
            # An officer serves the own community and the next one, in turn with the neighbour.
            turn = (week.toordinal() // 7 + place) % 2
            user = cast.officer(codes[place - turn])
            at = clock(week, 8)
            if at not in begun.get(rooms[code].pk, ()):
                new.append(HealthDuty(room=rooms[code], user=user, period=(at, at + WEEK), by=cast.users["lead1"]))
    return len(HealthDuty.objects.bulk_create(new))


def _weeks(today: date, now: datetime) -> list[date]:
    first = today.replace(day=1)
    day, found = first - timedelta(days=first.weekday()), []
    while clock(day, 0) < now + AHEAD:
        found.append(day)
        day += WEEK
    return found
