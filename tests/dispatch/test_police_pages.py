"""The pages of transfers, of the police desk and of the line; and one look at the desk in a real browser."""

import pytest
from django.test import Client

from dispatch import services
from dispatch.models import PoliceMessage, PoliceRules, PoliceTransfer, Reinforcement, UnitMember
from incidents.models import Incident
from shushanwei.common.clock import db_now
from tests.dispatch.conftest import CENTRE
from tests.dispatch.test_police_transfers import FACTS, call, officer  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in():
    def make(user) -> Client:
        client = Client()
        client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
        return client

    return make


@pytest.fixture
def escalated(opened, unit, seat):
    unit("南片二班", north_m=200)
    incident = opened(title="夜市摊贩争吵", address="蜀山路12号")
    services.order_unit(incident.pk, actor=seat)
    return services.request_reinforcement(incident.pk, "police", actor=seat, reason="双方有人持械")


def text(answer) -> str:
    return answer.content.decode()


def test_seats_accept_from_the_queue_with_one_press(signed_in, seat, call):  # noqa: F811
    transfer, client = call(), signed_in(seat)
    page = text(client.get("/transfers/"))
    assert transfer.police_no in page and "邻里纠纷" in page and "10012345678" not in page

    answer = client.post(f"/transfers/{transfer.pk}/accept/", follow=True)

    transfer.refresh_from_db()
    assert transfer.status == "accepted" and transfer.incident.case_no in text(answer)


def test_a_seat_may_choose_another_class_and_level(signed_in, seat, call):  # noqa: F811
    transfer, client = call(), signed_in(seat)
    client.post(f"/transfers/{transfer.pk}/accept/", {"category": "J0512", "level": "2"})
    transfer.refresh_from_db()
    assert (transfer.incident.category.code, transfer.incident.level) == ("J0512", 2)


def test_giving_back_without_words_shows_the_error_beside_its_field(signed_in, seat, call):  # noqa: F811
    transfer, client = call(), signed_in(seat)
    answer = client.post(f"/transfers/{transfer.pk}/return/", {"reason": "duplicate", "note": ""})
    assert answer.status_code == 422 and "errorlist" in text(answer)
    client.post(f"/transfers/{transfer.pk}/return/", {"reason": "duplicate", "note": "同3301092026112700007"})
    transfer.refresh_from_db()
    assert transfer.status == "returned"


def test_the_caller_is_shown_to_call_back(signed_in, seat, call):  # noqa: F811
    transfer = call()
    assert "10012345678" in text(signed_in(seat).post(f"/transfers/{transfer.pk}/caller/"))


def test_a_brief_second_closing_is_warned_of_and_then_taken(signed_in, seat, call):  # noqa: F811
    transfer = services.accept_transfer(call().pk, actor=seat)
    PoliceTransfer.objects.filter(pk=transfer.pk).update(status="sent_back", returned_by_district_at=db_now())
    type(transfer.incident).objects.filter(pk=transfer.incident_id).update(
        status="closed", ended_at=transfer.accepted_at
    )
    client, path = signed_in(seat), f"/transfers/{transfer.pk}/close-again/"
    answer = client.post(path, {"found": "噪声", "done": "已劝"})
    assert answer.status_code == 422 and "30" in text(answer)
    client.post(path, FACTS)
    transfer.refresh_from_db()
    assert transfer.status == "closed" and FACTS["done"] in transfer.second_closing_text


def test_the_desk_has_all_a_dispatcher_needs_in_one_view(signed_in, escalated, unit, officer):  # noqa: F811
    unit("派出所一号车", north_m=400, kind="police")
    PoliceRules.objects.create(effective_from=db_now(), seat_phone="100-0000-3051")
    page = text(signed_in(officer).get("/police/desk/"))
    version = Incident.objects.get(pk=escalated.incident_id).rev
    seen = ("双方有人持械", "100-0000-3051", "夜市摊贩争吵", "蜀山路12号", "派出所一号车", "南片二班", "desk-scene")
    for needed in (*seen, f"版本 {version}", "两侧一致"):
        assert needed in page, needed


def test_the_desk_accepts_refuses_and_notes(signed_in, escalated, unit, officer):  # noqa: F811
    car, client = unit("派出所一号车", kind="police"), signed_in(officer)
    path = f"/police/desk/calls/{escalated.pk}"
    assert client.post(f"{path}/refuse/", {"reason": ""}).status_code == 422
    client.post(f"{path}/note/", {"text": "五分钟到"})
    page = text(client.post(f"{path}/accept/", {"unit": car.pk}, follow=True))
    escalated.refresh_from_db()
    assert escalated.status == "accepted" and "五分钟到" in page


def test_a_call_that_is_accepted_asks_for_a_car_and_not_for_nothing(signed_in, escalated, officer):  # noqa: F811
    client, path = signed_in(officer), f"/police/desk/calls/{escalated.pk}/accept/"
    assert client.post(path, {"unit": ""}).status_code == 302  # a car is named later
    again = client.post(path, {"unit": ""})
    assert again.status_code == 422
    assert again.context["accept"].errors["unit"]


def test_the_desk_hands_a_call_over_and_judges_its_result(signed_in, officer, seat):  # noqa: F811
    client = signed_in(officer)
    sent = {
        "police_no": "JJ2026112700031", "call_time": "2026-11-27T09:58", "alarm_code": "40100", "urgency": "non_urgent",
        "channel": "order", "address": "晨晖路口", "lon": CENTRE[0], "lat": CENTRE[1], "description": "出口被堵",
    }  # fmt: skip
    assert client.post("/police/desk/transfers/", sent | {"address": ""}).status_code == 422
    client.post("/police/desk/transfers/", sent)
    transfer = PoliceTransfer.objects.get()
    services.accept_transfer(transfer.pk, actor=seat)
    PoliceTransfer.objects.update(status="closed", result=FACTS, closed_at=db_now())
    assert FACTS["done"] in text(client.get("/police/desk/"))
    answer = client.post(f"/police/desk/transfers/{transfer.pk}/judge/", {"quality": "interim", "note": ""})
    assert answer.status_code == 422
    client.post(f"/police/desk/transfers/{transfer.pk}/judge/", {"quality": "too_brief", "note": "没有写联系了谁"})
    transfer.refresh_from_db()
    assert transfer.status == "sent_back"


def test_the_books_of_the_line_show_what_was_given_up(signed_in, person, settings, escalated):
    settings.POLICE_LINK_URL, settings.POLICE_LINK_SECRET = "http://127.0.0.1:1/", "s" * 20
    from dispatch.police.link.outbox import share_call

    share_call(Reinforcement.objects.get(pk=escalated.pk), "requested")
    PoliceMessage.objects.update(state="dead", last_error="HTTP 422")
    client = signed_in(person("shift_lead"))
    assert "HTTP 422" in text(client.get("/police/link/"))
    client.post(f"/police/link/{PoliceMessage.objects.get().pk}/resend/")
    assert PoliceMessage.objects.get().state == "pending"


def test_a_police_car_has_a_page_of_its_own(signed_in, unit):
    car = unit("派出所一号车", kind="police")
    client = signed_in(UnitMember.objects.get(unit=car).user)
    assert client.get("/unit/").headers["Location"] == "/police/"
    assert "派出所一号车" in text(client.get("/police/"))
    squad = unit("南片二班")
    assert "unit-state" not in text(signed_in(UnitMember.objects.get(unit=squad).user).get("/police/"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_desk_in_a_browser(new_page, live_server, escalated, unit, officer):  # noqa: F811
    car = unit("派出所一号车", north_m=400, kind="police")
    officer.set_password("Shushan-30515")
    officer.save()
    page, faults = new_page(1440, 900), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{live_server.url}/sign-in/?next=/police/desk/")
    page.fill("input[name=username]", "officer")
    page.fill("input[name=password]", "Shushan-30515")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("#map.leaflet-container", timeout=25_000)
    assert page.locator("#calls .is-new").count() == 1
    page.click(f"#acts input[value='{car.pk}']")
    page.click("#acts .button-primary")
    page.wait_for_selector("#forces >> text=派出所一号车", timeout=25_000)
    assert page.locator("#calls .is-new").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".desk-offer > summary")
    page.click("#pick.leaflet-container", position={"x": 120, "y": 90})
    assert float(page.input_value("input[name=lon]")) > 120 and float(page.input_value("input[name=lat]")) > 30
    services.note_call(escalated.pk, "后台新增的一条", actor=officer)
    page.wait_for_selector("#story >> text=后台新增的一条", timeout=15_000)
    assert faults == []
