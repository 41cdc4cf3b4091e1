"""What is asked about patrols: whose grids, what is covered today, the year of 365 days (P365)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet

from grid.models import Grid, Patrol, PatrolPoint, PatrolVisit, PersonPosition, Posting
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import Reach, reach_of
from shushanwei.people.models import User

YEAR_DAYS = 365
WALKERS = [Posting.Duty.WORKER, Posting.Duty.BACKUP, Posting.Duty.LEADER]


@dataclass(frozen=True)
class Coverage:
    """One grid on one day: covered or not, and what stands against it."""

    grid: Grid
    covered: bool
    patrols: list[Patrol]
    walking: Patrol | None  # somebody is on the way now


@dataclass(frozen=True)
class Year:
    """P365 of the last 365 whole days: {day: grids covered}, measured from the first patrol ever on."""

    days: dict[date, int]
    grids: int
    n: int  # grids × days
    met: int
    full_days: int  # days on which every grid was covered

    @property
    def attainment(self) -> float | None:
        """Mean coverage, 0–1; None while nothing has been measured."""
        return self.met / self.n if self.n else None


def today() -> date:
    """The street's day."""
    return db_now().astimezone(STREET).date()


def grids_to_patrol(user: User) -> QuerySet[Grid]:
    """The grids that this person walks: own by role, or posted to now as worker, backup or leader."""
    reach = reach_of(user, "grid.patrol")
    if not reach:
        return Grid.objects.none()
    own = Q(code__in=reach.areas) | Q(community__in=reach.areas)
    own |= Q(code__in=Posting.objects.filter(user=user, duty__in=WALKERS, period__contains=db_now()).values("grid_id"))
    return Grid.objects.filter(own, kind=Grid.Kind.SOCIAL).select_related("community", "patrol_route")


def grids_seen(user: User, permission: str = "grid.view_patrols") -> QuerySet[Grid]:
    """The social grids within the data scope of `permission`, by code."""
    reach: Reach = reach_of(user, permission)
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL).select_related("community")
    if reach.street:
        return grids
    return grids.filter(Q(code__in=reach.areas) | Q(community__in=reach.areas))


def grid_seen(user: User, code: str, permission: str = "grid.view_patrols") -> Grid:
    """One grid within the scope, or NotFound."""
    grid = grids_seen(user, permission).filter(code=code).first()
    if grid is None:
        raise NotFound(f"There is no grid {code[:24]}.")
    return grid


def patrol_seen(user: User, uuid: UUID) -> Patrol:
    """One patrol that this person may see: an own one, or one of a grid within the scope; else NotFound."""
    patrol = Patrol.objects.select_related("grid__community", "worker").filter(uuid=uuid).first()
    if patrol is not None and (patrol.worker_id == user.pk or grids_seen(user).filter(pk=patrol.grid_id).exists()):
        return patrol
    raise NotFound("There is no such patrol.")


def own_patrols(user: User, since: date) -> list[Patrol]:
    """A person's patrols that count for days from `since` on, newest first."""
    rows = Patrol.objects.filter(worker=user).filter(Q(day__gte=since) | Q(ended_at__isnull=True))
    return list(rows.select_related("grid").order_by("-started_at")[:200])


def patrols_of(grid: Grid, since: date) -> list[Patrol]:
    """The patrols of a grid that count for days from `since` on, newest first."""
    rows = Patrol.objects.filter(grid=grid, day__gte=since).select_related("grid", "worker")
    return list(rows.order_by("-started_at")[:200])


def coverage_of(day: date, grids: Iterable[Grid]) -> list[Coverage]:
    """Each of these grids on a day, in their order."""
    grids = list(grids)
    known = {grid.code: grid for grid in grids}
    by_grid: dict[str, list[Patrol]] = {code: [] for code in known}
    rows = Patrol.objects.filter(day=day, grid__in=by_grid).select_related("worker").order_by("started_at")
    for patrol in rows:
        patrol.grid = known[patrol.grid_id]  # at hand already: not fetched for each patrol
        by_grid[patrol.grid_id].append(patrol)
    return [
        Coverage(
            grid,
            any(patrol.valid for patrol in by_grid[grid.code]),
            by_grid[grid.code],
            next((patrol for patrol in by_grid[grid.code] if patrol.ended_at is None), None),
        )
        for grid in grids
    ]


def uncovered_grids(day: date) -> list[Grid]:
    """The grids of the street without a valid patrol on a day, by code."""
    covered = Patrol.objects.filter(day=day, valid=True).values("grid_id")
    return list(
        Grid.objects.filter(kind=Grid.Kind.SOCIAL).exclude(pk__in=covered).select_related("community").defer("polygon")
    )


def keepers_of(codes: Collection[str], at: datetime | None = None) -> dict[str, dict[str, User]]:
    """Who answers for each grid: {grid code: {duty: person}} of the postings in force."""
    found: dict[str, dict[str, User]] = {code: {} for code in codes}
    rows = Posting.objects.filter(grid_id__in=codes, period__contains=at or db_now()).select_related("user")
    for posting in rows:
        found[posting.grid_id][posting.duty] = posting.user
    return found


def last_valid(codes: Collection[str]) -> dict[str, date]:
    """The day of the last valid patrol of each grid that has one within the last year."""
    rows = (
        Patrol.objects.filter(grid_id__in=codes, valid=True, day__gte=today() - timedelta(days=YEAR_DAYS))
        .values_list("grid_id", "day")
        .order_by("grid_id", "-day")
        .distinct("grid_id")
    )
    return dict(rows)


def measured_since() -> date | None:
    """The day of the first patrol ever: before it nothing was missed, it was not measured."""
    return Patrol.objects.aggregate(day=Min("day"))["day"]


def year_until(last: date, codes: Collection[str] | None = None, days: int = YEAR_DAYS) -> Year:
    """P365 of the `days` days that end with `last` (inclusive), for the whole street or these grids.

    Each grid needs one valid patrol each day; nothing pauses it. Full days are those on which every grid had one.
    """
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL)
    if codes is not None:
        grids = grids.filter(code__in=codes)
    count = grids.count()
    begun = measured_since()
    first = last - timedelta(days=days - 1)
    if begun is None or begun > last or not count:
        return Year({}, count, 0, 0, 0)
    first = max(first, begun)
    rows = Patrol.objects.filter(valid=True, day__gte=first, day__lte=last, grid__kind=Grid.Kind.SOCIAL)
    if codes is not None:
        rows = rows.filter(grid_id__in=codes)
    per_day = dict(rows.order_by().values_list("day").annotate(n=Count("grid", distinct=True)))
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    covered = {day: per_day.get(day, 0) for day in span}
    return Year(
        days=covered,
        grids=count,
        n=count * len(span),
        met=sum(covered.values()),
        full_days=sum(n == count for n in covered.values()),
    )


def coverage_by_community(first: date, last: date) -> dict[str, tuple[int, int]]:
    """(covered, grids × days) of each community from `first` to `last`, both inclusive."""
    begun = measured_since()
    sizes = dict(
        Grid.objects.filter(kind=Grid.Kind.SOCIAL).order_by().values_list("community_id").annotate(n=Count("pk"))
    )
    if begun is None or begun > last:
        return dict.fromkeys(sizes, (0, 0))
    first = max(first, begun)
    rows = Patrol.objects.filter(valid=True, day__gte=first, day__lte=last).order_by()
    met: dict[str, int] = {}
    for community, _grid, _day in rows.values_list("grid__community_id", "grid_id", "day").distinct():
        met[community] = met.get(community, 0) + 1
    span = (last - first).days + 1
    return {code: (met.get(code, 0), n * span) for code, n in sizes.items()}


def points_of(codes: Collection[str]) -> list[PatrolPoint]:
    """The active points of these grids, in the order of their routes."""
    return list(PatrolPoint.objects.filter(grid_id__in=codes, is_active=True).order_by("grid_id", "place", "id"))


def visits_of(patrol: Patrol) -> list[PatrolVisit]:
    """The points that a patrol has called at."""
    return list(patrol.visits.select_related("point"))


def nearest_person(candidates: Collection[int], lon: float, lat: float, since: datetime) -> int | None:
    """Of these people the one who is nearest to a position, by a place told after `since`; None where nobody is."""
    rows = PersonPosition.objects.filter(user_id__in=candidates, fix_at__gte=since)
    # Degrees compare well enough within a street: a degree of longitude is 0.865 of one of latitude here.
    near = rows.annotate(
        away=(F("lon") - lon) * (F("lon") - lon) * 0.748 + (F("lat") - lat) * (F("lat") - lat)
    ).order_by("away", "pk")
    return near.values_list("pk", flat=True).first()


def open_patrol_ids(before: datetime) -> list[int]:
    """Patrols that nobody ended and of which nothing was heard since."""
    silent = Q(last_fix_at__lt=before) | Q(last_fix_at__isnull=True, started_at__lt=before)
    return list(Patrol.objects.filter(silent, ended_at__isnull=True).values_list("pk", flat=True)[:500])
