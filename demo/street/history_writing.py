"""Write a past into the tables: numbers drawn in order, rows in bulk, everything in one transaction."""

import io
import json
import random
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models.expressions import DatabaseDefault

from demo.street.history import Item, items
from demo.street.history_book import Book
from demo.street.history_courses import live
from demo.street.history_life import Life
from dispatch.models import ArrivalProof, Assignment, Reinforcement
from grid.models import MapLayer
from grid.selectors import grid_at
from incidents.models import Alarm, Alert, CaseCheck, CaseReturn, CaseSequence, Deadline, Incident
from incidents.services.opening import DISTRICT
from shushanwei.common.clock import STREET, db_now
from shushanwei.journal.models import Entry

MARK = "past-"  # begins the external id of every alert of the past


@transaction.atomic
def load_history(days: int) -> int:
    """Write the past of `days` days and today; returns how many incidents, none where there is a past already."""
    if Alert.objects.filter(source__code__startswith="cam-", external_id__startswith=MARK).exists():
        return 0
    book = Book(now=db_now())
    lives = _lives(book, days)
    _write(lives)
    return len(lives)


def _lives(book: Book, days: int) -> list[Life]:
    past = [item for item in items(days, book.now, _homes()) if item.row.kind in book.kinds]
    numbers = _next_ids(Incident, len(past))
    case_nos = _case_nos(past)
    lives = []
    for item, pk, case_no in zip(past, numbers, case_nos, strict=True):
        dice = random.Random(f"{item.opened_at.isoformat()}{item.title}")
        life = Life(item, _incident(item, pk, case_no, book), book, dice, item.opened_at)
        life.open()
        live(life)
        life.alerts = _alerts(life, dice)
        lives.append(life)
    return lives


def _incident(item: Item, pk: int, case_no: str, book: Book) -> Incident:
    kind = book.kinds[item.row.kind]
    category = kind.category
    assert category is not None
    place = grid_at(item.lon, item.lat)
    immediate = item.immediate
    return Incident(
        pk=pk,
        case_no=case_no,
        status="pending_dispatch" if immediate else "reported",
        level=item.row.level,
        category=category,
        szcg_category=kind.szcg_category or book.szcg_of(category),
        source_kind=_source(item, book).kind,
        title=item.title,
        text=item.text,
        lon=item.lon,
        lat=item.lat,
        community_id=place.community_code if place else None,
        grid_id=place.grid_code if place else None,
        alert_count=item.signals,
        last_alert_at=item.opened_at + timedelta(seconds=30 * (item.signals - 1)),
        needs_field_action=category.needs_field_action,
        need_followup=category.need_followup,
        sla=book.sla,
        filed_at=item.opened_at if immediate else None,
        department=category.department,
    )


def _source(item: Item, book: Book):
    return book.sources[item.camera if item.channel == "cameras" else item.channel]


def _alerts(life: Life, dice: random.Random) -> list[Alert]:
    item, source = life.item, _source(life.item, life.book)
    alerts = []
    for number in range(item.signals):
        at = item.opened_at + timedelta(seconds=30 * number)
        alerts.append(
            Alert(
                source=source, external_id=f"{MARK}{life.incident.case_no}-{number}", kind=item.row.kind,
                title=item.title, text=item.text, lon=item.lon, lat=item.lat, crs="wgs84",
                occurred_at=at, received_at=at,
                confidence=round(dice.uniform(0.72, 0.99), 2) if item.channel == "cameras" else None,
                state="opened" if number == 0 else "joined", incident=life.incident, work_at=at, processed_at=at,
                trace=uuid.UUID(int=dice.getrandbits(128)).hex,
            )
        )  # fmt: skip
    return alerts


def _write(lives: list[Life]) -> None:
    entries = sorted((entry for life in lives for entry in life.entries), key=lambda entry: entry.at)
    for entry, pk in zip(entries, _next_ids(Entry, len(entries)), strict=True):
        entry.pk = pk
        # Ids rise with time, so the last one of an incident is its `rev`.
    newest: dict[int, int] = {}
    for entry in entries:
        newest[entry.subject_id] = max(newest.get(entry.subject_id, 0), entry.pk)
    for life in lives:
        life.incident.rev = newest[life.incident.pk]
        for order in life.orders:
            order.rev = life.incident.rev
    _bulk(Incident, (life.incident for life in lives))
    _bulk(Entry, entries)
    _bulk(Deadline, (row for life in lives for row in life.deadlines))
    _bulk(Assignment, (row for life in lives for row in life.orders))
    _bulk(ArrivalProof, (row for life in lives for row in life.proofs))
    _bulk(Reinforcement, (row for life in lives for row in life.calls))
    _bulk(CaseCheck, (row for life in lives for row in life.checks))
    _bulk(CaseReturn, (row for life in lives for row in life.returns))
    _bulk(Alarm, (row for life in lives for row in life.alarms))
    _bulk(Alert, (row for life in lives for row in life.alerts))


def _bulk(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Number and store rows with COPY: eighty thousand of them through the ORM take five times as long."""
    listed = list(rows)
    if not listed:
        return
    if listed[0].pk is None and not isinstance(model._meta.pk, models.ForeignKey | models.OneToOneField):
        # Numbered here: rows that point at each other are all known before the first is written.
        for row, pk in zip(listed, _next_ids(model, len(listed)), strict=True):
            row.pk = pk
    _point_at_numbers(listed)
    columns = [
        (field.attname, field.column, isinstance(field, models.JSONField))
        for field in model._meta.concrete_fields
        if not isinstance(getattr(listed[0], field.attname), DatabaseDefault)
    ]
    names = ", ".join(connection.ops.quote_name(column) for _attribute, column, _json in columns)
    text = io.StringIO()
    jsons: dict[int, str] = {}
    for row in listed:
        values = row.__dict__
        text.write(
            "\t".join(_cell(values[attribute], is_json, jsons) for attribute, _column, is_json in columns) + "\n"
        )
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"copy {connection.ops.quote_name(model._meta.db_table)} ({names}) from stdin", text)


def _point_at_numbers(rows: list[models.Model]) -> None:
    """Foreign keys to rows that had no number when they were pointed at."""
    relations = [field for field in rows[0]._meta.concrete_fields if field.is_relation]
    for row in rows:
        known = row._state.fields_cache
        for field in relations:
            target = known.get(field.name)
            if target is not None:
                row.__dict__[field.attname] = target.pk


def _cell(value: Any, is_json: bool, jsons: dict[int, str]) -> str:
    """One value as COPY reads it."""
    if is_json:
        # The promises in force are one object shared by all incidents.
        if id(value) not in jsons or not isinstance(value, list):
            jsons[id(value)] = _escaped(json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder))
        return jsons[id(value)]
    if value is None:
        return "\\N"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _escaped(value)
    return str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _next_ids(model: type[models.Model], count: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)", [table, column, count]
        )
        return [row[0] for row in cursor.fetchall()]


def _case_nos(past: list[Item]) -> list[str]:
    """Numbers that go on where each day stands."""
    days = [item.opened_at.astimezone(STREET).date() for item in past]
    given = dict(CaseSequence.objects.select_for_update().values_list("day", "last"))
    counts: Counter = Counter(given)
    numbers = []
    for day in days:
        counts[day] += 1
        numbers.append(f"{DISTRICT}{day:%Y%m%d}{counts[day]:05d}")
    for day, last in counts.items():
        CaseSequence.objects.update_or_create(day=day, defaults={"last": last})
    return numbers


def _homes() -> list[tuple[str, float, float]]:
    layer = MapLayer.objects.filter(code="buildings").first()
    features = layer.geojson["features"] if layer else []
    return [(f["properties"]["name"], *f["geometry"]["coordinates"][0][0]) for f in features]
