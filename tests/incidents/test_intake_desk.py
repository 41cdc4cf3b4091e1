"""What people see of the sources and do about them, on the pages and through the API."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.intake import processing
from incidents.models import Alert, AlertKind, CaseCategory, Incident, Mute, Source
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from tests.incidents.intake_fixtures import Camera, an_alert

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera(street):
    return Camera()


@pytest.fixture
def lead(person):
    client = Client()
    client.force_login(person("shift_lead"))
    return client


@pytest.fixture
def seated(person):
    client = Client()
    client.force_login(person("seat_operator"))
    return client


def test_the_figures_of_a_source_say_what_became_of_its_alerts(camera, lead):
    camera.send([an_alert(), an_alert(), an_alert(), an_alert(kind="odd thing"), an_alert(kind="noise", lat=30.10)])
    processing.process_waiting()
    Incident.objects.filter(category__code="J1405").update(status="voided")
    (source,) = lead.get("/api/v1/sources/").json()["results"]
    assert (source["volume_today"], source["volume_24h"], source["unmapped_24h"]) == (5, 5, 1)
    assert (source["joined_share"], source["folded_n"]) == (0.5, 4)
    assert (source["confirmed_share"], source["judged_n"]) == (0.0, 1)
    page = lead.get("/sources/?source=cam").content.decode()
    assert "50%" in page and "n=4" in page


def test_alerts_can_be_listed_filtered_and_opened(camera, lead):
    camera.send([an_alert(external_id="one", payload={"a": 1}), an_alert(kind="odd thing")])
    processing.process_waiting()
    found = lead.get("/api/v1/alerts/", {"state": "opened", "source": "cam"}).json()["results"]
    assert [alert["external_id"] for alert in found] == ["one"]
    whole = lead.get(f"/api/v1/alerts/{found[0]['id']}/").json()
    assert (whole["payload"], whole["case_no"]) == ({"a": 1}, Incident.objects.get().case_no)
    assert lead.get("/api/v1/alerts/", {"state": "nonsense"}).status_code in (400, 422)
    assert lead.get("/api/v1/alerts/", {"kind": "\x00"}).status_code in (400, 422)


def test_who_may_not_see_alerts_gets_403_and_a_stranger_401(camera, person):
    responder = Client()
    responder.force_login(person("responder"))
    for address in ("/api/v1/alerts/", "/api/v1/sources/", "/api/v1/alert-kinds/", "/sources/", "/alert-kinds/"):
        assert responder.get(address).status_code == 403
        assert Client().get(address).status_code in (302, 401, 403)


def test_a_source_is_muted_with_reason_and_end_and_heard_again(camera, lead, seated):
    address = "/api/v1/sources/cam/mute/"
    assert seated.post(address, {"reason": "x", "minutes": 5}, "application/json").status_code == 403
    for wrong, field in (
        ({"minutes": 5}, "reason"),
        ({"reason": "x"}, "until"),
        ({"reason": "x", "minutes": 5, "until": (db_now() + timedelta(hours=1)).isoformat()}, "until"),
        ({"reason": "x", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"reason": "x", "until": "9999-01-01T00:00:00Z"}, "until"),
        ({"reason": "x", "minutes": 0}, "minutes"),
    ):
        answer = lead.post(address, wrong, "application/json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert lead.post(address, {"reason": "镜头进水", "minutes": 60}, "application/json").status_code == 201
    assert lead.get("/api/v1/sources/").json()["results"][0]["muted_until"]
    assert "镜头进水" in lead.get("/sources/?source=cam").content.decode()
    assert lead.post("/api/v1/sources/cam/unmute/", {}, "application/json").json() == {"lifted": 1}
    assert list(Entry.objects.filter(subject_type="source").order_by("id").values_list("verb", flat=True)) == [
        "source.made", "source.muted", "source.unmuted",
    ]  # fmt: skip
    nobody = lead.post("/api/v1/sources/nobody/mute/", {"reason": "x", "minutes": 5}, "application/json")
    assert nobody.status_code == 404


def test_a_source_is_muted_on_the_page(camera, lead, seated):
    form = {"kind": "", "minutes": "30", "reason": "误报太多"}
    assert seated.post("/sources/cam/mute/", form).status_code == 403
    assert lead.post("/sources/cam/mute/", form | {"reason": ""}).status_code == 422
    assert lead.post("/sources/cam/mute/", form).status_code == 302
    assert Mute.objects.get().reason == "误报太多"
    assert lead.post("/sources/cam/unmute/", {"kind": ""}).status_code == 302
    assert Mute.objects.get().lifted_at


def test_an_unknown_kind_stands_first_with_samples_and_is_mapped(camera, lead, seated):
    camera.send([an_alert(kind="aaa strange", title="看这里"), an_alert(kind="zzz strange")])
    processing.process_waiting()
    kind = AlertKind.objects.get(code="zzz strange")
    page = lead.get("/alert-kinds/").content.decode()
    assert page.index("zzz strange") < page.index("bikes_disorder")
    assert "看这里" in lead.get(f"/alert-kinds/?kind={AlertKind.objects.get(code='aaa strange').pk}").content.decode()
    listed = lead.get("/api/v1/alert-kinds/?mapped=false").json()["results"]
    assert {row["code"] for row in listed} == {"aaa strange", "zzz strange"}
    category = CaseCategory.objects.get(scheme="JCZZ", code="J0807")
    form = {"category": category.pk, "level": "", "name_zh": "怪事", "name_en": ""}
    assert seated.post(f"/alert-kinds/?kind={kind.pk}", form).status_code == 403
    assert lead.post(f"/alert-kinds/?kind={kind.pk}", form | {"category": ""}).status_code == 422
    assert lead.post(f"/alert-kinds/?kind={kind.pk}", form).status_code == 302
    processing.process_waiting()
    assert Incident.objects.get().title == "怪事"
    other = AlertKind.objects.get(code="aaa strange")
    answer = lead.patch(f"/api/v1/alert-kinds/{other.pk}/", {"category": category.pk}, "application/json")
    assert (answer.status_code, answer.json()["category"]["code"]) == (200, "J0807")
    assert Alert.objects.get(kind="aaa strange").state == "new"
    for wrong in ({"category": 2**60}, {"level": 9}, {"category": "x"}):
        assert lead.patch(f"/api/v1/alert-kinds/{other.pk}/", wrong, "application/json").status_code == 422
    assert lead.patch(f"/api/v1/alert-kinds/{2**60}/", {}, "application/json").status_code == 404


def test_a_kind_mapped_behind_our_back_is_worked_off_too(camera):
    camera.send(an_alert(kind="strange"))
    processing.process_waiting()
    category = CaseCategory.objects.get(scheme="JCZZ", code="J0807")
    AlertKind.objects.filter(code="strange").update(category=category)
    processing.process_waiting()
    assert Alert.objects.get().state == "opened"


def test_the_secret_of_a_source_is_nowhere_to_be_read(camera, lead):
    assert camera.secret not in Source.objects.get().secret
    for address in ("/api/v1/sources/", "/sources/?source=cam"):
        assert camera.secret not in lead.get(address).content.decode()


def test_the_door_is_described_in_the_schema(lead):
    schema = lead.get("/api/v1/schema/", {"format": "json"}).json()
    post = schema["paths"]["/api/v1/alerts/"]["post"]
    assert {one["name"] for one in post["parameters"]} >= {"X-Source", "X-Timestamp", "X-Signature"}
    assert set(post["requestBody"]["content"]) == {"application/json", "application/x-ndjson"}
    assert {"202", "401", "409", "422", "429"} <= set(post["responses"])
