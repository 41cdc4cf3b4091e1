"""A year of patrols, written by COPY: summaries of 365 days, tracks of the last two, today up to now."""

import io
import random
import uuid
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from demo.street.loading import POSTED_SINCE
from demo.street.patrolling import Plan, plan_of, spots, steps
from demo.street.places import to_degrees, to_metres
from grid.models import Grid, Patrol, PatrolPoint, PatrolRoute, PatrolVisit, Posting
from grid.services.positions import ensure_partitions
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User

DAYS = 365
TRACK_DAYS = 2
SPACE = uuid.UUID("6d2b7c1e-3651-4f0a-9b43-305153651501")
FOR_PEOPLE = ("grid01", "grid02")  # whose grids are left to whoever signs in
PATROL_COLUMNS = (
    "id", "uuid", "grid_id", "worker_id", "device", "skew_s", "started_at", "ended_at", "day", "seconds_inside",
    "points_needed", "points_reached", "metres", "items", "normal", "late", "valid", "failed", "last_fix_at",
    "received_at",
)  # fmt: skip
FIX_COLUMNS = (
    "subject_kind", "subject_id", "device", "lon", "lat", "accuracy_m", "fix_at", "received_at", "received_on",
    "mocked", "believed",
)  # fmt: skip


@transaction.atomic
def load_points() -> int:
    """Points and routes of every grid that has none, and the A/B pairs of the workers; returns the new points."""
    grids = list(Grid.objects.filter(kind="social").order_by("code"))
    there = set(PatrolPoint.objects.values_list("grid_id", flat=True))
    points, routes = [], []
    for grid in grids:
        if grid.code in there:
            continue
        found = spots(grid.code, grid.polygon, (grid.label_lon, grid.label_lat))
        points += [
            PatrolPoint(grid=grid, name=s.name, lon=s.lon, lat=s.lat, radius_m=s.radius_m, place=n)
            for n, s in enumerate(found, 1)
        ]
        if len(found) > 1:
            ring = [[s.lon, s.lat] for s in [*found, found[0]]]
            routes.append(PatrolRoute(grid=grid, line={"type": "LineString", "coordinates": ring}))
    PatrolPoint.objects.bulk_create(points)
    PatrolRoute.objects.bulk_create(routes, ignore_conflicts=True)
    _pair(grids)
    return len(points)


def _pair(grids: list[Grid]) -> None:
    """Each worker stands in for the next grid of the same community (AB岗)."""
    workers = dict(Posting.objects.filter(duty="worker", period__endswith=None).values_list("grid_id", "user_id"))
    held = set(Posting.objects.filter(duty="backup").values_list("grid_id", flat=True))
    by_community: dict[str, list[str]] = defaultdict(list)
    for grid in grids:
        by_community[grid.community_id].append(grid.code)
    Posting.objects.bulk_create(
        Posting(
            grid_id=code, user_id=workers[codes[n - 1]], duty="backup", period=DateTimeTZRange(POSTED_SINCE, None, "[)")
        )
        for codes in by_community.values()
        for n, code in enumerate(codes)
        if code not in held and codes[n - 1] in workers and len(codes) > 1
    )


@transaction.atomic
def load_patrols() -> int:
    """The year's patrols up to this minute; returns how many, none where there are patrols already."""
    if Patrol.objects.exists():
        return 0
    ensure_partitions()
    now = db_now()
    today = now.astimezone(STREET).date()
    grids = list(Grid.objects.filter(kind="social").order_by("code"))
    people: dict[str, dict[str, int]] = defaultdict(dict)
    for code, duty, user in Posting.objects.filter(duty__in=["worker", "backup"]).values_list(
        "grid_id", "duty", "user_id"
    ):
        people[code][duty] = user
    points: dict[str, list[PatrolPoint]] = defaultdict(list)
    for point in PatrolPoint.objects.order_by("place"):
        points[point.grid_id].append(point)
    free = set(User.objects.filter(username__in=FOR_PEOPLE).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('grid_patrol', 'id'))")
        number = cursor.fetchone()[0]
    rows, fixes, visits = io.StringIO(), io.StringIO(), []
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        for grid in grids:
            if not people[grid.code] or (back == 0 and people[grid.code].get("worker") in free):
                continue
            for values in _rounds(grid, day, people[grid.code], len(points[grid.code]), now):
                rows.write(_line([number, *values]))
                if back <= TRACK_DAYS:
                    visits += _track(fixes, number, values, points[grid.code])
                number += 1
    with connection.cursor() as cursor:
        for table, columns, text in (("grid_patrol", PATROL_COLUMNS, rows), ("grid_positionfix", FIX_COLUMNS, fixes)):
            text.seek(0)
            cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin", text)
        cursor.execute("select setval(pg_get_serial_sequence('grid_patrol', 'id'), %s)", [number])
    PatrolVisit.objects.bulk_create(visits)
    return Patrol.objects.count()


def _rounds(grid: Grid, day: date, people: dict[str, int], needed: int, now: datetime) -> list[list]:
    """The rows of a grid's patrols on a day, as far as they lie before now."""
    plan = plan_of(grid.code, day)
    begins = datetime.combine(day, time(), STREET) + timedelta(minutes=plan.minute)
    who = people.get("backup" if plan.by_backup else "worker") or next(iter(people.values()))
    rounds = []
    if plan.failed_first:
        rounds.append(_round(grid, day, begins, who, plan, needed, list(plan.failed_first), 0))
        begins += timedelta(hours=2)
    if plan.covered:
        rounds.append(_round(grid, day, begins, who, plan, needed, [], 1))
    return [values for values in rounds if values[6] < now]  # ended by now


def _round(
    grid: Grid, day: date, begins: datetime, who: int, plan: Plan, needed: int, failed: list[str], number: int
) -> list:
    dice = random.Random(f"{grid.code} {day} {number}")
    minutes = dice.randint(6, 13) if "time" in failed else plan.minutes
    reached = needed // 2 if "points" in failed else needed - (dice.random() < 0.15 and needed > 4)
    ends = begins + timedelta(minutes=minutes + dice.randint(1, 5), seconds=dice.randint(0, 59))
    late = dice.random() < 0.04
    items = [str(uuid.uuid5(SPACE, f"{grid.code} {day}"))] if dice.random() < 0.2 and "result" not in failed else []
    return [
        uuid.uuid5(SPACE, f"{grid.code} {day} {number}"),
        grid.code,
        who,
        f"phone-{who}",
        0,
        begins,
        ends,
        day,
        minutes * 60 - dice.randint(0, 40) + 40 * ("time" not in failed),
        needed,
        reached,
        int(minutes * 62),
        items,
        not items and "result" not in failed,
        late,
        not failed,
        failed,
        ends,
        ends + timedelta(minutes=dice.randint(20, 90) if late else 0),
    ]


def _track(text: io.StringIO, number: int, values: list, points: list[PatrolPoint]) -> list[PatrolVisit]:
    """Write the thinned fixes of one round; returns the points that it called at."""
    if not points:
        return []
    begins, ends, reached, failed, device = values[5], values[6], values[10], values[16], values[3]
    rng = np.random.default_rng(number)
    every = 20
    ring = [to_metres(point.lon, point.lat) for point in points]
    walked = steps(ring, int((ends - begins).total_seconds()), every, 14.0 if "speed" in failed else 4.0)
    walked = walked + rng.normal(0, 2.5, walked.shape)
    for n, (x, y) in enumerate(walked):
        lon, lat = to_degrees(x, y)
        at = begins + timedelta(seconds=n * every)
        received = values[18] if values[14] else at
        day = received.astimezone(STREET).date()
        accuracy = round(float(rng.uniform(4, 12)), 1)
        text.write(
            _line(["patrol", number, device, round(lon, 6), round(lat, 6), accuracy, at, received, day, False, True])
        )
    return [
        PatrolVisit(patrol_id=number, point=point, how="fix", at=begins + (ends - begins) * (n + 1) / (len(points) + 1))
        for n, point in enumerate(points[:reached])
    ]


def _line(values: list) -> str:
    cells = []
    for value in values:
        if isinstance(value, list):
            cells.append("{" + ",".join(map(str, value)) + "}")
        elif isinstance(value, bool):
            cells.append("t" if value else "f")
        elif isinstance(value, datetime):
            cells.append(value.isoformat())
        else:
            cells.append(str(value))
    return "\t".join(cells) + "\n"
