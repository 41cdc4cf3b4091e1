"""Health rooms, officers, packs and residents that the tests of chest and lifeline start from."""

import itertools
from datetime import date, timedelta
from uuid import uuid4

from grid.models import Community
from points.medicine_lifecycle import ItemStatus
from points.models import HealthDuty, HealthRoom, Medicine, MedicineItem, Resident
from points.services import consents, medicine, medicine_requests
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.incidents.conftest import jpeg
from tests.points.conftest import a_resident

_numbers = itertools.count(1)
WELL = {"age": "adult", "pregnant": "no", "allergic": "no"}


def today() -> date:
    return db_now().astimezone(STREET).date()


def community(place: int = 0) -> Community:
    return Community.objects.order_by("code")[place]


def a_room(place: int = 0, **values) -> HealthRoom:
    where = community(place)
    said = {"name": f"{where.short_name}健康小屋", "place": "社区服务中心一楼", "phone": "0571-00000000",
            "hours": "8:30–17:00", "centre_name": "街道社区卫生服务中心", "centre_phone": "0571-00000001"}  # fmt: skip
    return HealthRoom.objects.create(community=where, changed_at=db_now(), **{**said, **values})


def an_officer(room: HealthRoom, role: str = "health_officer") -> User:
    user = User.objects.create_user(f"officer-{next(_numbers)}")
    grant(user, role, area=room.community_id)
    return user


def on_duty(user: User, room: HealthRoom, hours: float = 8) -> HealthDuty:
    now = db_now()
    return HealthDuty.objects.create(
        room=room, user=user, period=(now - timedelta(hours=1), now + timedelta(hours=hours))
    )


def a_neighbour(room: HealthRoom, n: int | None = None, *, consented: bool = True, **values) -> Resident:
    """A verified resident of the room's community who has agreed to health data."""
    n = n or next(_numbers) + 1_000
    person = a_resident(n, **{"level": 2, "community_id": room.community_id, **values})
    if consented:
        consents.give(person, "health")
    return person


def a_medicine(**values) -> Medicine:
    n = next(_numbers)
    said = {"code": f"m{n}", "name_zh": f"布洛芬缓释胶囊（{n}）", "name_en": "Ibuprofen capsules", "use": "pain",
            "form": "capsule", "most": 6}  # fmt: skip
    return Medicine.objects.create(**{**said, **values})


def said_of(what: Medicine, **values) -> dict:
    """What the form for an offer holds."""
    return {"medicine": what.pk, "brand": "某药业", "batch": "B20261", "packing": "sealed", "amount": "10",
            "expires_on": (today() + timedelta(days=300)).isoformat(), **values}  # fmt: skip


def an_offer(giver: Resident, what: Medicine | None = None, **values) -> MedicineItem:
    said = said_of(what or a_medicine(), **values)
    item, _new = medicine.offer(giver, uuid=uuid4(), values=said, front=jpeg("red"), back=jpeg("blue"))
    return item


def a_pack(room: HealthRoom, officer: User, amount: int = 10, **values) -> MedicineItem:
    """A pack on the shelf."""
    item = an_offer(a_neighbour(room, consented=False), amount=str(amount), **values)
    return medicine.approve(item.pk, amount=str(amount), actor=officer)


def near_expiry(item: MedicineItem, days: int) -> None:
    MedicineItem.objects.filter(pk=item.pk).update(expires_on=today() + timedelta(days=days))


def asks(person: Resident, item: MedicineItem, amount: int = 2, **answers):
    """A request for some of a pack."""
    row, _new = medicine_requests.ask(
        person, item.uuid, uuid=uuid4(), amount=str(amount), answers={**WELL, **answers}, calm="calm" in answers
    )
    return row


def status_of(item: MedicineItem) -> ItemStatus:
    return ItemStatus(MedicineItem.objects.get(pk=item.pk).status)
