"""Load the working calendar's rows that are missing; `grid.working` reads them."""

from collections import Counter

from django.db import transaction

from grid import working
from grid.models import CalendarDay, WorkPeriod


@transaction.atomic
def load_calendar() -> Counter[str]:
    """Add the State Council's holidays and adjusted workdays of all years that are known, and the office hours.

    Days that exist are left as they are, and so are the hours when there are any. Returns how many were added.
    """
    added: Counter[str] = Counter()
    known = set(CalendarDay.objects.values_list("date", flat=True))
    days = [day for day in working.shipped_days() if day.date not in known]
    added["calendar days"] += len(CalendarDay.objects.bulk_create(days, ignore_conflicts=True))
    if not WorkPeriod.objects.exists():
        periods = [
            WorkPeriod(start=start, end=end, valid_from=working.SHIPPED_FROM) for start, end in working.SHIPPED_PERIODS
        ]
        added["work periods"] += len(WorkPeriod.objects.bulk_create(periods))
    working.forget()
    return +added
