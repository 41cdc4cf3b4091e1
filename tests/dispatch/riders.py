"""Riders, and what they are asked, for the tests of the volunteer force."""

import uuid

from dispatch import services
from dispatch.models import HelpCall, HelpPart, Rider
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from tests.dispatch.conftest import CENTRE, north, picture


def make_rider(person, vest: str, *, north_m=300, agreed=True, on_duty=True, radius_m=1_000) -> Rider:
    """A rider so many metres north of the centre; placed only where that is allowed."""
    user = person("rider", f"rider-{vest}")
    now = db_now()
    placed = {"lon": CENTRE[0], "lat": north(north_m), "fix_at": now} if agreed and on_duty else {}
    return Rider.objects.create(
        user=user, vest_no=vest, nickname=f"小骑{Rider.objects.count() + 1}", platform="蓝骑外卖", joined_at=now,
        helps_nearby=agreed, radius_m=radius_m, on_duty_since=now if on_duty else None,
        phone_masked="100****0000", **placed,
    )  # fmt: skip


def ask(incident, seat: User, **values) -> HelpCall:
    """The seat asks the riders near an incident."""
    values = {"uuid": uuid.uuid4(), "text": "老人迷路,请帮忙陪护到社区民警到场", "wanted": 1} | values
    return services.ask_riders(incident.pk, actor=seat, **values)[0]


def part_of(rider: Rider, call: HelpCall | None = None) -> HelpPart:
    """What this rider was asked last."""
    parts = HelpPart.objects.filter(rider=rider)
    return (parts.filter(call=call) if call else parts).latest("id")


def asked(call: HelpCall) -> dict[str, str]:
    """{vest number: state} of everybody who was asked."""
    return dict(call.parts.order_by("id").values_list("rider__vest_no", "status"))


def tap(rider: Rider, hazard="road", **values):
    """One tap: (the report, whether it is new)."""
    values = {
        "uuid": uuid.uuid4(), "hazard": hazard, "lon": CENTRE[0], "lat": CENTRE[1], "photo": picture(),
        "photo_uuid": uuid.uuid4(),
    } | values  # fmt: skip
    return services.report_hazard(rider.user, **values)
