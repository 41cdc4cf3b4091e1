"""Alarms are acknowledged by a person, once."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Alarm
from incidents.services.sweeping import ALARM_AUDIENCE
from incidents.shapes import alarm_shape
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User


@transaction.atomic
def acknowledge(alarm_id: int, *, actor: User) -> Alarm:
    """Take note of an alarm; a second time changes nothing."""
    alarm = Alarm.objects.select_for_update(no_key=True, of=("self",)).filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFound(_("There is no alarm %(id)s.") % {"id": alarm_id})
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by = db_now(), actor
        alarm.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record(alarm, "alarm.acknowledged", actor=actor, shape=alarm_shape, audience=ALARM_AUDIENCE)
    return alarm
