"""Signing on and off, and hearing from a unit's phone."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.models import Unit, UnitMember
from dispatch.selectors import live_order_of
from grid.models import Post, SignOn
from grid.services import presence
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict, DomainError, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

HEARD_EVERY_S = 10  # a phone that asks each second writes its row six times a minute


@transaction.atomic
def set_duty(unit_id: int, on: bool, *, actor: User | None = None) -> Unit:
    """Sign the unit on or off; a repeat changes nothing. Raises Conflict while it is ordered somewhere."""
    unit = Unit.objects.select_for_update(no_key=True).filter(pk=unit_id, is_active=True).first()
    if unit is None:
        raise NotFound(_("There is no unit %(id)s.") % {"id": unit_id})
    if (unit.on_duty_since is not None) == on:
        return unit
    live = live_order_of(unit)
    if not on and live is not None:
        raise Conflict(
            _("%(unit)s is still ordered to %(case_no)s.") % {"unit": unit.name, "case_no": live.incident.case_no},
            incident=live.incident_id,
        )
    now = db_now()
    unit.on_duty_since = now if on else None
    unit.seen_at = now
    unit.save(update_fields=["on_duty_since", "seen_at"])
    record(unit, "unit.on_duty" if on else "unit.off_duty", actor=actor)
    if actor is not None:
        _sign(actor, on)
    return unit


def _sign(member: User, on: bool) -> None:
    """The member's own duty follows the unit's; a unit may help out at hours for which nobody is planned."""
    with suppress(DomainError), transaction.atomic():
        presence.sign_on(member) if on else presence.sign_off(member)


def hear(unit_id: int) -> None:
    """Note that the unit's phone is there (at most one write in ten seconds)."""
    now = db_now()
    old = Q(seen_at__isnull=True) | Q(seen_at__lt=now - timedelta(seconds=HEARD_EVERY_S))
    if Unit.objects.filter(old, pk=unit_id).update(seen_at=now):
        members = UnitMember.objects.filter(unit=unit_id).values("user")
        SignOn.objects.filter(off_at__isnull=True, post=Post.UNIT, user__in=members).update(heard_at=now)
