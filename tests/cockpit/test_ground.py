"""Worksites and trucks on wall and console: figures, what waits, where trucks are, the same shapes as the pushes."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shushanwei.cockpit import ground, labels, snapshot
from shushanwei.common.clock import STREET, db_now
from shushanwei.journal import live
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.dispatch.conftest import picture
from tests.worksites.conftest import make_site
from tests.worksites.fleet import CENTRE, fix, make_truck
from worksites.checklist.shipped import WAGES
from worksites.models import ChecklistItem, Finding, PlannedCheck, TruckAlert
from worksites.services import checklists, sites
from worksites.services.fixes import keep_fixes
from worksites.services.mud import Mud, report_mud


@pytest.fixture(autouse=True)
def _nothing_remembered():
    for kept in (ground.figures, ground.trucks):
        kept.forget()


def person(role: str, **scope) -> User:
    user = User.objects.create(username=f"{role}-{uuid4().hex[:6]}", display_name=role)
    grant(user, role, **scope)
    return user


def planned(site, on, **values) -> PlannedCheck:
    due = datetime.combine(on + timedelta(days=1), datetime.min.time(), STREET)
    return PlannedCheck.objects.create(
        site=site, kind="general", period=f"{on}", colour=site.colour, on=on, due_at=due, made_at=db_now(), **values
    )


def finding(site, **values) -> Finding:
    checklists.load_shipped()
    item = ChecklistItem.objects.exclude(code=WAGES).first()
    now = db_now()
    known = {"uuid": uuid4(), "number": f"WT-{Finding.objects.count()}", "item": item, "item_code": item.code,
             "severity": "M", "fix": "date", "text": "围挡破损", "confirmed_at": now - timedelta(days=4),
             "due_at": now - timedelta(days=1)}  # fmt: skip
    return Finding.objects.create(site=site, **(known | values))


def alert(truck, **values) -> TruckAlert:
    now = db_now()
    known = {"number": f"YJ-{TruckAlert.objects.count()}", "key": uuid4().hex, "rule": "T03", "level": 1,
             "began_at": now, "raised_at": now, "lon": CENTRE[0], "lat": CENTRE[1]}  # fmt: skip
    return TruckAlert.objects.create(truck=truck, **(known | values))


@pytest.mark.django_db
def test_the_wall_counts_the_colours_the_checks_of_the_month_and_what_is_overdue(roles):
    today = db_now().astimezone(STREET).date()
    white, red = make_site("WS-001"), make_site("WS-002", colour="red", rule_colour="red")
    make_site("WS-003", status="finished", colour="red")
    now = db_now()
    planned(white, today, done_at=now)
    planned(red, today)
    planned(red, today.replace(day=1), missed_at=datetime.combine(
        today.replace(day=1) + timedelta(days=1), datetime.min.time(), STREET))  # fmt: skip
    late = finding(red)
    Finding.objects.filter(pk=late.pk).update(missed_at=late.due_at)
    finding(red, number="WT-9", due_at=now + timedelta(days=1))

    said = ground.figures()

    assert {name: said[name] for name in ("white", "yellow", "red", "done", "due", "missed", "open", "overdue")} == {
        "white": 1, "yellow": 0, "red": 1, "done": 1, "due": 1, "missed": 1, "open": 2, "overdue": 1,
    }  # fmt: skip
    assert {row["kind"] for row in said["waiting"]} == {"check", "finding"}
    assert all(row["url"].startswith("/worksites/") for row in said["waiting"])


@pytest.mark.django_db
def test_a_truck_heard_lately_is_on_the_map_and_one_that_is_parked_or_silent_is_not(roles):
    now = db_now()
    moving, parked, silent = make_truck("浙A1D001"), make_truck("浙A1D002"), make_truck("浙A1D003")
    keep_fixes([
        fix(moving, now - timedelta(minutes=1), load=3),
        fix(parked, now - timedelta(minutes=1), ignition=False),
        fix(silent, now - timedelta(hours=1)),
    ])  # fmt: skip

    (truck,) = ground.trucks()

    assert (truck["plate"], truck["loaded"]) == ("浙A1D001", True)
    assert (truck["lon"], truck["lat"]) == pytest.approx(CENTRE)


@pytest.mark.django_db
def test_snapshot_and_pushes_of_sites_and_alerts_have_one_shape(
    roles, catalogue, monkeypatch, django_capture_on_commit_callbacks
):  # fmt: skip
    told: list[dict] = []
    monkeypatch.setattr(live, "publish", told.append)
    site, seat = make_site("WS-001"), person("seat_operator")
    before = alert(make_truck())
    alert(before.truck, is_late=True)  # found long after: on the list of alerts, on no screen

    with django_capture_on_commit_callbacks(execute=True):
        sites.set_status(site.pk, "stopped", reason="临边无防护", actor=None)
        report_mud(Mud(uuid4(), *CENTRE, db_now(), site_id=site.pk), picture(), actor=seat)
    pushed = {message["subject"]: message["shape"] for message in told if message["type"] == "change"}
    now = snapshot.screen_snapshot(seat)

    assert pushed["site"] == now["sites"][0]
    # What a person has decided is told once and asked for no more.
    assert [shape["id"] for shape in now["truck_alerts"]] == [before.pk]
    assert set(pushed["truckalert"]) == set(now["truck_alerts"][0])


@pytest.mark.django_db
def test_who_may_not_see_sites_is_told_nothing_of_them(roles):
    make_site("WS-001")
    alert(make_truck())
    nobody = User.objects.create(username="nobody")

    assert ground.snapshot(nobody) == {"sites": [], "truck_alerts": [], "ground": None, "trucks": []}


@pytest.mark.django_db
def test_the_ground_takes_as_many_questions_however_many_sites_there_are(roles):
    seat = person("seat_operator")

    def asked() -> int:
        ground.figures.forget()
        ground.trucks.forget()
        with CaptureQueriesContext(connection) as said:
            ground.snapshot(seat)
        return len(said)

    ground.snapshot(seat)
    few = asked()
    for number in range(8):
        site = make_site(f"WS-{number:03d}", colour="red")
        alert(make_truck(f"浙A1D{number:03d}"), site=site)
        late = finding(site, number=f"WT-{number}")
        Finding.objects.filter(pk=late.pk).update(missed_at=late.due_at)

    assert asked() == few


@pytest.mark.django_db
def test_the_console_has_words_for_every_rule_and_kind_of_check(roles):
    words = labels.labels()

    assert set(words["rules"]) == {f"T{n:02d}" for n in range(1, 15)}
    assert set(words["checks"]) == set(PlannedCheck.Kind.values)
