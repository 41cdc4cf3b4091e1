"""Hits become truck alerts (预警): each once by its key, numbered by the day, told to the screens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from grid.selectors import grid_at
from shushanwei.common.clock import STREET
from shushanwei.journal.services import record
from worksites.models import Trip, TruckAlert
from worksites.selectors_engine import instant, truck_ground
from worksites.shapes_trucks import AUDIENCE, alert_shape
from worksites.trucks.facts import kept
from worksites.trucks.rules import DAY_S

LATE = timedelta(hours=24)  # what is older when it is found is listed, but calls nobody


def raise_alerts(hits: Sequence[dict[str, Any]], *, now: datetime, again: bool = False) -> list[TruckAlert]:
    """Write the hits that are new; returns those. Call it in the transaction of the judgement.

    With `again` the hits come out of a tail judged anew, whose memory may be shorter than the time for which a rule
    holds back: then the alerts that stand are asked as well.
    """
    if not hits:
        return []
    rules = truck_ground().rules
    raised = []
    hold_numbers()
    keys = [hit["key"] for hit in hits]
    there = set(TruckAlert.objects.filter(key__in=keys).values_list("key", flat=True))
    trips = _trips(hits)
    for hit in hits:
        if hit["key"] in there:
            continue
        there.add(hit["key"])
        began, rule = instant(hit["began"]), rules[hit["rule"]]
        if again and hit["truck"] is not None and _spoke(hit, began, rule.suppress_s):
            continue
        place = grid_at(hit["lon"], hit["lat"])
        ended = instant(hit["ended"]) if hit["ended"] is not None else None
        alert = TruckAlert.objects.create(
            number=next_number(now), key=hit["key"], rule=hit["rule"], rule_row_id=rule.row, level=hit["level"],
            truck_id=hit["truck"], trip_id=trips.get((hit["truck"], hit["trip"])), site_id=hit["site"],
            sink_id=hit["sink"], began_at=began, ended_at=ended, raised_at=now,
            is_late=instant(hit["detected"]) < now - LATE - timedelta(days=hit["rule"] == "T12"),
            lon=hit["lon"], lat=hit["lat"], grid_id=(place.grid_code or None) if place else None,
            facts=kept(hit["facts"]),
        )  # fmt: skip
        data = {"number": alert.number, "rule": alert.rule, "level": alert.level, "late": alert.is_late}
        record(alert, "truck_alert.raised", data=data, shape=alert_shape, audience=AUDIENCE)
        raised.append(alert)
    return raised


def hold_numbers() -> None:
    """One at a time: numbers are in a row, and two trucks of one site have one alert of the night."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('truck_alert_number'))")


def _spoke(hit: dict[str, Any], began: datetime, suppress_s: int) -> bool:
    spoken = TruckAlert.objects.filter(truck=hit["truck"], rule=hit["rule"])
    if suppress_s >= DAY_S:
        midnight = began.astimezone(STREET).replace(hour=0, minute=0, second=0, microsecond=0)
        return spoken.filter(began_at__gte=midnight, began_at__lt=midnight + timedelta(days=1)).exists()
    return spoken.filter(began_at__gt=began - timedelta(seconds=suppress_s), began_at__lte=began).exists()


def _trips(hits: Sequence[dict[str, Any]]) -> dict[tuple[int, int], int]:
    wanted = {(hit["truck"], hit["trip"]) for hit in hits if hit["trip"] is not None}
    if not wanted:
        return {}
    rows = Trip.objects.filter(
        truck__in={truck for truck, _t in wanted}, load_start__in={instant(t) for _truck, t in wanted}
    )
    by_instant = {instant(t): t for _truck, t in wanted}
    return {(row.truck_id, by_instant[row.load_start]): row.pk for row in rows}


def next_number(now: datetime) -> str:
    """YJ-20261127-0001; call it after `hold_numbers`."""
    head = f"YJ-{now.astimezone(STREET):%Y%m%d}-"
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(substring(number from '[0-9]+$')::int), 0) from worksites_truckalert"
            " where number like %s",
            [f"{head}%"],
        )
        return f"{head}{cursor.fetchone()[0] + 1:04d}"
