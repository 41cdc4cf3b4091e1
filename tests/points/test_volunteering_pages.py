"""The pages of volunteering and the market: what each may see, what comes back with its error, and what never leaks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from points.models import Claim, Deal, Fair, Listing, VolunteerTask
from points.services import market, volunteer_hours, volunteering
from points.typed import minute
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import seal
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import (
    LAT,
    LON,
    a_community,
    a_listing,
    a_neighbour,
    a_photo,
    a_task,
    a_worker,
    accepted,
    at,
    browser_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def a_desk(role: str, area: str = "") -> Client:
    """A worker's browser."""
    user = User.objects.create_user(f"{role}-{area}")
    grant(user, role, area=area)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def test_a_volunteer_goes_the_whole_way_on_the_phone():
    a_policy()
    a_rule("volunteer-hour", 10, per="hour", cap="volunteer")
    one, task = a_neighbour(), a_task()
    browser, page = browser_of(one), f"/m/volunteering/{task.uuid}/"
    assert task.title in browser.get("/m/volunteering/").content.decode()
    assert browser.post(f"{page}claim/", {"uuid": uuid4()}).status_code == 302
    claim = Claim.objects.get()
    volunteering.accept(claim.pk, is_known=False, actor=a_worker())

    here = f"{page}here/?code={task.check_code}"
    assert "agreed" in browser.get(here).content.decode()
    answer = browser.post("/m/me/consent/", {"purpose": "location", "agreed": "on", "next": here})
    assert answer["Location"] == here
    said = {"do": "in", "code": task.check_code, "lon": LON, "lat": LAT, "accuracy": 15}
    far = browser.post(f"{page}here/", {**said, "lat": LAT + 0.01})
    assert far.status_code == 422
    assert browser.post(f"{page}here/", said).status_code == 302
    early = browser.post(f"{page}here/", {**said, "do": "out"})
    assert (early.status_code, 'value="early"' in early.content.decode()) == (409, True)
    Claim.objects.update(came_at=db_now() - timedelta(minutes=60))
    assert browser.post(f"{page}here/", {**said, "do": "out"}).status_code == 302
    assert browser.post(f"/m/volunteering/claims/{claim.uuid}/rate/", {"stars": "9"}).status_code == 422
    assert browser.post(f"/m/volunteering/claims/{claim.uuid}/rate/", {"stars": "5"}).status_code == 302
    for address in (page, "/m/volunteering/mine/", "/m/volunteering/?kind=service", "/m/volunteering/?kind=%00"):
        assert browser.get(address).status_code == 200
    claim.refresh_from_db()
    assert (claim.status, claim.minutes) == ("finished", 60)


def test_a_full_task_says_so_and_offers_nothing():
    task = a_task(slots=1)
    late, early = browser_of(a_neighbour(1)), browser_of(a_neighbour(2))
    page = f"/m/volunteering/{task.uuid}/"
    assert f"{page}claim/" in late.get(page).content.decode()
    assert early.post(f"{page}claim/", {"uuid": uuid4()}).status_code == 302
    stale = late.post(f"{page}claim/", {"uuid": uuid4()})
    assert stale.status_code == 409
    for told in (stale, late.get(page)):
        text = told.content.decode()
        assert text.count("名额已满。") == 1
        assert f"{page}claim/" not in text


def test_the_address_of_a_home_is_told_to_who_is_accepted_only():
    task = a_task(at_home=True, address="和家园3幢102室", slots=2)
    coming, looking = a_neighbour(1), a_neighbour(2)
    accepted(task, coming)
    page = f"/m/volunteering/{task.uuid}/"
    assert "102室" in browser_of(coming).get(page).content.decode()
    assert "102室" not in browser_of(looking).get(page).content.decode()
    assert "102室" not in browser_of(looking).get("/m/volunteering/").content.decode()


def test_a_wish_waits_for_its_community_and_stays_ones_own(roles):
    community = a_community()
    other = a_community("330109001002", "知稼社区")
    asking = a_neighbour(1)
    tomorrow = db_now() + timedelta(days=1)
    said = {
        "uuid": uuid4(), "kind": "wish", "title": "修纱窗", "text": "厨房", "address": "3幢", "at_home": "on",
        "starts_at": minute(tomorrow), "ends_at": minute(tomorrow + timedelta(hours=1)),
    }  # fmt: skip
    browser = browser_of(asking)
    wrong = browser.post("/m/volunteering/wish/", {**said, "text": "电话13812345678"})
    assert (wrong.status_code, "电话13812345678" in wrong.content.decode()) == (422, True)
    assert browser.post("/m/volunteering/wish/", {**said, "starts_at": "soon"}).status_code == 422
    assert browser.post("/m/volunteering/wish/", said).status_code == 302
    wish = VolunteerTask.objects.get()
    page = f"/m/volunteering/{wish.uuid}/"
    assert browser.get(page).status_code == 200
    assert browser_of(a_neighbour(2)).get(page).status_code == 404
    assert browser_of(a_neighbour(3, level=1)).get("/m/volunteering/wish/").status_code == 403

    desk, elsewhere = a_desk("grid_leader", community.code), a_desk("grid_leader", other.code)
    behind = f"/residents/volunteering/{wish.uuid}/"
    assert (desk.get(behind).status_code, elsewhere.get(behind).status_code) == (200, 404)
    assert desk.get("/residents/volunteering/?state=asked").status_code == 200
    draft = {**said, "slots": "2", "lon": "", "lat": "", "risk": "low", "skill": ""}
    assert desk.post(f"{behind}approve/", draft).status_code == 422
    assert elsewhere.post(f"{behind}approve/", draft).status_code == 404
    assert desk.post(f"{behind}approve/", {**draft, "lon": LON, "lat": LAT}).status_code == 302
    assert "<svg" in browser.get(page).content.decode()
    assert desk.get(f"{behind}code/").status_code == 200


def test_a_worker_publishes_decides_rates_and_sees_the_hours_of_party_members(roles):
    a_policy()
    a_rule("volunteer-hour", 10, per="hour", cap="volunteer")
    community = a_community()
    desk = a_desk("grid_leader", community.code)
    now = db_now()
    said = {
        "uuid": uuid4(), "kind": "patrol", "community": community.code, "title": "夜间巡逻", "text": "两人一组",
        "address": "南门", "starts_at": minute(now - timedelta(hours=2)), "ends_at": minute(now + timedelta(hours=2)),
        "slots": "2", "lon": LON, "lat": LAT, "skill": "", "risk": "low",
    }  # fmt: skip
    assert desk.get("/residents/volunteering/new/").status_code == 200
    assert desk.post("/residents/volunteering/new/", {**said, "slots": "many"}).status_code == 422
    assert desk.post("/residents/volunteering/new/", {**said, "community": "\0"}).status_code == 422
    assert desk.post("/residents/volunteering/new/", said).status_code == 302
    task = VolunteerTask.objects.get()
    member = a_neighbour(1, is_party_member=True)
    claim = volunteering.claim(member, task.uuid, uuid=uuid4())
    door = f"/residents/volunteering/claims/{claim.uuid}"
    assert desk.post(f"{door}/decide/", {"do": "accept"}).status_code == 302
    Claim.objects.update(status="lapsed", came_at=now)
    assert desk.post(f"{door}/vouch/", {"minutes": "90", "why": "现场确认"}).status_code == 302
    assert desk.post(f"{door}/rate/", {"stars": "5"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.minutes, claim.volunteer_stars) == ("finished", 90, 5)
    assert desk.get(f"/residents/volunteering/{task.uuid}/").status_code == 200
    assert "1.5" in desk.get("/residents/volunteering/party/").content.decode()
    assert desk.get("/residents/volunteering/party/?year=%00").status_code == 200
    assert a_desk("seat_operator").get("/residents/volunteering/").status_code == 403


def test_a_certificate_is_its_residents_and_its_code_is_everybodys(settings):
    one = a_neighbour(1, name_sealed=seal("王小明"), name_masked="王**")
    claim = accepted(a_task(), one)
    volunteer_hours.check_in(one, claim.uuid, at(claim.task))
    Claim.objects.update(came_at=db_now() - timedelta(minutes=60))
    volunteer_hours.check_out(one, claim.uuid, at(claim.task))
    today = db_now().astimezone(STREET).date().isoformat()
    browser = browser_of(one)
    said = {"uuid": uuid4(), "from_day": today, "to_day": today}
    assert browser.post("/m/volunteering/certificates/", {**said, "from_day": "x"}).status_code == 422
    paper = browser.post("/m/volunteering/certificates/", said)["Location"]
    assert "王小明" in browser.get(paper).content.decode()
    assert browser_of(a_neighbour(2)).get(paper).status_code == 404

    code = one.certificates.get().code
    anybody = Client()
    assert anybody.get("/m/volunteering/certificate/", {"code": code.lower()})["Location"].endswith(f"/{code}/")
    shown = anybody.get(f"/m/volunteering/certificate/{code}/").content.decode()
    assert "王**" in shown and "王小明" not in shown
    tries = [anybody.get("/m/volunteering/certificate/AAAAAAAAAA/").status_code for _n in range(25)]
    assert (tries[0], tries[-1]) == (404, 429)


def test_something_is_given_away_on_the_phone():
    a_policy()
    a_rule("neighbour-help", 5)
    owner, taker = a_neighbour(1), a_neighbour(2)
    giving, taking = browser_of(owner), browser_of(taker)
    photo = SimpleUploadedFile("a.jpg", a_photo(), "image/jpeg")
    said = {"uuid": uuid4(), "kind": "free", "title": "儿童自行车", "text": "九成新"}
    wrong = giving.post("/m/market/new/", {**said, "text": "加 V abc12345"})
    assert (wrong.status_code, "abc12345" in wrong.content.decode()) == (422, True)
    assert (
        giving.post("/m/market/new/", {**said, "photos": [SimpleUploadedFile("a.svg", b"<svg/>")]}).status_code == 422
    )
    assert giving.post("/m/market/new/", {**said, "photos": [photo]}).status_code == 302
    row = Listing.objects.get()
    page, picture = f"/m/market/{row.uuid}/", f"/m/market/photos/{row.photos.get().uuid}/"
    assert [giving.get(picture).status_code, taking.get(picture).status_code, taking.get(page).status_code] == [
        200,
        404,
        404,
    ]
    market.show(row.pk, actor=a_worker())
    assert taking.get(f"{picture}?thumb=1")["Content-Type"] == "image/jpeg"
    assert "儿童自行车" in taking.get("/m/market/?q=自行车&kind=free").content.decode()
    assert taking.post(f"{page}reserve/", {"uuid": "nonsense"}).status_code == 422
    assert taking.post(f"{page}reserve/", {"uuid": uuid4()}).status_code == 302
    talk = f"/m/market/deals/{Deal.objects.get().uuid}/"
    assert taking.post(f"{talk}write/", {"uuid": uuid4(), "text": "周六十点门口见"}).status_code == 302
    refused = giving.post(f"{talk}write/", {"uuid": uuid4(), "text": "电话 138 1234 5678"})
    assert (refused.status_code, "138 1234 5678" in refused.content.decode()) == (422, True)
    assert f"<time>{taker.nickname} ·" in giving.get(talk).content.decode()
    assert "<time>我 ·" in taking.get(talk).content.decode()
    stranger = browser_of(a_neighbour(3))
    for step in ("", "write/", "done/", "release/", "report/"):
        call = stranger.post if step else stranger.get
        assert call(f"{talk}{step}", {"uuid": uuid4(), "text": "你好"}).status_code == 404
    for browser in (giving, taking):
        assert browser.post(f"{talk}done/").status_code == 302
        assert browser.get("/m/market/mine/").status_code == 200
    assert Deal.objects.get().status == "done"
    assert taking.post(f"{talk}release/").status_code == 409


def test_workers_review_decide_and_ban_in_their_own_community(roles):
    owner = a_neighbour(1)
    row = a_listing(owner, shown=False, title="菜刀一把", text="切菜用")
    desk = a_desk("grid_leader", a_community().code)
    elsewhere = a_desk("grid_leader", a_community("330109001002", "知稼社区").code)
    assert "菜刀" in desk.get("/residents/market/").content.decode()
    assert "菜刀" not in elsewhere.get("/residents/market/").content.decode()
    door = f"/residents/market/{row.uuid}/decide/"
    assert elsewhere.post(door, {"do": "show"}).status_code == 404
    assert desk.post(door, {"do": "show"}).status_code == 302
    reporter = a_neighbour(2)
    told = browser_of(reporter).post(f"/m/market/{row.uuid}/report/", {"uuid": uuid4(), "reason": "forbidden"})
    assert told.status_code == 302
    assert browser_of(reporter).post(f"/m/market/{row.uuid}/report/", {"reason": "x"}).status_code == 422
    report = row.reports.get()
    assert desk.get("/residents/market/reports/").status_code == 200
    said = {"do": "uphold", "note": "刀具", "ban_days": "7"}
    assert elsewhere.post(f"/residents/market/reports/{report.uuid}/", said).status_code == 404
    assert desk.post(f"/residents/market/reports/{report.uuid}/", said).status_code == 302
    row.refresh_from_db()
    ban = owner.market_bans.get()
    assert (row.status, ban.lifted_at) == ("taken_down", None)
    assert elsewhere.post(f"/residents/market/bans/{ban.pk}/lift/", {"why": "x"}).status_code == 404
    assert desk.post(f"/residents/market/bans/{ban.pk}/lift/", {"why": "申诉成立"}).status_code == 302
    offer = {"uuid": uuid4(), "kind": "offer", "merchant": "理发店", "community": a_community().code, "title": "九折",
             "text": "工作日"}  # fmt: skip
    assert desk.get("/residents/market/offer/").status_code == 200
    assert desk.post("/residents/market/offer/", {**offer, "merchant": ""}).status_code == 422
    assert desk.post("/residents/market/offer/", offer).status_code == 302
    for state in ("shown", "ended", "%00"):
        assert desk.get(f"/residents/market/?state={state}").status_code == 200


def test_a_market_day_from_the_desk_to_the_stall(roles):
    desk = a_desk("grid_leader", a_community().code)
    soon = db_now() + timedelta(hours=1)
    said = {"uuid": uuid4(), "title": "周末集市", "text": "", "community": a_community().code, "address": "礼堂前",
            "starts_at": minute(soon), "ends_at": minute(soon + timedelta(hours=3)), "stalls": "8"}  # fmt: skip
    assert desk.post("/residents/market/fairs/", {**said, "stalls": "0"}).status_code == 422
    assert desk.post("/residents/market/fairs/", said).status_code == 302
    fair = Fair.objects.get()
    browser, page = browser_of(a_neighbour()), f"/m/market/fairs/{fair.uuid}/"
    assert "周末集市" in browser.get("/m/market/fairs/").content.decode()
    assert browser.post(f"{page}book/", {"uuid": uuid4(), "number": "9", "goods": "旧书"}).status_code == 422
    assert browser.post(f"{page}book/", {"uuid": uuid4(), "number": "8", "goods": "旧书"}).status_code == 302
    assert browser.post(f"{page}here/", {"code": "wrong"}).status_code == 422
    assert fair.check_code in browser.get(f"{page}here/?code={fair.check_code}").content.decode()
    assert browser.post(f"{page}here/", {"code": fair.check_code}).status_code == 302
    behind = f"/residents/market/fairs/{fair.uuid}/"
    assert "旧书" in desk.get(behind).content.decode()
    assert desk.get(f"{behind}code/").status_code == 200
    assert desk.post(f"{behind}cancel/", {"why": "台风"}).status_code == 302


def test_made_up_addresses_are_not_found_for_residents():
    browser, nobody = browser_of(a_neighbour()), Client(raise_request_exception=False)
    nowhere = uuid4()
    for path in (f"volunteering/{nowhere}/", f"market/{nowhere}/", f"market/deals/{nowhere}/",
                 f"market/fairs/{nowhere}/", f"market/photos/{nowhere}/", f"volunteering/certificates/{nowhere}/",
                 f"volunteering/{nowhere}/here/"):  # fmt: skip
        assert browser.get(f"/m/{path}").status_code == 404, path
        assert nobody.get(f"/m/{path}").status_code == 302, path
    for path in (f"volunteering/{nowhere}/claim/", f"volunteering/claims/{nowhere}/rate/", f"market/{nowhere}/reserve/",
                 f"market/deals/{nowhere}/done/", f"market/fairs/{nowhere}/book/"):  # fmt: skip
        said = {"uuid": uuid4(), "stars": "5", "number": "1", "goods": "书"}
        assert browser.post(f"/m/{path}", said).status_code == 404, path
