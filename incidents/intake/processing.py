"""Waiting alerts worked off: what is one thing is one transaction, and one bad alert never stops the line."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from psycopg2 import errors as pg
from structlog.contextvars import bound_contextvars

from incidents.intake.rules import Thing, is_muted, level_of, thing_of, title_of
from incidents.models import Alert, AlertKind, LevelRule, Mute, Source
from incidents.services import Draft, open_or_join, set_level
from shushanwei.common.clock import db_now
from shushanwei.journal.selectors import story_of

log = structlog.get_logger(__name__)
LISTED = 2_000  # alerts looked at in one round
LONGEST_S = 20.0  # a run gives its thread back after this; the next sweep goes on
ATTEMPTS = 8
SEEN_EVERY = timedelta(seconds=5)
State = Alert.State


@dataclass
class Book:
    """What decides about alerts, read once a round."""

    kinds: dict[str, AlertKind]
    rules: list[LevelRule]
    mutes: list[Mute]
    sources: dict[int, Source]


def process_waiting(*, longest_s: float = LONGEST_S) -> int:
    """Work off waiting alerts until none is left or `longest_s` has passed; returns how many were worked off.

    Lists without locks; each step locks its alerts, passes over those another worker holds and looks again.
    """
    until, done = time.monotonic() + longest_s, 0
    try:
        queue_mapped()
        while time.monotonic() < until:
            waiting = Alert.objects.filter(state=State.NEW, work_at__lte=db_now()).order_by("work_at", "id")
            handled = _round(list(waiting.defer("payload")[:LISTED]), until)
            done += handled
            if not handled:
                break  # none is left, or they are in other workers' hands, or wait for a later try
    except (OperationalError, InterfaceError) as error:
        # The database is away, not the alerts bad: nothing is held against them.
        log.warning("alerts_wait", error=str(error))
        connection.close()
    return done


def queue_mapped() -> int:
    """Queue set-aside alerts whose kind has got a class by whatever way (page, admin, catalogue); returns how many."""
    mapped = AlertKind.objects.filter(code=OuterRef("kind"), category__isnull=False)
    found = Alert.objects.filter(state=State.UNMAPPED).filter(Exists(mapped)).values_list("pk", flat=True)[:LISTED]
    ids = list(found)
    return Alert.objects.filter(pk__in=ids, state=State.UNMAPPED).update(state=State.NEW, work_at=Now()) if ids else 0


def _round(alerts: list[Alert], until: float) -> int:
    if not alerts:
        return 0
    book = _book(alerts)
    muted: list[int] = []
    unmapped: list[Alert] = []
    things: dict[Thing, list[int]] = {}
    for alert in alerts:
        kind = book.kinds[alert.kind]
        if is_muted(alert, book.mutes):
            muted.append(alert.pk)
        elif kind.category_id is None:
            unmapped.append(alert)
        else:
            level = level_of(alert, kind, book.sources[alert.source_id].kind, book.rules)
            things.setdefault(thing_of(alert, level), []).append(alert.pk)
    done = _set_aside(muted, State.MUTED) if muted else 0
    for code in {alert.kind for alert in unmapped}:
        done += _keep_unmapped(code, [alert.pk for alert in unmapped if alert.kind == code])
    for thing, ids in things.items():
        if time.monotonic() > until:
            break
        done += _fold_or_each(thing, ids, book)
    _note_seen(alerts)
    return done


def _book(alerts: Sequence[Alert]) -> Book:
    codes = {alert.kind for alert in alerts}
    kinds = _kinds(codes)
    if missing := codes - kinds.keys():
        AlertKind.objects.bulk_create([AlertKind(code=code) for code in sorted(missing)], ignore_conflicts=True)
        log.info("alert_kinds_unknown", kinds=sorted(missing)[:20])
        kinds = _kinds(codes)
    now = db_now()
    return Book(
        kinds=kinds,
        rules=list(LevelRule.objects.order_by("order", "id")),
        mutes=list(Mute.objects.filter(lifted_at__isnull=True, since__lte=now, until__gt=now)),
        sources=Source.objects.in_bulk({alert.source_id for alert in alerts}),
    )


def _kinds(codes: set[str]) -> dict[str, AlertKind]:
    found = AlertKind.objects.filter(code__in=codes).select_related(
        "category__department", "szcg_category", "category__second_department"
    )
    return {kind.code: kind for kind in found}


def _fold_or_each(thing: Thing, ids: list[int], book: Book) -> int:
    """One transaction for the whole fold; when it fails, one for each alert, so that only the bad one waits."""
    try:
        return _fold(thing, ids, book)
    except (OperationalError, InterfaceError) as error:
        if not isinstance(error.__cause__, pg.LockNotAvailable | pg.DeadlockDetected):
            raise
        log.info("alerts_wait_for_lock", alerts=len(ids), error=str(error))
        return 0
    except Exception as error:
        if len(ids) == 1:
            _push_back(ids[0], error)
            return 0
    return sum(_fold_or_each(thing, [id_], book) for id_ in ids)


@transaction.atomic
def _fold(thing: Thing, ids: list[int], book: Book) -> int:
    """Open or join with these alerts of one thing; returns how many were still waiting."""
    alerts = list(
        Alert.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk__in=ids, state=State.NEW)
        .defer("payload")
        .order_by("occurred_at", "id")
    )
    if not alerts:
        return 0
    first, source, kind = alerts[0], book.sources[thing.source_id], book.kinds[thing.kind]
    assert kind.category is not None
    with bound_contextvars(trace=first.trace or f"alert-{first.pk}"):
        draft = Draft(
            category=kind.category,
            level=thing.level,
            source_kind=source.kind,
            title=title_of(first, kind),
            text=first.text,
            lon=first.lon,
            lat=first.lat,
            # E0 is when the signal was stored; for a kind that nobody knew it is when it was understood.
            opened_at=None if first.processed_at else min(alert.received_at for alert in alerts),
            alert_kind=first.kind,
            confidence=first.confidence,
            szcg_category=kind.szcg_category,
        )
        incident, opened = open_or_join(
            draft,
            correlation=f"{source.code}:{first.correlation}" if first.correlation else "",
            count=len(alerts),
            last_at=None if first.processed_at else max(alert.received_at for alert in alerts),
        )
        joined = [alert.pk for alert in alerts[1:]] if opened else [alert.pk for alert in alerts]
        if opened:
            _settle([first.pk], State.OPENED, incident.pk)
        elif thing.level < incident.level and not _level_was_judged(incident.pk):
            # Folding must not hide that it has become worse.
            set_level(incident.pk, thing.level, actor=None, reason=draft.title)
        _settle(joined, State.JOINED, incident.pk)
        log.info("alerts_processed", incident=incident.pk, opened=opened, alerts=len(alerts), kind=first.kind)
    return len(alerts)


def _level_was_judged(incident_id: int) -> bool:
    """Whether a person has set the level: then no further signal sets it."""
    return story_of("incident", incident_id).filter(verb="incident.level_changed", actor__isnull=False).exists()


def _settle(ids: list[int], state: str, incident_id: int) -> None:
    if ids:
        Alert.objects.filter(pk__in=ids).update(state=state, incident_id=incident_id, processed_at=db_now(), error="")


def _set_aside(ids: list[int], state: str) -> int:
    with transaction.atomic():
        waiting = _lock_waiting(ids)
        return Alert.objects.filter(pk__in=waiting).update(state=state, processed_at=db_now())


def _keep_unmapped(code: str, ids: list[int]) -> int:
    """Keep alerts of a kind without a class for mapping; under the kind's lock, so that a mapping misses none."""
    with transaction.atomic():
        kind = AlertKind.objects.select_for_update().get(code=code)
        if kind.category_id is not None:
            return 0
        waiting = _lock_waiting(ids)
        return Alert.objects.filter(pk__in=waiting).update(state=State.UNMAPPED, processed_at=db_now())


def _lock_waiting(ids: list[int]) -> list[int]:
    return list(
        Alert.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk__in=ids, state=State.NEW)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _push_back(alert_id: int, error: Exception) -> None:
    """Try again in 2, 4, 8 … seconds; after eight tries it is failed, with the reason, for people to look at."""
    log.error("alert_failed", alert=alert_id, error=repr(error), exc_info=error)
    with transaction.atomic():
        alert = (
            Alert.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=alert_id, state=State.NEW)
            .only("attempts")
            .first()
        )
        if alert is None:
            return
        attempts = alert.attempts + 1
        now = db_now()
        Alert.objects.filter(pk=alert_id).update(
            attempts=attempts,
            work_at=now + timedelta(seconds=2**attempts),
            error=(str(error) or type(error).__name__)[:200].replace("\x00", ""),
            **({"state": State.FAILED, "processed_at": now} if attempts >= ATTEMPTS else {}),
        )


def _note_seen(alerts: Sequence[Alert]) -> None:
    """Write down when the sources were last heard; a source that another worker writes about is left to it."""
    newest: dict[int, datetime] = {}
    for alert in alerts:
        newest[alert.source_id] = max(alert.received_at, newest.get(alert.source_id, alert.received_at))
    with transaction.atomic():
        locked = Source.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=newest).order_by("pk")
        for source in locked:
            if source.last_seen_at is None or newest[source.pk] - source.last_seen_at > SEEN_EVERY:
                Source.objects.filter(pk=source.pk).update(last_seen_at=newest[source.pk])
