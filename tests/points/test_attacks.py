"""What somebody tries who wants what is not his, or wants the street's pages to fall: a plain refusal each time."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from PIL import Image

from incidents.models import Attachment, Incident
from incidents.pictures import LARGEST
from points.models import (
    CallPhoto,
    Listing,
    MedicineItem,
    Redemption,
    Resident,
    ResidentReport,
    ServiceCall,
)
from points.services import ledger, mall, residents
from shushanwei.common.clock import db_now
from tests.access.test_every_door import patterns
from tests.incidents.conftest import CENTRE, jpeg, street  # noqa: F401
from tests.points import chest
from tests.points.browsers import worker, worker_in
from tests.points.conftest import a_resident
from tests.points.phones import agreed, form, home, phone_of, shot
from tests.points.shops import a_clerk, a_merchant, a_reward, points_for

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
BOMB = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
EXE = b"MZ" + b"\0" * 200


@pytest.fixture
def ordered(resident):
    """(a reward that waits at its merchant, a clerk there)."""
    points_for(resident, 100)
    row = mall.redeem(resident, a_reward().uuid, uuid=uuid4())
    return row, a_clerk(a_resident(7), row.merchant)


# ── somebody else's order ──


def test_the_id_of_somebody_elses_order_opens_nothing_and_ends_nothing(ordered):
    row, _clerk = ordered
    thief = phone_of(a_resident(2))
    points_for(a_resident(3), 100)

    assert thief.get(f"/m/mall/mine/{row.uuid}/").status_code == 404
    assert thief.post(f"/m/mall/mine/{row.uuid}/cancel/").status_code == 404
    assert thief.post(f"/m/merchant/{row.uuid}/write-off/", {"uuid": uuid4()}).status_code == 403
    assert phone_of(a_resident(4)).post(f"/m/mall/{row.reward.uuid}/redeem/", {"uuid": row.uuid}).status_code == 409

    row.refresh_from_db()
    assert (row.status, ledger.balances(row.resident_id)) == ("issued", (0, 0))


def test_a_clerk_of_another_shop_hands_nothing_out_for_it(ordered):
    row, _clerk = ordered
    other = phone_of(a_clerk(a_resident(8), a_merchant("理发店")).resident)
    assert other.get("/m/merchant/", {"code": row.code}).status_code == 404
    assert other.post(f"/m/merchant/{row.uuid}/write-off/", {"uuid": uuid4()}).status_code in (403, 404)
    row.refresh_from_db()
    assert row.status == "issued"


# ── codes ──


def test_a_code_that_was_used_is_worth_nothing_again(ordered):
    row, clerk = ordered
    counter, door = phone_of(clerk.resident), f"/m/merchant/{row.uuid}/write-off/"
    assert counter.post(door, {"uuid": uuid4()}).status_code == 302

    replayed = counter.post(door, {"uuid": uuid4()})

    assert (replayed.status_code, replayed.context["wrong"] != "") == (409, True)
    assert "write-off" not in counter.get("/m/merchant/", {"code": row.code}).content.decode()
    assert phone_of(row.resident).post(f"/m/mall/mine/{row.uuid}/cancel/").status_code == 409
    assert ledger.balances(row.resident_id) == (0, 0)


def test_codes_are_not_guessed_for_long(ordered):
    row, clerk = ordered
    counter = phone_of(clerk.resident)
    seen = [counter.get("/m/merchant/", {"code": f"ABCD{n:08d}"}).status_code for n in range(22)]
    assert (seen[:20], seen[20:]) == ([404] * 20, [429, 429])
    assert counter.get("/m/merchant/", {"code": row.code}).status_code == 429


# ── amounts and points ──


@pytest.mark.parametrize(
    ("price", "status"),
    [("1", 409), ("101", 409), ("-100", 422), ("0", 422), ("0.5", 422), ("x", 422), ("9" * 5_000, 422)],
)
def test_a_price_that_was_edited_buys_nothing(resident, price, status):
    points_for(resident, 100)
    reward = a_reward(price=100)
    answer = phone_of(resident).post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4(), "price": price})
    assert (answer.status_code, Redemption.objects.count(), ledger.balances(resident.pk)) == (status, 0, (100, 0))


def test_points_that_a_page_makes_up_are_not_asked_for(resident):
    points_for(resident, 100)
    reward = a_reward(price=100)
    said = {"uuid": uuid4(), "points": "1", "cost": "0", "resident": "1", "stock": "99"}
    assert phone_of(resident).post(f"/m/mall/{reward.uuid}/redeem/", said).status_code == 302
    assert (Redemption.objects.get().points, ledger.balances(resident.pk)) == (100, (0, 0))


def test_who_is_blocked_spends_nothing_and_reads_until_when(resident):
    points_for(resident, 200)
    reward, browser = a_reward(), phone_of(resident)
    waiting = mall.redeem(resident, reward.uuid, uuid=uuid4())
    residents.block(resident.pk, days=30, why="虚假上报", actor=None)

    page = browser.get(f"/m/mall/{reward.uuid}/")
    answer = browser.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4()})

    assert "呼叫社区" in page.context["why"] and "<form" not in page.content.decode().split("phone-note-warning")[1]
    assert (answer.status_code, ledger.balances(resident.pk)) == (403, (100, 0))
    assert browser.post(f"/m/mall/mine/{waiting.uuid}/cancel/").status_code == 302  # what was taken before is his
    Resident.objects.update(blocked_until=db_now() - timedelta(seconds=1))
    assert browser.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4()}).status_code == 302


# ── uploads ──


@pytest.fixture
def doors(street, roles):  # noqa: F811
    """Each page that takes a photo: {name: (browser, address, what it says without the photo, the photo's field)}."""
    room = chest.a_room()
    neighbour = agreed(a_resident(11, level=2, community_id=room.community_id))
    browser = phone_of(neighbour)
    return {
        "report": (browser, "/m/report/", form(photo=None), "photo"),
        "emergency": (browser, "/m/emergency/", {**form(photo=None), "kind": "fire"}, "photo"),
        "call": (browser, "/m/calls/new/",
                 {"uuid": uuid4(), "kind": "repair", "text": "楼道灯坏了", "community": home()}, "photo"),
        "market": (browser, "/m/market/new/",
                   {"uuid": uuid4(), "kind": "free", "title": "儿童自行车", "text": "九成新"}, "photos"),
        "medicine": (browser, "/m/medicine/offer/",
                     {"uuid": uuid4(), **chest.said_of(chest.a_medicine()), "back": upload(jpeg("blue"))}, "front"),
    }  # fmt: skip


def upload(raw: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, kind)


def nothing_kept() -> bool:
    kept = (Incident, Attachment, ResidentReport, ServiceCall, CallPhoto, Listing, MedicineItem)
    return not any(model.objects.exists() for model in kept)


DOORS = ["report", "emergency", "call", "market", "medicine"]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_photo_is_refused_whatever_it_calls_itself(doors, door):
    browser, address, said, field = doors[door]
    hostile = [("a.svg", SVG, "image/svg+xml"), ("a.jpg", SVG, "image/jpeg"), ("a.html", HTML, "text/html"),
               ("a.jpg", HTML, "image/jpeg"), ("a.png", BOMB, "image/png"), ("../../a.jpg", EXE, "image/jpeg"),
               ("a.jpg", b"%PDF-1.4 x", "image/jpeg")]  # fmt: skip
    for name, raw, kind in hostile:
        answer = browser.post(address, {**said, "uuid": uuid4(), field: upload(raw, name, kind)})
        errors = answer.context["errors"]
        assert (answer.status_code, field in errors) == (422, True), (name, raw[:9], errors)
    assert nothing_kept()


@pytest.mark.parametrize("door", DOORS)
def test_what_is_too_large_is_refused_beside_its_field(doors, door):
    browser, address, said, field = doors[door]
    answer = browser.post(address, {**said, field: upload(shot() + b"\0" * LARGEST)})
    assert (answer.status_code, field in answer.context["errors"], nothing_kept()) == (422, True, True)


def test_a_photo_of_a_hundred_megabytes_is_refused(doors):
    browser, address, said, field = doors["report"]
    answer = browser.post(address, {**said, field: upload(shot() + bytes(100 * 1024 * 1024))}, **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"], nothing_kept()) == (422, "photo", True)


def test_a_picture_of_many_pixels_in_few_bytes_is_refused(doors):
    browser, address, said, field = doors["report"]
    small = BytesIO()
    Image.new("1", (20_000, 20_000)).save(small, "PNG")
    assert len(small.getvalue()) < LARGEST
    answer = browser.post(address, {**said, field: upload(small.getvalue())}, **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"], nothing_kept()) == (422, "photo", True)


def with_place(lat: float, lon: float) -> bytes:
    """A picture that says of itself where and when it was shot."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    exif[306], exif[271] = "2001:01:01 00:00:00", "SecretCamera"
    return shot(3, exif=exif)


def test_a_place_that_a_picture_makes_up_is_no_place(doors):
    browser, address, said, field = doors["report"]
    without = {name: value for name, value in said.items() if name not in ("lon", "lat", "crs")}
    answer = browser.post(address, {**without, field: upload(with_place(CENTRE[1], CENTRE[0]))}, **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"], nothing_kept()) == (422, "place", True)


def test_a_picture_stands_where_the_report_stands_and_tells_nothing_of_itself(doors):
    browser, address, said, field = doors["report"]
    assert browser.post(address, {**said, field: upload(with_place(31, 121))}, **JSON).status_code == 201
    photo = Attachment.objects.get()
    stored = photo.file.open().read()
    assert (photo.lon, photo.lat) == CENTRE and photo.shot_at.year != 2001
    assert b"SecretCamera" not in stored and dict(Image.open(BytesIO(stored)).getexif()) == {}


# ── signs that cannot be stored ──

WORDS = ("nickname", "text", "title", "code", "phone", "word", "why", "note", "reply", "address", "brand", "purpose")


def test_a_null_character_is_refused_by_the_name_of_its_field_at_every_door():
    browser = phone_of(a_resident())
    browser.raise_request_exception = False
    doors = [path for path in patterns(get_resolver()) if path.startswith("/m/")]
    for path in doors:
        path = path.replace("<uuid>", str(uuid4())).replace("<code>", "a")
        for word in WORDS:
            answer = browser.post(path, {"uuid": uuid4(), word: "a\0b"}, **JSON)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, word), path
    page = browser.post("/m/me/save/", {"nickname": "a\0b"})
    assert (page.status_code, "nickname" in page.content.decode()) == (422, True)
    assert not Resident.objects.filter(nickname__contains="a").exists()


def test_a_null_character_is_refused_on_the_pages_of_workers_too(roles):
    browser = worker_in(worker("shift_lead"))
    browser.raise_request_exception = False
    for path in (path for path in patterns(get_resolver()) if path.startswith("/residents/")):
        here = path.replace("<uuid>", str(uuid4())).replace("<code>", "a").replace("<pk>", "1")
        answer = browser.post(here, {"uuid": uuid4(), "name": "a\0b"})
        assert answer.status_code == 422 and "name" in answer.content.decode(), (here, answer.status_code)


HOSTILE = ["%00", "a%00b", "%C2%B2", "9" * 400, "-1", "%FF%FE", "' or 1=1 --", "nan"]
ASKED = ("q", "code", "kind", "month", "of", "page", "state", "next", "thumb", "case", "url", "community", "lon", "lat",
         "crs", "year", "level", "from", "to")  # fmt: skip


def test_no_address_below_m_is_an_error_of_ours(street):  # noqa: F811
    browsers = [phone_of(a_resident()), Client()]
    for path in sorted(path for path in patterns(get_resolver()) if path.startswith("/m/")):
        for word in HOSTILE:
            here = path.replace("<uuid>", str(uuid4())).replace("<code>", word)
            asked = "&".join(f"{name}={word}" for name in ASKED)
            for browser in browsers:
                browser.raise_request_exception = False
                assert browser.get(f"{here}?{asked}").status_code < 500, (here, word[:9])


def test_numbers_that_are_none_are_refused_where_a_place_is_asked_for(doors):
    browser, address, said, _field = doors["report"]
    for word in ("nan", "inf", "-inf", "1e400", "9" * 400):
        for name in ("lon", "lat", "accuracy_m"):
            answer = browser.post(address, {**said, "photo": upload(shot()), name: word}, **JSON)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "place"), (name, word)
    assert nothing_kept()
