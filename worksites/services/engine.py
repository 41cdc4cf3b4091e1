"""The truck rules at work: a truck's new positions become trips and alerts, in one transaction under its row's lock.

`TruckState.engine` holds {"now": the state, "back": older states for late positions, "since" and "count": so many
positions and passes received since then have been judged, "far" and "wide": the same for older days, once an hour}.
Safe to be run twice, twice at once and again after a crash: what was found has keys of its own.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from shushanwei.common.clock import STREET, db_now
from worksites.models import JudgedDay, Trip, TruckState
from worksites.selectors_engine import events_of, fixes_of, instant, microseconds, site_days, truck_ground
from worksites.services.engine_alerts import raise_alerts
from worksites.services.fixes import TABLE
from worksites.trucks.engine import Judged, judge, silence
from worksites.trucks.ground import Card, Ground
from worksites.trucks.rules import Rule
from worksites.trucks.sitedays import mismatch
from worksites.trucks.state import State

WINDOW = timedelta(seconds=20)  # a position waits so long for those that overtook it
BACK_EVERY = timedelta(hours=1)
BACK_KEPT = 4
WARM_UP = timedelta(hours=12)  # without an older state, a late position is judged with so much before it
TAIL = timedelta(hours=36)  # later ones complete trips of their own time only
NEAR_PAST = timedelta(hours=26)
FAR_PAST = timedelta(days=60)
WIDE_EVERY = timedelta(hours=1)
MOST_DAYS = 30  # a day on which the job did not run is made up for so long
TRIP_FIELDS = [
    "state", "from_type", "site_id", "gate_id", "from_lon", "from_lat", "route_matched", "to_type", "sink_id", "to_lon",
    "to_lat", "distance_m", "volume_m3", "manifest_id", "hits",
]  # fmt: skip
INSTANTS = ["depart", "arrive", "unload", "leave"]


@transaction.atomic
def judge_truck(truck_id: int) -> bool:
    """Judge what a truck has told since last time; false when there is nothing to do.

    Reads positions up to `WINDOW` ago. What came for a time already judged makes that tail be judged again.
    """
    row = _locked(truck_id)
    if row is None or row.engine_work_at is None:
        return False
    now, ground = db_now(), truck_ground()
    card = ground.cards.get(truck_id) or Card(truck_id, row.truck.plate)
    until = now - WINDOW
    kept = row.engine or {}
    state = State.of_json(kept.get("now"))
    back: list[list[Any]] = kept.get("back", [])
    again_from: datetime | None = None
    if state.prev is not None:
        judged = instant(state.prev[0])
        wide = kept.get("wide") is None or now - instant(kept["wide"]) > WIDE_EVERY
        late = _late(truck_id, card.plate, kept, judged, now, wide)
        kept["wide"] = microseconds(now) if wide else kept["wide"]
        if late is not None and late < now - TAIL:
            _judge_old_days(ground, card, late, min(judged, late + TAIL), now)
            late = None
        if late is not None:
            again_from, state, back = _older(late, back)
    after = instant(state.prev[0]) if state.prev is not None else (again_from or _first(truck_id, until))
    found = _run(ground, card, after, until, state)
    if found is not None:
        state = found.state
        keep_trips(card.id, found, again_from)
        raise_alerts(found.hits, now=now, again=again_from is not None)
    row.engine = _kept(kept, state, back, truck_id, card.plate, now)
    row.engine_at = instant(state.prev[0]) if state.prev else None
    waiting = _waiting(truck_id, max(until, row.engine_at) if row.engine_at else until, now)
    row.engine_work_at = waiting + WINDOW + timedelta(seconds=1) if waiting else None
    row.save(update_fields=["engine", "engine_at", "engine_work_at"])
    return True


@transaction.atomic
def mark_judged(truck_id: int, state: State) -> None:
    """What is kept of this truck has been judged up to `state` elsewhere (a replay, a move): go on from there.

    Call it after its positions are kept. Raises TruckState.DoesNotExist when the truck has never been heard.
    """
    row = TruckState.objects.select_for_update(no_key=True, of=("self",)).select_related("truck").get(pk=truck_id)
    now = db_now()
    row.engine = _kept({}, state, [], truck_id, row.truck.plate, now)
    row.engine_at = instant(state.prev[0]) if state.prev else None
    row.engine_work_at = None
    row.save(update_fields=["engine", "engine_at", "engine_work_at"])


@transaction.atomic
def judge_silence(truck_id: int) -> bool:
    """A truck that has said nothing for too long with its ignition on: T10, before its next position tells it."""
    row = _locked(truck_id)
    if row is None or row.engine_work_at is not None or not row.engine:
        return False
    now, ground = db_now(), truck_ground()
    state = State.of_json(row.engine.get("now"))
    card = ground.cards.get(truck_id) or Card(truck_id, row.truck.plate)
    hits = silence(ground, card, state, microseconds(now))
    if not hits:
        return False
    raised = raise_alerts(hits, now=now)
    row.engine = {**row.engine, "now": state.as_json()}
    row.save(update_fields=["engine"])
    return bool(raised)


def judge_site_days() -> int:
    """T12 of every site on each finished day not judged yet, `MOST_DAYS` back at most. Returns how many were new."""
    return sum(_judge_site_day(day) for day in finished_days())


def finished_days() -> list[date]:
    """Finished days of the street whose gates and manifests have not been compared, oldest first."""
    today = db_now().astimezone(STREET).date()
    days = [today - timedelta(days=ago) for ago in range(MOST_DAYS, 0, -1)]
    judged = set(JudgedDay.objects.filter(day__gte=days[0]).values_list("day", flat=True))
    return [day for day in days if day not in judged]


def mark_day_judged(day: date) -> bool:
    """Remember that a day's gates and manifests have been compared; false where it was known."""
    return JudgedDay.objects.get_or_create(day=day, defaults={"judged_at": db_now()})[1]


def site_day_hits(day: date, rule: Rule) -> list[dict[str, Any]]:
    """What T12 finds on a day of the street, site after site."""
    return [hit for one in site_days(day) if (hit := mismatch(rule, one)) is not None]


@transaction.atomic
def _judge_site_day(day: date) -> int:
    if not mark_day_judged(day):
        return 0
    return len(raise_alerts(site_day_hits(day, truck_ground().rules["T12"]), now=db_now()))


def trucks_with_work() -> list[int]:
    """Trucks with positions that the rules have not seen, longest waiting first."""
    due = TruckState.objects.filter(engine_work_at__lte=db_now())
    return list(due.order_by("engine_work_at").values_list("truck_id", flat=True)[:2_000])


def silent_trucks() -> list[int]:
    """Trucks whose last position had the ignition on and is older than T10 allows, of the last three hours."""
    now, rule = db_now(), truck_ground().rules["T10"]
    silent = TruckState.objects.filter(
        engine_at__isnull=False, ignition=True, engine_work_at=None,
        at__lt=now - timedelta(seconds=int(rule["gap_s"])), at__gt=now - timedelta(hours=3),
    )  # fmt: skip
    return list(silent.order_by("at").values_list("truck_id", flat=True)[:2_000])


def _locked(truck_id: int) -> TruckState | None:
    rows = TruckState.objects.select_for_update(no_key=True, of=("self",)).select_related("truck")
    return rows.filter(pk=truck_id).first()


def _run(ground: Ground, card: Card, after: datetime, until: datetime, state: State) -> Judged | None:
    fixes = fixes_of(card.id, after, until)
    if not len(fixes):
        return None
    events = events_of(card.id, card.plate, after, instant(int(fixes.t[-1])))
    return judge(ground, fixes, {card.id: events}, {card.id: state})[card.id]


def _older(late: datetime, back: list[list[Any]]) -> tuple[datetime, State, list[list[Any]]]:
    """(judged again from, the state then, the older states that are still true)."""
    true = [one for one in back if instant(one[0]) < late]
    if true:
        return instant(true[-1][0]), State.of_json(true[-1][1]), true
    return late - WARM_UP, State(), []


def _judge_old_days(ground: Ground, card: Card, late: datetime, until: datetime, now: datetime) -> None:
    """Positions that came days late: trips of that time are completed, alerts are kept but told to nobody."""
    found = _run(ground, card, late - WARM_UP, until, State())
    if found is not None:
        keep_trips(card.id, found, None)
        raise_alerts(found.hits, now=now, again=True)


COUNT = f"""
select count(*), min(at) from (
    select at from {TABLE} where truck_id = %(truck)s and positioned and at > %(past)s and at <= %(judged)s
        and day between %(past_day)s and %(judged_day)s and received_at > %(since)s
    union all
    select at from worksites_gatepass where plate = %(plate)s and at > %(past)s and at <= %(judged)s
        and received_at > %(since)s
) said
"""


def _count(
    truck_id: int, plate: str, since: int, judged: datetime, past: timedelta, now: datetime
) -> tuple[int, datetime | None]:
    """(how many positions and passes for a judged time were received after `since`, the oldest of them)."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {
            "truck": truck_id, "plate": plate, "past": now - past, "judged": judged, "since": instant(since),
            "past_day": (now - past).astimezone(STREET).date(), "judged_day": judged.astimezone(STREET).date(),
        })  # fmt: skip
        count, oldest = cursor.fetchone()
    return count, oldest


def _late(
    truck_id: int, plate: str, kept: dict[str, Any], judged: datetime, now: datetime, wide: bool
) -> datetime | None:
    """The oldest position or pass for a judged time that came since, None for none.

    Told by their number, not by when they came: a transaction that was slow to commit came before it could be seen.
    """
    count, oldest = _count(truck_id, plate, kept.get("since", 0), judged, NEAR_PAST, now)
    found = [oldest] if count != kept.get("count", 0) and oldest else []
    if wide and "far" in kept:
        since, upto, before = kept["far"]
        count, oldest = _count(truck_id, plate, since, instant(upto), FAR_PAST, now)
        found += [oldest] if count != before and oldest else []
    return min(found) if found else None


def _kept(
    kept: dict[str, Any], state: State, back: list[list[Any]], truck_id: int, plate: str, now: datetime
) -> dict[str, Any]:
    if state.prev is None:
        return kept
    judged = instant(state.prev[0])
    saved = state.as_json()
    if not back or judged - instant(back[-1][0]) >= BACK_EVERY:
        back = [*back, [state.prev[0], saved]][-BACK_KEPT:]
    since = microseconds(now - timedelta(minutes=10))
    wide = kept.get("wide") or microseconds(now)
    if "far" not in kept or wide == microseconds(now):
        far_since = microseconds(now - timedelta(minutes=10))
        far = [far_since, state.prev[0], _count(truck_id, plate, far_since, judged, FAR_PAST, now)[0]]
    else:
        far = kept["far"]
    return {
        "now": saved, "back": back, "wide": wide, "far": far, "since": since,
        "count": _count(truck_id, plate, since, judged, NEAR_PAST, now)[0],
    }  # fmt: skip


def _first(truck_id: int, until: datetime) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(f"select min(at) from {TABLE} where truck_id = %s and at <= %s", [truck_id, until])
        oldest = cursor.fetchone()[0]
    return (oldest or until) - timedelta(seconds=1)


def _waiting(truck_id: int, after: datetime, now: datetime) -> datetime | None:
    """The oldest position that is too new to be judged."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select min(at) from {TABLE} where truck_id = %s and at > %s and positioned and day >= %s",
            [truck_id, after, after.astimezone(STREET).date()],
        )
        return cursor.fetchone()[0]


def keep_trips(truck_id: int, found: Judged, again_from: datetime | None) -> None:
    """Write trips over what stands; those of a tail that is judged again and gives no such trip go."""
    rows = [
        Trip(
            truck_id=truck_id, load_start=instant(trip["load_start"]),
            **{name: trip[name.removesuffix("_id")] for name in TRIP_FIELDS},
            **{name: instant(trip[name]) if trip[name] is not None else None for name in INSTANTS},
        )
        for trip in found.trips.values()
    ]  # fmt: skip
    if again_from is not None:
        tail = Trip.objects.filter(truck_id=truck_id, load_start__gt=again_from)
        tail.exclude(load_start__in=[row.load_start for row in rows]).delete()
    Trip.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["truck", "load_start"], update_fields=[*TRIP_FIELDS, *INSTANTS]
    )
