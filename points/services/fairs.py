"""Market days (集市日): a place, a time, numbered stalls; one stall a resident, checked in by the code at the place.

Lock order: resident, fair, stall.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from grid.models import Community
from points.market_lifecycle import STALL_HELD, FairStatus, StallStatus, may_become
from points.models import Fair, Resident, StallBooking
from points.services.market import must_not_be_banned
from points.services.standing import acting
from points.services.volunteering import new_code
from points.services.wording_screen import checked, clean_words
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_GOODS, LONGEST_WHY = 40, 500, 80, 100, 200
MOST_STALLS, LONGEST, FARTHEST = 200, timedelta(hours=14), timedelta(days=180)
EARLY = timedelta(hours=2)  # stalls are set up before it begins


@dataclass(frozen=True)
class FairDraft:
    """What a market day is to be."""

    title: str
    text: str
    community_id: str
    address: str
    starts_at: datetime
    ends_at: datetime
    stalls: int


@transaction.atomic
def plan(draft: FairDraft, *, uuid: UUID, actor: User) -> Fair:
    """A market day whose stalls may be booked at once. The same id again gives what is there. Raises BadInput."""
    kept = Fair.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.made_by_id != actor.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    now = db_now()
    if draft.starts_at <= now:
        raise BadInput("starts_at", _("This is over already."))
    if draft.starts_at > now + FARTHEST:
        raise BadInput("starts_at", _("At most %(n)s days ahead.") % {"n": FARTHEST.days})
    if draft.ends_at <= draft.starts_at:
        raise BadInput("ends_at", _("The end lies before the beginning."))
    if draft.ends_at - draft.starts_at > LONGEST:
        raise BadInput("ends_at", _("At most %(n)s hours at a time.") % {"n": LONGEST // timedelta(hours=1)})
    if not 1 <= draft.stalls <= MOST_STALLS:
        raise BadInput("stalls", _("From %(least)s to %(most)s.") % {"least": 1, "most": MOST_STALLS})
    if not Community.objects.filter(pk=draft.community_id).exists():
        raise BadInput("community", _("There is no such community."))
    fair, new = Fair.objects.get_or_create(
        uuid=uuid,
        defaults={
            "title": checked("title", draft.title, least=1, most=LONGEST_TITLE),
            "text": checked("text", draft.text, most=LONGEST_TEXT), "community_id": draft.community_id,
            "address": checked("address", draft.address, least=1, most=LONGEST_ADDRESS),
            "starts_at": draft.starts_at, "ends_at": draft.ends_at, "stalls": draft.stalls, "check_code": new_code(),
            "made_by": actor, "made_at": now,
        },
    )  # fmt: skip
    if new:
        record(fair, "fair.planned", actor=actor, data={"stalls": fair.stalls})
    return fair


@transaction.atomic
def book(resident: Resident, fair_uuid: UUID, *, number: int, goods: str, uuid: UUID) -> StallBooking:
    """Book a stall by its number. The same id again gives what is there.

    Raises NotFound; NotAllowed while blocked or banned and for children; BadInput for `number` and `goods`; Conflict
    where the stall is taken, the resident has one, or it has begun.
    """
    person = acting(resident.pk)
    must_not_be_banned(person.pk)
    fair = _locked(fair_uuid)
    kept = StallBooking.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.resident_id != person.pk or kept.fair_id != fair.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if person.is_child:
        raise NotAllowed(_("Only grown-ups can book a stall."))
    now = db_now()
    if fair.status != FairStatus.OPEN or fair.starts_at <= now:
        raise Conflict(_("Stalls cannot be booked any more."))
    if not 1 <= number <= fair.stalls:
        raise BadInput("number", _("From %(least)s to %(most)s.") % {"least": 1, "most": fair.stalls})
    goods = checked("goods", goods, least=1, most=LONGEST_GOODS)
    clean_words({"goods": goods})
    held = fair.bookings.filter(status__in=STALL_HELD)
    if held.filter(resident=person).exists():
        raise Conflict(_("You have a stall already."))
    if held.filter(number=number).exists():
        raise Conflict(_("A neighbour was faster: choose another stall."), field="number")
    row = StallBooking.objects.create(uuid=uuid, fair=fair, number=number, resident=person, goods=goods, booked_at=now)
    record(row, "stall.booked", data={"resident": person.pk, "fair": fair.pk, "number": number})
    return row


@transaction.atomic
def give_back(resident: Resident, fair_uuid: UUID) -> StallBooking:
    """Leave the stall to somebody else, before it begins. Twice is once. Raises NotFound, Conflict."""
    fair = _locked(fair_uuid)
    row = fair.bookings.filter(resident=resident).order_by("-pk").first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.status == StallStatus.GIVEN_BACK:
        return row
    if fair.starts_at <= db_now():
        raise Conflict(_("It has begun: speak to the community."))
    _step(row, StallStatus.GIVEN_BACK, data={"resident": resident.pk})
    return row


@transaction.atomic
def free(booking: StallBooking) -> None:
    """Free the stall of a resident who is erased."""
    _locked_by_id(booking.fair_id)
    row = StallBooking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    if row.status == StallStatus.BOOKED:
        _step(row, StallStatus.GIVEN_BACK)


@transaction.atomic
def check_in(resident: Resident, fair_uuid: UUID, code: str) -> StallBooking:
    """Say at the place that the stall is there, from two hours before the beginning. Twice is once.

    Raises NotFound, BadInput for `code`, Conflict outside the time.
    """
    fair = _locked(fair_uuid)
    row = fair.bookings.filter(resident=resident, status__in=STALL_HELD).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.status == StallStatus.PRESENT:
        return row
    if not secrets.compare_digest(code.encode(), fair.check_code.encode()):
        raise BadInput("code", _("Scan the code at the place again: this is another one."))
    now = db_now()
    if not fair.starts_at - EARLY <= now <= fair.ends_at:
        raise Conflict(
            _("Check in between %(from)s and %(until)s.")
            % {"from": local(fair.starts_at - EARLY, "%m-%d %H:%M"), "until": local(fair.ends_at, "%m-%d %H:%M")}
        )
    _step(row, StallStatus.PRESENT, data={"resident": resident.pk}, came_at=now)
    return row


@transaction.atomic
def cancel(fair_id: int, *, why: str, actor: User) -> Fair:
    """The market day does not take place. Twice is once. Raises NotFound, BadInput for `why`, WrongStep."""
    fair = _locked_by_id(fair_id)
    if fair.status == FairStatus.CANCELLED:
        return fair
    may_become(fair.status, FairStatus.CANCELLED)
    fair.status, fair.why = FairStatus.CANCELLED, checked("why", why, least=1, most=LONGEST_WHY)
    fair.save(update_fields=["status", "why"])
    for row in fair.bookings.select_for_update().filter(status=StallStatus.BOOKED).order_by("pk"):
        _step(row, StallStatus.CANCELLED, actor=actor)
    record(fair, "fair.cancelled", actor=actor, note=fair.why)
    return fair


def due_to_end(now: datetime) -> list[int]:
    """Market days that are over."""
    due = Fair.objects.filter(status=FairStatus.OPEN, ends_at__lte=now).order_by("ends_at")
    return list(due.values_list("pk", flat=True)[:200])


@transaction.atomic
def end(fair_id: int) -> bool:
    """It is over; booked stalls that were not there are written down. False when it is not due."""
    fair = _locked_by_id(fair_id)
    if fair.status != FairStatus.OPEN or fair.ends_at > db_now():
        return False
    fair.status = FairStatus.ENDED
    fair.save(update_fields=["status"])
    for row in fair.bookings.select_for_update().filter(status=StallStatus.BOOKED).order_by("pk"):
        _step(row, StallStatus.NO_SHOW)
    record(fair, "fair.ended", at=fair.ends_at)
    return True


def _step(
    row: StallBooking, to: StallStatus, *, actor: User | None = None, data: dict | None = None, **values: object
) -> None:
    """The one place where a stall's status changes; its fair is locked. Raises WrongStep."""
    may_become(row.status, to)
    row.status = to
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *values])
    record(row, f"stall.{to}", actor=actor, data={"fair": row.fair_id, "number": row.number, **(data or {})})


def _locked(uuid: UUID) -> Fair:
    return _found(Fair.objects.select_for_update(no_key=True).filter(uuid=uuid).first())


def _locked_by_id(fair_id: int) -> Fair:
    return _found(Fair.objects.select_for_update(no_key=True).filter(pk=fair_id).first())


def _found(fair: Fair | None) -> Fair:
    if fair is None:
        raise NotFound(_("There is no such thing."))
    return fair
