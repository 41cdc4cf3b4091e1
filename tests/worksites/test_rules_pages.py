"""The numbers of the truck rules: read by many, changed by the brigade's leader, tried on the past before."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from tests.worksites.conftest import make_person
from tests.worksites.dumping import FIELD, box, drive, lonlat, make_ground
from tests.worksites.fleet import signed_in
from worksites import selectors_engine, tasks
from worksites.models import RuleTrial, Sink, TruckAlert, TruckRule
from worksites.services import engine, trials
from worksites.services.truck_rules import new_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(roles, catalogue):
    call_command("load_truck_rules", verbosity=0)
    selectors_engine.look_again()
    return make_person("周中队长", "brigade_lead", department="ENF")


@pytest.fixture
def client(lead):
    return signed_in("brigade_lead")


@pytest.fixture
def dumping(lead):
    """A dumping of two hours ago that the engine has judged."""
    truck = make_ground()
    drive(truck, db_now() - timedelta(hours=2))
    assert engine.judge_truck(truck.pk)
    return TruckAlert.objects.get(rule="T03")


def values(code="T03", **changes):
    row = TruckRule.objects.filter(code=code).first()
    said = {"level": row.level, "suppress_s": row.suppress_s, "is_active": "on", "reason": "误报偏多", "act": "save"}
    return said | {f"n_{name}": value for name, value in row.params.items()} | {"uuid": uuid4(), "days": 7} | changes


def test_all_fourteen_rules_stand_with_their_numbers(client):
    page = client.get("/worksites/rules/")
    assert [one["code"] for one in page.context["shown"]] == [f"T{n:02d}" for n in range(1, 15)]
    assert client.get("/worksites/rules/t03/").status_code == 200
    assert client.get("/worksites/rules/T99/").status_code == 404
    reader = signed_in("dispatcher")
    assert reader.get("/worksites/rules/T03/").context["form"] is None
    assert reader.post("/worksites/rules/T03/", values()).status_code == 403


def test_a_change_is_a_new_version_with_a_reason(client):
    assert client.post("/worksites/rules/T03/", values(n_up_s=30)).status_code == 302
    newest, shipped = TruckRule.objects.filter(code="T03")
    assert (newest.params["up_s"], shipped.params["up_s"], newest.reason) == (30, 20, "误报偏多")
    entry = Entry.objects.get(verb="truck_rule.changed")
    assert entry.data["before"]["params"]["up_s"] == 20 and entry.note == "误报偏多"
    assert client.post("/worksites/rules/T03/", values(n_up_s=30)).status_code == 302  # pressed twice
    assert TruckRule.objects.filter(code="T03").count() == 2


@pytest.mark.parametrize("wrong", [
    {"n_up_s": 9_999}, {"n_up_s": "x"}, {"reason": ""}, {"level": 4}, {"suppress_s": -1},
    {"effective_from": "2020-01-01T00:00"}, {"effective_from": "rubbish"}, {"reason": "照旧"},
])  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(client, wrong):
    assert client.post("/worksites/rules/T03/", values(**wrong)).status_code == 422
    assert TruckRule.objects.filter(code="T03").count() == 1


def test_a_version_of_tomorrow_is_not_in_force_today(lead):
    tomorrow = db_now() + timedelta(days=1)
    params = {"route_m": 200, "off_s": 90}
    new_version("T06", params=params, level=2, suppress_s=60, is_active=False, reason="试行", actor=lead,
                effective_from=tomorrow)  # fmt: skip
    assert selectors_engine.rules_in_force(db_now())["T06"].level == 3
    in_force = selectors_engine.rules_in_force(tomorrow)["T06"]
    assert (in_force.level, in_force.is_active, in_force["route_m"]) == (2, False, 200)
    with pytest.raises(BadInput):
        new_version("T06", params=params, level=1, suppress_s=60, is_active=True, reason="再改", actor=lead,
                    effective_from=tomorrow)  # fmt: skip


def test_two_leaders_that_press_at_once_write_one_version(lead):
    said = {"params": {"up_s": 40}, "level": 1, "suppress_s": 7_200, "is_active": True, "reason": "误报偏多"}
    told = all_at_once(*[lambda: new_version("T03", actor=lead, **said)] * 3)
    assert len({one.pk for one in told}) == 1


def test_numbers_are_tried_in_a_worker_and_compared_with_what_people_said(client, dumping):
    TruckAlert.objects.update(status="confirmed", decided_at=db_now())
    answer = client.post("/worksites/rules/T03/", values(n_sink_m=2_000, n_up_s=300, reason="", act="try"))
    trial = RuleTrial.objects.get()
    assert answer["Location"] == f"/worksites/rules/trials/{trial.pk}/"
    assert "every 2s" in client.get(answer["Location"]).content.decode()

    assert tasks.run_rule_trials() == 1
    assert tasks.run_rule_trials() == 0

    page = client.get(answer["Location"])
    (row,) = page.context["rules"]
    assert (row["stands"], row["confirmed"], row["before"], row["after"]) == (1, 1, 1, row["after"])
    assert "every 2s" not in page.content.decode()
    assert not TruckRule.objects.filter(code="T03").exclude(params__up_s=20).exists()
    assert TruckAlert.objects.count() == TruckAlert.objects.filter(status="confirmed").count()


def test_a_confirmed_alert_that_new_numbers_would_miss_comes_first(client, lead, dumping):
    TruckAlert.objects.filter(pk=dumping.pk).update(status="confirmed", decided_at=db_now())
    beside = (FIELD[0], FIELD[1] + 1_000)
    lon, lat = lonlat(beside)
    Sink.objects.create(code="X2", name="旁边的消纳场", boundary=box(beside), lon=lon, lat=lat)
    selectors_engine.look_again()
    trial = trials.ask({"T03": {"sink_m": 2_000}}, 7, uuid=uuid4(), actor=lead)
    trials.run(trial.pk)
    page = client.get(f"/worksites/rules/trials/{trial.pk}/")
    assert [(hit["kind"], hit["number"]) for hit in page.context["hits"]] == [("lost", dumping.number)]
    (row,) = page.context["rules"]
    assert (row["found_confirmed"], row["kept_confirmed"], row["gone"]) == (1, 0, 0)


def test_numbers_left_as_they_are_lose_nothing_though_an_alert_is_not_found_again(client, lead, dumping):
    TruckAlert.objects.filter(pk=dumping.pk).update(
        status="confirmed", decided_at=db_now(), key="T03:gone", began_at=dumping.began_at - timedelta(hours=20)
    )
    trial = trials.ask({}, 7, uuid=uuid4(), actor=lead)
    trials.run(trial.pk)
    page = client.get(f"/worksites/rules/trials/{trial.pk}/")
    shown = [(hit["kind"], hit["number"]) for hit in page.context["hits"] if hit["rule"] == "T03"]
    assert shown == [("kept", ""), ("gone", dumping.number)]
    row = next(one for one in page.context["rules"] if one["code"] == "T03")
    assert (row["found_confirmed"], row["kept_confirmed"], row["gone"], row["new"]) == (0, 0, 1, 0)
    assert "当时预警，现已不再命中" in page.content.decode()
    places = [hit["place"] for hit in page.context["hits"] if not hit["number"]]
    replay = client.get(f"/worksites/rules/trials/{trial.pk}/hits/{places[0]}/")
    assert replay.status_code == 200 and len(replay.context["scene"]["track"]["t"]) > 50
    assert client.get(f"/worksites/rules/trials/{trial.pk}/hits/99/").status_code == 404


def test_all_rules_in_force_find_what_stands(client, dumping):
    assert client.post("/worksites/rules/trials/", {"uuid": uuid4(), "days": 30}).status_code == 302
    assert client.post("/worksites/rules/trials/", {"uuid": "x"}).status_code == 422
    tasks.run_rule_trials()
    rules = RuleTrial.objects.get().result["rules"]
    assert len(rules) == 13 and "T13" not in rules
    assert rules["T03"]["before"] == rules["T03"]["after"] == rules["T03"]["stands"] == 1
    assert rules["T03"]["new"] == 0


def test_trials_run_one_at_a_time_and_outlive_their_worker(lead):
    one, two = (trials.ask({}, 1, uuid=uuid4(), actor=lead) for _ in range(2))
    now = db_now()
    RuleTrial.objects.filter(pk=one.pk).update(state="running", started_at=now)
    assert trials.due_trials() == [] and not trials.run(one.pk) and not trials.run(two.pk)
    RuleTrial.objects.filter(pk=one.pk).update(started_at=now - trials.LEASE)
    assert trials.due_trials() == [one.pk]
    told = all_at_once(*[lambda: trials.run(one.pk)] * 3)
    assert sorted(told) == [False, False, True]


def test_a_person_keeps_three_trials_under_way_at_most(lead):
    same = uuid4()
    assert len({trials.ask({}, 1, uuid=same, actor=lead).pk for _ in range(2)}) == 1
    for _ in range(2):
        trials.ask({}, 1, uuid=uuid4(), actor=lead)
    with pytest.raises(Conflict):
        trials.ask({}, 1, uuid=uuid4(), actor=lead)
    for changes, days in (({}, 0), ({"T03": {"up_s": 1}}, 7), ({"T99": {}}, 7)):
        with pytest.raises(BadInput):
            trials.ask(changes, days, uuid=uuid4(), actor=lead)


def test_a_trial_that_fails_says_so(client, lead, monkeypatch):
    trial = trials.ask({}, 1, uuid=uuid4(), actor=lead)
    monkeypatch.setattr(trials, "would_have_fired", lambda *_args, **_more: 1 / 0)
    tasks.run_rule_trials()
    trial.refresh_from_db()
    assert (trial.state, trial.result) == ("failed", {"error": "ZeroDivisionError"})
    assert "ZeroDivisionError" in client.get(f"/worksites/rules/trials/{trial.pk}/").content.decode()
