"""The market's listings (邻里集市): offered, looked at by a worker before anybody sees them, reported, taken down.

Lock order: resident, listing, deal. Nothing here knows a price: there is no payment inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from incidents.pictures import Clean, clean
from points.market_lifecycle import (
    LISTING_LIVE,
    OWN_COMMUNITY_FIRST,
    REPORTS_TO_HIDE,
    SHOWN_FOR,
    DealStatus,
    ListingStatus,
    may_become,
)
from points.models import Deal, Listing, ListingPhoto, ListingReport, MarketBan, Resident
from points.services.standing import acting
from points.services.wording_screen import checked, clean_words
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_PHOTOS, MOST_LIVE = 6, 10
LONGEST_TITLE, LONGEST_TEXT, LONGEST_WANTS, LONGEST_WHY = 30, 500, 60, 200
LONGEST_MERCHANT, MOST_BAN_DAYS = 40, 365


@dataclass(frozen=True)
class ListingDraft:
    """What somebody offers or seeks."""

    kind: str
    title: str
    text: str
    wants: str = ""
    seeks: bool = False


@transaction.atomic
def offer(resident: Resident, draft: ListingDraft, photos: Sequence[bytes], *, uuid: UUID) -> Listing:
    """Put a listing in for review. The same id again gives what is there.

    Raises NotAllowed while blocked, banned or without a community; BadInput by field, also for words that may not be
    said and for photos that are none; Conflict where ten listings are live.
    """
    person = acting(resident.pk)
    kept = Listing.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.owner_id != person.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    must_not_be_banned(person.pk)
    if person.community_id is None:
        raise NotAllowed(_("Choose your community under “Me” first."))
    if draft.kind == Listing.Kind.OFFER:
        raise BadInput("kind", _("Offers of merchants are put in by the street."))
    if Listing.objects.filter(owner=person, status__in=LISTING_LIVE).count() >= MOST_LIVE:
        raise Conflict(_("You have %(n)s listings already.") % {"n": MOST_LIVE})
    values, tidy = _checked(draft), _tidy(photos)
    row = Listing.objects.create(uuid=uuid, owner=person, community_id=person.community_id, sent_at=db_now(), **values)
    _keep(row, tidy)
    record(row, "listing.offered", data={"resident": person.pk, "kind": row.kind})
    return row


@transaction.atomic
def offer_of_merchant(
    draft: ListingDraft, photos: Sequence[bytes], *, merchant: str, community_id: str, uuid: UUID, actor: User
) -> Listing:
    """A merchant's offer (商户优惠), shown at once: the worker who puts it in has looked. Raises BadInput, Conflict."""
    kept = Listing.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.by_id != actor.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if draft.kind != Listing.Kind.OFFER:
        raise BadInput("kind", _("Choose what it is."))
    merchant = checked("merchant", merchant, least=1, most=LONGEST_MERCHANT)
    values, tidy, now = _checked(draft), _tidy(photos), db_now()
    row, new = Listing.objects.get_or_create(
        uuid=uuid,
        defaults={
            **values, "by": actor, "merchant": merchant, "community_id": community_id, "sent_at": now,
            "status": ListingStatus.SHOWN, "shown_at": now, "street_at": now, "expires_at": now + SHOWN_FOR,
            "decided_by": actor, "decided_at": now,
        },
    )  # fmt: skip
    if new:
        _keep(row, tidy)
        record(row, "listing.shown", actor=actor, data={"merchant": merchant})
    return row


@transaction.atomic
def show(listing_id: int, *, actor: User) -> Listing:
    """Let the neighbours see it: the own community first, the whole street a day later. Twice is once."""
    row, now = locked(listing_id), db_now()
    if row.status == ListingStatus.SHOWN:
        return row
    first = row.shown_at or now  # sent back by reports it keeps its days
    step(row, ListingStatus.SHOWN, actor=actor, decided_by=actor, decided_at=now, shown_at=first,
         street_at=first + OWN_COMMUNITY_FIRST, expires_at=first + SHOWN_FOR)  # fmt: skip
    return row


@transaction.atomic
def refuse(listing_id: int, *, why: str, actor: User) -> Listing:
    """Do not show it; its owner reads why. One that was shown before is taken down. Twice is once."""
    row = locked(listing_id)
    to = ListingStatus.TAKEN_DOWN if row.shown_at else ListingStatus.REFUSED
    if row.status == to:
        return row
    why = checked("why", why, least=1, most=LONGEST_WHY)
    step(row, to, actor=actor, decided_by=actor, decided_at=db_now(), why=why)
    return row


@transaction.atomic
def withdraw(resident: Resident, uuid: UUID) -> Listing:
    """The owner takes it back; while a neighbour holds it, the deal is ended first. Twice is once."""
    row = locked(own_listing(resident, uuid).pk)
    if row.status != ListingStatus.WITHDRAWN:
        step(row, ListingStatus.WITHDRAWN, data={"resident": resident.pk})
    return row


@transaction.atomic
def report(
    resident: Resident, listing_id: int, *, reason: str, text: str, uuid: UUID, deal: Deal | None = None
) -> ListingReport:
    """Tell the street about a listing or a deal (举报). An open report of the same neighbour is the same one.

    Three neighbours send what is shown back to be looked at. Raises NotFound, NotAllowed, BadInput.
    """
    person = acting(resident.pk)
    row = locked(listing_id)
    kept = ListingReport.objects.filter(Q(uuid=uuid) | Q(listing=row, by=person, decided_at=None)).first()
    if kept is not None:
        if kept.by_id != person.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if row.owner_id == person.pk and deal is None:
        raise NotAllowed(_("This is your own listing."))
    if reason not in ListingReport.Reason.values:
        raise BadInput("reason", _("Choose what it is."))
    about = row.owner_id
    if deal is not None and person.pk != deal.taker_id:
        about = deal.taker_id
    made = ListingReport.objects.create(
        uuid=uuid, listing=row, deal=deal, about_id=about, by=person, reason=reason,
        text=checked("text", text, most=LONGEST_WHY), at=db_now(),
    )  # fmt: skip
    record(made, "listing_report.made", data={"resident": person.pk, "listing": row.pk, "reason": reason})
    heads = row.reports.filter(decided_at=None).count()  # one open report a neighbour
    if row.status == ListingStatus.SHOWN and heads >= REPORTS_TO_HIDE:
        step(row, ListingStatus.REVIEW, data={"reports": heads})
    return made


@transaction.atomic
def decide_report(report_id: int, *, upheld: bool, note: str, ban_days: int, actor: User) -> ListingReport:
    """What a look at a report found; decided once. Upheld takes the listing down, and bans for `ban_days` (0: not).

    Raises NotFound, BadInput for `note` and `ban_days`, Conflict where somebody decided otherwise.
    """
    found = ListingReport.objects.filter(pk=report_id).first()
    if found is None:
        raise NotFound(_("There is no such thing."))
    if found.about_id is not None:  # before the listing, as always
        Resident.objects.select_for_update(no_key=True).filter(pk=found.about_id).first()
    row = locked(found.listing_id)
    told = ListingReport.objects.select_for_update(no_key=True).get(pk=report_id)
    if told.decided_at is not None:
        if told.upheld == upheld and told.decided_by_id == actor.pk:
            return told
        raise Conflict(_("Somebody has decided this already."))
    note = checked("note", note, least=1, most=LONGEST_WHY)
    if not upheld and ban_days:
        raise BadInput("ban_days", _("Nobody is banned for what was not so."))
    told.upheld, told.note, told.decided_at, told.decided_by = upheld, note, db_now(), actor
    told.save(update_fields=["upheld", "note", "decided_at", "decided_by"])
    record(told, "listing_report.decided", actor=actor, note=note, data={"upheld": upheld})
    if upheld and told.about_id == row.owner_id and row.status in LISTING_LIVE:
        for deal in row.deals.select_for_update().filter(status=DealStatus.OPEN):
            move_deal(deal, DealStatus.RELEASED, actor=actor)
        step(row, ListingStatus.TAKEN_DOWN, actor=actor, decided_by=actor, decided_at=told.decided_at, why=note)
    if ban_days and told.about_id is not None:
        ban(told.about_id, days=ban_days, why=note, actor=actor)
    return told


@transaction.atomic
def ban(resident_id: int, *, days: int, why: str, actor: User) -> MarketBan:
    """No market for some days (黑名单); a ban in force is replaced. Raises BadInput (`ban_days`, `note`), NotFound."""
    if not 1 <= days <= MOST_BAN_DAYS:
        raise BadInput("ban_days", _("From %(least)s to %(most)s.") % {"least": 1, "most": MOST_BAN_DAYS})
    why = checked("note", why, least=1, most=LONGEST_WHY)
    if Resident.objects.select_for_update(no_key=True).filter(pk=resident_id).first() is None:
        raise NotFound(_("There is no such thing."))
    now = db_now()
    MarketBan.objects.filter(resident_id=resident_id, lifted_at=None).update(lifted_at=now)
    row = MarketBan.objects.create(
        resident_id=resident_id, since=now, until=now + timedelta(days=days), why=why, by=actor
    )
    record(row, "market_ban.set", actor=actor, note=why, data={"resident": resident_id, "days": days})
    return row


@transaction.atomic
def lift_ban(ban_id: int, *, why: str, actor: User) -> MarketBan:
    """End a ban early. Twice is once. Raises NotFound, BadInput for `why`."""
    row = MarketBan.objects.select_for_update(no_key=True).filter(pk=ban_id).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.lifted_at is None:
        why = checked("why", why, least=1, most=LONGEST_WHY)
        row.lifted_at = db_now()
        row.save(update_fields=["lifted_at"])
        record(row, "market_ban.lifted", actor=actor, note=why)
    return row


def due_to_expire(now: datetime) -> list[int]:
    """Listings that were shown for their days."""
    due = Listing.objects.filter(status=ListingStatus.SHOWN, expires_at__lte=now).order_by("expires_at")
    return list(due.values_list("pk", flat=True)[:500])


@transaction.atomic
def expire(listing_id: int) -> bool:
    """Its days are over; false when it is not due."""
    row = locked(listing_id)
    if row.status != ListingStatus.SHOWN or row.expires_at is None or row.expires_at > db_now():
        return False
    step(row, ListingStatus.EXPIRED)
    return True


def seen_by(resident: Resident | None, now: datetime) -> QuerySet[Listing]:
    """What is shown to this resident: of the own community at once, of the others a day later."""
    rows = Listing.objects.filter(status__in=[ListingStatus.SHOWN, ListingStatus.RESERVED])
    if resident is None or resident.is_child:
        rows = rows.filter(for_adults=False)
    here = Q(street_at__lte=now)
    if resident is not None and resident.community_id:
        here |= Q(community=resident.community_id)
    return rows.filter(here)


def own_listing(resident: Resident, uuid: UUID) -> Listing:
    """A listing of this resident. Raises NotFound."""
    return _found(Listing.objects.filter(owner=resident, uuid=uuid).first())


def must_not_be_banned(resident_id: int) -> None:
    """Raises NotAllowed while a ban holds."""
    held = MarketBan.objects.filter(resident_id=resident_id, lifted_at=None, until__gt=db_now()).first()
    if held is not None:
        raise NotAllowed(_("You may not use the market until %(at)s.") % {"at": local(held.until, "%Y-%m-%d")})


def locked(listing_id: int) -> Listing:
    """The listing, locked until the transaction ends. Raises NotFound."""
    return _found(Listing.objects.select_for_update(no_key=True).filter(pk=listing_id).first())


def step(
    row: Listing, to: ListingStatus, *, actor: User | None = None, data: dict | None = None, **values: object
) -> None:
    """The one place where a listing's status changes. Raises WrongStep."""
    may_become(row.status, to)
    row.status = to
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *values])
    record(row, f"listing.{to}", actor=actor, note=str(values.get("why", "")), data=data)


def move_deal(deal: Deal, to: DealStatus, *, actor: User | None = None, data: dict | None = None) -> None:
    """The one place where a deal's status changes; its listing is locked. Raises WrongStep."""
    may_become(deal.status, to)
    deal.status, deal.ended_at = to, db_now()
    deal.save(update_fields=["status", "ended_at", "owner_done_at", "taker_done_at"])
    record(deal, f"deal.{to}", actor=actor, data={"listing": deal.listing_id, **(data or {})})


def _checked(draft: ListingDraft) -> dict:
    if draft.kind not in Listing.Kind.values:
        raise BadInput("kind", _("Choose what it is."))
    said = {
        "title": checked("title", draft.title, least=1, most=LONGEST_TITLE),
        "text": checked("text", draft.text, least=1, most=LONGEST_TEXT),
        "wants": checked("wants", draft.wants, least=1, most=LONGEST_WANTS) if draft.kind == Listing.Kind.SWAP else "",
    }
    verdict = clean_words(said)
    return {
        **said, "kind": draft.kind, "seeks": draft.seeks and draft.kind == Listing.Kind.HELP,
        "flags": [list(hit) for hit in verdict.review], "for_adults": verdict.for_adults,
    }  # fmt: skip


def _tidy(photos: Sequence[bytes]) -> list[Clean]:
    if len(photos) > MOST_PHOTOS:
        raise BadInput("photos", _("At most %(n)s photos.") % {"n": MOST_PHOTOS})
    found: dict[str, Clean] = {}
    for raw in photos:
        try:
            tidy = clean(raw, photo=True)
        except BadInput as error:
            raise BadInput("photos", error.message) from None
        found[tidy.sha256] = tidy
    return list(found.values())


def _keep(row: Listing, photos: list[Clean]) -> None:
    for tidy in photos:
        photo = ListingPhoto(uuid=uuid4(), listing=row, size=len(tidy.content), sha256=tidy.sha256)
        # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
        photo.file.save(f"{photo.uuid}{tidy.suffix}", ContentFile(tidy.content), save=False)
        photo.thumb.save(f"{photo.uuid}_s.jpg", ContentFile(tidy.thumb or b""), save=False)
        photo.save(force_insert=True)


def _found(row: Listing | None) -> Listing:
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
