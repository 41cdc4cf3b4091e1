"""The mall behind the counter: merchants, clerks, rewards with pictures, stock, the month."""

from datetime import date, datetime, time
from io import BytesIO
from uuid import uuid4

import pytest
from dateutil.relativedelta import relativedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from PIL import Image

from points.models import Merchant, MerchantClerk, Reward, Settlement
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import fingerprint, unseal
from shushanwei.journal.models import Entry
from tests.points.browsers import resident_in, worker, worker_in
from tests.points.conftest import a_resident
from tests.points.shops import a_community, a_merchant, a_reward

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "10000000001"


@pytest.fixture
def desk(roles):
    return worker_in(worker("evaluator"))


def merchant_said(**changes):
    return {"uuid": uuid4(), "name": "惠民粮油店", "community": a_community().pk, "address": "蜀山路1号",
            "phone": PHONE, "is_active": "on", **changes}  # fmt: skip


def reward_said(**changes):
    return {"uuid": uuid4(), "name_zh": "大米", "name_en": "rice", "price": 100, "stock": 5, "valid_from": "2026-01-01",
            "valid_to": "2099-01-01", "is_active": "on", **changes}  # fmt: skip


def a_photo(name="photo.jpg", kind="JPEG"):
    buffer = BytesIO()
    picture = Image.new("RGB", (800, 600), "orange")
    exif = picture.getexif()
    exif[0x010F] = "SecretCamera"
    picture.save(buffer, kind, exif=exif)
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def test_a_merchant_is_written_down_once_and_its_phone_lies_encrypted(desk):
    said = merchant_said()
    for _twice in range(2):
        assert desk.post("/residents/merchants/add/", said)["Location"] == f"/residents/merchants/{said['uuid']}/"
    row = Merchant.objects.get()
    assert (row.phone_masked, unseal(row.phone_sealed)) == ("100****0001", PHONE)
    page = desk.get(f"/residents/merchants/{row.uuid}/").content.decode()
    assert "100****0001" in page and PHONE not in page

    desk.post(f"/residents/merchants/{row.uuid}/change/", merchant_said(name="新名", phone="", uuid="x"))
    row.refresh_from_db()
    assert (row.name, unseal(row.phone_sealed)) == ("新名", PHONE)
    assert PHONE not in str(list(Entry.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "店" * 41), ("address", "x" * 81), ("community", "nowhere"),
     ("phone", "123"), ("phone", "23800000000"), ("uuid", "x"), ("opening_hours", "x" * 61)],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(desk, field, value):
    answer = desk.post("/residents/merchants/add/", merchant_said(**{field: value}))
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Merchant.objects.exists()


def test_a_clerk_is_found_by_his_phone_and_works_for_one_merchant(desk):
    person = a_resident(phone_hash=fingerprint(PHONE))
    shop, other = a_merchant(), a_merchant("理发店")
    for where in (shop, shop, other):
        desk.post(f"/residents/merchants/{where.uuid}/clerks/", {"phone": "100 0000 0001"})
    clerk = MerchantClerk.objects.get()
    assert clerk.merchant == shop
    assert resident_in(person).get("/m/merchant/").status_code == 200

    desk.post(f"/residents/merchants/{shop.uuid}/clerks/{clerk.pk}/remove/")
    assert resident_in(person).get("/m/merchant/").status_code == 403
    for phone in ("10000000002", "", "x"):
        assert desk.post(f"/residents/merchants/{shop.uuid}/clerks/", {"phone": phone}).status_code == 302
    assert MerchantClerk.objects.count() == 1
    assert desk.post(f"/residents/merchants/{other.uuid}/clerks/{clerk.pk}/remove/").status_code == 404


def test_a_reward_with_its_picture_reaches_the_phone_without_exif(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    shop = a_merchant()
    answer = desk.post(f"/residents/merchants/{shop.uuid}/rewards/", reward_said(picture=a_photo()))
    assert answer.status_code == 302
    row = Reward.objects.get()
    mine = resident_in(a_resident())
    for query in ("", "?thumb=1"):
        stored = b"".join(mine.get(f"/m/mall/{row.uuid}/picture/{query}").streaming_content)
        assert stored[:3] == b"\xff\xd8\xff" and b"SecretCamera" not in stored
    assert desk.get(f"/residents/merchants/rewards/{row.uuid}/picture/").status_code == 200
    row.picture.storage.delete(row.picture.name)
    assert mine.get(f"/m/mall/{row.uuid}/picture/").status_code == 404
    assert mine.get(f"/m/mall/{a_reward(shop).uuid}/picture/").status_code == 404


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.4", b"GIF89a", b"\xff\xd8\xff broken"]
)
def test_what_is_no_photo_is_refused_beside_its_field(desk, content):
    shop = a_merchant()
    said = reward_said(picture=SimpleUploadedFile("photo.jpg", content, "image/jpeg"))
    answer = desk.post(f"/residents/merchants/{shop.uuid}/rewards/", said)
    assert (answer.status_code, "picture" in answer.context["form"].errors) == (422, True)
    assert not Reward.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name_zh", ""), ("name_en", "x" * 61), ("price", "0"), ("price", "9" * 30), ("stock", "-1"), ("stock", "1.5"),
     ("a_month", "0"), ("valid_to", "2025-01-01"), ("valid_to", "never"), ("description", "x" * 301)],
)  # fmt: skip
def test_a_reward_that_cannot_be_is_refused(desk, field, value):
    answer = desk.post(f"/residents/merchants/{a_merchant().uuid}/rewards/", reward_said(**{field: value}))
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Reward.objects.exists()


def test_the_stock_is_set_by_who_saw_how_many_there_are(desk):
    row = a_reward(stock=5)
    address = f"/residents/merchants/rewards/{row.uuid}/stock/"
    for seen, stock, then in (("5", "8", 8), ("5", "8", 8), ("5", "9", 8), ("8", "-1", 8), ("8", "x", 8), ("", "9", 8)):
        assert desk.post(address, {"seen": seen, "stock": stock}).status_code == 302
        row.refresh_from_db()
        assert row.stock == then
    changed = reward_said(price=70, stock="999")
    desk.post(f"/residents/merchants/rewards/{row.uuid}/", changed)
    row.refresh_from_db()
    assert (row.price, row.stock) == (70, 8)


def test_a_month_is_settled_on_its_page_and_signed_on_paper(desk):
    shop = a_merchant()
    address = f"/residents/merchants/{shop.uuid}/month"
    assert desk.get(f"{address}/?month=2026-01").context["is_over"]
    assert desk.post(f"{address}/close/", {"month": "2026-01"}).status_code == 302
    assert desk.post(f"{address}/close/", {"month": "2099-01"}).status_code == 302
    assert Settlement.objects.get().month == date(2026, 1, 1)
    assert desk.get(f"{address}/?month=2026-01").context["whole"]
    book = desk.get(f"{address}.xlsx?month=2026-01")
    assert load_workbook(BytesIO(book.content)).sheetnames == ["2026-01"]
    assert desk.get(f"/residents/merchants/{uuid4()}/month/").status_code == 404


def test_only_months_since_a_merchant_joined_wait_to_be_settled(desk):
    months = [db_now().astimezone(STREET).date().replace(day=1) - relativedelta(months=back) for back in range(3)]
    shop = a_merchant(created_at=datetime.combine(months[1], time(12), STREET))
    assert [day for day, _held in desk.get(f"/residents/merchants/{shop.uuid}/").context["months"]] == months[:2]
    early = desk.get(f"/residents/merchants/{shop.uuid}/month/?month={months[2]:%Y-%m}")
    assert early.context["months"] == months  # the one that is shown can be chosen


def test_every_page_of_the_mall_opens(desk):
    row = a_reward()
    for address in ("merchants/", f"merchants/{row.merchant.uuid}/", f"merchants/{row.merchant.uuid}/rewards/",
                    f"merchants/{row.merchant.uuid}/month/", f"merchants/rewards/{row.uuid}/", "redemptions/",
                    "redemptions/?status=used&merchant=x", f"redemptions/?merchant={row.merchant.uuid}"):  # fmt: skip
        answer = desk.get(f"/residents/{address}")
        assert answer.status_code == 200
        assert 'style="' not in answer.content.decode()
