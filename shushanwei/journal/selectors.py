"""Reads of the journal: the newest rev, what settled since, the story of one subject."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Max, QuerySet
from django.utils import timezone

from shushanwei.journal.models import Entry

SETTLED = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def newest_rev() -> int:
    """The id of the newest committed entry, 0 when there is none."""
    return Entry.objects.aggregate(rev=Max("id"))["rev"] or 0


def settled_xid() -> int:
    """The oldest transaction still running: all entries with a lower `xid` are final and visible."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED)
        return cursor.fetchone()[0]


def live_revs_between(since: int) -> tuple[int, list[int]]:
    """(until, ids): the pushed entries of all transactions from `since` up to, not including, `until`."""
    until = settled_xid()
    ids = Entry.objects.filter(is_live=True, xid__gte=since, xid__lt=until).order_by("id").values_list("id", flat=True)
    return until, list(ids)


def story_of(subject_type: str, subject_id: int) -> QuerySet[Entry]:
    """All entries of one subject, oldest first."""
    return Entry.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("actor").order_by("id")


def sessions_alive(keys: Iterable[str]) -> set[str]:
    """Which of these session keys still stand."""
    return set(
        Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
