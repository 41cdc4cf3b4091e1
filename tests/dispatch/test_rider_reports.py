"""One tap of a rider opens a case, once; police themes go to the police; what counts is what the street took up."""

from datetime import timedelta
from uuid import uuid4

import pytest

from dispatch import services
from dispatch.models import Reinforcement, RiderReport, RiderRules
from dispatch.police.selectors import calls_for
from dispatch.riders.honour import counters, honour, month_of
from incidents.models import Attachment, Incident
from incidents.services import reject
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from tests.dispatch.conftest import client_of, picture
from tests.dispatch.riders import ask, make_rider, part_of, tap

pytestmark = pytest.mark.django_db


@pytest.fixture
def rider(person):
    return make_rider(person, "A1")


def form(**values):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {
        "uuid": str(uuid4()), "hazard": "road", "lon": 120.236927, "lat": 30.123588, "photo_uuid": str(uuid4()),
        "photo": SimpleUploadedFile("p.jpg", picture(), "image/jpeg"),
    } | values  # fmt: skip


def test_one_tap_opens_a_case_with_its_photo(rider):
    answer = client_of(rider.user).post("/api/v1/rider/reports/", form(), format="multipart")
    assert answer.status_code == 201, answer.json()
    case = Incident.objects.get()
    assert (case.source_kind, case.level, case.status, case.category.code) == ("rider", 4, "reported", "J0430")
    assert (case.reported_by, Attachment.objects.get().incident) == (rider.user, case)
    assert answer.json()["became"] == "looking"


def test_what_burns_is_urgent_at_once(rider):
    tap(rider, "fire")
    case = Incident.objects.get()
    assert (case.level, case.status) == (1, "pending_dispatch")


def test_sent_again_it_is_the_same_report(rider):
    same = {"uuid": uuid4(), "photo_uuid": uuid4(), "photo": picture()}
    (first, new), (second, again) = tap(rider, **same), tap(rider, **same)
    assert (first, new, again) == (second, True, False)
    assert Incident.objects.get().alert_count == 1


def test_another_riders_id_is_refused(rider, person):
    uuid = uuid4()
    tap(rider, uuid=uuid)
    with pytest.raises(Conflict):
        tap(make_rider(person, "A2"), uuid=uuid)


def test_the_same_thing_seen_by_two_riders_is_one_case_and_counts_for_both(rider, person, seat):
    other = make_rider(person, "A2")
    tap(rider, "fire_lane")
    report, _new = tap(other, "fire_lane", lat=30.12361)
    assert report.joined and Incident.objects.get().alert_count == 2
    assert Attachment.objects.count() == 2
    assert [(line.rank, line.reports) for line in honour(month_of(None))] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("hazard", ["order", "crime"])
def test_a_police_theme_stands_in_the_queue_of_the_police(rider, person, unit, hazard):
    unit("派出所车", kind="police")
    tap(rider, hazard)
    tap(make_rider(person, "A2"), hazard)
    call = Reinforcement.objects.get()
    assert (call.force, call.rule, call.incident.level <= 3) == ("police", "rider", True)
    assert [each.incident for each in calls_for(person("police_liaison"))] == [call.incident]


def test_what_was_found_off_line_says_when(rider):
    found = db_now() - timedelta(hours=2)
    tap(rider, found_at=found)
    assert f"{found.astimezone():%Y-%m-%d}"[:7] in Incident.objects.get().text
    assert RiderReport.objects.get().found_at == found


@pytest.mark.parametrize(
    ("values", "field"),
    [({"hazard": "ufo"}, "hazard"), ({"photo": b"no picture"}, "photo"), ({"lon": 0, "lat": 0}, "lon")],
)
def test_what_cannot_be_taken_is_named_and_nothing_stays(rider, values, field):
    with pytest.raises(BadInput) as refused:
        tap(rider, **values)
    assert refused.value.field == field
    assert not Incident.objects.exists()


def test_who_is_paused_or_not_in_the_force_cannot_report(rider, seat, person):
    services.pause_rider(rider.pk, "休假", actor=seat)
    with pytest.raises(Conflict):
        tap(rider)
    answer = client_of(person("rider", "stranger")).post("/api/v1/rider/reports/", form(), format="multipart")
    assert answer.status_code == 404


def test_the_four_counters_and_the_honour_of_the_month(rider, person, seat, opened):
    RiderRules.objects.create(effective_from=db_now(), cases_before=4, people_before=50, hazards_before=200)
    other = make_rider(person, "A2")
    taken, _ = tap(rider, "crime")
    dropped, _ = tap(rider, "road")
    reject(dropped.incident_id, actor=seat, reason="未发现")
    services.mark_solved(taken.pk, "协助抓获盗窃电瓶车嫌疑人", actor=seat)
    services.mark_solved(taken.pk, "再按一次", actor=seat)
    ask(opened(title="走失老人", lat=30.12), seat)
    services.accept_help(other.user, part_of(other).pk)
    services.finish_help(other.user, part_of(other).pk, did="陪护", people=3)

    assert counters() == {"cases": 5, "people": 53, "hazards": 201, "riders": 2}
    assert [(line.rank, line.rider.vest_no, line.reports, line.helps) for line in honour(month_of(None))] == [
        (1, "A2", 0, 1), (2, "A1", 1, 0),
    ]  # fmt: skip
    shown = client_of(rider.user).get("/api/v1/rider/").json()
    assert shown["honour"]["mine"] == {"rank": 2, "reports": 1, "helps": 0}
    assert [report["became"] for report in shown["reports"]] == ["not_filed", "accepted"]
    assert "phone" not in str(shown["honour"])


def test_a_rider_is_registered_with_an_account_and_his_phone_is_hidden(seat, person):
    lead = person("shift_lead")
    card = {"vest_no": "kd-007", "name": "周小东", "nickname": "东子", "platform": "蓝骑外卖", "phone": "10012345678"}
    rider, password = services.register_rider(card, actor=lead)
    assert (rider.vest_no, rider.user.username, rider.phone_masked) == ("KD-007", "rider-kd-007", "100****5678")
    assert rider.user.check_password(password) and rider.user.has_perm("dispatch.ride")
    assert not rider.helps_nearby
    with pytest.raises(BadInput) as refused:
        services.register_rider(card, actor=lead)
    assert refused.value.field == "vest_no"
    assert client_of(seat).post(f"/api/v1/riders/{rider.pk}/call/").json() == {"phone": "10012345678"}
    assert client_of(rider.user).get("/api/v1/riders/").status_code == 403


def test_a_month_is_written_as_a_month(rider):
    with pytest.raises(BadInput):
        month_of("2026-13")
    with pytest.raises(NotFound):
        services.mark_solved(99, "x", actor=rider.user)
