"""The phone in the field reports a find once, however often it is sent, and closes what was handled on the spot."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from grid.models import Grid, Patrol
from incidents.models import Attachment, Deadline, Incident
from incidents.services import field
from incidents.services.field import Shot
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.incidents.conftest import jpeg, verbs

GRID = "33010900301502"


@pytest.fixture
def worker(person):
    return person("grid_worker", "grid02", area=GRID)


@pytest.fixture
def here(street):
    grid = Grid.objects.get(code=GRID)
    return {"lon": grid.label_lon, "lat": grid.label_lat}


def shot(kind="near", colour="red") -> Shot:
    return Shot(kind, uuid4(), jpeg(colour))


def test_a_report_becomes_an_ordinary_case_with_its_photo(worker, here):
    case, opened = field.report(worker, uuid=uuid4(), category="J0405", shots=[shot()], text="楼道堆物", **here)
    assert opened
    assert (case.status, case.level, case.source_kind, case.grid_id) == ("reported", 4, "grid", GRID)
    assert (case.reported_by, case.self_handled) == (worker, False)
    assert list(case.attachments.values_list("kind", flat=True)) == ["near"]
    assert verbs(case) == ["incident.opened", "incident.attached"]


def test_what_is_sent_again_is_the_same_report(worker, person, here):
    sent = {"uuid": uuid4(), "category": "J0405", "shots": [shot()], **here}
    first, _new = field.report(worker, **sent)
    again, opened = field.report(worker, **sent)
    assert (again, opened) == (first, False)
    assert Attachment.objects.count() == 1
    with pytest.raises(Conflict):
        field.report(person("grid_worker", "other", area=GRID), **sent)


def test_a_report_without_a_photo_or_class_names_what_is_missing(worker, here):
    with pytest.raises(BadInput) as refused:
        field.report(worker, uuid=uuid4(), category="J0405", shots=[], **here)
    assert refused.value.field == "photo_near"
    with pytest.raises(BadInput) as refused:
        field.report(worker, uuid=uuid4(), category="J9999", shots=[shot()], **here)
    assert refused.value.field == "category"
    with pytest.raises(BadInput) as refused:
        field.report(worker, uuid=uuid4(), category="J0405", shots=[Shot("near", uuid4(), b"no picture")], **here)
    assert refused.value.field == "photo_near"
    assert not Incident.objects.exists()


def test_what_was_handled_on_the_spot_closes_by_itself_with_both_photos(worker, here):
    case, opened = field.report(
        worker,
        uuid=uuid4(),
        category="J0405",
        shots=[shot("before"), shot("after", "green")],
        own_work="已清理",
        **here,
    )
    assert opened
    assert (case.status, case.self_handled) == ("closed", True)
    assert case.closed_at and case.ended_at and not case.filed_at
    assert case.closing["done"] == "已清理"
    assert verbs(case)[-1] == "incident.closed"
    assert not Deadline.objects.filter(incident=case, met_at=None, missed_at=None, void_at=None).exists()


@pytest.mark.parametrize("missing", ["before", "after"])
def test_handled_on_the_spot_needs_both_photos(worker, here, missing):
    there = {"before", "after"} - {missing}
    with pytest.raises(BadInput) as refused:
        field.report(worker, uuid=uuid4(), category="J0405", shots=[shot(k) for k in there], own_work="已清理", **here)
    assert refused.value.field == f"photo_{missing}"


def test_nobody_closes_the_find_of_another_so(worker, person, here):
    case, _new = field.report(worker, uuid=uuid4(), category="J0405", shots=[shot()], **here)
    with pytest.raises(Conflict):
        field.handle_myself(case.pk, actor=worker, done="已清理")


def test_a_report_on_the_way_is_the_result_of_the_patrol(worker, here):
    from grid.services import patrols

    uuid = uuid4()
    patrols.start(worker, GRID, uuid=uuid, device="p", started_at=db_now() - timedelta(minutes=3))
    field.report(worker, uuid=uuid4(), category="J0405", shots=[shot()], **here)
    patrol = Patrol.objects.get(uuid=uuid)
    assert len(patrol.items) == 1
    assert "result" not in patrol.failed


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_one_report_open_one_case(worker, here):
    sent = {"uuid": uuid4(), "category": "J0405", "shots": [shot("before"), shot("after", "green")], **here}
    gate = threading.Barrier(8)
    got, failed = [], []

    def phone():
        try:
            gate.wait()
            got.append(field.report(worker, own_work="已清理", **sent)[1])
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=phone) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(got) == [False] * 7 + [True]
    assert (Incident.objects.count(), Attachment.objects.count()) == (1, 2)


def test_the_api_takes_the_phones_form_and_names_the_field(worker, here):
    api = APIClient()
    api.force_login(worker, backend="shushanwei.people.backends.RoleBackend")

    def send(**more):
        form = {"uuid": str(uuid4()), "category": "J0405", "crs": "wgs84", **here, **more}
        return api.post("/api/v1/field/reports/", form, format="multipart")

    photo = SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")
    done = send(photo_near=photo, photo_near_uuid=str(uuid4()))
    assert done.status_code == 201, done.content
    state = api.get("/api/v1/field/").json()
    assert [case["id"] for case in state["reports"]] == [done.json()["id"]]
    assert state["figures"]["today"]["reported"] == 1
    assert len(state["usual"]) == 8
    wrong = send()
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "photo_near")
    far = send(photo_near=SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg"))
    assert (far.status_code, far.json()["errors"][0]["field"]) == (422, "photo_near_uuid")
