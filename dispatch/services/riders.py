"""Who belongs to the volunteer force: registered, changed, paused; what a rider agrees to, and where he is."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Rider
from dispatch.models_riders import FURTHEST_M, NEAREST_M
from dispatch.riders.rules import rider_rules
from dispatch.riders.shapes import audience, rider_shape
from dispatch.services.rider_help import leave_requests
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.common.secrets import mask_phone, seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User
from shushanwei.people.services import grant

PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}")
VEST = re.compile(r"[A-Z0-9][A-Z0-9\-]{1,11}")
TEXTS = {"nickname": 20, "platform": 30, "station": 60, "area": 60}
NEEDED = ("nickname", "platform")
STALE = timedelta(minutes=2)  # a fix that was older when it came says nothing about now


@transaction.atomic
def register_rider(values: dict[str, Any], *, actor: User) -> tuple[Rider, str]:
    """Take a courier into the force: (the rider, the first password of the new account, told once).

    `values`: vest_no, name, nickname, platform, phone, and station and area if there are any. The account is
    called after the vest. Raises BadInput by field; a vest number that is taken is one.
    """
    known = _checked(values)
    vest = (values.get("vest_no") or "").strip().upper()
    if not VEST.fullmatch(vest):
        raise BadInput("vest_no", _("Capital letters, digits and hyphens, 2 to 12."))
    name = (values.get("name") or "").strip()[:60]
    if not name:
        raise BadInput("name", _("This must be filled in."))
    username = f"rider-{vest.lower()}"
    if Rider.objects.filter(vest_no=vest).exists() or User.objects.filter(username=username).exists():
        raise BadInput("vest_no", _("This vest number is taken."))
    password = secrets.token_urlsafe(9)
    phone = known.pop("phone")
    user = User(username=username, display_name=name, phone_masked=mask_phone(phone))
    user.set_password(password)
    user.save()
    grant(user, "rider")
    rider = Rider.objects.create(
        user=user, vest_no=vest, phone_sealed=seal(phone), phone_masked=mask_phone(phone), joined_at=db_now(), **known
    )
    _tell(rider, "registered", actor=actor)
    return rider, password


@transaction.atomic
def change_rider(rider_id: int, values: dict[str, Any], *, actor: User) -> Rider:
    """Correct a rider's card; an empty phone leaves the one that is kept. Raises BadInput by field, NotFound."""
    rider = locked_rider(rider_id)
    known = _checked(values, phone_needed=False)
    if phone := known.pop("phone"):
        rider.phone_sealed, rider.phone_masked = seal(phone), mask_phone(phone)
    for name, value in known.items():
        setattr(rider, name, value)
    rider.save()
    _tell(rider, "changed", actor=actor)
    return rider


@transaction.atomic
def pause_rider(rider_id: int, reason: str, *, actor: User) -> Rider:
    """He is asked no more and his last place is erased; what he has reported and helped stays. Twice is once."""
    reason = (reason or "").strip()[:200]
    if not reason:
        raise BadInput("reason", _("This must be filled in."))
    leave_requests(rider_id)
    rider = locked_rider(rider_id)
    if rider.paused_at is not None:
        return rider
    rider.paused_at, rider.pause_reason = db_now(), reason
    rider.on_duty_since = None
    _erase(rider)
    rider.save()
    _tell(rider, "paused", actor=actor, note=reason)
    return rider


@transaction.atomic
def resume_rider(rider_id: int, *, actor: User) -> Rider:
    """He takes part again."""
    rider = locked_rider(rider_id)
    if rider.paused_at is not None:
        rider.paused_at, rider.pause_reason = None, ""
        rider.save()
        _tell(rider, "resumed", actor=actor)
    return rider


@transaction.atomic
def agree(user: User, *, helps_nearby: bool, radius_m: int | None = None) -> Rider:
    """The rider's own word on help nearby; taking it back erases the last place and leaves open requests."""
    if radius_m is not None and not NEAREST_M <= radius_m <= FURTHEST_M:
        raise BadInput("radius_m", _("From %(least)s to %(most)s metres.") % {"least": NEAREST_M, "most": FURTHEST_M})
    if not helps_nearby:
        leave_requests(own_rider(user).pk)
    rider = _own_locked(user)
    before = rider.helps_nearby
    rider.helps_nearby = helps_nearby
    rider.radius_m = radius_m or rider.radius_m
    if not helps_nearby:
        _erase(rider)
    rider.save()
    if helps_nearby != before:
        _tell(rider, "agreed" if helps_nearby else "disagreed", actor=user)
    return rider


@transaction.atomic
def set_rider_duty(user: User, *, on_duty: bool) -> Rider:
    """The rider begins or ends to be reachable; off duty his last place is erased. Twice is once."""
    if not on_duty:
        leave_requests(own_rider(user).pk)
    rider = _own_locked(user)
    if on_duty and rider.paused_at is not None:
        raise Conflict(_("You are paused: %(why)s") % {"why": rider.pause_reason})
    if on_duty != (rider.on_duty_since is not None):
        rider.on_duty_since = db_now() if on_duty else None
    if not on_duty:
        _erase(rider)
    rider.save()
    return rider


@transaction.atomic
def place_rider(user: User, *, lon: float, lat: float, crs: str = "wgs84", fix_at: datetime | None = None) -> bool:
    """Keep the last place of a rider who has agreed and is on duty; of anybody else it is thrown away.

    True when it was kept. Raises BadInput for `lon`, `lat`, `crs`.
    """
    try:
        lon, lat = to_wgs84(lon, lat, crs)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    rider = _own_locked(user)
    now = db_now()
    if not rider.helps_nearby or rider.on_duty_since is None or rider.paused_at is not None:
        return False
    if fix_at is not None and fix_at < now - STALE:
        return False
    Rider.objects.filter(pk=rider.pk).update(lon=lon, lat=lat, fix_at=now)
    return True


def erase_old_places(now: datetime | None = None) -> int:
    """The step of the sweep: what is older than the rules allow is gone; returns how many were erased."""
    now = now or db_now()
    old = now - timedelta(minutes=rider_rules(now).position_kept_min)
    return Rider.objects.filter(fix_at__lt=old).update(lon=None, lat=None, fix_at=None)


@transaction.atomic
def show_rider_phone(rider_id: int, *, actor: User) -> str:
    """The phone in clear text, for who is about to call; that somebody looked is written down."""
    rider = locked_rider(rider_id)
    record(rider, "rider.phone_shown", actor=actor)
    return unseal(rider.phone_sealed)


def own_rider(user: User) -> Rider:
    """The rider behind an account; raises NotFound for who is not in the force."""
    rider = Rider.objects.filter(user=user).first()
    if rider is None:
        raise NotFound(_("This account is not in the volunteer force."))
    return rider


def locked_rider(rider_id: int) -> Rider:
    """The rider under the row lock, read again; raises NotFound."""
    rider = Rider.objects.select_for_update(no_key=True, of=("self",)).select_related("user").filter(pk=rider_id)
    found = rider.first()
    if found is None:
        raise NotFound(_("There is no rider %(id)s.") % {"id": rider_id})
    return found


def _own_locked(user: User) -> Rider:
    return locked_rider(own_rider(user).pk)


def _erase(rider: Rider) -> None:
    rider.lon = rider.lat = rider.fix_at = None


def _tell(rider: Rider, verb: str, *, actor: User | None, note: str = "") -> None:
    record(rider, f"rider.{verb}", actor=actor, note=note, shape=rider_shape, audience=audience(rider))


def _checked(values: dict[str, Any], *, phone_needed: bool = True) -> dict[str, str]:
    known = {}
    for name, longest in TEXTS.items():
        text = (values.get(name) or "").strip()
        if name in NEEDED and not text:
            raise BadInput(name, _("This must be filled in."))
        if len(text) > longest:
            raise BadInput(name, _("At most %(n)s characters.") % {"n": longest})
        known[name] = text
    phone = (values.get("phone") or "").strip()
    if (phone or phone_needed) and not PHONE.fullmatch(phone):
        raise BadInput("phone", _("This is no telephone number."))
    return known | {"phone": phone}
