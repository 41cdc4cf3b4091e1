"""Every call is answered: by its clock, by one worker, up two steps when nobody does, and rated by who called."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from incidents.lifecycle import Status
from incidents.models import Alarm, Incident
from incidents.services import close, move
from points import selectors_calls as selectors
from points.calls_lifecycle import CATEGORY, CallKind
from points.models import ServiceCall
from points.services import calls
from points.services.calls import Called
from points.tasks import escalate_calls
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, TooMany, WrongStep
from shushanwei.common.secrets import seal
from shushanwei.journal.models import Entry
from tests.incidents.conftest import category, person, street  # noqa: F401
from tests.points.conftest import a_resident
from tests.points.phones import home, phone_of, shot
from tests.racing import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("street")]
BACKEND = "shushanwei.people.backends.RoleBackend"
PHONE = "10000000001"


@pytest.fixture
def neighbour(street):  # noqa: F811
    return a_resident(1, phone_sealed=seal(PHONE), community_id=home())


@pytest.fixture
def worker(person):  # noqa: F811
    return person("grid_worker", "网格员丁", area=home())


def called(resident, **values) -> ServiceCall:
    return calls.call(resident, Called(**{"uuid": uuid4(), "kind": "repair", "text": "楼道灯坏了", **values}))[0]


@pytest.mark.parametrize("kind", CallKind.values)
def test_every_kind_leads_to_a_class_of_the_catalogue(kind):
    assert category(CATEGORY[CallKind(kind)]).is_active


def test_a_call_sent_ten_times_at_once_is_one(neighbour):
    said = Called(uuid=uuid4(), kind="noise", text="夜里施工", photos=[shot()])
    results = all_at_once(*[lambda: calls.call(neighbour, said)] * 10)
    assert sum(new for _row, new in results) == 1, results
    row = ServiceCall.objects.get()
    assert (row.community_id, row.status, row.photos.count()) == (home(), "called", 1)
    with pytest.raises(Conflict):
        calls.call(a_resident(2, community_id=home()), said)


def test_two_workers_who_answer_at_once_make_one_answer(neighbour, worker, person):  # noqa: F811
    row, other = called(neighbour), person("grid_leader", area=home())
    results = all_at_once(
        lambda: calls.answer(row.pk, "马上来", actor=worker), lambda: calls.answer(row.pk, "收到", actor=other)
    )
    assert sum(isinstance(result, ServiceCall) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert Entry.objects.filter(verb="servicecall.answered").count() == 1


def test_what_nobody_answers_goes_to_the_secretary_and_then_to_the_street(neighbour, worker):
    row = called(neighbour)
    assert escalate_calls() == 0
    past = db_now() - timedelta(minutes=40)
    ServiceCall.objects.update(called_at=past - timedelta(minutes=30), due_at=past, look_at=past)
    assert escalate_calls() == 1
    row.refresh_from_db()
    assert (row.secretary_at, row.street_at, row.look_at) == (past, None, past + timedelta(minutes=30))
    assert not Alarm.objects.exists()
    assert sorted(all_at_once(*[lambda: calls.escalate(row.pk)] * 4)) == [False, False, False, True]
    row.refresh_from_db()
    assert row.street_at == past + timedelta(minutes=30)
    assert Alarm.objects.get().for_role == "shift_lead"
    assert escalate_calls() == 0
    assert [e.verb for e in selectors.story(row)] == [
        "servicecall.called", "servicecall.told_secretary", "servicecall.told_street",
    ]  # fmt: skip


def test_an_answer_in_time_tells_nobody(neighbour, worker):
    row = calls.answer(called(neighbour).pk, "马上来", actor=worker)
    assert row.look_at is None
    assert calls.due_to_escalate(db_now() + timedelta(days=1)) == []


def test_the_whole_way_of_a_call(neighbour, worker):
    row = called(neighbour)
    with pytest.raises(WrongStep):
        calls.process(row.pk, "去看看", actor=worker)
    calls.answer(row.pk, "马上来", actor=worker)
    calls.answer(row.pk, "马上来", actor=worker)
    calls.process(row.pk, "已联系物业", actor=worker)
    page = uuid4()
    for _twice in range(2):
        row = calls.finish(row.pk, "已换灯", actor=worker, uuid=page, photos=[shot(3)])
    assert row.photos.count() == 1
    for _twice in range(2):
        row = calls.rate(row, 5, "很快")
    assert (row.status, row.rating) == ("rated", 5)
    with pytest.raises(Conflict):
        calls.rate(row, 1)
    with pytest.raises(WrongStep):
        calls.finish(row.pk, "又换", actor=worker)


def test_only_who_holds_a_call_works_on_it(neighbour, worker, person):  # noqa: F811
    row, other = called(neighbour), person("seat_operator")
    calls.answer(row.pk, "马上来", actor=worker)
    with pytest.raises(Conflict):
        calls.process(row.pk, "我来", actor=other)
    calls.take(row.pk, actor=other)
    calls.process(row.pk, "我来", actor=other)
    with pytest.raises(Conflict):
        calls.finish(row.pk, "好了", actor=worker)


def test_not_solved_opens_a_call_again_once(neighbour, worker, client):
    row = called(neighbour)
    calls.answer(row.pk, "马上来", actor=worker)
    calls.finish(row.pk, "已换灯", actor=worker)
    for _twice in range(2):
        row = calls.not_solved(row, "又坏了")
    assert row.status == "processing"
    browser, page = phone_of(neighbour), f"/m/calls/{row.uuid}/"
    client.force_login(worker, BACKEND)
    for told in (browser.get(page), client.get(f"/residents/calls/{row.uuid}/")):
        assert "上次办理结果" in told.content.decode()
    assert "<dt>呼叫时间</dt>" in told.content.decode() and "<dt>呼叫人</dt>" in told.content.decode()
    calls.finish(row.pk, "再换", actor=worker)
    assert "上次办理结果" not in browser.get(page).content.decode()
    with pytest.raises(WrongStep):
        calls.not_solved(row, "又坏了")
    assert calls.rate(row, 2).status == "rated"


def test_the_number_is_shown_to_who_holds_the_call_until_it_is_rated(neighbour, worker, person):  # noqa: F811
    row, other = called(neighbour), person("seat_operator")
    with pytest.raises(NotAllowed):
        calls.phone_of(row.pk, "回电", actor=worker)
    calls.answer(row.pk, "马上来", actor=worker)
    with pytest.raises(BadInput):
        calls.phone_of(row.pk, " ", actor=worker)
    assert calls.phone_of(row.pk, "回电", actor=worker) == PHONE
    with pytest.raises(NotAllowed):
        calls.phone_of(row.pk, "回电", actor=other)
    assert Entry.objects.filter(verb="resident.phone_shown", actor=worker).count() == 1
    calls.finish(row.pk, "已换灯", actor=worker)
    calls.rate(row, 4)
    with pytest.raises(NotAllowed):
        calls.phone_of(row.pk, "回电", actor=worker)


def test_who_calls_without_being_shown_is_shown_to_nobody(neighbour, worker, client):
    with pytest.raises(BadInput) as refused:
        called(neighbour, anonymous=True)
    assert refused.value.field == "anonymous"
    row = called(neighbour, anonymous=True, is_safety=True)
    calls.answer(row.pk, "马上来", actor=worker)
    with pytest.raises(NotAllowed):
        calls.phone_of(row.pk, "回电", actor=worker)
    client.force_login(worker, BACKEND)
    page = client.get(f"/residents/calls/{row.uuid}/").content.decode()
    assert neighbour.nickname not in page and neighbour.phone_masked not in page
    calls.hand_on(row.pk, "有危险", danger=True, actor=worker)
    assert Incident.objects.get().reporter_name_masked == ""
    assert phone_of(neighbour).get(f"/m/calls/{row.uuid}/").status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCall.objects.update(is_safety=False)


def test_what_a_department_has_to_do_becomes_a_case_and_its_end_is_the_result(neighbour, worker, person):  # noqa: F811
    row, seat = called(neighbour), person("seat_operator")
    calls.answer(row.pk, "马上来", actor=worker)
    for _twice in range(2):
        row = calls.hand_on(row.pk, "需市政处理", danger=False, actor=worker)
    incident = Incident.objects.get()
    assert (incident.level, incident.category.code, incident.community_id) == (4, "J0406", home())
    assert "楼道灯坏了" in incident.text
    for to in ("pending_dispatch", "dispatched", "handling", "handled", "pending_check", "checking", "pending_close"):
        move(incident.pk, Status(to), actor=seat)
    facts = {"found": "灯坏", "done": "市政已修复", "contacted": "", "remains": ""}
    close(incident.pk, actor=seat, confirm_brief=True, closing=facts)
    assert escalate_calls() == 1
    row.refresh_from_db()
    assert (row.status, row.result) == ("done", "市政已修复")


def test_danger_becomes_an_incident_at_once(neighbour, worker):
    row = called(neighbour)
    calls.answer(row.pk, "马上来", actor=worker)
    calls.hand_on(row.pk, "电线垂落带电", danger=True, actor=worker)
    incident = Incident.objects.get()
    assert (incident.level, incident.status) == (2, "pending_dispatch")


def test_five_calls_may_wait_and_the_blocked_may_call_too(neighbour):
    for _n in range(5):
        called(neighbour)
    with pytest.raises(TooMany):
        called(neighbour)
    other = a_resident(2, community_id=home(), blocked_until=db_now() + timedelta(days=1), blocked_why="恶意")
    assert called(other).status == "called"


def test_a_worker_sees_the_calls_of_the_own_community(neighbour, worker, person, client):  # noqa: F811
    row = called(neighbour)
    elsewhere = person("grid_worker", area="330109103036")
    client.force_login(elsewhere, BACKEND)
    assert client.get(f"/residents/calls/{row.uuid}/").status_code == 404
    assert client.post(f"/residents/calls/{row.uuid}/answer/", {"reply": "x"}).status_code == 404
    assert str(row.uuid) not in client.get("/residents/calls/").content.decode()
    client.force_login(worker, BACKEND)
    assert str(row.uuid) in client.get("/residents/calls/?part=list").content.decode()


def test_a_grid_worker_who_is_granted_one_grid_sees_its_community(neighbour, person):  # noqa: F811
    from grid.models import Grid

    grid = Grid.objects.filter(community_id=home(), kind="social").first()
    row = called(neighbour)
    assert list(selectors.calls_for(person("grid_worker", area=grid.pk))) == [row]


def test_the_pages_of_a_call_from_both_sides(neighbour, worker, client):
    phone = phone_of(neighbour)
    photo = SimpleUploadedFile("a.jpg", shot(2), "image/jpeg")
    said = {"uuid": uuid4(), "kind": "parking", "text": "<b>车</b>挡门", "community": home(), "photo": photo}
    answer = phone.post("/m/calls/new/", said)
    row = ServiceCall.objects.get()
    assert answer["Location"] == f"/m/calls/{row.uuid}/"
    assert phone.post("/m/calls/new/", {"uuid": uuid4(), "kind": "x", "text": "a"}).status_code == 422
    assert phone.post("/m/calls/new/", {}).status_code == 422
    bad = SimpleUploadedFile("a.jpg", b"<svg/>", "image/jpeg")
    assert phone.post("/m/calls/new/", said | {"uuid": uuid4(), "photo": bad}).status_code == 422

    client.force_login(worker, BACKEND)
    at = f"/residents/calls/{row.uuid}/"
    shown = f"{at}photos/{row.photos.get().uuid}/"
    assert client.get(shown).status_code == 200
    assert "<b>车" not in client.get(at).content.decode()
    assert client.post(f"{at}answer/", {"reply": ""}).status_code == 422
    assert client.post(f"{at}process/", {"note": "x"}).status_code == 409
    assert client.post(f"{at}answer/", {"reply": "马上来"}).status_code == 302
    assert client.post(f"{at}process/", {"note": "已挪车"}).status_code == 302
    assert client.post(f"{at}phone/", {"why": "回电"}).json() == {"phone": PHONE}
    assert client.post(f"{at}finish/", {"result": "长" * 501, "uuid": uuid4()}).status_code == 422
    assert client.post(f"{at}finish/", {"result": "已挪车", "uuid": "x"}).status_code == 302
    for state in ("waiting", "mine", "open", "over", "x"):
        assert client.get(f"/residents/calls/?state={state}").status_code == 200

    page = phone.get(f"/m/calls/{row.uuid}/").content.decode()
    assert "马上来" in page and "已挪车" in page and str(worker) not in page
    assert phone.post(f"/m/calls/{row.uuid}/rate/", {"rating": "9"}).status_code == 422
    assert phone.post(f"/m/calls/{row.uuid}/rate/", {"rating": "5"}).status_code == 302
    assert phone.get("/m/calls/").status_code == 200


def test_nobody_reaches_the_call_of_somebody_else(neighbour):
    row = called(neighbour, photos=[shot()])
    photo = row.photos.get().uuid
    other = phone_of(a_resident(2))
    assert other.get(f"/m/calls/{row.uuid}/").status_code == 404
    assert other.get(f"/m/calls/{row.uuid}/photos/{photo}/").status_code == 404
    assert other.post(f"/m/calls/{row.uuid}/rate/", {"rating": 1}).status_code == 404


def test_the_public_figures_count_what_nobody_answered_against_the_community(neighbour, worker, client):
    good, late, open_, fresh = (called(neighbour) for _n in range(4))
    calls.answer(good.pk, "来", actor=worker)
    calls.finish(good.pk, "好", actor=worker)
    calls.rate(good, 5)
    now = db_now()
    ServiceCall.objects.filter(pk=late.pk).update(
        called_at=now - timedelta(minutes=60), due_at=now - timedelta(minutes=30)
    )
    calls.answer(late.pk, "晚了", actor=worker)
    ServiceCall.objects.filter(pk=open_.pk).update(
        called_at=now - timedelta(minutes=60), due_at=now - timedelta(minutes=30)
    )
    since, until = now - timedelta(days=1), now + timedelta(days=1)
    (row,) = selectors.figures(since, until)
    assert (row.calls, row.promised, row.in_time, row.rated, row.content) == (4, 3, 1, 1, 1)
    assert row.answered_rate == pytest.approx(100 / 3)
    assert 29 < row.mean_min < 31
    assert fresh.status == "called"
    page = client.get("/m/calls/figures/")
    assert page.status_code == 200
    for month in ("2020-01", "x", "9999-12"):
        assert client.get(f"/m/calls/figures/?month={month}").status_code == 200
