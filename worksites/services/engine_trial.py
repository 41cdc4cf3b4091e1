"""Other numbers tried on the past: what would have fired. Nothing is written."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from shushanwei.common.clock import STREET
from shushanwei.common.errors import BadInput
from worksites.models import Truck
from worksites.selectors_engine import events_of, fixes_of, truck_ground
from worksites.services.engine import site_day_hits
from worksites.services.fixes import TABLE
from worksites.trucks.engine import judge
from worksites.trucks.facts import kept
from worksites.trucks.rules import CODES, BadParam
from worksites.trucks.state import State

LONGEST = timedelta(days=62)
STEP = timedelta(days=10)  # of a truck in memory at once
MOST_HITS = 500


@dataclass
class Trial:
    """What would have fired: counts per rule, the first hits with their facts, how much was looked at.

    `is_partial` says that the time was up before the last truck.
    """

    counts: dict[str, int] = field(default_factory=dict)
    hits: list[dict[str, Any]] = field(default_factory=list)
    trucks: int = 0
    fixes: int = 0
    trips: int = 0
    seconds: float = 0.0
    is_partial: bool = False


def would_have_fired(
    params_by_rule: Mapping[str, Mapping[str, Any]],
    since: datetime,
    until: datetime,
    *,
    most_s: float = 60.0,
    most_hits: int = MOST_HITS,
) -> Trial:
    """Run the rules over (since, until] with some numbers replaced ({"T02": {"stop_s": 240}}), truck after truck.

    Counts are exact unless `is_partial`; of the hits the first `most_hits` are given. Raises BadInput for `params`,
    naming rule and number, and for `until`. Memory: ten days of one truck, some 5 MB.
    """
    if not since < until <= since + LONGEST:
        raise BadInput("until", "from one instant to two months later")
    ground = truck_ground()
    try:
        ground = ground.with_rules(ground.rules.with_params(params_by_rule))
    except BadParam as bad:
        raise BadInput("params", f"{bad.field}: {bad.message}") from bad
    wanted = set(params_by_rule) or set(CODES)
    began, trial, counts = time.monotonic(), Trial(), Counter[str]()
    keys: set[str] = set()

    def add(hits: list[dict[str, Any]]) -> None:
        for hit in hits:
            if hit["rule"] in wanted and hit["key"] not in keys:
                keys.add(hit["key"])
                counts[hit["rule"]] += 1
                if len(trial.hits) < most_hits:
                    trial.hits.append({**hit, "facts": kept(hit["facts"])})

    trucks = dict(Truck.objects.filter(pk__in=_driven(since, until)).values_list("pk", "plate"))
    for truck_id in sorted(trucks):
        if time.monotonic() - began > most_s:
            trial.is_partial = True
            break
        state, after = State(), since
        while after < until:
            upto = min(until, after + STEP)
            fixes = fixes_of(truck_id, after, upto)
            if len(fixes):
                events = events_of(truck_id, trucks[truck_id], after, upto)
                found = judge(ground, fixes, {truck_id: events}, {truck_id: state})[truck_id]
                state = found.state
                add(found.hits)
                trial.trips += len(found.trips)
                trial.fixes += len(fixes)
            after = upto
        trial.trucks += 1
    if "T12" in wanted:
        for day in _whole_days(since, until):
            add(site_day_hits(day, ground.rules["T12"]))
    trial.counts = {code: counts[code] for code in CODES if code in wanted}
    trial.seconds = time.monotonic() - began
    return trial


def _whole_days(since: datetime, until: datetime) -> list[date]:
    """Days of the street that began after `since` and were over by `until`."""
    first, last = (at.astimezone(STREET).date() for at in (since, until))
    return [first + timedelta(days=n) for n in range(1, (last - first).days)]


def _driven(since: datetime, until: datetime) -> list[int]:
    days = [since.astimezone(STREET).date(), until.astimezone(STREET).date()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select t.id from worksites_truck t where exists (select from {TABLE} f where f.truck_id = t.id"
            " and f.at > %s and f.at <= %s and f.day between %s and %s)",
            [since, until, *days],
        )
        return [row[0] for row in cursor.fetchall()]
