"""Mud on the road (T13, 带泥上路): told by who sees it, true as it is told, with its photo and its incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from grid.selectors import grid_at
from incidents.models import Attachment
from incidents.services import add_attachment
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.people.models import User
from worksites.lifecycle import AlertStatus
from worksites.models import Site, Truck, TruckAlert
from worksites.plates import part_of_plate
from worksites.selectors_engine import truck_ground
from worksites.services.adjudication import MOST_REASON, make_incident
from worksites.services.engine_alerts import hold_numbers, next_number
from worksites.services.photos import picture

RULE = "T13"
SEEN_WITHIN = timedelta(hours=24)  # later nobody finds the mud any more
MOST_NAMED = 5


@dataclass(frozen=True)
class Mud:
    """What somebody saw: the truck or the site it came from, where and when; `uuid` is made by the page.

    Degrees in `crs` (wgs84, gcj02 or bd09).
    """

    uuid: UUID
    lon: float
    lat: float
    seen_at: datetime
    plate: str = ""
    site_id: int | None = None
    note: str = ""
    crs: str = "wgs84"


@transaction.atomic
def report_mud(mud: Mud, photo: bytes, *, actor: User) -> tuple[TruckAlert, bool]:
    """The confirmed alert with its incident: (the alert, whether it is new). Twice is once.

    Raises BadInput for `plate`, `site`, `photo`, `seen_at`, `note`, `lon` and `lat`; Conflict where the id was used by
    somebody else.
    """
    before = _known(mud, actor)
    if before is not None:
        return before, False
    picture(photo)
    truck, site = _truck(mud.plate), _site(mud.site_id)
    if truck is None and site is None:
        raise BadInput("plate", _("Name the truck or the site."))
    note = mud.note.strip()
    if len(note) > MOST_REASON or "\0" in note:
        raise BadInput("note", _("At most %(n)s characters.") % {"n": MOST_REASON})
    now = db_now()
    if mud.seen_at > now:
        raise BadInput("seen_at", _("That is still to come."))
    if now - mud.seen_at > SEEN_WITHIN:
        raise BadInput("seen_at", _("Within the last 24 hours."))
    try:
        lon, lat = to_wgs84(mud.lon, mud.lat, mud.crs)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    rule, place = truck_ground().rules[RULE], grid_at(lon, lat)
    hold_numbers()
    before = _known(mud, actor)  # the same page may have come while this one waited
    if before is not None:
        return before, False
    alert = TruckAlert.objects.create(
        number=next_number(now), key=_key(mud.uuid), rule=RULE, rule_row_id=rule.row, level=rule.level, truck=truck,
        site=site, began_at=mud.seen_at, raised_at=now, lon=lon, lat=lat, status=AlertStatus.CONFIRMED,
        grid_id=(place.grid_code or None) if place else None, judged_by=actor, taken_at=now, decided_at=now,
        reason=note,
        facts={"why": "person", "points": [[lon, lat, mud.seen_at.isoformat(), 0, 0, 0]], "note": note},
    )  # fmt: skip
    incident = make_incident(alert, "seen", f"现场：{note}" if note else "", actor=actor)
    add_attachment(
        incident.pk, photo, kind=Attachment.Kind.NEAR, uuid=mud.uuid, actor=actor, name=alert.number, lon=lon, lat=lat,
        shot_at=mud.seen_at,
    )  # fmt: skip
    return alert, True


def photo_of(alert: TruckAlert) -> Attachment | None:
    """The photo with which mud was told: it lies with the incident."""
    if not alert.key.startswith(f"{RULE}:"):
        return None
    return Attachment.objects.filter(uuid=alert.key.removeprefix(f"{RULE}:")).first()


def _key(uuid: UUID) -> str:
    return f"{RULE}:{uuid}"


def _known(mud: Mud, actor: User) -> TruckAlert | None:
    found = TruckAlert.objects.filter(key=_key(mud.uuid)).select_related("incident").first()
    if found is not None and found.judged_by_id != actor.pk:
        raise Conflict(_("This id was used for another alert."))
    return found


def _truck(said: str) -> Truck | None:
    """The truck of the fleet with this plate, or the only one whose plate has this part."""
    part = part_of_plate(said)
    if not part:
        return None
    exact = Truck.objects.filter(plate=part).first()
    if exact is not None:
        return exact
    found = list(Truck.objects.filter(plate__contains=part).order_by("plate")[: MOST_NAMED + 1])
    if not found:
        raise BadInput("plate", _("No truck of the fleet has this plate. Leave it empty and name the site."))
    if len(found) > 1:
        named = ", ".join(truck.plate for truck in found[:MOST_NAMED])
        raise BadInput("plate", _("Several trucks have this in their plate: %(plates)s") % {"plates": named})
    return found[0]


def _site(site_id: int | None) -> Site | None:
    if site_id is None:
        return None
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise BadInput("site", _("There is no such site."))
    return found
