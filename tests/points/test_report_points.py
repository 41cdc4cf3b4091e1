"""What a report earns: decided once when its case says so, held where it looks doubtful, undone if malicious."""

from datetime import timedelta

import pytest

from incidents.models import Incident
from incidents.services import merge, move, reject
from points.models import Award, LedgerTransaction, ResidentReport
from points.services import ledger, looks, reports
from points.services.places import Place
from points.tasks import settle_reports
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, WrongStep
from tests.incidents.conftest import CENTRE, person, street  # noqa: F401
from tests.points.conftest import a_policy, a_resident, a_rule
from tests.points.phones import agreed, home, on_device, phone_of, sent
from tests.racing import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("street")]


@pytest.fixture
def neighbour(street):  # noqa: F811
    a_policy()
    for code, points, values in (
        ("report-filed", 5, {"times_a_day": 5}), ("report-serious", 20, {}), ("report-again", 1, {"times_a_day": 3}),
        ("report-malicious", -10, {"cap": "none"}),
    ):  # fmt: skip
        a_rule(code, points, **values)
    return agreed(a_resident(1))


@pytest.fixture
def evaluator(person):  # noqa: F811
    return person("evaluator", "evaluator")


def reported(resident, seed=1, *, east=0.0, **values) -> ResidentReport:
    """A report some metres further east: 0.001 is about 96 m."""
    values.setdefault("place", Place("map", CENTRE[0] + east, CENTRE[1]))
    return reports.report(resident, sent(seed, **values), address=None)[0]


def filed(row: ResidentReport) -> None:
    move(row.incident_id, "pending_dispatch", actor=None)


def earned(resident) -> dict[str, int]:
    return dict(Award.objects.filter(resident=resident).values_list("code", "given"))


def test_a_filed_report_earns_five_once_however_often_the_sweep_runs(neighbour):
    row = reported(neighbour)
    assert settle_reports() == 0
    filed(row)
    results = all_at_once(*[lambda: looks.settle(row.pk)] * 6)
    assert sorted(results) == [False] * 5 + [True]
    assert settle_reports() == 0
    assert earned(neighbour) == {"report-filed": 5}
    assert ledger.balances(neighbour.pk) == (0, 5)


def test_a_serious_hazard_earns_twenty_more_once_somebody_has_been_there(neighbour):
    row = reported(neighbour, kind="fire_lane")
    assert row.incident.filed_at is not None and settle_reports() == 0
    Incident.objects.update(arrived_at=db_now())
    assert settle_reports() == 1
    assert earned(neighbour) == {"report-filed": 5, "report-serious": 20}


def test_who_adds_to_an_open_case_earns_one_and_a_merged_one_follows_its_master(neighbour, person):  # noqa: F811
    first = reported(neighbour)
    other = agreed(a_resident(2))
    second = reported(other, 2)
    third = agreed(a_resident(3))
    apart = reported(third, 3, distinct=True)
    merge(apart.incident_id, first.incident_id, actor=person("seat_operator"))
    assert second.joined and settle_reports() == 0
    filed(first)
    assert settle_reports() == 3
    assert (earned(neighbour), earned(other), earned(third)) == (
        {"report-filed": 5}, {"report-again": 1}, {"report-again": 1},
    )  # fmt: skip


def test_what_is_not_filed_earns_nothing(neighbour, person):  # noqa: F811
    row = reported(neighbour)
    reject(row.incident_id, actor=person("seat_operator"), reason="不属实")
    assert settle_reports() == 1
    row.refresh_from_db()
    assert row.settled_at is not None and earned(neighbour) == {}


def test_the_caps_of_a_day_hold_for_reports_too(neighbour):
    for n in range(7):
        row = reported(neighbour, n, east=0.001 * n)
        ResidentReport.objects.filter(pk=row.pk).update(sent_at=db_now() - timedelta(hours=n + 1))
        filed(row)
    settle_reports()
    assert [a.given for a in Award.objects.order_by("id")] == [5] * 5 + [0] * 2
    assert set(Award.objects.filter(given=0).values_list("short", flat=True)) == {"times"}


def test_staff_and_nobody_earn_nothing(neighbour, person):  # noqa: F811
    worker = agreed(a_resident(2, staff=person("grid_worker")))
    filed(reported(worker, 2))
    reported(None, 3, east=0.002, kind="wires", anonymous=True)
    settle_reports()
    assert list(Award.objects.values_list("resident", "given", "short")) == [(worker.pk, 0, "staff")]


def test_the_same_picture_again_is_looked_at_first(neighbour):
    reported(neighbour, 1)
    again = reported(agreed(a_resident(2)), 1, east=0.01, kind="river")
    other = reported(agreed(a_resident(3)), 4, east=0.02, kind="river")
    assert (again.doubts, again.look, other.doubts) == (["photo"], "held", [])


def test_a_picture_of_more_than_ninety_days_ago_is_forgotten(neighbour):
    first = reported(neighbour, 1)
    first.photos.update(at=db_now() - timedelta(days=91))
    assert reported(agreed(a_resident(2)), 1, east=0.01).doubts == []


def test_the_same_place_and_class_within_a_day_is_looked_at_first(neighbour):
    reported(neighbour, 1)
    assert reported(neighbour, 2, east=0.0004).doubts == ["place"]
    assert reported(neighbour, 3, east=0.0012).doubts == []
    assert reported(neighbour, 4, kind="river").doubts == []


def test_the_sixth_report_in_ten_minutes_is_looked_at_first(neighbour):
    rows = [reported(neighbour, n, east=0.001 * n) for n in range(6)]
    assert [row.doubts for row in rows] == [[]] * 5 + [["often"]]


def test_two_residents_of_one_phone_at_one_case_are_looked_at_first(neighbour):
    other = agreed(a_resident(2))
    on_device(neighbour, "a"), on_device(other, "a")
    assert reported(neighbour, 1).doubts == []
    assert reported(other, 2).doubts == ["device"]
    assert reported(other, 3, east=0.003).doubts == []


def test_a_made_up_position_is_looked_at_first(neighbour):
    assert reported(neighbour, mocked=True).doubts == ["mocked"]


def test_what_is_held_earns_only_after_somebody_released_it(neighbour, evaluator):
    row = reported(neighbour, mocked=True)
    filed(row)
    assert settle_reports() == 0
    for _twice in range(2):
        looks.look(row.pk, "released", note="", actor=evaluator)
    assert settle_reports() == 1
    assert earned(neighbour) == {"report-filed": 5}
    with pytest.raises(WrongStep):
        looks.look(row.pk, "refused", note="迟了", actor=evaluator)


def test_what_is_refused_earns_nothing_and_says_why(neighbour, evaluator):
    row = reported(neighbour, mocked=True)
    filed(row)
    with pytest.raises(BadInput):
        looks.look(row.pk, "refused", note=" ", actor=evaluator)
    looks.look(row.pk, "refused", note="照片是旧的", actor=evaluator)
    settle_reports()
    award = Award.objects.get()
    assert (award.given, award.short) == (0, "doubt")


def test_malicious_takes_points_off_undoes_what_was_earned_and_blocks(neighbour, evaluator):
    for n in range(3):
        row = reported(neighbour, n, east=0.001 * n)
        filed(row)
    settle_reports()
    assert ledger.balances(neighbour.pk) == (0, 15)

    for _twice in range(2):
        looks.look(row.pk, "malicious", note="摆拍", actor=evaluator)

    neighbour.refresh_from_db()
    assert ledger.balances(neighbour.pk) == (0, 0)  # 15 less the 5 of this report, less the fine of 10
    assert LedgerTransaction.objects.filter(kind="fine").count() == 1
    assert timedelta(days=29) < neighbour.blocked_until - db_now() <= timedelta(days=30)
    assert neighbour.blocked_why == "摆拍"
    assert phone_of(neighbour).post("/m/report/", {}, HTTP_ACCEPT="application/json").status_code == 422


def test_a_malicious_report_and_other_deeds_of_the_same_instant_do_not_block_each_other(neighbour, evaluator):
    rows = [reported(neighbour, n, east=0.001 * n) for n in range(5)]
    for row in rows:
        filed(row)
    looks.settle(rows[0].pk)
    results = all_at_once(
        lambda: looks.look(rows[0].pk, "malicious", note="摆拍", actor=evaluator),
        *[lambda row=row: looks.settle(row.pk) for row in rows[1:]],
    )
    assert not [result for result in results if isinstance(result, Exception)], results


def test_two_workers_who_think_differently_decide_once(neighbour, evaluator, person):  # noqa: F811
    row, lead = reported(neighbour, mocked=True), person("shift_lead")
    results = all_at_once(
        lambda: looks.look(row.pk, "released", note="", actor=evaluator),
        lambda: looks.look(row.pk, "refused", note="旧照片", actor=lead),
    )
    assert sum(isinstance(result, ResidentReport) for result in results) == 1, results
    assert sum(isinstance(result, WrongStep) for result in results) == 1


def test_the_desk_shows_what_is_held_within_the_own_community_only(neighbour, person, client):  # noqa: F811
    row = reported(neighbour, mocked=True, text="<script>alert(1)</script>")
    leader, elsewhere = person("grid_leader", area=home()), person("grid_leader", area="330109103036")
    address = f"/residents/reports/{row.uuid}/"
    photo = f"{address}photos/{row.photos.get().attachment.uuid}/"
    client.force_login(elsewhere, "shushanwei.people.backends.RoleBackend")
    assert [client.get(one).status_code for one in (address, photo)] == [404, 404]
    client.force_login(leader, "shushanwei.people.backends.RoleBackend")
    assert str(row.uuid) in client.get("/residents/reports/").content.decode()
    page = client.get(address).content.decode()
    assert "模拟定位" in page and "<script>alert" not in page
    assert client.get(photo).status_code == 200
    assert client.post(f"{address}look/", {"look": "refused"}).status_code == 422
    assert client.post(f"{address}look/", {"look": "released"}).status_code == 302
    assert client.get("/residents/reports/?state=looked").status_code == 200
