"""Odd ways through reports, calls and the mall: twice, out of order, of others, out of range. Refused, never broken."""

from datetime import timedelta
from uuid import uuid4

import pytest

from grid.models import Community
from points.models import Redemption, ResidentReport, ServiceCall, Settlement
from points.services import calls, reports
from points.services.calls import Called
from shushanwei.common.clock import db_now
from tests.incidents.conftest import person, street  # noqa: F401
from tests.points.browsers import resident_in, worker_in
from tests.points.conftest import a_resident
from tests.points.neighbours import a_community
from tests.points.phones import agreed, form, home, sent
from tests.points.shops import a_clerk, a_merchant, a_reward, points_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("street")]
JUNK = ["", "0", "-1", "6", "five", "5 ", "9" * 400, "五", "nan", "\0"]
TEXTS = ["", "   ", "\0", "坏\0字", "x" * 10_000, "'; drop table points_servicecall; --"]


@pytest.fixture
def me(street):  # noqa: F811
    return agreed(a_resident(1, community_id=home()))


@pytest.fixture
def leader(person):  # noqa: F811
    return worker_in(person("grid_leader", area=home()))


@pytest.fixture
def called(me) -> ServiceCall:
    return calls.call(me, Called(uuid4(), "repair", "楼道灯坏了"))[0]


def refused(answer) -> bool:
    """A page or a problem that says what is wrong."""
    return 400 <= answer.status_code < 500


def test_a_report_sent_twice_leads_to_the_same_page_and_is_one(me):
    mine, uuid = resident_in(me), uuid4()
    first, again = (mine.post("/m/report/", form(uuid=uuid)) for _each in range(2))
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    assert ResidentReport.objects.count() == 1


@pytest.mark.parametrize("field", ["lon", "lat", "accuracy_m", "voice_s", "uuid", "kind", "crs", "found_at", "text"])
def test_no_value_of_a_report_breaks_it(me, field):
    mine = resident_in(me)
    for value in [*JUNK, "inf", "-inf", "1e999", "120.24,30.12", "坏\0字"]:
        answer = mine.post("/m/report/", form(**{field: value}))
        assert answer.status_code in (302, 409, 422, 429), (field, value, answer.status_code)


@pytest.mark.parametrize("place", [("nan", "nan"), ("inf", "30"), ("1e308", "1e308"), ("", ""), ("120", "0")])
def test_no_place_breaks_what_is_offered_nearby_or_an_emergency(me, client, place):
    asked = {"kind": "waste", "lon": place[0], "lat": place[1]}
    assert refused(resident_in(me).get("/m/report/nearby/", asked)) or place == ("120", "0")
    answer = client.post("/m/emergency/", {**asked, "uuid": uuid4(), "kind": "fire", "place_by": "phone"})
    assert refused(answer) and not ResidentReport.objects.exists()


def test_a_report_is_rated_only_by_its_own_resident_and_only_when_it_is_closed(me):
    row, _new = reports.report(me, sent(), address=None)
    mine, other = resident_in(me), resident_in(agreed(a_resident(2)))
    address = f"/m/report/{row.uuid}/"
    assert mine.post(f"{address}rate/", {"rating": "5"}).status_code == 409
    assert mine.post(f"{address}rate/", {"solved": "no", "why": "还在"}).status_code == 409
    for value in JUNK:
        assert refused(mine.post(f"{address}rate/", {"rating": value})), value
    for end in ("", "voice/", f"photos/{uuid4()}/", "photos/x/"):
        assert other.get(f"{address}{end}").status_code == 404
    assert other.post(f"{address}rate/", {"rating": "5"}).status_code == 404
    assert mine.get(f"{address}voice/").status_code == 404
    assert mine.get(f"{address}rate/").status_code == 405
    row.refresh_from_db()
    assert (row.rating, row.not_solved_at) == (None, None)


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_breaks_the_desk_of_calls(called, leader, me, text):
    address = f"/residents/calls/{called.uuid}/"
    assert leader.post(f"{address}answer/", {"reply": text}).status_code in (302, 422)
    if ServiceCall.objects.get().status == "called":
        assert leader.post(f"{address}answer/", {"reply": "马上来"}).status_code == 302
    for step, field in (("process", "note"), ("hand-on", "handed"), ("phone", "why"), ("finish", "result")):
        answer = leader.post(f"{address}{step}/", {field: text, "uuid": uuid4()})
        assert answer.status_code in (200, 302, 403, 404, 409, 422), (step, answer.status_code)
    ServiceCall.objects.filter(status__in=["answered", "processing"]).update(
        status="done", done_at=db_now(), result="已换", incident=None, handed_on_at=None
    )
    mine = resident_in(me)
    assert mine.post(f"/m/calls/{called.uuid}/rate/", {"solved": "no", "why": text}).status_code in (302, 409, 422)
    answer = mine.post(f"/m/calls/{called.uuid}/rate/", {"rating": "5", "note": text})
    assert answer.status_code in (302, 409, 422)
    assert mine.post("/m/calls/new/", {"uuid": uuid4(), "kind": "noise", "text": text}).status_code in (302, 422)


def test_steps_of_a_call_out_of_order_or_of_others_do_nothing(called, leader, me, person):  # noqa: F811
    address = f"/residents/calls/{called.uuid}/"
    for step, field in (("process", "note"), ("finish", "result"), ("hand-on", "handed"), ("take", "x")):
        assert leader.post(f"{address}{step}/", {field: "x"}).status_code == 409, step
    elsewhere = Community.objects.exclude(pk=home()).values_list("pk", flat=True)[0]
    far = worker_in(person("grid_leader", area=elsewhere))
    assert far.get(address).status_code == 404
    assert far.post(f"{address}answer/", {"reply": "x"}).status_code == 404
    mine, other = resident_in(me), resident_in(a_resident(2))
    assert mine.post(f"/m/calls/{called.uuid}/rate/", {"rating": "5"}).status_code == 409
    assert other.get(f"/m/calls/{called.uuid}/").status_code == 404
    assert other.post(f"/m/calls/{called.uuid}/rate/", {"rating": "5"}).status_code == 404
    called.refresh_from_db()
    assert (called.status, called.holder) == ("called", None)
    leader.post(f"{address}answer/", {"reply": "马上来"})
    second = worker_in(person("shift_lead"))
    assert second.post(f"{address}answer/", {"reply": "我来"}).status_code == 409
    assert second.post(f"{address}phone/", {"why": "回电"}).status_code == 403
    for page in ("?page=-1", "?page=x", "?page=99999999999999999999", "?state=\0"):
        assert leader.get(f"/residents/calls/{page}").status_code == 200


@pytest.mark.parametrize("month", ["", "2026-13", "0000-00", "9999-12", "x", "2026-11-01", "\0", "٢٠٢٦-١١"])
def test_no_month_breaks_the_public_figures_or_a_settlement(client, person, month):  # noqa: F811
    shop, desk = a_merchant(community=a_community(home())), worker_in(person("evaluator"))
    assert client.get("/m/calls/figures/", {"month": month}).status_code == 200
    address = f"/residents/merchants/{shop.uuid}/"
    assert desk.get(f"{address}month/", {"month": month}).status_code == 200
    assert desk.get(f"{address}month.xlsx", {"month": month}).status_code == 200
    assert desk.post(f"{address}month/close/", {"month": month}).status_code in (302, 422)
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("value", ["", "-1", "0", "99999999999", "1.5", "x", "\0", "１００"])
def test_no_number_breaks_a_redemption_or_a_reward(me, person, value):  # noqa: F811
    reward, mine, desk = a_reward(price=100), resident_in(me), worker_in(person("evaluator"))
    points_for(me, 300)
    answer = mine.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4(), "price": value})
    assert refused(answer) or value == "１００"
    address = f"/residents/merchants/rewards/{reward.uuid}/"
    said = {"name_zh": "米", "name_en": "rice", "valid_from": "2026-01-01", "valid_to": "2027-01-01", "is_active": "on"}
    for field in ("price", "a_month", "valid_from", "name_zh", "description"):
        answer = desk.post(address, {**said, "price": "100", field: value})
        assert answer.status_code in (302, 422), (field, answer.status_code)
    assert desk.post(f"{address}stock/", {"seen": "10", "stock": value}).status_code in (302, 422)
    assert desk.post(f"{address}stock/", {"seen": value, "stock": "5"}).status_code in (302, 422)
    reward.refresh_from_db()
    assert reward.price > 0 and reward.stock in range(100)


def test_a_code_is_given_up_or_written_off_but_never_both(me):
    reward, clerk = a_reward(stock=3), a_resident(7)
    a_clerk(clerk, reward.merchant)
    points_for(me, 300)
    mine, counter, uuid = resident_in(me), resident_in(clerk), uuid4()
    for _twice in range(2):
        assert mine.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid, "price": "100"}).status_code == 302
    row = Redemption.objects.get()
    stale = counter.get("/m/merchant/", {"code": row.code}).context["uuid"]
    for _twice in range(2):
        assert mine.post(f"/m/mall/mine/{row.uuid}/cancel/").status_code == 302
    assert counter.post(f"/m/merchant/{row.uuid}/write-off/", {"uuid": stale}).status_code == 409
    assert counter.post(f"/m/merchant/{uuid4()}/write-off/", {"uuid": stale}).status_code == 404

    second = mine.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4(), "price": "100"})["Location"]
    for _twice in range(2):
        answer = counter.post(f"/m/merchant/{second.split('/')[-2]}/write-off/", {"uuid": stale})
        assert answer.status_code == 302
    assert mine.post(f"{second}cancel/").status_code == 409
    # Somebody else's page id leads to nothing of theirs.
    other = a_resident(3)
    points_for(other, 100)
    assert resident_in(other).post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid}).status_code == 409
    reward.refresh_from_db()
    assert (reward.stock, Redemption.objects.count()) == (2, 2)


def test_a_clerk_who_was_taken_off_writes_nothing_off_from_an_open_page(me, person):  # noqa: F811
    reward, clerk = a_reward(), a_resident(7)
    row = a_clerk(clerk, reward.merchant)
    points_for(me, 100)
    resident_in(me).post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4()})
    counter, taken = resident_in(clerk), Redemption.objects.get()
    page = counter.get("/m/merchant/", {"code": taken.code}).context["uuid"]
    desk = worker_in(person("evaluator"))
    elsewhere = a_merchant("远店")
    assert desk.post(f"/residents/merchants/{elsewhere.uuid}/clerks/{row.pk}/remove/").status_code == 404
    assert desk.post(f"/residents/merchants/{reward.merchant.uuid}/clerks/{row.pk}/remove/").status_code == 302
    assert counter.post(f"/m/merchant/{taken.uuid}/write-off/", {"uuid": page}).status_code == 403
    taken.refresh_from_db()
    assert (taken.status, taken.expires_at - taken.at) == ("issued", timedelta(days=7))
