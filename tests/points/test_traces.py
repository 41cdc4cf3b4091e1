"""Who leaves takes all along, and leaves nothing open and nothing written behind."""

from datetime import timedelta
from uuid import uuid4

import pytest

from points.models import Claim, DealMessage, Listing, ListingPhoto, StallBooking, VolunteerTask
from points.services import deals, fairs, market, residents, volunteering, wishes
from points.services.market import ListingDraft
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict
from tests.points.neighbours import a_listing, a_neighbour, a_photo, a_task, accepted
from tests.points.test_fairs import a_fair
from tests.points.test_volunteering import a_draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_everything_open_ends_and_everything_written_goes(tmp_path):
    one, two = a_neighbour(1), a_neighbour(2)
    task, day = a_task(starts_at=db_now() + timedelta(hours=1)), a_fair()
    volunteering.claim(one, task.uuid, uuid=uuid4())
    wishes.ask(one, a_draft(address="和家园3幢"), uuid=uuid4())
    market.offer(one, ListingDraft("free", "童书", "十本"), [a_photo()], uuid=uuid4())
    held = deals.reserve(two, a_listing(one).uuid, uuid=uuid4())
    deals.write(one, held.uuid, "周六见", uuid=uuid4())
    taken = deals.reserve(one, a_listing(two).uuid, uuid=uuid4())
    fairs.book(one, day.uuid, number=1, goods="旧书", uuid=uuid4())
    kept = residents.own_data(one)
    assert (kept["wishes"][0]["address"], kept["messages"][0]["text"], len(kept["listings"])) == (
        "和家园3幢",
        "周六见",
        2,
    )
    assert len(list(tmp_path.rglob("*.jpg"))) == 2

    residents.erase(one)
    residents.erase(one)

    task.refresh_from_db()
    assert (Claim.objects.get().status, task.taken) == ("withdrawn", 0)
    wish = VolunteerTask.objects.get(asked_by=one)
    assert (wish.status, wish.text, wish.address) == ("withdrawn", "", "")
    assert set(Listing.objects.filter(owner=one).values_list("status", "text")) == {("withdrawn", "")}
    taken.refresh_from_db()
    assert (taken.status, taken.listing.status, DealMessage.objects.get().text) == ("released", "shown", "")
    assert Listing.objects.get(owner=two).status == "shown"
    assert StallBooking.objects.get().status == "given_back"
    assert not ListingPhoto.objects.exists() and not list(tmp_path.rglob("*.jpg"))


def test_while_a_volunteer_is_at_work_the_wish_stays():
    one, two = a_neighbour(1), a_neighbour(2)
    claim = accepted(a_task(asked_by=one), two)
    Claim.objects.filter(pk=claim.pk).update(status="present", came_at=db_now())
    with pytest.raises(Conflict):
        residents.erase(one)
    one.refresh_from_db()
    assert one.erased_at is None
