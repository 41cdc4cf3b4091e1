"""Rosters: shifts laid out by day, people planned into them, swaps and leave with a stand-in (排班、换班、请假)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from grid.models import DutyShift, Leave, Post, RosterLine, ShiftTemplate, Swap
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.wording import local, one_of
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=366)
State = RosterLine.State


@transaction.atomic
def lay_out_shifts(first: date, days: int) -> int:
    """Make the shifts of `days` days from `first` on by the active templates; returns how many were new."""
    new = 0
    for template in ShiftTemplate.objects.filter(is_active=True):
        for n in range(days):
            day = first + timedelta(days=n)
            starts = datetime.combine(day, template.starts, STREET)
            ends = datetime.combine(day, template.ends, STREET)
            if ends <= starts:
                ends += timedelta(days=1)
            with _or_conflict(_("The shifts of this day overlap others.")):
                new += DutyShift.objects.get_or_create(
                    day=day, template=template, defaults={"period": DateTimeTZRange(starts, ends)}
                )[1]
    return new


@transaction.atomic
def plan(
    user: User,
    post: str,
    *,
    actor: User | None,
    shift: DutyShift | None = None,
    period: tuple[datetime, datetime] | None = None,
    place: str = "",
    is_backup: bool = False,
    stands_in_for: RosterLine | None = None,
) -> RosterLine:
    """Put a person on duty for a shift or a period; the same again changes nothing.

    Raises Conflict, naming when, where the person is on duty elsewhere at that time.
    """
    if post not in Post.values:
        raise BadInput("post", one_of(Post.values))
    if shift is not None:
        span = shift.period
    elif period is not None and period[0] < period[1] <= period[0] + LONGEST:
        span = DateTimeTZRange(*period)
    else:
        raise BadInput("period", _("From a time to a later one, at most a month."))
    if actor is not None and span.upper <= db_now():
        raise Conflict(_("This shift is over: what was is not planned anew."))
    # A stand-in is not the person's own duty, even in the same post at the same time.
    same = RosterLine.objects.filter(
        user=user, post=post, period=span, place=place, is_backup=is_backup, state=State.PLANNED,
        stands_in_for=stands_in_for,
    ).first()  # fmt: skip
    if same:
        return same
    _not_on_leave(user, span)
    with _nobody_twice(user, span, place if post == Post.SEAT and not is_backup else ""):
        line = RosterLine.objects.create(
            user=user,
            post=post,
            period=span,
            shift=shift,
            place=place,
            is_backup=is_backup,
            stands_in_for=stands_in_for,
            planned_by=actor,
            planned_at=db_now(),
        )
        _look_now()
    record(line, "roster.planned", actor=actor, data=_about(line))
    return line


@transaction.atomic
def cancel(line_id: int, *, actor: User) -> RosterLine:
    """Take somebody off the roster; twice changes nothing."""
    line = _locked(line_id)
    if line.state != State.CANCELLED:
        if line.period.upper <= db_now():
            raise Conflict(_("This shift is over: what was is not planned anew."))
        line.state = State.CANCELLED
        line.save(update_fields=["state"])
        record(line, "roster.cancelled", actor=actor, data=_about(line))
    return line


@transaction.atomic
def copy_week(from_monday: date, to_monday: date, *, actor: User) -> tuple[int, list[str]]:
    """Plan a week as another was planned; returns (lines made, what could not be copied and why)."""
    for field, monday in (("from", from_monday), ("to", to_monday)):
        if monday.weekday():
            raise BadInput(field, _("A week begins on a Monday."))
    lay_out_shifts(to_monday, 7)
    gap = to_monday - from_monday
    shifts = {(s.day, s.template_id): s for s in DutyShift.objects.filter(day__range=_week(to_monday))}
    made, left = 0, []
    lines = RosterLine.objects.filter(shift__day__range=_week(from_monday), state=State.PLANNED)
    for line in lines.select_related("shift", "user").order_by("period", "id"):
        assert line.shift is not None
        there = shifts.get((line.shift.day + gap, line.shift.template_id))
        try:
            with transaction.atomic():
                before = RosterLine.objects.count()
                plan(line.user, line.post, actor=actor, shift=there, place=line.place, is_backup=line.is_backup)
                made += RosterLine.objects.count() - before
        except (Conflict, BadInput) as error:
            left.append(f"{line.user}: {error.message}")
    return made, left


@transaction.atomic
def ask_swap(line_id: int, *, to: User, actor: User, back_id: int | None = None, reason: str = "") -> Swap:
    """Give a duty to another person, or change with one of theirs; the shift leader decides."""
    line = _locked(line_id)
    if line.user_id != actor.pk and not actor.has_perm("grid.plan_roster"):
        raise BadInput("line", _("This is somebody else's duty."))
    _still_to_come(line)
    back = _locked(back_id) if back_id else None
    if to.pk == line.user_id or (back is not None and back.user_id != to.pk):
        raise BadInput("to", _("Choose another person, and a duty of that person."))
    with _or_conflict(_("A swap of this duty is waiting already.")):
        swap = Swap.objects.create(line=line, to=to, back=back, reason=reason[:200], asked_by=actor, asked_at=db_now())
    record(swap, "swap.asked", actor=actor, data=_about(line) | {"to": str(to)})
    return swap


@transaction.atomic
def decide_swap(swap_id: int, *, actor: User, approve: bool, note: str = "") -> Swap:
    """Approve: both rows change their person at once, or neither does. A repeat of the same answer is harmless."""
    swap = Swap.objects.select_for_update(no_key=True).filter(pk=swap_id).first()
    if swap is None:
        raise NotFound(_("There is no swap %(id)s.") % {"id": swap_id})
    wanted = Swap.State.APPROVED if approve else Swap.State.REFUSED
    if _decided(swap, wanted):
        return swap
    if actor.pk in (swap.asked_by_id, swap.to_id) and approve:
        raise Conflict(_("Somebody else has to approve it."))
    swap.state, swap.decided_by, swap.decided_at, swap.note = wanted, actor, db_now(), note[:200]
    swap.save()
    if approve:
        lines = {line.pk: line for line in RosterLine.objects.select_for_update(no_key=True)
                 .filter(pk__in=[swap.line_id, swap.back_id or swap.line_id]).order_by("pk")}  # fmt: skip
        first = lines[swap.line_id]
        _still_to_come(first)
        giver = first.user
        _not_on_leave(swap.to, first.period)
        with _nobody_twice(swap.to, first.period):
            first.user = swap.to
            first.save(update_fields=["user"])
            if swap.back_id:
                second = lines[swap.back_id]
                _still_to_come(second)
                _not_on_leave(giver, second.period)
                second.user = giver
                second.save(update_fields=["user"])
            _look_now()
    record(swap, f"swap.{wanted}", actor=actor, note=note)
    return swap


@transaction.atomic
def ask_leave(user: User, *, stand_in: User, period: tuple[datetime, datetime], reason: str) -> Leave:
    """Ask to be away; the stand-in takes over what is planned inside the period."""
    if user.pk == stand_in.pk:
        raise BadInput("stand_in", _("Choose another person."))
    if not period[0] < period[1]:
        raise BadInput("until", _("Later than the beginning."))
    if period[1] <= db_now():
        raise BadInput("until", _("These days are over."))
    if period[1] > db_now() + FURTHEST:
        raise BadInput("until", _("At most a year ahead."))
    if not reason.strip():
        raise BadInput("reason", _("This must be filled in."))
    with _or_conflict(_("Leave at that time stands already.")):
        leave = Leave.objects.create(
            user=user,
            stand_in=stand_in,
            period=DateTimeTZRange(*period),
            reason=reason.strip()[:200],
            asked_at=db_now(),
        )
    record(leave, "leave.asked", actor=user, data={"stand_in": str(stand_in)})
    return leave


@transaction.atomic
def decide_leave(leave_id: int, *, actor: User, approve: bool, note: str = "") -> Leave:
    """Approve: every duty that begins inside goes to the stand-in; Conflict when the stand-in is on duty then."""
    leave = Leave.objects.select_for_update(no_key=True).filter(pk=leave_id).first()
    if leave is None:
        raise NotFound(_("There is no leave %(id)s.") % {"id": leave_id})
    wanted = Leave.State.APPROVED if approve else Leave.State.REFUSED
    if _decided(leave, wanted):
        return leave
    if actor.pk == leave.user_id:
        raise Conflict(_("Somebody else has to approve it."))
    leave.state, leave.decided_by, leave.decided_at, leave.note = wanted, actor, db_now(), note[:200]
    leave.save()
    if approve:
        lines = RosterLine.objects.select_for_update(no_key=True).filter(
            user=leave.user, state=State.PLANNED, period__overlap=leave.period, period__startswith__gt=db_now()
        )
        for line in lines.order_by("pk"):
            line.state = State.ON_LEAVE
            line.save(update_fields=["state"])
            plan(
                leave.stand_in, line.post, actor=actor, place=line.place, is_backup=line.is_backup, stands_in_for=line,
                shift=line.shift, period=(line.period.lower, line.period.upper),
            )  # fmt: skip
    record(leave, f"leave.{wanted}", actor=actor, note=note)
    return leave


def _locked(line_id: int) -> RosterLine:
    line = RosterLine.objects.select_for_update(no_key=True, of=("self",)).filter(pk=line_id).first()
    if line is None:
        raise NotFound(_("There is no roster line %(id)s.") % {"id": line_id})
    return line


def _still_to_come(line: RosterLine) -> None:
    if line.state != State.PLANNED or line.period.lower <= db_now():
        raise Conflict(_("This duty has begun or is not planned any more."))


def _not_on_leave(user: User, span: DateTimeTZRange) -> None:
    if Leave.objects.filter(user=user, state=Leave.State.APPROVED, period__overlap=span).exists():
        raise Conflict(_("%(name)s is on leave then.") % {"name": user})


def _decided(row: Swap | Leave, wanted: str) -> bool:
    if row.state == wanted:
        return True
    if row.state != "asked":
        raise Conflict(_("It was decided already: %(state)s.") % {"state": row.get_state_display()})
    return False


def _look_now() -> None:
    # The exclusion constraint waits for the end of the transaction; here it must speak before we answer.
    with connection.cursor() as cursor:
        names = "roster_nobody_in_two_places, roster_one_at_a_seat"
        cursor.execute(f"set constraints {names} immediate")
        cursor.execute(f"set constraints {names} deferred")


@contextmanager
def _nobody_twice(user: User, span: DateTimeTZRange, seat: str = "") -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "roster_one_at_a_seat" in str(error):
            there = RosterLine.objects.filter(
                post=Post.SEAT, place=seat, period__overlap=span, state=State.PLANNED, is_backup=False
            ).first()
            name = there.user if there else ""
            raise Conflict(_("Seat %(seat)s is taken then by %(name)s.") % {"seat": seat, "name": name}) from None
        other = RosterLine.objects.filter(user=user, period__overlap=span, state=State.PLANNED, is_backup=False).first()
        when = f"{local(other.period.lower)}–{local(other.period.upper, '%H:%M')}" if other else ""
        raise Conflict(_("%(name)s is on duty then: %(when)s.") % {"name": user, "when": when}) from None


@contextmanager
def _or_conflict(message: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(message) from None


def _week(monday: date) -> tuple[date, date]:
    return monday, monday + timedelta(days=6)


def _about(line: RosterLine) -> dict:
    return {
        "user": str(line.user),
        "post": line.post,
        "from": line.period.lower.isoformat(),
        "to": line.period.upper.isoformat(),
        "place": line.place,
    }
