"""A patrol from its start to its verdict; late and repeated batches change nothing but what they add (巡查)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from grid import selectors_patrols as selectors
from grid.models import Patrol, PatrolPoint, PatrolVisit, PersonPosition, PositionFix
from grid.patrolling import Fault, Fix, Point, Told, Verdict, counting_day, judge, thin
from grid.services.positions import KeptFix, keep_fixes
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.geo import BadPosition, checked, distance_m
from shushanwei.journal.services import record
from shushanwei.people.models import User

SKEW_OK_S = 5  # a phone's clock within this is right
MOST_SKEW_S = 2_000_000_000  # a phone whose battery was empty begins in 1970
LATE_S = 120
OLDEST = timedelta(hours=72)  # what a phone kept longer off-line is no patrol any more
LONGEST = timedelta(hours=6)
FORGOTTEN = timedelta(hours=2)
MOST_FIXES = 1_000
DOUBTFUL_M = 300
KIND = PositionFix.Kind.PATROL


@transaction.atomic
def start(
    user: User, grid_code: str, *, uuid: UUID, device: str, started_at: datetime, sent_at: datetime | None = None
) -> Patrol:
    """Begin a patrol; the phone's `uuid` makes it safe to send twice.

    `started_at` and `sent_at` are the phone's clock. A patrol of the same phone that was never ended ends here.
    Raises BadInput for `grid` (not this person's) and `started_at`.
    """
    _one_at_a_time(user)
    before = Patrol.objects.filter(uuid=uuid).first()
    if before is not None:
        if before.worker_id != user.pk:
            raise Conflict(_("This id was used for another patrol."))
        return before
    grid = selectors.grids_to_patrol(user).filter(code=grid_code).first()
    if grid is None:
        raise BadInput("grid", _("This is not a grid of yours."))
    now = db_now()
    skew = _skew_s(sent_at, now)
    at = _on_our_clock(started_at, skew, "started_at")
    if not now - OLDEST <= at <= now + timedelta(minutes=1):
        raise BadInput("started_at", _("At most 72 hours ago, and not in the future."))
    at = min(at, now)
    for open_one in Patrol.objects.filter(worker=user, device=device, ended_at__isnull=True, started_at__lte=at):
        end_at_last_sign(open_one.pk)
    patrol = Patrol.objects.create(
        uuid=uuid,
        grid=grid,
        worker=user,
        device=device,
        skew_s=skew,
        started_at=at,
        day=at.astimezone(STREET).date(),
        late=(now - at).total_seconds() > LATE_S,
        received_at=now,
    )
    record(patrol, "patrol.started", actor=user, data={"grid": grid.code, "late": patrol.late})
    _weigh(patrol)
    return patrol


@transaction.atomic
def take_track(user: User, uuid: UUID, fixes: Sequence[Fix]) -> tuple[Patrol, int]:
    """Keep a batch of fixes of the phone's clock and judge the patrol anew; returns it and how many were new.

    Batches may come twice, late and in any order, also after the end. They are thinned (`grid.patrolling.thin`): at
    least one fix for 30 s stays. Raises BadInput for a position that is none (`fixes[i].lon`) and for too many.
    """
    if len(fixes) > MOST_FIXES:
        raise BadInput("fixes", _("At most %(most)s at a time.") % {"most": MOST_FIXES})
    clean = []
    for index, fix in enumerate(fixes):
        try:
            lon, lat = checked(fix.lon, fix.lat)
        except BadPosition as error:
            raise BadInput(f"fixes[{index}].{error.field}", str(error)) from None
        clean.append(fix._replace(lon=lon, lat=lat))
    patrol = _locked(user, uuid)
    now = db_now()
    own = [fix._replace(at=_on_our_clock(fix.at, patrol.skew_s, f"fixes[{n}].fix_at")) for n, fix in enumerate(clean)]
    # A fix from before the start, from tomorrow or from days ago belongs to something else.
    until = patrol.ended_at or min(now + timedelta(minutes=1), patrol.started_at + LONGEST)
    own = [fix for fix in own if patrol.started_at - timedelta(seconds=30) <= fix.at <= until]
    kept = thin(own, _polygon(patrol), _points(patrol))
    new = keep_fixes(
        KIND,
        patrol.pk,
        [KeptFix(f.lon, f.lat, f.accuracy_m, f.at, f.speed_kmh, f.mocked, not f.mocked, f.device) for f in kept],
        received_at=now,
    )
    if own:
        newest = max(own, key=lambda fix: fix.at)
        if not newest.mocked:
            place(user, newest.lon, newest.lat, newest.accuracy_m, newest.at)
        patrol.last_fix_at = max(patrol.last_fix_at or newest.at, newest.at)
        patrol.late = patrol.late or any((now - fix.at).total_seconds() > LATE_S for fix in own)
        patrol.save(update_fields=["last_fix_at", "late"])
    if new:
        _weigh(patrol)
    return patrol, new


@transaction.atomic
def check_in(
    user: User, uuid: UUID, token: str, *, at: datetime, lon: float | None = None, lat: float | None = None,
    accuracy_m: float | None = None,
) -> tuple[Patrol, PatrolPoint]:  # fmt: skip
    """Call at a point by its QR code; twice changes nothing.

    Raises BadInput for `token`: no such code, another grid's, or more than 300 m away by a good position; and for
    `lon` and `lat` that are no place on earth.
    """
    patrol = _locked(user, uuid)
    point = PatrolPoint.objects.filter(token=token, is_active=True).select_related("grid").first()
    if point is None:
        raise BadInput("token", _("This is no code of a patrol point, or the code was replaced."))
    if point.grid_id != patrol.grid_id:
        raise BadInput("token", _("This point belongs to %(grid)s.") % {"grid": point.grid.name})
    if lon is not None and lat is not None and accuracy_m is not None and accuracy_m <= 50:
        try:
            away = distance_m(*checked(lon, lat), point.lon, point.lat)
        except BadPosition as error:
            raise BadInput(error.field, str(error)) from None
        if away > DOUBTFUL_M:
            raise BadInput("token", _("You are %(metres)s m away from this point.") % {"metres": round(away)})
    at = min(max(_on_our_clock(at, patrol.skew_s, "at"), patrol.started_at), patrol.ended_at or db_now())
    PatrolVisit.objects.get_or_create(patrol=patrol, point=point, how=PatrolVisit.How.CODE, defaults={"at": at})
    _weigh(patrol)
    return patrol, point


@transaction.atomic
def finish(user: User, uuid: UUID, *, ended_at: datetime, normal: bool) -> Patrol:
    """End a patrol, saying "normal" where nothing was found; twice changes nothing.

    `ended_at` is the phone's clock. An end that is earlier than what was seen of the patrol is its last fix.
    """
    patrol = _locked(user, uuid)
    if patrol.ended_at is not None:
        if normal and not patrol.normal:
            patrol.normal = True
            patrol.save(update_fields=["normal"])
            _weigh(patrol)
        return patrol
    now = db_now()
    at = _on_our_clock(ended_at, patrol.skew_s, "ended_at")
    at = min(max(at, patrol.last_fix_at or at, patrol.started_at), now, patrol.started_at + LONGEST)
    patrol.ended_at, patrol.normal = at, normal
    patrol.late = patrol.late or (now - at).total_seconds() > LATE_S
    patrol.save(update_fields=["ended_at", "normal", "late"])
    _weigh(patrol)
    record(
        patrol,
        "patrol.ended",
        actor=user,
        data={"grid": patrol.grid_id, "valid": patrol.valid, "failed": patrol.failed},
    )
    return patrol


@transaction.atomic
def note_item(worker: User, uuid: UUID, at: datetime) -> Patrol | None:
    """Something was reported by a person: it counts for the patrol that ran then, once for each `uuid`."""
    _one_at_a_time(worker)
    patrol = (
        Patrol.objects.select_for_update(no_key=True, of=("self",))
        .select_related("grid")
        .filter(worker=worker, started_at__lte=at)
        .exclude(ended_at__lt=at)
        .order_by("-started_at")
        .first()
    )
    if patrol is None or at - patrol.started_at > LONGEST:
        return None
    if uuid not in patrol.items:
        patrol.items = [*patrol.items, uuid]
        patrol.save(update_fields=["items"])
        _weigh(patrol)
    return patrol


@transaction.atomic
def end_at_last_sign(patrol_id: int) -> bool:
    """End a patrol that nobody ended, where it was last seen; false when it has ended already."""
    _one_at_a_time(Patrol.objects.select_related("worker").get(pk=patrol_id).worker)
    patrol = Patrol.objects.select_for_update(no_key=True, of=("self",)).select_related("grid").get(pk=patrol_id)
    if patrol.ended_at is not None:
        return False
    patrol.ended_at = max(patrol.last_fix_at or patrol.started_at, patrol.started_at)
    patrol.save(update_fields=["ended_at"])
    _weigh(patrol)
    record(patrol, "patrol.forgotten", data={"grid": patrol.grid_id, "valid": patrol.valid, "failed": patrol.failed})
    return True


def place(user: User, lon: float, lat: float, accuracy_m: float, at: datetime) -> None:
    """Keep the last place of a person; an older fix changes nothing."""
    columns = {"lon": lon, "lat": lat, "accuracy_m": accuracy_m, "fix_at": at}
    row, made = PersonPosition.objects.get_or_create(user=user, defaults=columns)
    if not made:
        PersonPosition.objects.filter(pk=row.pk, fix_at__lt=at).update(**columns)


def _weigh(patrol: Patrol) -> Verdict:
    """Judge a patrol by all that is known of it, and whom it overlaps with; the caller holds its lock."""
    fixes = [
        Fix(row.fix_at, row.lon, row.lat, row.accuracy_m, row.speed_kmh, row.mocked, row.device)
        for row in PositionFix.objects.filter(subject_kind=KIND, subject_id=patrol.pk)
    ]
    if patrol.ended_at is not None:
        fixes = [fix for fix in fixes if fix.at <= patrol.ended_at]
    points = _points(patrol)
    called = dict(patrol.visits.filter(how=PatrolVisit.How.CODE).values_list("point_id", "at"))
    others = list(_overlapping(patrol))
    told = Told(len(patrol.items), patrol.normal, called, other_device=bool(others))
    verdict = judge(fixes, _polygon(patrol), points, told)
    PatrolVisit.objects.bulk_create(
        [
            PatrolVisit(patrol=patrol, point_id=point, how=PatrolVisit.How.FIX, at=at)
            for point, at in verdict.reached.items()
        ],
        ignore_conflicts=True,
    )
    patrol.seconds_inside, patrol.metres = verdict.seconds_inside, verdict.metres
    patrol.points_reached, patrol.points_needed = verdict.points_reached, verdict.points_needed
    patrol.failed = [fault.value for fault in verdict.failed]
    patrol.valid = verdict.valid and patrol.ended_at is not None
    end = patrol.ended_at or patrol.last_fix_at or patrol.started_at
    patrol.day = counting_day(patrol.started_at, max(end, patrol.started_at), STREET)
    patrol.save(update_fields=["seconds_inside", "metres", "points_reached", "points_needed", "failed", "valid", "day"])
    for other in others:
        # Two phones with one account: neither round counts, also the one that had ended well.
        if Fault.DEVICES not in other.failed:
            other.failed, other.valid = [*other.failed, Fault.DEVICES.value], False
            other.save(update_fields=["failed", "valid"])
    return verdict


def _overlapping(patrol: Patrol) -> Sequence[Patrol]:
    until = patrol.ended_at or patrol.last_fix_at or patrol.started_at
    rows = Patrol.objects.select_for_update(no_key=True).filter(
        worker_id=patrol.worker_id, started_at__lte=until, started_at__gte=patrol.started_at - LONGEST
    )
    found = rows.exclude(pk=patrol.pk).exclude(device=patrol.device)
    return [o for o in found.order_by("pk") if (o.ended_at or o.last_fix_at or o.started_at) >= patrol.started_at]


def _locked(user: User, uuid: UUID) -> Patrol:
    # A person's phones wait for each other, so that two overlapping rounds never lock crosswise.
    _one_at_a_time(user)
    rows = Patrol.objects.select_for_update(no_key=True, of=("self",)).select_related("grid")
    patrol = rows.filter(uuid=uuid, worker=user).first()
    if patrol is None:
        raise NotFound(_("There is no such patrol of yours."))
    if db_now() - patrol.started_at > OLDEST + LONGEST:
        raise Conflict(_("This patrol lies too far back to be changed."))
    return patrol


def _one_at_a_time(user: User) -> None:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)


def _skew_s(sent_at: datetime | None, now: datetime) -> int:
    skew = (now - sent_at).total_seconds() if sent_at else 0.0
    if abs(skew) > MOST_SKEW_S:
        raise BadInput("sent_at", _("This time cannot be right."))
    return round(skew) if abs(skew) > SKEW_OK_S else 0


def _on_our_clock(at: datetime, skew_s: int, field: str) -> datetime:
    try:
        return at + timedelta(seconds=skew_s)
    except OverflowError:
        raise BadInput(field, _("This time cannot be right.")) from None


def _polygon(patrol: Patrol) -> shapely.Geometry:
    return shapely.geometry.shape(patrol.grid.polygon)


def _points(patrol: Patrol) -> list[Point]:
    rows = PatrolPoint.objects.filter(grid_id=patrol.grid_id, is_active=True, mandatory=True)
    return [Point(row.pk, row.lon, row.lat, row.radius_m) for row in rows]
