"""More time is asked for by who handles, endorsed by the department and decided by the dispatcher."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from incidents import services
from incidents.lifecycle import Status
from incidents.models import Deadline, Department, Incident, TimeRequest
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from tests.incidents.conftest import clock, verbs


@pytest.fixture
def handler(person):
    return person("dept_handler", "handler", department="ENF")


@pytest.fixture
def account(person):
    return person("dept_account", "account", department="ENF")


@pytest.fixture
def dispatcher(person):
    return person("dispatcher", "dispatcher")


@pytest.fixture
def case(opened, seat, standard, photo):
    """A case that a department handles, with a photo."""
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.move(case.pk, Status.HANDLING)
    photo(case)
    return case


def test_from_handler_over_department_to_dispatcher(case, handler, account, dispatcher):
    before = clock(case, "handle").due_at
    asked = services.request_time(case.pk, actor=handler, kind="extension", reason="配件未到")
    with pytest.raises(Conflict):
        services.decide_request(asked.pk, actor=dispatcher, approve=True)  # the department has not spoken
    services.endorse_request(asked.pk, actor=account)
    assert clock(case, "handle").due_at == before

    decided = services.decide_request(asked.pk, actor=dispatcher, approve=True)

    assert decided.state == "approved"
    limit = clock(case, "handle")
    assert limit.due_at - before == (limit.due_at - limit.started_at) / 2
    assert verbs(case)[-4:] == [
        "incident.time_requested",
        "incident.time_endorsed",
        "incident.time_approved",
        "incident.extended",
    ]
    case.refresh_from_db()
    assert case.extension_count == 1


def test_a_department_that_asks_itself_goes_straight_to_the_dispatcher(case, account, dispatcher):
    until = db_now() + timedelta(days=40)
    asked = services.request_time(
        case.pk, actor=account, kind="suspension", reason="等待专项资金", until=until, endorsed=True
    )
    services.decide_request(asked.pk, actor=dispatcher, approve=True)
    case.refresh_from_db()
    assert case.suspended_until == until
    assert clock(case, "handle").paused_at


def test_a_refusal_says_why_and_uses_nothing_up(case, account, dispatcher):
    asked = services.request_time(case.pk, actor=account, kind="extension", reason="人手不足", endorsed=True)
    with pytest.raises(BadInput) as error:
        services.decide_request(asked.pk, actor=dispatcher, approve=False)
    assert error.value.field == "note"
    services.decide_request(asked.pk, actor=dispatcher, approve=False, note="可以完成")
    case.refresh_from_db()
    assert case.extension_count == 0
    again = services.request_time(case.pk, actor=account, kind="extension", reason="仍需时间", endorsed=True)
    assert again.pk != asked.pk


@pytest.mark.parametrize(
    ("kind", "until", "field"),
    [("holiday", None, "kind"), ("suspension", None, "until"), ("suspension", timedelta(days=-1), "until"),
     ("suspension", timedelta(days=400), "until")],
)  # fmt: skip
def test_what_cannot_be_approved_is_refused_when_it_is_asked(case, handler, kind, until, field):
    with pytest.raises(BadInput) as error:
        services.request_time(
            case.pk, actor=handler, kind=kind, reason="原因", until=db_now() + until if until else None
        )
    assert error.value.field == field


def test_an_overdue_limit_is_not_asked_for(case, handler):
    Deadline.objects.filter(incident=case, code="handle").update(due_at=db_now())
    with pytest.raises(WrongStep):
        services.request_time(case.pk, actor=handler, kind="extension", reason="原因")


def test_evidence_comes_first(opened, seat, standard, handler):
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.move(case.pk, Status.HANDLING)
    with pytest.raises(Conflict):
        services.request_time(case.pk, actor=handler, kind="extension", reason="原因")
    with pytest.raises(Conflict):
        services.extend(case.pk, actor=seat, reason="原因")


def test_who_asked_may_take_it_back(case, handler, dispatcher):
    asked = services.request_time(case.pk, actor=handler, kind="extension", reason="原因")
    services.withdraw_request(asked.pk, actor=handler)
    with pytest.raises(Conflict):
        services.decide_request(asked.pk, actor=dispatcher, approve=True)


def test_a_request_lapses_when_the_case_leaves_handling(case, account, dispatcher, seat):
    asked = services.request_time(case.pk, actor=account, kind="extension", reason="原因", endorsed=True)
    services.return_case(case.pk, actor=seat, reason="not_our_duty")
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("withdrawn", None)
    assert verbs(case)[-2:] == ["incident.time_withdrawn", "incident.returned"]
    with pytest.raises(Conflict):
        services.decide_request(asked.pk, actor=dispatcher, approve=True)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_approve_at_once_and_the_limit_grows_once(case, account, dispatcher, person):
    asked = services.request_time(case.pk, actor=account, kind="extension", reason="原因", endorsed=True)
    before = clock(case, "handle").due_at
    said, barrier = [], threading.Barrier(8)

    def approve():
        barrier.wait()
        try:
            said.append(services.decide_request(asked.pk, actor=dispatcher, approve=True).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert said == ["approved"] * 8
    case.refresh_from_db()
    assert case.extension_count == 1
    assert clock(case, "handle").due_at > before
    assert verbs(case).count("incident.extended") == 1


def test_one_request_of_a_kind_is_open_at_a_time(case, handler, account):
    services.request_time(case.pk, actor=handler, kind="extension", reason="原因")
    with pytest.raises(Conflict):
        services.request_time(case.pk, actor=account, kind="extension", reason="原因", endorsed=True)
    assert TimeRequest.objects.count() == 1


def test_the_dispatcher_finds_what_awaits_a_decision(case, opened, handler, account, dispatcher, client):
    opened(level=4)
    client.force_login(dispatcher)

    def found(query):
        return [row["id"] for row in client.get(f"/api/v1/incidents/?live=true&{query}").json()["results"]]

    asked = services.request_time(case.pk, actor=handler, kind="extension", reason="配件未到")
    assert found("time_request=endorsed") == []
    services.endorse_request(asked.pk, actor=account)
    assert found("time_request=endorsed") == [case.pk]
    assert found("supervised=true") == []
    services.supervise(case.pk, actor=dispatcher, note="群众多次来电")
    assert found("supervised=true") == [case.pk]
    assert client.get("/api/v1/incidents/?time_request=lost").status_code == 422


def test_over_the_api_each_sees_the_step_that_is_hers(case, person, client, seat):
    Incident.objects.filter(pk=case.pk).update(department=Department.objects.get(code="ENF"))
    people = {name: person(role, name, **where) for name, role, where in [
        ("h", "dept_handler", {"department": "ENF"}), ("a", "dept_account", {"department": "ENF"}),
        ("d", "dispatcher", {}), ("o", "dept_account", {"department": "MUN"})]}  # fmt: skip

    def call(who, step, **body):
        client.force_login(people[who])
        return client.post(f"/api/v1/incidents/{case.pk}/{step}/", body, content_type="application/json")

    def actions(who):
        client.force_login(people[who])
        return set(client.get(f"/api/v1/incidents/{case.pk}/").json()["actions"])

    assert "request-time" in actions("h")
    assert call("h", "request-time", kind="extension", reason="配件未到").status_code == 200
    assert "endorse-time" in actions("a") and "decide-time" not in actions("d")
    asked = TimeRequest.objects.get()
    assert call("o", "endorse-time", request=asked.pk).status_code == 404
    assert call("h", "endorse-time", request=asked.pk).status_code == 403
    assert call("a", "endorse-time", request=asked.pk + 1).json()["errors"][0]["field"] == "request"
    assert call("a", "endorse-time", request=asked.pk).status_code == 200
    assert "decide-time" in actions("d")
    assert call("d", "decide-time", request=asked.pk, approve=False).json()["errors"][0]["field"] == "note"
    assert call("d", "decide-time", request=asked.pk, approve=True).status_code == 200
    shown = client.get(f"/api/v1/incidents/{case.pk}/").json()["time_requests"]
    assert [(line["state"], line["asked_by"], line["endorsed_by"]) for line in shown] == [("approved", "h", "a")]
