"""Whether a resident may act now, and what a deed among neighbours earns."""

from datetime import datetime

from django.utils.translation import gettext as _

from points.models import Award, DeviceSeen, Resident
from points.services import earning
from points.services.ledger import Source
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotAllowed, NotFound
from shushanwei.common.wording import local


def acting(resident_id: int) -> Resident:
    """The resident's row, locked until the transaction ends, so that deeds come one after the other.

    Raises NotFound, NotAllowed while blocked.
    """
    row = Resident.objects.select_for_update(no_key=True).filter(pk=resident_id, erased_at=None).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if why := blocked(row):
        raise NotAllowed(why)
    return row


def blocked(resident: Resident) -> str:
    """Until when a resident is blocked, and from what, in words; empty when not."""
    if resident.blocked_until is None or resident.blocked_until <= db_now():
        return ""
    return _(
        "You are blocked until %(at)s: no reports, redeeming, volunteering, market or medicine chest until then. "
        "You can still call the community, ask the health officer and send an emergency."
    ) % {"at": local(resident.blocked_until)}


def reward(
    resident_id: int, code: str, source: Source, *, units: int = 1, at: datetime | None = None, refused: str = ""
) -> Award | None:
    """What a deed earns, as `earning.award` says; None where the street has no rule for it: the deed stands anyway."""
    at = at or db_now()
    try:
        earning.rule_of(code, at)
    except NotFound:
        return None
    return earning.award(resident_id, code, source, units=units, at=at, refused=refused)


def share_a_device(one_id: int, other_id: int) -> bool:
    """Whether two residents ever signed in with one browser: looked at before points are given."""
    of_other = DeviceSeen.objects.filter(resident_id=other_id).values("device_hash")
    return DeviceSeen.objects.filter(resident_id=one_id, device_hash__in=of_other).exists()
