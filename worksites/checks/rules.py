"""What follows from an item that failed: how it is put right, by when, and whether it is serious. No database here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shushanwei.common.worktime import WorkCalendar, deadline_for
from worksites.checklist.shipped import WAGES
from worksites.lifecycle import Fix, Severity

STOP_HOURS = 24
MINOR_DAYS = 5  # the longest first limit of a minor finding, unless its item gives more
MOST_NEW_DAYS = 10  # the longest limit that a reviewer may give anew
FEWEST_INSPECTORS = 2


@dataclass(frozen=True)
class Limits:
    """Which ways to put it right may be chosen, the most workdays, and what is proposed."""

    fixes: tuple[str, ...]
    most: int
    fix: str
    days: int

    def as_dict(self) -> dict:
        """For the phone."""
        return {"fixes": list(self.fixes), "most": self.most, "fix": self.fix, "days": self.days}


def severity_of(severity: str, *, serious: bool) -> str:
    """The severity of a finding: a minor item may be serious in the case that the list names."""
    return Severity.SERIOUS.value if serious or severity == Severity.SERIOUS else Severity.MINOR.value


def limits_of(code: str, severity: str, fix: str, fix_days: int, *, serious: bool = False) -> Limits:
    """What may be ordered for an item that failed and was not put right on the spot.

    A serious one stops the work; where the list wants it mended on the spot, one workday may be given instead.
    """
    if code == WAGES:
        return Limits((Fix.BY_DATE.value,), 1, Fix.BY_DATE.value, 1)
    if severity_of(severity, serious=serious) == Severity.SERIOUS:
        if fix == Fix.STOP_WORK:
            return Limits((Fix.STOP_WORK.value,), 1, Fix.STOP_WORK.value, 0)
        return Limits((Fix.STOP_WORK.value, Fix.BY_DATE.value), max(fix_days, 1), Fix.STOP_WORK.value, 0)
    return Limits((Fix.BY_DATE.value,), max(MINOR_DAYS, fix_days), Fix.BY_DATE.value, max(fix_days, 1))


def due_at(code: str, at: datetime, fix: str, days: int, calendar: WorkCalendar) -> datetime | None:
    """When it must be put right: workdays of the calendar, 24 hours for a stop and for a sign of unpaid wages."""
    if fix == Fix.ON_THE_SPOT:
        return None
    if fix == Fix.STOP_WORK or code == WAGES:
        return at + timedelta(hours=STOP_HOURS)
    return deadline_for(at, "work_day", days, calendar)


def is_clean(failed: int, serious_left: int) -> bool:
    """Nothing failed that was not put right on the spot, and no serious finding is still there."""
    return not failed and not serious_left
