"""The unit's phone in a real browser: an order comes, is answered with the thumb, and a lost network loses nothing."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from dispatch import services
from dispatch.models import ArrivalProof, Assignment
from incidents.models import Deadline, Incident
from incidents.services import reminding, set_level
from shushanwei.common.clock import db_now
from tests.dispatch.conftest import CENTRE, north

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 25_000


@pytest.fixture
def phone(new_page, live_server, unit):
    """A phone of 360 × 740 in the hands of a squad 300 m north of the scene, signed in, not on duty."""
    squad = unit("综治队南片二班", north_m=300, on_duty=False)
    squad.crew.set_password("Shushan-30515")
    squad.crew.save()
    page = new_page(
        360, 740, mobile=True,
        geolocation={"longitude": CENTRE[0], "latitude": north(300), "accuracy": 10},
        permissions=["geolocation"],
    )  # fmt: skip
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{live_server.url}/sign-in/?next=/unit/")
    page.fill("input[name=username]", squad.crew.username)
    page.fill("input[name=password]", "Shushan-30515")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("#idle:not([hidden])", timeout=PATIENCE)
    page.squad = squad
    yield page
    assert page.faults == []


def stand(page, metres):
    page.context.set_geolocation({"longitude": CENTRE[0], "latitude": north(metres), "accuracy": 8})


def again(incident):
    return Incident.objects.get(pk=incident.pk)


def shot():
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 140, 120)).save(buffer, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def test_an_order_from_the_offer_to_the_end(phone, opened, seat):
    phone.click(".idle-card .weui-btn")
    phone.wait_for_selector("text=在岗待命", timeout=PATIENCE)
    incident = opened(title="金鸡路夜市摊贩与住户争吵")
    services.order_unit(incident.pk, phone.squad.pk, actor=seat, reason="就近")

    # On the screen is delivered.
    phone.wait_for_selector("text=金鸡路夜市摊贩与住户争吵", timeout=PATIENCE)
    phone.wait_for_selector("#actions >> text=接单")
    phone.wait_for_selector("#order-head >> text=到场处置", timeout=PATIENCE)
    assert again(incident).response_started_at is not None
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone.click("#actions >> text=接单")
    phone.wait_for_selector("text=拍照到场", timeout=PATIENCE)

    for metres in (150, 60, 40):
        stand(phone, metres)
        phone.wait_for_timeout(5500)
    phone.wait_for_selector("#actions >> text=完成", timeout=PATIENCE)
    assert ArrivalProof.objects.get().method == "geofence"

    # Without a network the end is kept, survives, and is sent once.
    phone.context.set_offline(True)
    phone.click("#actions >> text=完成")
    phone.fill("[name=found]", "摊贩与住户争吵")
    phone.fill("[name=done]", "劝离摊贩，双方平息")
    phone.set_input_files("input[type=file]", shot())
    phone.click(".sheet-actions .grow")
    phone.wait_for_selector("#outbox:not([hidden])", timeout=PATIENCE)
    assert again(incident).scene_closed_at is None

    phone.context.set_offline(False)
    phone.reload()
    phone.wait_for_selector("#idle:not([hidden])", timeout=PATIENCE)
    assert again(incident).status == "pending_check"
    assert incident.attachments.filter(kind="after").count() == 1


def test_a_refusal_says_why_and_the_next_unit_goes(phone, opened, seat, unit):
    services.set_duty(phone.squad.pk, True)
    unit("综治队南片三班", north_m=1500)
    incident = opened()
    services.order_unit(incident.pk, phone.squad.pk, actor=seat, reason="就近")
    phone.wait_for_selector("#actions >> text=拒绝", timeout=PATIENCE)

    phone.click("#actions >> text=拒绝")
    phone.click(".sheet-actions .grow")
    assert phone.is_visible("text=请填写")
    phone.click("text=车辆故障")
    phone.click(".sheet-actions .grow")

    phone.wait_for_selector("text=在岗待命", timeout=PATIENCE)
    assert Assignment.objects.get(status="declined").end_note == "车辆故障"
    assert Assignment.objects.get(ended_at__isnull=True).unit.name == "综治队南片三班"


def test_a_reminder_stands_on_the_phone_until_the_unit_takes_its_next_step(phone, opened, seat):
    services.set_duty(phone.squad.pk, True)
    incident = opened()
    services.order_unit(incident.pk, phone.squad.pk, actor=seat, reason="就近")
    phone.click("#actions >> text=接单", timeout=PATIENCE)
    phone.wait_for_selector("text=拍照到场", timeout=PATIENCE)
    assert phone.is_hidden("#reminder")

    arrival = Deadline.objects.get(incident=incident, code="A5")
    past = db_now() - timedelta(minutes=6)
    Deadline.objects.filter(pk=arrival.pk).update(
        started_at=past - timedelta(minutes=5), due_at=past, missed_at=past, remind_at=db_now()
    )
    assert reminding.remind(arrival.pk)
    banner = phone.wait_for_selector("#reminder[data-tone=missed]:not([hidden])", timeout=PATIENCE)
    said = banner.inner_text()
    assert "催办 · 第1次" in said and "到场处置" in said and "超时 6:" in said

    for metres in (150, 60, 40):
        stand(phone, metres)
        phone.wait_for_timeout(5500)
    phone.wait_for_selector("#reminder", state="hidden", timeout=PATIENCE)


def test_the_level_and_a_recall_are_seen_without_a_touch(phone, opened, seat):
    services.set_duty(phone.squad.pk, True)
    incident = opened()
    order = services.order_unit(incident.pk, phone.squad.pk, actor=seat, reason="就近")
    phone.wait_for_selector(".level-3", timeout=PATIENCE)

    set_level(incident.pk, 1, actor=seat)
    phone.wait_for_selector(".order-level-1", timeout=PATIENCE)
    services.recall(order.pk, actor=seat, reason="误派")

    phone.wait_for_selector("text=已撤回", timeout=PATIENCE)
