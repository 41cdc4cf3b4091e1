"""Deals between two neighbours: reserved by one at a time, talked about inside, done when both say so."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from points.market_lifecycle import HELD_FOR, DealStatus, ListingStatus
from points.models import Award, Deal, DealMessage, Listing, Resident
from points.services import market
from points.services.ledger import Source
from points.services.market import move_deal, must_not_be_banned, seen_by, step
from points.services.standing import acting, reward, share_a_device
from points.services.wording_screen import checked, clean_words
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict, NotFound, TooMany

LONGEST_MESSAGE, MOST_HELD, MOST_AN_HOUR = 500, 3, 60
# So often in a month the same two help each other before somebody looks at it.
SAME_TWO, SAME_WITHIN = 2, timedelta(days=30)
RULES = {Listing.Kind.FREE: "neighbour-help", Listing.Kind.HELP: "neighbour-help", Listing.Kind.CHARITY: "charity-sale"}


@transaction.atomic
def reserve(resident: Resident, listing_uuid: UUID, *, uuid: UUID) -> Deal:
    """Hold a listing for a week, one neighbour at a time. The same id, or the same neighbour again, is the same deal.

    Raises NotFound, NotAllowed while blocked or banned, Conflict: the own listing, a merchant's offer, somebody was
    faster, three are held already.
    """
    person = acting(resident.pk)
    must_not_be_banned(person.pk)
    now = db_now()
    seen = seen_by(person, now).filter(uuid=listing_uuid).first()
    if seen is None:
        raise NotFound(_("There is no such thing."))
    row = market.locked(seen.pk)
    kept = Deal.objects.filter(Q(uuid=uuid) | Q(listing=row, taker=person, status=DealStatus.OPEN)).first()
    if kept is not None:
        if kept.taker_id != person.pk or kept.listing_id != row.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if row.owner_id == person.pk:
        raise Conflict(_("This is your own listing."))
    if row.owner_id is None:
        raise Conflict(_("Go to the merchant: nothing has to be reserved."))
    if row.status != ListingStatus.SHOWN:
        raise Conflict(_("A neighbour was faster."))
    if Deal.objects.filter(taker=person, status=DealStatus.OPEN).count() >= MOST_HELD:
        raise Conflict(_("You hold %(n)s things already; fetch one first.") % {"n": MOST_HELD})
    deal = Deal.objects.create(uuid=uuid, listing=row, taker=person, reserved_at=now, lapses_at=now + HELD_FOR)
    step(row, ListingStatus.RESERVED, data={"resident": person.pk, "deal": deal.pk})
    return deal


@transaction.atomic
def write(resident: Resident, deal_uuid: UUID, text: str, *, uuid: UUID) -> DealMessage:
    """One line to the other; no phone numbers, no abuse. The same id again gives what is there.

    Raises NotFound, NotAllowed, BadInput for `text`, Conflict once the deal has ended, TooMany.
    """
    person = acting(resident.pk)
    deal = own_deal(person, deal_uuid)
    kept = DealMessage.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.by_id != person.pk or kept.deal_id != deal.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    must_not_be_banned(person.pk)
    text = checked("text", text, least=1, most=LONGEST_MESSAGE)
    clean_words({"text": text}, strict={"contact", "money"})
    if deal.status != DealStatus.OPEN:
        raise Conflict(_("This deal has ended."))
    now = db_now()
    if deal.messages.filter(by=person, at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise TooMany(_("That is a lot of messages; take a break."))
    return DealMessage.objects.create(uuid=uuid, deal=deal, by=person, text=text, at=now)


@transaction.atomic
def say_done(resident: Resident, deal_uuid: UUID) -> Deal:
    """One side says that it was handed over; when both have, points come once. Twice is once. Raises WrongStep."""
    row, deal = _locked(own_deal(resident, deal_uuid))
    side = "owner_done_at" if row.owner_id == resident.pk else "taker_done_at"
    if deal.status == DealStatus.DONE or (deal.status == DealStatus.OPEN and getattr(deal, side) is not None):
        return deal
    if deal.status != DealStatus.OPEN:
        raise Conflict(_("This deal has ended."))
    setattr(deal, side, db_now())
    deal.save(update_fields=[side])
    if deal.owner_done_at and deal.taker_done_at:
        move_deal(deal, DealStatus.DONE, data={"resident": resident.pk})
        step(row, ListingStatus.DONE, data={"deal": deal.pk})
        _pay(row, deal)
    return deal


@transaction.atomic
def release(resident: Resident, deal_uuid: UUID) -> Deal:
    """Either side lets it go; the listing is shown again. Twice is once. Raises NotFound, WrongStep."""
    row, deal = _locked(own_deal(resident, deal_uuid))
    if deal.status == DealStatus.RELEASED:
        return deal
    move_deal(deal, DealStatus.RELEASED, data={"resident": resident.pk})
    step(row, ListingStatus.SHOWN, data={"resident": resident.pk})
    return deal


def due_to_lapse(now: datetime) -> list[int]:
    """Deals that were held for a week."""
    due = Deal.objects.filter(status=DealStatus.OPEN, lapses_at__lte=now).order_by("lapses_at")
    return list(due.values_list("pk", flat=True)[:500])


@transaction.atomic
def lapse(deal_id: int) -> bool:
    """A week is over: what one side says is gone stays gone, all else is shown again. False when not due."""
    row, deal = _locked(Deal.objects.get(pk=deal_id))
    if deal.status != DealStatus.OPEN or deal.lapses_at > db_now():
        return False
    gone = deal.owner_done_at is not None or deal.taker_done_at is not None
    move_deal(deal, DealStatus.LAPSED)
    step(row, ListingStatus.DONE if gone else ListingStatus.SHOWN)
    return True


def own_deal(resident: Resident, uuid: UUID) -> Deal:
    """A deal in which this resident is one of the two. Raises NotFound."""
    mine = Q(taker=resident) | Q(listing__owner=resident)
    deal = Deal.objects.filter(mine, uuid=uuid).select_related("listing__owner", "taker").first()
    if deal is None:
        raise NotFound(_("There is no such thing."))
    return deal


def _locked(deal: Deal) -> tuple[Listing, Deal]:
    row = market.locked(deal.listing_id)
    return row, Deal.objects.select_for_update(no_key=True).get(pk=deal.pk)


def _pay(row: Listing, deal: Deal) -> None:
    """Who gave or helped earns; trade among neighbours (swap, second-hand) earns nothing."""
    code = RULES.get(Listing.Kind(row.kind))
    if code is None or row.owner_id is None:
        return
    helper = deal.taker_id if row.seeks else row.owner_id
    reward(
        helper, code, Source("deal", str(deal.pk)),
        refused=Award.Short.DOUBT if _is_doubtful(row.owner_id, deal) else "",
    )  # fmt: skip


def _is_doubtful(owner_id: int, deal: Deal) -> bool:
    two = Q(listing__owner=owner_id, taker=deal.taker_id) | Q(listing__owner=deal.taker_id, taker=owner_id)
    since = db_now() - SAME_WITHIN
    before = Deal.objects.filter(two, status=DealStatus.DONE, ended_at__gt=since).exclude(pk=deal.pk).count()
    return before >= SAME_TWO or share_a_device(owner_id, deal.taker_id)
