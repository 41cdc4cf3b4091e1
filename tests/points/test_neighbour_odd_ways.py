"""Odd ways through volunteering, the market and the points desk: stale pages, wrong steps, nonsense, pressed twice."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from points.models import (
    AdjustmentRequest,
    Award,
    Claim,
    Deal,
    DealMessage,
    Listing,
    ListingReport,
    Resident,
    VolunteerTask,
)
from points.services import deals, fairs, market, volunteer_hours, volunteering, wishes
from points.services.fairs import FairDraft
from points.services.volunteering import TaskDraft
from points.typed import minute
from points.urls_volunteering import urlpatterns
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict
from tests.points.browsers import worker, worker_in
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import (
    LAT,
    LON,
    a_community,
    a_listing,
    a_neighbour,
    a_task,
    a_worker,
    accepted,
    at,
    browser_of,
)
from tests.points.shops import points_for
from tests.points.stories_neighbours import earlier
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
NONSENSE = [
    {},
    {"uuid": "x", "stars": "-1", "number": "1e9", "starts_at": "yesterday", "do": "what", "code": "\x00"},
    {"uuid": "\x00", "title": "\x00", "text": "\x00", "kind": "\x00", "stars": "９", "number": "0", "words": "\x00"},
    {"uuid": "1" * 99, "title": "长" * 999, "text": "长" * 9999, "kind": "free", "goods": "长" * 999,
     "number": "9" * 30, "stars": "9" * 30, "lon": "nan", "lat": "inf", "accuracy": "-inf", "code": "x" * 999,
     "from_day": "9999-99-99",
     "why": "长" * 999, "minutes": "-30", "ban_days": "999999", "note": "长" * 999},
]  # fmt: skip


@pytest.fixture
def things(roles):
    """One of everything that has an address: {the name in the address: ids}."""
    a_policy()
    owner, taker, community = a_neighbour(1), a_neighbour(2), a_community()
    task = a_task(asked_by=owner)
    claim = accepted(task, taker)
    volunteer_hours.check_in(taker, claim.uuid, at(task))
    deal = deals.reserve(taker, a_listing(owner).uuid, uuid=uuid4())
    told = market.report(taker, deal.listing_id, reason="fraud", text="", uuid=uuid4())
    soon = db_now() + timedelta(hours=1)
    fair = fairs.plan(
        FairDraft("集市", "", community.pk, "广场", soon, soon + timedelta(hours=2), 3), uuid=uuid4(), actor=a_worker()
    )
    ban = market.ban(a_neighbour(3).pk, days=3, why="测试", actor=a_worker())
    uuids = [task.uuid, claim.uuid, deal.uuid, deal.listing.uuid, told.uuid, fair.uuid, uuid4()]
    return {"owner": owner, "taker": taker, "uuids": uuids, "ban": ban.pk}


def addresses(things, *, desk: bool) -> list[str]:
    """Every door of the module that this person may know, with every id, also those of other things."""
    found = []
    for one in urlpatterns:
        if one.name.startswith("desk-") != desk:
            continue
        name = f"points:{one.name}"
        for args in ([], *[[uuid] for uuid in things["uuids"]], [things["ban"]], ["ABC"]):
            try:
                found.append(reverse(name, args=args))
            except NoReverseMatch:
                continue
    return sorted(set(found))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["owner", "taker", "stranger", "worker"])
def test_nonsense_at_any_door_is_a_clear_no_and_nothing_breaks(things, who):
    if who == "worker":
        browser = worker_in(worker("shift_lead"))
        browser.raise_request_exception = False
    else:
        browser = browser_of(a_neighbour(9) if who == "stranger" else things[who])
    broken = []
    for address in addresses(things, desk=who == "worker"):
        for said in NONSENSE:
            for call in (browser.get, browser.post):
                answer = call(address, said)
                if answer.status_code >= 500:
                    broken.append(f"{answer.status_code} {address} {sorted(said)[:3]}")
    assert broken == []


def test_a_task_where_somebody_has_helped_is_not_withdrawn_behind_their_back(things):
    owner, taker = things["owner"], things["taker"]
    task, claim = VolunteerTask.objects.get(), Claim.objects.get()
    page = f"/m/volunteering/{task.uuid}/"
    assert browser_of(owner).post(f"{page}withdraw/").status_code == 409
    earlier(task, 60, "starts_at")
    earlier(claim, 60, "came_at")
    volunteer_hours.check_out(taker, claim.uuid, at(task))
    stale = browser_of(owner).post(f"{page}withdraw/")
    assert (stale.status_code, "已有志愿者完成服务" in stale.content.decode()) == (409, True)
    assert f"{page}withdraw/" not in browser_of(owner).get(page).content.decode()
    with pytest.raises(Conflict):
        volunteering.withdraw(task.pk, why="计划有变", actor=a_worker())
    task.refresh_from_db()
    assert (task.status, task.taken) == ("open", 1)


def test_steps_out_of_order_are_refused_and_change_nothing(things):
    owner, taker = browser_of(things["owner"]), browser_of(things["taker"])
    claim, deal = Claim.objects.get(), Deal.objects.get()
    for path, said in (
        (f"volunteering/claims/{claim.uuid}/rate/", {"stars": "5"}),  # not finished yet
        (f"volunteering/claims/{claim.uuid}/give-back/", {}),  # at work already
        (f"market/{deal.listing.uuid}/report/", {"uuid": uuid4(), "reason": "no such"}),
    ):
        answer = taker.post(f"/m/{path}", said)
        assert answer.status_code in (302, 409, 422), path
    assert owner.post(f"/m/volunteering/claims/{claim.uuid}/thank/", {"stars": "5"}).status_code == 409
    assert owner.post(f"/m/market/{deal.listing.uuid}/withdraw/").status_code == 409  # a neighbour holds it
    assert owner.post(f"/m/market/{deal.listing.uuid}/reserve/", {"uuid": uuid4()}).status_code == 409  # the own one
    claim.refresh_from_db()
    deal.refresh_from_db()
    assert (claim.status, claim.task_stars, claim.volunteer_stars, deal.status) == ("present", None, None, "open")
    assert ListingReport.objects.count() == 1


def test_a_form_that_is_sent_twice_or_from_two_hands_at_once_does_its_deed_once(roles):
    a_policy()
    a_rule("neighbour-help", 5)
    one, two, now = a_neighbour(1), a_neighbour(2), db_now()
    first, second = browser_of(one), browser_of(two)
    said = {"uuid": uuid4(), "kind": "free", "title": "书架", "text": "自取"}
    assert {first.post("/m/market/new/", said).status_code for _twice in range(2)} == {302}
    wish = {"uuid": uuid4(), "kind": "wish", "title": "修灯", "text": "楼道灯", "address": "3幢",
            "starts_at": minute(now + timedelta(hours=1)), "ends_at": minute(now + timedelta(hours=2))}  # fmt: skip
    assert {first.post("/m/volunteering/wish/", wish).status_code for _twice in range(2)} == {302}
    assert (Listing.objects.count(), VolunteerTask.objects.count()) == (1, 1)
    row = market.show(Listing.objects.get().pk, actor=a_worker())
    deal = deals.reserve(two, row.uuid, uuid=uuid4())
    line = {"uuid": uuid4(), "text": "周六见"}
    assert {second.post(f"/m/market/deals/{deal.uuid}/write/", line).status_code for _twice in range(2)} == {302}
    deals.say_done(one, deal.uuid)
    results = all_at_once(*[lambda: deals.say_done(two, deal.uuid)] * 4)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert (DealMessage.objects.count(), Award.objects.count()) == (1, 1)


def test_two_workers_decide_one_wish_and_the_slower_one_is_told(roles):
    owner, start = a_neighbour(1), db_now() + timedelta(hours=1)
    draft = TaskDraft("wish", "修灯", "楼道灯", "", "3幢", start, start + timedelta(hours=1), lon=LON, lat=LAT)
    row = wishes.ask(owner, draft, uuid=uuid4())
    quick, slow = worker_in(worker("shift_lead")), worker_in(worker("shift_lead"))
    page = f"/residents/volunteering/{row.uuid}/"
    form = {"kind": "wish", "title": "修灯", "text": "楼道灯", "address": "3幢", "slots": "1", "lon": LON, "lat": LAT,
            "risk": "low", "starts_at": minute(start), "ends_at": minute(start + timedelta(hours=1))}  # fmt: skip
    unplaced = quick.post(f"{page}approve/", {**form, "lon": "", "lat": ""})
    assert (unplaced.status_code, "请说明位置。" in unplaced.content.decode()) == (422, True)
    assert quick.post(f"{page}approve/", form).status_code == 302
    assert slow.post(f"{page}approve/", form).status_code == 409
    assert "→" in slow.post(f"{page}refuse/", {"why": "不合适"}, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.status, row.published_by.username) == ("open", "shift_lead-0")


def test_nobody_signs_twice_for_a_change_of_points(roles):
    who, lead = a_neighbour(1), worker("shift_lead")
    boss = worker("commander")
    page = f"/residents/{who.uuid}/"
    said = {"uuid": uuid4(), "points": "10", "reason": "补记"}
    assert worker_in(lead).post(f"{page}adjust/", said).status_code == 302
    assert worker_in(lead).post(f"{page}adjust/", said).status_code == 302
    row = AdjustmentRequest.objects.get()
    door = f"/residents/adjustments/{row.uuid}/"
    assert worker_in(lead).post(door, {"approved": "yes"}).status_code == 403
    for _twice in range(2):
        assert worker_in(boss).post(door, {"approved": "yes"}).status_code == 302
    assert worker_in(boss).post(door, {"approved": "no", "note": "误批"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, who.transactions.count()) == ("approved", 1)
    for points in ("0", "1.5", "99999999", "", "-", "ten"):
        answer = worker_in(lead).post(f"{page}adjust/", {**said, "uuid": uuid4(), "points": points})
        assert answer.status_code in (422, 302) and AdjustmentRequest.objects.count() == 1, points


def test_a_gift_asks_for_nothing_in_return(roles):
    assert a_listing(a_neighbour(1), kind="free", wants="图书").wants == ""
    assert a_listing(a_neighbour(2), kind="swap", wants="图书").wants == "图书"


def test_who_has_as_many_points_shares_the_place(roles):
    for n, points in enumerate((20, 5, 5, 1), start=1):
        points_for(a_neighbour(n), points)
    page = browser_of(Resident.objects.get(nickname="居民3")).get("/m/ranking/")
    assert [row["place"] for row in page.context["rows"]] == [1, 2, 2, 4]
    assert page.context["place"] == 2
