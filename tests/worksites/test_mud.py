"""Mud on the road: told by who sees it, confirmed as it is told, with photo, incident and running clocks."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from incidents.models import Attachment, Deadline, Incident
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import picture
from tests.racing import all_at_once
from tests.worksites.conftest import make_person
from tests.worksites.dumping import make_ground
from tests.worksites.fleet import CENTRE, make_truck, signed_in
from worksites.models import Site, TruckAlert
from worksites.services import adjudication
from worksites.services.mud import Mud, report_mud

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/worksites/alerts/mud/"


@pytest.fixture
def truck(roles, catalogue, ground):
    return make_ground()


@pytest.fixture
def patrol(truck):
    return make_person("巡防一班", "responder")


def seen(plate="浙A1D234", **values) -> Mud:
    return Mud(**{"uuid": uuid4(), "lon": CENTRE[0], "lat": CENTRE[1], "seen_at": db_now(), "plate": plate} | values)


def form(**values) -> dict:
    said = {
        "uuid": uuid4(), "plate": "浙A·1D234", "lon": CENTRE[0], "lat": CENTRE[1], "note": "约五十米泥印",
        "seen_at": f"{db_now().astimezone(STREET):%Y-%m-%dT%H:%M}",
        "photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    }  # fmt: skip
    return {name: value for name, value in (said | values).items() if value is not None}


def test_mud_that_a_patrol_tells_is_a_confirmed_alert_with_photo_incident_and_clocks(patrol, truck):
    mud, shot = seen(note="约五十米泥印"), picture()
    alert, new = report_mud(mud, shot, actor=patrol)

    incident = Incident.objects.get()
    assert new and (alert.rule, alert.level, alert.status) == ("T13", 2, "confirmed")
    assert (alert.judged_by, alert.incident, alert.truck) == (patrol, incident, truck)
    assert (incident.level, incident.category.code, incident.source_kind) == (3, "J0422", "truck_rule")
    assert "现场：约五十米泥印" in incident.text
    assert "R30" in set(Deadline.objects.filter(incident=incident, met_at=None).values_list("code", flat=True))
    photo = Attachment.objects.get()
    assert (photo.uuid, photo.incident, photo.kind, photo.by) == (mud.uuid, incident, "near", patrol)
    story = Entry.objects.get(subject_type="truckalert")
    assert (story.verb, story.data["incident"], story.is_live) == ("truck_alert.seen", incident.case_no, True)


def test_the_page_sent_many_times_at_once_is_one_alert_one_photo_one_incident(patrol, truck):
    mud, shot = seen(), picture()
    told = all_at_once(*[lambda: report_mud(mud, shot, actor=patrol)] * 4)
    assert sorted(new for _alert, new in told) == [False, False, False, True]
    assert {alert.pk for alert, _new in told} == {TruckAlert.objects.get().pk}
    assert all(alert.incident for alert, _new in told)
    assert Incident.objects.count() == Attachment.objects.count() == 1
    with pytest.raises(Conflict):
        report_mud(mud, shot, actor=make_person("另一人", "responder"))


def test_two_patrols_that_see_the_same_road_share_one_incident(patrol, truck):
    other = make_person("巡防二班", "responder")
    told = all_at_once(
        lambda: report_mud(seen(), picture(), actor=patrol), lambda: report_mud(seen(), picture(), actor=other)
    )
    assert {alert.number[-4:] for alert, _new in told} == {"0001", "0002"}
    assert {alert.incident_id for alert, _new in told} == {Incident.objects.get().pk}
    assert Attachment.objects.count() == 2


def test_mud_before_a_gate_may_name_the_site_alone(patrol, truck):
    site = Site.objects.get()
    alert, _new = report_mud(seen("", site_id=site.pk), picture(), actor=patrol)
    assert (alert.truck, alert.site) == (None, site)
    assert alert.incident.title.startswith("一号地块")
    site.refresh_from_db()
    assert site.colour == "white"  # mud alone is no dumping


def test_a_part_of_the_plate_is_enough_where_one_truck_has_it(patrol, truck):
    make_truck("浙A5D678")
    assert report_mud(seen("1d2"), picture(), actor=patrol)[0].truck == truck
    with pytest.raises(BadInput, match="浙A1D234, 浙A5D678"):
        report_mud(seen("浙A"), picture(), actor=patrol)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"plate": "浙B9X999"}, "plate"), ({"plate": ""}, "plate"), ({"plate": "", "site_id": 99_999}, "site"),
        ({"seen_at": timedelta(minutes=5)}, "seen_at"), ({"seen_at": timedelta(hours=-25)}, "seen_at"),
        ({"lat": 91.0}, "lat"), ({"note": "泥" * 301}, "note"), ({"note": "a\0b"}, "note"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field_and_leaves_nothing(patrol, truck, wrong, field):
    if "seen_at" in wrong:
        wrong = {"seen_at": db_now() + wrong["seen_at"]}
    with pytest.raises(BadInput) as refused:
        report_mud(seen(**wrong), picture(), actor=patrol)
    assert refused.value.field == field
    assert not TruckAlert.objects.exists() and not Incident.objects.exists() and not Attachment.objects.exists()


@pytest.mark.parametrize("photo", [b"", b"%PDF-1.4", b"rubbish"])
def test_without_a_photo_there_is_no_mud(patrol, truck, photo):
    with pytest.raises(BadInput) as refused:
        report_mud(seen(), photo, actor=patrol)
    assert refused.value.field == "photo" and not TruckAlert.objects.exists()


def test_an_alert_of_the_rules_is_merged_into_what_a_person_saw(patrol, truck):
    from tests.worksites.dumping import an_alert

    alert, _new = report_mud(seen(), picture(), actor=patrol)
    twin = an_alert(truck, 7, "T10")
    adjudication.merge(twin.number, alert.number, uuid=uuid4(), reason="同一辆车", actor=patrol)
    twin.refresh_from_db()
    assert twin.incident == alert.incident


def test_the_phone_tells_it_and_hears_the_number_of_the_case(patrol, truck):
    phone = Client()
    phone.force_login(patrol, backend="shushanwei.people.backends.RoleBackend")
    page = phone.get(ADDRESS)
    assert page.status_code == 200 and page.context["shell"] == "phone.html" and truck.plate in page.content.decode()
    said = form()
    for _twice in range(2):
        said["photo"].seek(0)
        answer = phone.post(ADDRESS, said, follow=True)
        assert answer.redirect_chain == [(ADDRESS, 302)]
    assert Incident.objects.get().case_no in answer.content.decode()


def test_the_desk_sees_the_alert_with_its_photo_and_takes_it_along(truck):
    seat = signed_in("seat_operator")
    assert seat.get(ADDRESS).context["shell"] == "base.html"
    answer = seat.post(ADDRESS, form(), follow=True)
    alert = TruckAlert.objects.get()
    assert answer.redirect_chain == [(f"/worksites/alerts/{alert.number}/", 302)]
    assert f"/attachments/{Attachment.objects.get().uuid}/" in answer.content.decode()
    evidence = seat.post(f"/worksites/alerts/{alert.number}/evidence/").content
    assert "photo.jpg" in zipfile.ZipFile(io.BytesIO(evidence)).namelist()
    assert ADDRESS in seat.get("/worksites/alerts/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"photo": None}, {"lon": ""}, {"lat": "x"}, {"uuid": "x"}, {"seen_at": ""}, {"plate": ""}, {"site": "77777"},
     {"lon": "nan"}, {"photo": SimpleUploadedFile("a.jpg", b"no picture")}],
)  # fmt: skip
def test_a_refused_form_says_what_is_wrong(truck, wrong):
    answer = signed_in("enforcement_officer").post(ADDRESS, form(**wrong))
    assert answer.status_code == 422 and answer.context["form"].errors
    assert not TruckAlert.objects.exists()
