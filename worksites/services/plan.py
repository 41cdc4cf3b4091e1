"""Planned checks are completed by inspections. The plan comes with the register of sites."""

from worksites.models import Inspection, PlannedCheck


def complete(inspection: Inspection) -> PlannedCheck | None:
    """The site's open planned check is done by this inspection; the check, or None."""
    check = PlannedCheck.objects.select_for_update(no_key=True).filter(
        site_id=inspection.site_id, done_at=None, missed_at=None, dropped_at=None
    ).first()  # fmt: skip
    if check is None:
        return None
    check.done_at, check.inspection = inspection.locked_at, inspection
    check.save(update_fields=["done_at", "inspection"])
    return check
