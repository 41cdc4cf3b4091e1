"""Signing on and off, and hearing from a unit's phone."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.models import Unit
from dispatch.selectors import live_order_of
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict, NotFound
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
    return unit


def hear(unit_id: int) -> None:
    """Note that the unit's phone is there (at most one write in ten seconds)."""
    now = db_now()
    Unit.objects.filter(pk=unit_id).filter(
        Q(seen_at__isnull=True) | Q(seen_at__lt=now - timedelta(seconds=HEARD_EVERY_S))
    ).update(seen_at=now)
