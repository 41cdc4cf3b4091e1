"""A grid with points and a person who walks it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from grid.models import Grid, Patrol, PatrolPoint, Posting
from grid.patrolling import Fix
from grid.services import patrols
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant

CODE = "33010900301502"


@pytest.fixture
def home(roles, ground):
    """The grid that the tests walk in, with four points around its label."""
    grid = Grid.objects.get(code=CODE)
    for n in range(4):
        PatrolPoint.objects.create(
            grid=grid, name=f"{n + 1}号点", lon=grid.label_lon + n * 2e-4, lat=grid.label_lat, place=n + 1
        )
    return grid


@pytest.fixture
def worker(home):
    """The worker of that grid; `worker("name", duty="backup")` makes another."""

    def make(name="worker-1", duty="worker", grid=CODE, role="grid_worker", area=None) -> User:
        user = User.objects.create_user(name, password="Shushan-30515", display_name=name)
        grant(user, role, area=grid if area is None else area)
        period = DateTimeTZRange(db_now() - timedelta(days=30), None)
        Posting.objects.create(grid_id=grid, user=user, duty=duty, period=period)
        return user

    return make


def walked(grid, start, seconds=16 * 60, every=5, **more) -> list[Fix]:
    """Past the four points and back at about 1.2 m/s, from `start` on."""
    fixes = []
    for t in range(0, seconds + 1, every):
        there = (t * 1.2e-5) % 0.0012
        lon = grid.label_lon + (there if there <= 0.0006 else 0.0012 - there)
        fixes.append(Fix(start + timedelta(seconds=t), lon, grid.label_lat, 8.0, **{"device": "phone-a", **more}))
    return fixes


def a_round(user, grid, start, *, normal=True, seconds=16 * 60, device="phone-a", finish=True) -> Patrol:
    """A whole patrol as a phone tells it: start, track, end."""
    uuid = uuid4()
    patrols.start(user, grid.code, uuid=uuid, device=device, started_at=start)
    patrols.take_track(user, uuid, walked(grid, start, seconds, device=device))
    if finish:
        patrols.finish(user, uuid, ended_at=start + timedelta(seconds=seconds), normal=normal)
    return Patrol.objects.get(uuid=uuid)


def covered_on(grid, user, day, **values) -> Patrol:
    """A valid patrol of the past, as its summary stands."""
    from datetime import datetime, time

    at = datetime.combine(day, time(9), STREET)
    facts = {
        "ended_at": at + timedelta(minutes=25), "seconds_inside": 1200, "points_needed": 4, "points_reached": 4,
        "normal": True, "valid": True,
    }  # fmt: skip
    return Patrol.objects.create(
        uuid=uuid4(),
        grid=grid,
        worker=user,
        device="phone-a",
        started_at=at,
        day=day,
        received_at=at,
        **(facts | values),
    )
