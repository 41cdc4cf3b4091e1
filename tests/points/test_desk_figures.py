"""What the street reads of the residents' side: how fast communities answer, who is satisfied, what awards rest on."""

import re
from uuid import uuid4

import pytest

from incidents.services import move
from points import selectors_figures as figured
from points.models import ResidentReport
from points.services import calls, earning, reports
from points.services.calls import Called
from points.services.ledger import Source
from points.tasks import settle_reports
from shushanwei.common.clock import STREET, db_now
from tests.incidents.conftest import person, street  # noqa: F401
from tests.points.browsers import worker_in
from tests.points.conftest import a_policy, a_resident, a_rule
from tests.points.phones import agreed, home, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("street")]


@pytest.fixture
def evaluator(person):  # noqa: F811
    return person("evaluator", "evaluator")


@pytest.fixture
def neighbour(street):  # noqa: F811
    a_rule("report-filed", 5)
    a_policy(audited_percent=100)
    return agreed(a_resident(1, community_id=home()))


def rated(report: ResidentReport, stars: int) -> None:
    ResidentReport.objects.filter(pk=report.pk).update(rating=stars, rated_at=db_now())


def test_answers_in_time_and_satisfaction_are_counted_over_reports_and_calls(neighbour, person, evaluator):  # noqa: F811
    call, _new = calls.call(neighbour, Called(uuid=uuid4(), kind="repair", text="楼道灯坏了"))
    calls.answer(call.pk, "来了", actor=person("grid_worker", "网格员丁", area=home()))
    rated(reports.report(neighbour, sent(1), address=None)[0], 5)
    rated(reports.report(neighbour, sent(2, kind="noise"), address=None)[0], 2)

    month = figured.figures(evaluator, db_now().astimezone(STREET).date())["months"][-1]

    assert (month["called"], month["answered"], month["content"]) == (1, 100, 50)


def test_nothing_due_and_nothing_rated_is_no_percentage(neighbour, evaluator):
    month = figured.figures(evaluator, db_now().astimezone(STREET).date())["months"][-1]
    page = worker_in(evaluator).get("/residents/figures/")

    assert (month["answered"], month["content"], page.status_code) == (None, None, 200)


def test_accepted_are_the_reports_whose_case_was_filed_whether_they_earned_or_not(evaluator):
    filed, _new = reports.report(None, sent(1, kind="wires", anonymous=True), address=None)
    reports.report(agreed(a_resident(9)), sent(2, kind="waste"), address=None)
    move(filed.incident_id, "pending_dispatch", actor=None)

    month = figured.figures(evaluator, db_now().astimezone(STREET).date())["months"][-1]

    assert month["accepted"] == 1


def test_an_audit_names_the_deed_and_leads_to_it(neighbour, evaluator):
    report, _new = reports.report(neighbour, sent(1), address=None)
    move(report.incident_id, "pending_dispatch", actor=None)
    settle_reports()
    earning.award(neighbour.pk, "report-filed", Source("deed", "gone"))

    page = worker_in(evaluator).get("/residents/audits/").content.decode()

    assert re.search(rf'href="/residents/reports/{report.uuid}/">[^<]+{report.incident.case_no}', page)
    assert "<td>–</td>" in page
