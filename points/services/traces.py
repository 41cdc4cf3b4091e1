"""What volunteering and the market keep of a resident: to take along, and to take back when the resident leaves."""

from functools import partial
from typing import Any

from django.db import transaction

from points.market_lifecycle import LISTING_LIVE, DealStatus, ListingStatus, StallStatus
from points.models import Claim, Deal, DealMessage, Listing, ListingPhoto, Resident, StallBooking, VolunteerTask
from points.services import deals, fairs, market, volunteering
from points.volunteering_lifecycle import ClaimStatus, TaskStatus
from shushanwei.common.clock import db_now


def data_of(resident: Resident) -> dict[str, Any]:
    """All of it in plain values, for the resident alone."""
    return {
        "claims": list(
            Claim.objects.filter(resident=resident).values("task__title", "status", "came_at", "went_at", "minutes")
        ),
        "wishes": list(resident.wishes.values("title", "text", "address", "status", "made_at")),
        "certificates": list(resident.certificates.values("code", "from_day", "to_day", "minutes")),
        "listings": list(resident.listings.values("kind", "title", "text", "status", "sent_at")),
        "deals": list(Deal.objects.filter(taker=resident).values("listing__title", "status", "reserved_at")),
        "messages": list(DealMessage.objects.filter(by=resident).values("text", "at")),
        "stalls": list(resident.stalls.values("fair__title", "number", "goods", "status")),
    }


@transaction.atomic
def forget(resident: Resident) -> None:
    """End what is open, and blank what was written; the resident's row is locked. Twice is once.

    Raises Conflict while a volunteer is at work for a wish of this resident.
    """
    now = db_now()
    live = [ClaimStatus.CLAIMED, ClaimStatus.ACCEPTED, ClaimStatus.PRESENT]
    for pk in Claim.objects.filter(resident=resident, status__in=live).order_by("task_id").values_list("pk", flat=True):
        volunteering.leave(pk, now)
    for pk in resident.wishes.filter(status__in=[TaskStatus.ASKED, TaskStatus.OPEN]).values_list("pk", flat=True):
        volunteering.withdraw(pk, why="", by=resident)
    VolunteerTask.objects.filter(asked_by=resident).update(text="", address="")
    for uuid in Deal.objects.filter(taker=resident, status=DealStatus.OPEN).values_list("uuid", flat=True):
        deals.release(resident, uuid)
    for row in Listing.objects.filter(owner=resident, status__in=LISTING_LIVE).order_by("pk"):
        for uuid in row.deals.filter(status=DealStatus.OPEN).values_list("uuid", flat=True):
            deals.release(resident, uuid)
        market.step(market.locked(row.pk), ListingStatus.WITHDRAWN, data={"resident": resident.pk})
    Listing.objects.filter(owner=resident).update(text="", wants="")
    DealMessage.objects.filter(by=resident).update(text="")
    for booking in StallBooking.objects.filter(resident=resident, status=StallStatus.BOOKED).select_related("fair"):
        fairs.free(booking)
    for photo in ListingPhoto.objects.filter(listing__owner=resident):
        photo.delete()
        # Rows first: a crash leaves a file that nobody names.
        for file in (photo.file, photo.thumb):
            transaction.on_commit(partial(file.storage.delete, str(file.name)))
