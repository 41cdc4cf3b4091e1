"""Residents report with a photo, a place and a kind: it becomes a case, once, and they can follow it."""

import dataclasses
import wave
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from incidents.lifecycle import Status
from incidents.models import Attachment, Incident
from incidents.services import add_attachment, close, move, reject
from points import selectors_reports as selectors
from points.m.asking import limited
from points.models import Consent, ResidentReport
from points.services import looks, reports, residents
from points.services.places import Place
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, TooMany, WrongStep
from tests.incidents.conftest import CENTRE, street  # noqa: F401
from tests.points.conftest import a_resident
from tests.points.phones import agreed, form, home, phone_of, sent, shot
from tests.racing import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("street")]
JSON = {"HTTP_ACCEPT": "application/json"}
S = Status


@pytest.fixture
def neighbour(street):  # noqa: F811
    return agreed(a_resident(1))


def sound(seconds: int) -> bytes:
    """A WAV of silence."""
    kept = BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1), file.setsampwidth(1), file.setframerate(8_000)
        file.writeframes(b"\x80" * 8_000 * seconds)
    return kept.getvalue()


def ended(incident: Incident, django_user_model) -> Incident:
    """Closed as the street closes: handled, checked, closed with its four facts."""
    seat = django_user_model.objects.create(username=f"seat-{incident.pk}-{incident.generation}")
    incident.refresh_from_db()
    way = [S.PENDING_DISPATCH, S.DISPATCHED, S.HANDLING, S.HANDLED, S.PENDING_CHECK, S.CHECKING, S.PENDING_CLOSE]
    for to in way[way.index(S(incident.status)) + 1 if incident.status in way else 0 :]:
        move(incident.pk, to, actor=seat)
    facts = {"found": "垃圾一堆", "done": "已清运", "contacted": "", "remains": ""}
    return close(incident.pk, actor=seat, confirm_brief=True, closing=facts)


def test_photo_place_and_kind_open_a_case_of_its_class(neighbour):
    row, new = reports.report(neighbour, sent(text="楼下一堆"), address="192.0.2.1")

    incident = Incident.objects.get()
    assert new and row.incident == incident and not row.joined
    assert (incident.category.code, incident.level, incident.source_kind) == ("J0418", 4, "resident")
    assert (incident.title, incident.text, incident.status) == ("垃圾脏乱", "楼下一堆", "reported")
    assert (incident.reporter_phone_masked, incident.reporter_name_masked) == ("100****0001", "居**")
    photo = incident.attachments.get()
    assert (photo.kind, photo.lon, photo.lat) == ("near", *CENTRE)
    assert row.from_hash == ""


@pytest.mark.parametrize(
    ("status", "step"), [("reported", 1), ("checking", 5), ("pending_close", 5), ("closed", 6), ("voided", 0)]
)
def test_what_waits_for_its_closing_is_not_called_closed(neighbour, status, step):
    row, _new = reports.report(neighbour, sent(), address=None)
    row.incident.status = status
    assert selectors.stage(row) == step


def test_a_report_sent_ten_times_at_once_is_one(neighbour):
    said = sent()
    results = all_at_once(*[lambda: reports.report(neighbour, said, address=None)] * 10)
    assert sum(new for _row, new in results) == 1, results
    assert (Incident.objects.count(), ResidentReport.objects.count(), Attachment.objects.count()) == (1, 1, 1)
    assert Incident.objects.get().alert_count == 1
    with pytest.raises(Conflict):
        reports.report(agreed(a_resident(2)), said, address=None)


def test_the_datum_of_phones_is_converted_at_the_door(neighbour):
    place = Place("phone", 120.241404, 30.121130, crs="gcj02")
    row, _new = reports.report(neighbour, sent(place=place), address=None)
    assert (row.lon, row.lat) == pytest.approx(CENTRE, abs=2e-5)


def test_a_position_that_a_picture_says_of_itself_is_ignored(neighbour):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)})
    exif[306] = "2001:01:01 00:00:00"
    row, _new = reports.report(neighbour, sent(photos=[shot(3, exif=exif)]), address=None)
    photo = row.incident.attachments.get()
    assert (photo.lon, photo.lat) == CENTRE
    assert photo.shot_at == row.found_at
    assert Image.open(photo.file.open()).getexif().get_ifd(0x8825) == {}


@pytest.mark.parametrize(
    "raw", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html><script>1</script>", b"%PDF-1.4 x", b"", b"GIF89a"]
)
def test_what_is_no_photo_is_refused_beside_it(neighbour, raw):
    answer = phone_of(neighbour).post("/m/report/", form(photo=SimpleUploadedFile("a.jpg", raw, "image/jpeg")), **JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "photo")
    assert not Incident.objects.exists()


def test_a_photo_of_a_hundred_megabytes_is_refused_before_it_is_read():
    with pytest.raises(BadInput):
        limited(SimpleNamespace(size=100 * 1024 * 1024), "photo", 10 * 1024 * 1024)


def test_without_a_position_a_community_and_words_are_enough(neighbour):
    browser = phone_of(neighbour)
    said = {"place_by": "community", "lon": None, "lat": None}
    assert browser.post("/m/report/", form(**said), **JSON).json()["errors"][0]["field"] == "community"
    place = Place("community", community=home(), address="东大门")
    row, _new = reports.report(neighbour, sent(place=place), address=None)
    assert row.incident.address.endswith("东大门")
    assert row.incident.community_id == home()
    assert "社区中心" in row.incident.text


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (121.47, 31.23), (30.12, 120.24), (720.0, 30.0), (None, None)])
def test_a_place_that_is_not_on_the_street_is_refused(neighbour, lon, lat):
    with pytest.raises(BadInput) as refused:
        reports.report(neighbour, sent(place=Place("map", lon, lat)), address=None)
    assert refused.value.field == "place"


def test_the_position_of_a_phone_needs_its_own_consent():
    person = a_resident(1)
    with pytest.raises(BadInput) as refused:
        reports.report(person, sent(), address=None)
    assert refused.value.field == "place"
    assert reports.report(person, sent(place=Place("map", *CENTRE)), address=None)[1]
    assert not Consent.objects.exists()
    assert reports.report(person, sent(2, agreed=True), address=None)[1]
    assert Consent.objects.get().purpose == "location"


def test_who_only_looks_around_reports_what_is_dangerous_without_a_name_and_nothing_else(client):
    assert client.post("/m/report/", form()).status_code == 403
    assert client.post("/m/report/", form(), **JSON).status_code == 401
    assert client.post("/m/report/", form(anonymous="on"), **JSON).json()["errors"][0]["field"] == "anonymous"
    answer = client.post("/m/report/", form(anonymous="on", kind="wires"), follow=True)
    incident = Incident.objects.get()
    assert incident.case_no in answer.content.decode()
    assert (incident.reporter_name_masked, incident.reporter_phone_masked, incident.reported_by) == ("", "", None)
    row = ResidentReport.objects.get()
    assert row.resident is None and row.settled_at is not None


def test_nothing_is_kept_of_a_resident_who_reports_without_a_name(neighbour):
    row, _new = reports.report(neighbour, sent(kind="wires", anonymous=True), address="192.0.2.1")
    assert row.resident is None
    assert row.from_hash and "192.0.2.1" not in row.from_hash
    ResidentReport.objects.update(sent_at=db_now() - timedelta(days=2))
    assert reports.forget_addresses(db_now()) == 1
    row.refresh_from_db()
    assert row.from_hash == ""


def test_a_flood_from_one_address_is_stopped(street):  # noqa: F811
    said = [sent(n, kind="wires", anonymous=True) for n in range(6)]
    results = all_at_once(*[lambda one=one: reports.report(None, one, address="192.0.2.9") for one in said])
    assert sum(isinstance(result, TooMany) for result in results) == 3, results


def test_who_is_blocked_reads_until_when(neighbour):
    neighbour.blocked_until, neighbour.blocked_why = db_now() + timedelta(days=3), "恶意上报"
    neighbour.save()
    with pytest.raises(NotAllowed, match="恶意上报"):
        reports.report(neighbour, sent(), address=None)


def test_me_too_joins_what_is_open_nearby_and_needs_no_photo(neighbour):
    first, _new = reports.report(neighbour, sent(), address=None)
    other = agreed(a_resident(2))
    said = {"kind": "waste", "lon": CENTRE[0] + 0.0002, "lat": CENTRE[1]}
    offers = phone_of(other).get("/m/report/nearby/", said).json()["offers"]
    assert [offer["away_m"] for offer in offers] == [19]
    assert str(first.incident_id) not in offers[0]["token"].split(":")

    answer = phone_of(other).post("/m/report/", form(photo=None, join=offers[0]["token"], text="气味大"), **JSON)

    assert (answer.status_code, answer.json()["joined"]) == (201, True)
    incident = Incident.objects.get()
    assert incident.alert_count == 2
    assert phone_of(other).get("/m/report/nearby/", said | {"lat": CENTRE[1] + 0.001}).json()["offers"] == []
    assert phone_of(other).get("/m/report/nearby/", said | {"lat": "nan"}).status_code == 422


def test_a_case_that_ended_while_the_phone_was_off_line_is_opened_anew(neighbour, django_user_model):
    first, _new = reports.report(neighbour, sent(), address=None)
    token = selectors.nearby("waste", *CENTRE)[0].token
    ended(first.incident, django_user_model)
    row, _new = reports.report(agreed(a_resident(2)), sent(2, join=selectors.joined_by(token)), address=None)
    assert not row.joined and row.incident != first.incident
    assert selectors.joined_by("forged") is None


def test_who_says_that_it_is_none_of_them_opens_another(neighbour):
    reports.report(neighbour, sent(), address=None)
    row, _new = reports.report(agreed(a_resident(2)), sent(2, distinct=True), address=None)
    assert not row.joined and Incident.objects.count() == 2


def test_a_voice_note_is_known_by_its_content(neighbour):
    row, _new = reports.report(neighbour, sent(voice=sound(2), voice_s=50), address=None)
    assert (row.voice_type, row.voice_s) == ("audio/wav", 2)
    assert "语音留言" in row.incident.text
    answer = phone_of(neighbour).get(f"/m/report/{row.uuid}/voice/")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("audio/wav", "nosniff")
    for wrong in (b"<html>", shot(), b"x" * 3_000_000, sound(61)):
        with pytest.raises(BadInput) as refused:
            reports.report(neighbour, sent(4, voice=wrong, voice_s=5), address=None)
        assert refused.value.field == "voice"
    webm = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") + b"\x42\x87\x81\x04" * 20
    with pytest.raises(BadInput):
        reports.report(neighbour, sent(5, voice=webm, voice_s=61), address=None)


def test_nobody_reaches_the_report_of_somebody_else(neighbour):
    row, _new = reports.report(neighbour, sent(), address=None)
    photo = row.photos.get().attachment.uuid
    mine, other = phone_of(neighbour), phone_of(agreed(a_resident(2)))
    for address in (f"/m/report/{row.uuid}/", f"/m/report/{row.uuid}/photos/{photo}/"):
        assert (mine.get(address).status_code, other.get(address).status_code) == (200, 404)
        assert Client().get(address).status_code == 302
    assert other.post(f"/m/report/{row.uuid}/rate/", {"rating": 1}).status_code == 404
    assert mine.get(f"/m/report/{row.uuid}/photos/{uuid4()}/").status_code == 404


def test_the_timeline_says_what_happens_in_plain_words_and_names_nobody(neighbour, django_user_model):
    row, _new = reports.report(neighbour, sent(), address=None)
    seat = django_user_model.objects.create(username="wang", display_name="王小明")
    reject(row.incident_id, actor=seat, reason="属私人院落")
    page = phone_of(neighbour).get(f"/m/report/{row.uuid}/").content.decode()
    assert "不予立案" in page and "属私人院落" in page and "指挥中心坐席" in page
    assert "王小明" not in page


def test_pictures_before_and_after_and_the_rating_come_with_the_closing(neighbour, django_user_model):
    row, _new = reports.report(neighbour, sent(), address=None)
    browser, address = phone_of(neighbour), f"/m/report/{row.uuid}/"
    after = add_attachment(row.incident_id, shot(9), kind="after", uuid=uuid4(), actor=None)
    assert browser.get(f"{address}photos/{after.uuid}/").status_code == 404
    assert browser.post(f"{address}rate/", {"rating": 5}).status_code == 409
    ended(row.incident, django_user_model)

    assert browser.get(f"{address}photos/{after.uuid}/?thumb=1").status_code == 200
    page = browser.get(address).content.decode()
    assert "已清运" in page and "整改" not in page
    for rating, status in (("6", 422), ("x", 422), ("4", 302), ("4", 302), ("5", 409)):
        assert browser.post(f"{address}rate/", {"rating": rating}).status_code == status
    row.refresh_from_db()
    assert row.rating == 4
    assert "处理前" in page and "处理后" in page
    row.photos.all().delete()  # an emergency comes without any
    page = browser.get(address).content.decode()
    assert "处理前" not in page and "处理后" in page


def test_not_solved_opens_the_case_again_once(neighbour, django_user_model):
    row, _new = reports.report(neighbour, sent(), address=None)
    with pytest.raises(WrongStep):
        looks.not_solved(row, "还在")
    ended(row.incident, django_user_model)
    answer = phone_of(neighbour).post(f"/m/report/{row.uuid}/rate/", {"solved": "no", "why": "还在"})
    assert answer.status_code == 302
    row.incident.refresh_from_db()
    assert (row.incident.status, row.incident.reopen_count) == ("handling", 1)
    looks.not_solved(row, "还在")
    row.incident.refresh_from_db()
    assert row.incident.reopen_count == 1
    assert "案件已重开" in phone_of(neighbour).get(f"/m/report/{row.uuid}/").content.decode()


def test_the_pictures_of_a_first_handling_that_was_not_enough_stand_apart(neighbour, django_user_model):
    row, _new = reports.report(neighbour, sent(), address=None)
    first = add_attachment(row.incident_id, shot(9), kind="after", uuid=uuid4(), actor=None)
    ended(row.incident, django_user_model)
    row = looks.not_solved(row, "还在")
    row.incident.refresh_from_db()
    second = add_attachment(row.incident_id, shot(10), kind="after", uuid=uuid4(), actor=None)
    browser, address = phone_of(neighbour), f"/m/report/{row.uuid}/"
    shown = [browser.get(f"{address}photos/{one.uuid}/").status_code for one in (first, second)]
    page = browser.get(address).content.decode()
    assert shown == [200, 404] and "首次处理后" in page and ">处理后<" not in page
    ended(row.incident, django_user_model)
    page = browser.get(address).content.decode()
    stands = [page.index(what) for what in ("首次处理后", str(first.uuid), ">处理后<", str(second.uuid))]
    assert stands == sorted(stands)


def test_an_urgent_report_says_that_it_was_accepted_and_takes_no_step_back(neighbour):
    row, _new = reports.call_for_help(neighbour, sent(kind="fire", photos=[]), address=None)
    page = phone_of(neighbour).get(f"/m/report/{row.uuid}/").content.decode()
    assert page.index("已立案。") < page.index("指挥中心已收到。")  # the newest stands above


def test_without_sign_in_and_position_an_emergency_in_words_reaches_the_centre_too():
    somewhere = Place("community", community=home(), address="晨晖路5号")
    row, new = reports.call_for_help(None, sent(kind="fire", photos=[], place=somewhere), address="192.0.2.7")
    assert new and row.incident.level <= 2 and "晨晖路5号" in row.incident.address
    for missing in ({"community": ""}, {"address": " "}):
        nowhere = dataclasses.replace(somewhere, **missing)
        with pytest.raises(BadInput):
            reports.call_for_help(None, sent(kind="fire", photos=[], place=nowhere), address="192.0.2.8")


def test_where_the_case_cannot_be_opened_again_a_new_one_follows_it_and_the_page_says_so(neighbour, django_user_model):
    row, _new = reports.report(neighbour, sent(), address=None)
    ended(row.incident, django_user_model)
    Incident.objects.update(closed_at=db_now() - timedelta(days=20))
    row = looks.not_solved(row, "又堆满了")
    assert row.followed_by is not None and row.followed_by != row.incident
    assert row.incident.case_no in row.followed_by.text
    assert row.followed_by.case_no in phone_of(neighbour).get(f"/m/report/{row.uuid}/").content.decode()


def test_one_press_shows_the_centre_the_place_of_somebody_it_does_not_know(client):
    said = {"uuid": uuid4(), "kind": "fire", "place_by": "phone", "lon": CENTRE[0], "lat": CENTRE[1]}
    answer = client.post("/m/emergency/", said, **JSON)
    incident = Incident.objects.get()
    assert (answer.status_code, answer.json()["case_no"]) == (201, incident.case_no)
    assert (incident.level, incident.status, incident.title) == (1, "pending_dispatch", "冒烟起火")
    assert client.post("/m/emergency/", said, **JSON).status_code == 201
    assert client.post("/m/emergency/", said | {"uuid": uuid4()}, **JSON).status_code == 429
    assert Incident.objects.count() == 1


def test_an_emergency_lifts_the_case_that_it_joins_and_goes_through_for_the_blocked(neighbour):
    neighbour.blocked_until = db_now() + timedelta(days=1)
    neighbour.save()
    place = Place("phone", *CENTRE)
    first, _new = reports.call_for_help(neighbour, sent(kind="missing", place=place, photos=[]), address=None)
    assert first.incident.level == 2
    second, _new = reports.call_for_help(a_resident(2), sent(kind="person", place=place, photos=[]), address=None)
    assert second.incident == first.incident
    assert second.incident.level == 1
    with pytest.raises(TooMany):
        reports.call_for_help(neighbour, sent(kind="fire", place=place, photos=[]), address=None)


@pytest.mark.parametrize(
    "wrong",
    [{"uuid": "x"}, {"kind": "soul"}, {"lon": "NaN"}, {"crs": "mars"}, {"text": "长" * 501}, {"address": "长" * 101},
     {"place_by": "stars"}, {"accuracy_m": -1}, {"voice_s": "x"}, {"found_at": "yesterday"}, {"text": "a\x00b"}],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(neighbour, wrong):
    browser = phone_of(neighbour)
    assert browser.post("/m/report/", form(**wrong), **JSON).status_code == 422
    assert browser.post("/m/report/", form(**wrong)).status_code == 422
    assert not ResidentReport.objects.exists()


def test_every_page_of_reports_opens(neighbour, client):
    browser = phone_of(neighbour)
    reports.report(neighbour, sent(), address=None)
    for address in ("/m/report/", "/m/reports/", "/m/emergency/", "/m/", "/m/report/sent/?case=<b>"):
        assert browser.get(address).status_code == 200
    assert "<b>" not in client.get("/m/report/sent/?case=<b>").content.decode()
    assert 'leaflet.js"></script>' not in browser.get("/m/report/").content.decode()


def test_a_resident_takes_the_own_reports_along_and_leaves_no_voice(neighbour):
    row, _new = reports.report(neighbour, sent(text="楼下", voice=sound(1), voice_s=1), address=None)
    storage, name = row.voice.storage, row.voice.name
    assert residents.own_data(neighbour)["reports"][0]["text"] == "楼下"
    residents.erase(neighbour)
    row.refresh_from_db()
    assert not row.voice and not storage.exists(name)
    assert looks.due_to_settle() == []
