"""What residents agreed to and took back, and what they may have of their own: to read, to take along, to erase."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Consent, Purpose, Resident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.services import record

# The version of each text that is shown now; a new one asks again.
VERSIONS = {Purpose.NOTICE: "2026-12", Purpose.LOCATION: "2026-12", Purpose.HEALTH: "2026-12", Purpose.CHILD: "2026-12"}

# What a module forgets when a consent to a purpose is taken back.
WITHDRAWN: list[Callable[[Resident, str], None]] = []


def has(resident: Resident, purpose: str, *, about: Resident | None = None) -> bool:
    """Whether the present text of a purpose has been agreed to."""
    return Consent.objects.filter(
        resident=resident, purpose=purpose, about=about, version=VERSIONS[Purpose(purpose)], withdrawn_at=None
    ).exists()


@transaction.atomic
def give(resident: Resident, purpose: str, *, about: Resident | None = None) -> Consent:
    """Agree to the present text of a purpose; twice is once. Raises BadInput for `purpose`."""
    if purpose not in Purpose.values:
        raise BadInput("purpose", _("There is no such purpose."))
    Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    version = VERSIONS[Purpose(purpose)]
    held = Consent.objects.filter(resident=resident, purpose=purpose, about=about, withdrawn_at=None).first()
    if held is not None and held.version == version:
        return held
    now = db_now()
    if held is not None:
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
    given = Consent.objects.create(resident=resident, purpose=purpose, about=about, version=version, given_at=now)
    record(given, "consent.given", data={"resident": resident.pk, "purpose": purpose, "version": version})
    return given


@transaction.atomic
def withdraw(resident: Resident, purpose: str, *, about: Resident | None = None) -> bool:
    """Take a consent back; false when there was none. The notice itself ends with erasing. Raises BadInput."""
    if purpose not in Purpose.values:
        raise BadInput("purpose", _("There is no such purpose."))
    if purpose == Purpose.NOTICE:
        raise BadInput("purpose", _("Without the privacy notice there is no account: erase your data instead."))
    Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    held = Consent.objects.select_for_update().filter(
        resident=resident, purpose=purpose, about=about, withdrawn_at=None
    )
    row = held.first()
    if row is None:
        return False
    row.withdrawn_at = db_now()
    row.save(update_fields=["withdrawn_at"])
    for forget in WITHDRAWN:
        forget(resident, purpose)
    record(row, "consent.withdrawn", data={"resident": resident.pk, "purpose": purpose})
    return True
