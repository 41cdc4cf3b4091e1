"""One incident before four screens at once: console, squad's phone, police desk and wall see each step."""

import io
import uuid

import pytest
from PIL import Image

from tests.browser.acts import LAT, LON
from tests.browser.test_console import has_status, row

pytestmark = pytest.mark.slow


def picture() -> dict:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 140, 120)).save(buffer, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def drive_up(phone) -> None:
    """Two fixes inside the geofence, some seconds apart."""
    for metres in (80, 40, 30):
        phone.context.set_geolocation({"longitude": LON, "latitude": LAT + metres / 111_195, "accuracy": 8})
        phone.wait_for_timeout(5_500)


def test_console_phone_police_desk_and_wall_see_each_step(signed_in, happens, act, live_stack):
    title = f"夜市多人争执，有人受伤 {uuid.uuid4().hex[:6]}"  # a second try finds its own case
    act("quiet")
    car = act("police_car")
    seat = signed_in("page-a", "/console/", width=1920, height=1080)
    place = {"longitude": LON, "latitude": LAT + 0.001, "accuracy": 8}
    crew = signed_in(
        "page-crew", "/unit/", width=360, height=740, mobile=True, geolocation=place, permissions=["geolocation"]
    )
    desk = signed_in("page-police", "/police/desk/")
    wall = signed_in("page-wall", "/screen/", width=1920, height=1080)

    # An alert becomes an incident: the console and the wall show it.
    act("heard")
    incident, number = happens(title)
    wall.locator(".line", has_text=title).wait_for()
    row(seat, incident).click()
    seat.keyboard.press("a")
    seat.locator(".unit-pick[data-first=true]", has_text="页面测试班").wait_for()
    seat.keyboard.press("d")

    # The squad takes the order and arrives by the geofence.
    crew.locator("#actions >> text=接单").click()
    has_status(seat, incident, "handling")
    drive_up(crew)
    row(seat, incident).locator(".tick[data-code=A5][data-state=met]").wait_for()

    # The seat calls the police; the desk has everything in one view and sends its car.
    seat.keyboard.press("p")
    seat.locator("#sheet textarea[name=reason]").fill("需要控制现场")
    seat.locator("#sheet button[value=yes]").click()
    seat.locator(".force", has_text="派出所页面车").wait_for()
    desk.locator("#calls [data-call]", has_text=title).first.click()
    desk.locator("#about", has_text="需要控制现场").wait_for()
    desk.locator("#forces", has_text="页面测试班").wait_for()
    desk.locator("#about", has_text=number).wait_for()
    desk.locator(f"#acts input[value='{car}']").check()
    desk.locator("#acts .button-primary").first.click()
    seat.locator(".force .tag-accent").wait_for()
    crew.locator(".phone-card", has_text="赶赴中").wait_for()

    # The scene is closed by the squad; the seat checks and closes; all four see the end.
    crew.locator("#actions >> text=完成").click()
    crew.fill("[name=found]", "两拨客人争执")
    crew.fill("[name=done]", "双方已劝开，伤者由亲友陪同就医，派出所接手")
    crew.set_input_files("input[type=file]", picture())
    crew.locator(".sheet-actions .grow").click()
    has_status(seat, incident, "pending_check")
    seat.locator("[data-action=checked]").wait_for()
    seat.keyboard.press("v")
    seat.locator("#sheet input[name=by_picture][value=false]").check()
    seat.locator("#sheet button[value=yes]").click()
    has_status(seat, incident, "pending_close")
    seat.locator("[data-action=close]").click()
    seat.locator("#sheet textarea[name=found]").fill("两拨客人争执，一人擦伤")
    seat.locator("#sheet textarea[name=done]").fill(
        "综治队与派出所到场劝开双方，伤者就医，双方同意到矛调中心调解，网格员次日回访"
    )
    seat.locator("#sheet input[name=contacted]").fill("双方当事人")
    seat.locator("#sheet button[value=yes]").click()
    has_status(seat, incident, "closed")
    wall.locator(".line", has_text=title).wait_for(state="detached")
    desk.locator("#about .tag.status-closed").wait_for()
    ((rev,),) = live_stack.sql("select rev from incidents_incident where id = %s", incident)
    desk.locator(".desk-brains", has_text=str(rev)).wait_for()
