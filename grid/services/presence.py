"""Coming on duty, being heard, going off duty; a seat is held by one person (签到、坐席)."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from grid.models import Handover, Post, RosterLine, SignOn
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

EARLY = timedelta(minutes=30)  # may sit down before the shift begins, so that the hand-over has both at the table
HEARD_EVERY = timedelta(seconds=10)
SEATS = range(1, 21)


@transaction.atomic
def sign_on(user: User, *, seat: int | None = None) -> SignOn:
    """Come on duty for the roster line of now, and take a seat; a repeat gives what stands, or changes the seat.

    Who is not on the roster is not a target of 30515: NotAllowed. A seat that somebody holds is a Conflict that says
    who, unless that person has gone off-line for good.
    """
    now = db_now()
    if seat is not None and seat not in SEATS:
        raise BadInput("seat", _("A number from 1 to %(last)s.") % {"last": SEATS[-1]})
    line = (
        RosterLine.objects.filter(
            user=user, state=RosterLine.State.PLANNED, period__startswith__lte=now + EARLY, period__endswith__gt=now
        )
        .order_by("is_backup", "period")
        .first()
    )
    if line is None:
        raise NotAllowed(_("You are not on the roster now; the shift leader can put you on it."))
    mine = SignOn.objects.select_for_update(no_key=True).filter(user=user, off_at__isnull=True).first()
    if seat is None and line.post == Post.SEAT and (mine is None or mine.seat is None):
        seat = _free_seat(line)
    try:
        with transaction.atomic():
            if mine is None:
                mine = SignOn.objects.create(user=user, line=line, post=line.post, seat=seat, at=now, heard_at=now)
                record(mine, "duty.signed_on", actor=user, data={"post": line.post, "seat": seat})
            else:
                if seat is not None and seat != mine.seat:
                    record(mine, "duty.seat_changed", actor=user, data={"from": mine.seat, "seat": seat})
                mine.seat, mine.heard_at, mine.line, mine.post = seat or mine.seat, now, line, line.post
                mine.save(update_fields=["seat", "heard_at", "line", "post"])
    except IntegrityError:
        holder = SignOn.objects.filter(seat=seat, off_at__isnull=True).select_related("user").first()
        raise Conflict(
            _("Seat %(seat)s is held by %(name)s since %(at)s.")
            % {"seat": seat, "name": holder.user if holder else "", "at": local(holder.at if holder else now, "%H:%M")},
            holder=str(holder.user) if holder else None,
        ) from None
    return mine


def _free_seat(line: RosterLine) -> int | None:
    """The seat that the roster names, or the first that nobody holds; whoever is slower is told who was faster."""
    held = set(SignOn.objects.filter(off_at__isnull=True, seat__isnull=False).values_list("seat", flat=True))
    if line.place.isdecimal() and int(line.place) in SEATS and int(line.place) not in held:
        return int(line.place)
    return next((number for number in SEATS if number not in held), None)


def hear(user: User) -> bool:
    """Note that the person's console or phone is there, at most every ten seconds; false when not signed on."""
    now = db_now()
    mine = SignOn.objects.filter(user=user, off_at__isnull=True)
    if mine.filter(heard_at__lt=now - HEARD_EVERY).update(heard_at=now):
        return True
    return mine.exists()


@transaction.atomic
def sign_off(user: User) -> SignOn | None:
    """Go off duty; None when not on. A shift leader goes only when the shift's note has been signed."""
    mine = SignOn.objects.select_for_update(no_key=True).filter(user=user, off_at__isnull=True).first()
    if mine is None:
        return None
    if mine.post == Post.SHIFT_LEAD and mine.line is not None and mine.line.shift_id is not None:
        others = RosterLine.objects.filter(
            shift_id=mine.line.shift_id, post=Post.SHIFT_LEAD, state=RosterLine.State.PLANNED
        ).exclude(user=user)
        others_on = SignOn.objects.filter(user__in=others.values("user"), off_at__isnull=True).exists()
        signed = Handover.objects.filter(shift_id=mine.line.shift_id, signed_at__isnull=False).exists()
        if not signed and not others_on:
            raise Conflict(_("Write and sign the hand-over note of this shift first."))
    mine.off_at = db_now()
    mine.save(update_fields=["off_at"])
    record(mine, "duty.signed_off", actor=user, data={"post": mine.post, "seat": mine.seat})
    return mine


def end_forgotten() -> int:
    """Sign off who has not been heard for an hour and whose duty is over; the last sign counts as the end."""
    now = db_now()
    silent = Q(heard_at__lt=now - timedelta(hours=1)) & (Q(line__isnull=True) | Q(line__period__endswith__lt=now))
    ids = list(SignOn.objects.filter(silent, off_at__isnull=True).values_list("pk", flat=True))
    return SignOn.objects.filter(pk__in=ids, off_at__isnull=True).update(off_at=F("heard_at"))
