"""The snapshots of console and wall: few queries, the right scope, and the same shapes as the pushes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from dispatch.models import Unit, UnitMember, UnitPosition
from dispatch.services import answers, orders
from incidents import services
from incidents.lifecycle import Status
from incidents.models import CaseCategory, Deadline, Incident
from incidents.services import Draft
from incidents.services.sweeping import announce_missed
from shushanwei.cockpit import counts, figures, ground, labels, snapshot
from shushanwei.cockpit.reports import periods, promises
from shushanwei.cockpit.reports.frame import frame_for
from shushanwei.common.clock import db_now
from shushanwei.journal import live
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.cockpit import street

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Answers kept for seconds belong to the test before."""
    for kept in (figures.figures_today, figures._trends, figures._patrols, counts.today, counts._usual, counts.late_s,
                 ground.figures, ground.trucks):  # fmt: skip
        kept.forget()


@pytest.fixture
def person(roles):
    def make(role: str, **bounds) -> User:
        user = User.objects.create(username=f"{role}{User.objects.count()}", display_name=role)
        grant(user, role, **bounds)
        return user

    return make


@pytest.fixture
def seat(person):
    return person("seat_operator")


@pytest.fixture
def opened(catalogue, seat):
    call_command("load_dispatch", verbosity=0)

    def make(level=3, title="夜间施工噪声", code="J0429") -> Incident:
        category = CaseCategory.objects.select_related("department").get(scheme="JCZZ", code=code)
        return services.open_incident(Draft(category, level, "analytics", title, 120.2369, 30.1236))

    return make


@pytest.fixture
def unit(person):
    now = db_now()
    made = Unit.objects.create(code="U001", name="南片二班", on_duty_since=now, seen_at=now)
    made.crew = person("responder")
    UnitMember.objects.create(unit=made, user=made.crew, is_leader=True)
    UnitPosition.objects.create(
        unit=made, lon=120.2369, lat=30.1246, accuracy_m=8, fix_at=now - timedelta(seconds=5), received_at=now
    )
    return made


@pytest.fixture
def pushes(monkeypatch):
    """What is told to the screens, in order."""
    told: list[dict] = []
    monkeypatch.setattr(live, "publish", told.append)
    return told


class Screen:
    """What a browser does with a snapshot and the pushes after it (static/js/store.js)."""

    def __init__(self, taken: dict) -> None:
        self.held: dict[tuple[str, int], dict] = {}
        for subject, rows in (("incident", "incidents"), ("assignment", "assignments"), ("alarm", "alarms")):
            for shape in taken[rows]:
                self.held[subject, shape["id"]] = {"rev": shape["rev"], "shape": shape}

    def hear(self, message: dict) -> None:
        key = message["subject"], message["id"]
        if key not in self.held or message["rev"] > self.held[key]["rev"]:
            self.held[key] = {"rev": message["rev"], "shape": message["shape"]}

    def shows(self, subject: str) -> dict[int, dict]:
        return {pk: held["shape"] for (kind, pk), held in self.held.items() if kind == subject}


def test_an_old_snapshot_and_the_pushes_since_make_the_new_snapshot(
    django_capture_on_commit_callbacks, opened, unit, seat, pushes
):
    first = opened(title="早先的事件")
    screen = Screen(snapshot.console_snapshot(seat))
    before = len(screen.held)

    with django_capture_on_commit_callbacks(execute=True):
        incident = opened(title="楼道内停放电瓶车")
        services.answer(incident.pk, actor=seat)
        order = orders.order_unit(incident.pk, unit.pk, actor=seat)
        answers.mark_delivered(order.pk, actor=unit.crew)
        answers.accept(order.pk, actor=unit.crew)
        services.set_level(incident.pk, 2, actor=seat, reason="有人受伤")
        Deadline.objects.filter(incident=incident, code="A5").update(
            started_at=db_now() - timedelta(minutes=9),
            due_at=db_now() - timedelta(minutes=4),
            work_at=db_now() - timedelta(minutes=4),
        )
        announce_missed()
        services.move(first.pk, Status.VOIDED, actor=seat, note="重复")
        for alarm in snapshot.console_snapshot(seat)["alarms"]:
            services.acknowledge(alarm["id"], actor=seat)
        late = opened(title="又一件")
        services.merge(late.pk, incident.pk, actor=seat)
    for message in pushes:
        screen.hear(message)

    after = snapshot.console_snapshot(seat)
    assert len(screen.held) > before
    assert screen.shows("incident") == {shape["id"]: shape for shape in after["incidents"]}
    assert screen.shows("assignment") == {shape["id"]: shape for shape in after["assignments"]}
    open_alarms = {pk: shape for pk, shape in screen.shows("alarm").items() if not shape["acknowledged_at"]}
    assert open_alarms == {shape["id"]: shape for shape in after["alarms"]}


def test_the_snapshot_says_up_to_which_entry_it_is_true(opened, seat):
    incident = opened()
    taken = snapshot.console_snapshot(seat)
    assert taken["rev"] >= incident.rev
    assert [shape["rev"] for shape in taken["incidents"]] == [incident.rev]


def test_the_case_that_is_open_on_a_page_is_told_of_when_others_have_pushed_it_out(
    opened, unit, seat, person, monkeypatch
):
    commander = person("commander")
    monkeypatch.setattr(snapshot, "ENDED", 2)
    cases = [opened(title=f"事件{number}") for number in range(4)]
    orders.order_unit(cases[0].pk, unit.pk, actor=seat)
    for case in cases:
        services.force_close(case.pk, actor=seat, second=commander, reason="上级指令")

    def told(address: str) -> tuple[set, set]:
        answer = client.get(f"/api/v1/console/snapshot/{address}").json()
        return {i["id"] for i in answer["incidents"]}, {order["incident"] for order in answer["assignments"]}

    client = APIClient()
    client.force_authenticate(seat)
    assert told("") == ({case.pk for case in cases[2:]}, set())
    assert told(f"?case={cases[0].pk}") == ({case.pk for case in [cases[0], *cases[2:]]}, {cases[0].pk})
    assert client.get("/api/v1/console/snapshot/?case=9e9").status_code == 422


def test_a_hundred_incidents_cost_as_many_queries_as_three(opened, unit, seat, django_assert_max_num_queries):
    def queries() -> int:
        for kept in (
            figures.figures_today,
            figures._trends,
            figures._patrols,
            counts.today,
            counts._usual,
            counts.late_s,
            ground.figures,
            ground.trucks,
        ):
            kept.forget()
        asking = User.objects.get(pk=seat.pk)
        with django_assert_max_num_queries(32) as asked:
            snapshot.console_snapshot(asking)
        return len(asked)

    for number in range(3):
        opened(title=f"事件{number}")
    few = queries()
    for number in range(40):
        opened(title=f"更多{number}")
    assert queries() == few


def test_a_grid_worker_is_not_let_in_and_a_leader_sees_the_wall_only(person):
    worker, leader = APIClient(), APIClient()
    worker.force_authenticate(person("grid_worker", area="33010900301801"))
    leader.force_authenticate(person("leader_view"))
    assert worker.get("/api/v1/console/snapshot/").status_code == 403
    assert worker.get("/api/v1/screen/snapshot/").status_code == 403
    assert leader.get("/api/v1/console/snapshot/").status_code == 403
    assert leader.get("/api/v1/screen/snapshot/").status_code == 200
    assert leader.get("/api/v1/screen/pulse/").json()["late_s"] == 0


def test_the_pages_open_for_those_who_may(client, person):
    client.force_login(person("seat_operator"), backend="shushanwei.people.backends.RoleBackend")
    assert client.get("/console/").status_code == 200
    assert client.get("/screen/").status_code == 200
    client.force_login(person("dept_account", department="ENF"), backend="shushanwei.people.backends.RoleBackend")
    assert client.get("/console/").status_code == 403
    client.logout()
    assert client.get("/console/").status_code == 302


def test_the_wall_counts_as_the_report_does(db):
    now = db_now()
    today = figures.midnight(now)
    began = max(now - timedelta(minutes=20), today)
    made = [street.incident(began) for _each in range(6)]
    for one in made[:3]:
        street.promise(one, "R30", began, began + timedelta(seconds=10))
    street.promise(made[3], "R30", began, began + timedelta(seconds=120))
    street.promise(made[4], "R30", began)
    street.promise(made[5], "R30", now - timedelta(seconds=5))
    told = next(figure for figure in figures.figures_today() if figure["code"] == "R30")
    report = promises.totals(frame_for(periods.current("day", now), timezone.now()))["R30"]
    assert [told[name] for name in ("n", "met", "missed", "open_overdue")] == [
        report[name] for name in ("n", "met", "missed", "open_late")
    ]
    assert (told["attainment"], told["p50_s"], told["p90_s"]) == (report["attainment"], report["p50"], report["p90"])


def test_no_data_is_a_dash_and_patrols_are_unmeasured_before_the_first(db):
    told = {figure["code"]: figure for figure in figures.figures_today()}
    assert list(told) == ["R30", "A5", "S15", "F24", "P365"]
    assert all(figure["attainment"] is None and figure["n"] == 0 for figure in told.values())
    assert [code for code, figure in told.items() if not figure["measured"]] == ["P365"]


def test_late_clocks_show(db):
    now = db_now()
    made = street.incident(now - timedelta(minutes=20))
    street.promise(made, "A5", now - timedelta(minutes=20))
    assert counts.late_s() > 800


def test_every_verb_that_an_incident_can_record_has_words():
    said = re.compile(r'\b(?:tell|story)\(\s*\w+,\s*"([a-z_0-9]+)"')
    files = [*ROOT.glob("incidents/services/*.py"), *ROOT.glob("dispatch/services/*.py")]
    verbs = {verb for file in files for verb in said.findall(file.read_text())}
    verbs |= {status.value for status in Status}
    assert len(verbs) > 20
    assert sorted(f"incident.{verb}" for verb in verbs if f"incident.{verb}" not in labels.VERBS) == []


def test_patrols_show_the_mean_of_the_year_and_of_each_day(roles, ground):
    from datetime import timedelta

    from grid import selectors_patrols
    from grid.models import Grid
    from shushanwei.people.models import User
    from tests.grid.conftest import covered_on

    worker = User.objects.create_user("w")
    grids, day = list(Grid.objects.filter(kind="social")), selectors_patrols.today() - timedelta(days=1)
    for grid in grids[3:]:
        covered_on(grid, worker, day)
    told = figures._patrols.__wrapped__()
    assert (told["n"], told["missed"], told["measured"]) == (len(grids), 3, True)
    assert told["trend"][-1] == {"day": day.isoformat(), "n": len(grids), "attainment": told["attainment"]}
