"""The residents' side in numbers for workers: people, reports, calls, satisfaction, points; within reach."""

from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet

from points import selectors_calls as calls
from points.models import Level, Resident, ResidentReport
from points.selectors_desk import SEE, communities_for, months, moved_in, residents_for
from shushanwei.common.clock import STREET
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

ACTIVE_DAYS = 30


def figures(user: User, today: date) -> dict[str, Any]:
    """{known, verified, active, months: [{month, joined, accepted, called, answered, content, given, redeemed, …}]}.

    Six months. In percent, None where nothing was due or rated: `answered` (呼应率, in time) and `content` (满意率:
    four and five of five among rated reports and calls); `answers` and `ratings` are their fractions (of, all).
    """
    mine = residents_for(user)
    since = _midnight(today) - timedelta(days=ACTIVE_DAYS)
    told = mine.aggregate(
        known=Count("pk"), verified=Count("pk", filter=Q(level=Level.VERIFIED)),
        active=Count("pk", filter=Q(seen_at__gte=since)),
    )  # fmt: skip
    street = reach_of(user, SEE).street
    whose, where = (None, None) if street else (mine, communities_for(user, SEE))
    return told | {"months": [_month(month, mine, whose, where) for month in months(today, 6)]}


def _month(
    month: date, mine: QuerySet[Resident], whose: QuerySet[Resident] | None, where: QuerySet | None
) -> dict[str, Any]:
    after = month + relativedelta(months=1)
    since, until = _midnight(month), _midnight(after)
    called = calls.total(calls.figures(since, until, where))
    rated = ResidentReport.objects.filter(rated_at__gte=since, rated_at__lt=until, rating__isnull=False)
    reports = (rated if whose is None else rated.filter(resident__in=whose)).aggregate(
        n=Count("pk"), content=Count("pk", filter=Q(rating__gte=calls.CONTENT))
    )
    filed = ResidentReport.objects.filter(incident__filed_at__gte=since, incident__filed_at__lt=until)
    all_rated = called.rated + reports["n"]
    return {
        "month": month,
        "joined": mine.filter(created_at__gte=since, created_at__lt=until).count(),
        "accepted": (filed if whose is None else filed.filter(resident__in=whose)).count(),
        "called": called.calls,
        "answered": called.answered_rate,
        "answers": (called.in_time, called.promised),
        "content": 100 * (called.content + reports["content"]) / all_rated if all_rated else None,
        "ratings": (called.content + reports["content"], all_rated),
        **moved_in(month, whose),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), STREET)
