"""The health rooms of the communities and who is on duty there; how far a worker of them sees."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grid.models import Community
from points.models import HealthDuty, HealthRoom
from points.services.typed import counted, instant, typed
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.journal.services import record
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

APPROVE, SEE, PLAN = "points.approve_medicine", "points.see_health", "points.plan_health"
LONGEST_DUTY = timedelta(days=7)
SHOWN_AGO, SHOWN_AHEAD = timedelta(days=1), timedelta(days=14)
NUMBER = re.compile(r"\+?[0-9][0-9 -]{4,18}")
PERSONAL = re.compile(r"(?:\+?86)?1[0-9]{10}")


def communities_for(user: User, permission: str) -> QuerySet[Community]:
    """The communities in which a permission holds for a worker."""
    reach = reach_of(user, permission)
    return Community.objects.all() if reach.street else Community.objects.filter(pk__in=reach.areas)


def rooms_for(user: User, permission: str) -> QuerySet[HealthRoom]:
    """The health rooms of those communities."""
    return HealthRoom.objects.filter(community__in=communities_for(user, permission)).select_related("community")


def officers_of(community_id: str) -> QuerySet[User]:
    """The health officers of a community: active accounts that may see health answers there."""
    return User.objects.filter(
        is_active=True, grants__role__permissions__contains=[SEE], grants__area_code=community_id
    ).distinct().order_by("pk")  # fmt: skip


def on_duty(at: datetime, room: HealthRoom | None = None) -> list[HealthDuty]:
    """Who is on duty at an instant, in one room or in all."""
    duties = HealthDuty.objects.filter(period__contains=at).select_related("user", "room")
    return list(duties.filter(room=room) if room else duties)


def is_on_duty(user: User, at: datetime) -> bool:
    """Whether somebody is on the roster of any room at an instant."""
    return HealthDuty.objects.filter(user=user, period__contains=at).exists()


def roster(rooms: Iterable[HealthRoom], now: datetime) -> QuerySet[HealthDuty]:
    """The duties from yesterday to a fortnight ahead, by when they begin."""
    span = (now - SHOWN_AGO, now + SHOWN_AHEAD)
    return HealthDuty.objects.filter(room__in=rooms, period__overlap=span).select_related("room__community", "user")


@transaction.atomic
def save_room(community_id: str, values: dict[str, Any], *, actor: User) -> HealthRoom:
    """Write down a community's room: name, place, phone, hours, centre_name, centre_phone, has_chest.

    Raises NotFound for a community out of reach, BadInput by field; a mobile number belongs to a person and is refused.
    """
    if not communities_for(actor, PLAN).filter(pk=community_id).exists():
        raise NotFound(_("There is no such community."))
    given: dict[str, Any] = {
        "name": typed("name", values.get("name"), 40),
        "place": typed("place", values.get("place"), 80),
        "phone": _telephone("phone", values.get("phone")),
        "hours": typed("hours", values.get("hours"), 60, needed=False),
        "centre_name": typed("centre_name", values.get("centre_name"), 40, needed=False),
        "centre_phone": _telephone("centre_phone", values.get("centre_phone")),
        "has_chest": bool(values.get("has_chest")),
        "changed_by": actor,
        "changed_at": db_now(),
    }
    Community.objects.select_for_update(no_key=True).get(pk=community_id)
    room, _new = HealthRoom.objects.update_or_create(community_id=community_id, defaults=given)
    record(room, "health_room.saved", actor=actor, data={"community": community_id, "has_chest": room.has_chest})
    return room


@transaction.atomic
def plan_duty(room_id: Any, user_id: Any, starts: Any, ends: Any, *, actor: User) -> HealthDuty:
    """Put an officer on the roster; the same duty twice is once. Raises BadInput by field, NotFound."""
    where, whom = counted("user", room_id, 1, 10**9), counted("user", user_id, 1, 10**9)
    begins, until = instant("starts", starts), instant("ends", ends)
    if until <= begins:
        raise BadInput("ends", _("This is before the beginning."))
    if until - begins > LONGEST_DUTY:
        raise BadInput("ends", _("A duty lasts seven days at most."))
    room = rooms_for(actor, PLAN).select_for_update(no_key=True, of=("self",)).filter(pk=where).first()
    if room is None:
        raise NotFound(_("There is no such thing."))
    user = officers_of(room.community_id).filter(pk=whom).first()
    if user is None:
        raise BadInput("user", _("This is no health officer of the community."))
    taken = HealthDuty.objects.filter(room=room, user=user, period__overlap=(begins, until)).first()
    if taken is not None:
        if (taken.period.lower, taken.period.upper) == (begins, until):
            return taken
        raise BadInput("starts", _("This officer is on duty then already."))
    duty = HealthDuty.objects.create(room=room, user=user, period=(begins, until), by=actor)
    record(duty, "health_duty.planned", actor=actor, data=_told(room, user, begins, until))
    return duty


@transaction.atomic
def cancel_duty(duty_id: int, *, actor: User) -> bool:
    """Take an officer off the roster; false when that was done before."""
    reach = Q(room__in=rooms_for(actor, PLAN))
    duty = HealthDuty.objects.select_for_update(of=("self",)).filter(reach, pk=duty_id).first()
    if duty is None:
        return False
    record(duty, "health_duty.cancelled", actor=actor,
           data=_told(duty.room, duty.user, duty.period.lower, duty.period.upper))  # fmt: skip
    duty.delete()
    return True


def _told(room: HealthRoom, user: User, begins: datetime, until: datetime) -> dict[str, Any]:
    return {"room": room.pk, "user": user.pk, "from": begins.isoformat(), "to": until.isoformat()}


def _telephone(field: str, text: Any) -> str:
    said = typed(field, text, 20, needed=False)
    if said and not NUMBER.fullmatch(said):
        raise BadInput(field, _("This is no telephone number."))
    if PERSONAL.fullmatch(re.sub(r"[ -]", "", said)):
        raise BadInput(field, _("Give the number of the room, not of a person."))
    return said
