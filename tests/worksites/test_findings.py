"""Findings: limits, evidence in pairs, verdicts, misses that become penalty cases, re-checks, the pages around them."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.dispatch.conftest import picture
from tests.worksites import checks
from tests.worksites.checks import make_site, officer, visited
from worksites.models import Evidence, Finding, Penalty, Site
from worksites.services import findings, links, penalties
from worksites.tasks import miss_findings

pytestmark = pytest.mark.django_db
site = checks.site


@pytest.fixture
def lead(roles):
    return officer("lead", "brigade_lead")


def page(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def handed_in(finding, **values):
    return findings.hand_in(finding.pk, [(uuid.uuid4(), picture())], "", **({"by_site": True} | values))[0]


def test_the_whole_loop_from_the_sheet_to_the_re_check(site, two, lead):
    visited(site, *two, {"0204": "fails"})
    one = Finding.objects.get()
    assert one.due_at > one.confirmed_at + timedelta(days=4)
    handed_in(one)
    assert findings.pass_evidence(one.pk, actor=lead).status == "corrected"
    visited(site, *two, recheck=True)
    one.refresh_from_db()
    assert (one.status, one.rechecked_by.kind) == ("closed", "recheck")


def test_a_serious_finding_stops_the_site_until_it_is_checked_again(site, two, lead):
    visited(site, *two, {"0101": "fails"})
    one, site = Finding.objects.get(), Site.objects.get()
    assert (site.status, one.due_at - one.confirmed_at) == ("stopped", timedelta(hours=24))
    handed_in(one)
    findings.pass_evidence(one.pk, actor=lead)
    assert Site.objects.get().status == "stopped"
    visited(site, *two, recheck=True)
    assert Site.objects.get().status == "building"


def test_unpaid_wages_stop_nothing_and_are_reported_within_a_day(site, two):
    visited(site, *two, {"1005": "fails"}, at=db_now() - timedelta(days=2))
    one = Finding.objects.get()
    assert (Site.objects.get().status, one.due_at - one.confirmed_at) == ("building", timedelta(hours=24))
    findings.report_to_office(one.pk, "已电话告知", actor=two[0], at=one.confirmed_at + timedelta(hours=3))
    assert miss_findings() == 0


def test_what_was_mended_on_the_spot_is_closed_and_the_visit_clean(site, two):
    sheet = visited(site, *two, {"0301": "spot"})
    assert sheet.clean and Finding.objects.get().status == "closed"


def test_a_missed_limit_becomes_one_penalty_case(site, two):
    visited(site, *two, {"0202": "fails"}, at=db_now() - timedelta(days=30))
    assert (miss_findings(), miss_findings()) == (1, 0)
    one = Finding.objects.get()
    assert (one.missed_at, one.missed_count) == (one.due_at, 1)
    assert Penalty.objects.get().number.endswith("-0001")


def test_evidence_in_time_is_not_missed_while_the_reviewer_takes_time(site, two):
    at = db_now() - timedelta(days=30)
    visited(site, *two, {"0202": "fails"}, at=at)
    handed_in(Finding.objects.get(), at=at + timedelta(hours=1))
    assert miss_findings() == 0


def test_a_rejection_gives_a_new_limit_and_does_not_erase_the_miss(site, two, lead):
    visited(site, *two, {"0202": "fails"}, at=db_now() - timedelta(days=30))
    miss_findings()
    one = handed_in(Finding.objects.get())
    one = findings.reject_evidence(one.pk, "看不清", 2, actor=lead)
    assert (one.status, one.attempts, one.missed_at, one.missed_count) == ("open", 1, None, 1)
    assert one.due_at > db_now() and Penalty.objects.count() == 1


def test_who_hands_evidence_in_does_not_judge_it(site, two):
    visited(site, *two, {"0202": "fails"})
    one = handed_in(Finding.objects.get(), by_site=False, actor=two[0])
    with pytest.raises(Conflict):
        findings.pass_evidence(one.pk, actor=two[0])


def test_the_same_item_again_within_ninety_days_is_repeated(site, two, lead):
    now = db_now()
    for days, bad in ((120, "0301"), (80, "0301"), (0, "0301")):
        visited(site, *two, {bad: "spot"}, at=now - timedelta(days=days))
    assert list(Finding.objects.order_by("confirmed_at").values_list("is_repeated", flat=True)) == [False, True, True]


def test_what_failed_again_at_the_re_check_is_the_same_finding_open_again(site, two, lead):
    visited(site, *two, {"0204": "fails"})
    one = handed_in(Finding.objects.get())
    findings.pass_evidence(one.pk, actor=lead)
    visited(site, *two, {"0204": "fails"}, recheck=True)
    one = Finding.objects.get()
    assert (one.status, one.attempts, one.is_repeated) == ("open", 1, True)


def test_a_penalty_is_decided_and_paid_once(site, two, lead):
    case, _new = penalties.file_penalty(site_id=site.pk, why="serious", actor=lead)
    with pytest.raises(BadInput):
        penalties.decide(case.pk, amount=0, basis="依据", decision_no="1", actor=lead)
    for _time in range(2):
        penalties.decide(case.pk, amount=4500, basis="依据", decision_no="杭综执罚1", actor=lead)
    for _time in range(2):
        assert penalties.mark_paid(case.pk, actor=lead).status == "paid"


def test_every_desk_opens_and_the_sheet_is_a_clean_word_document(site, two, lead):
    sheet = visited(site, *two, {"0204": "fails", "0301": "spot"})
    one = Finding.objects.get(item_code="0204")
    penalties.file_penalty(site_id=site.pk, why="serious", actor=lead)
    client = page(lead)
    for path in (
        "findings/", "findings/?state=all&overdue=1&group=02&severity=M", f"findings/{one.pk}/", "findings/list.xlsx",
        "sheets/", f"sheets/{sheet.pk}/", "links/", "checklist/", "penalties/?file=1", "inspect/",
    ):  # fmt: skip
        assert client.get(f"/worksites/{path}").status_code == 200, path
    assert client.post("/worksites/checklist/draft/").status_code == 302
    assert client.get("/worksites/checklist/?version=2&edit=1").status_code == 200
    paper = Document(io.BytesIO(client.get(f"/worksites/sheets/{sheet.pk}/sheet.docx").content))
    words = "\n".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    assert one.number in words and "测试工地" in words
    assert client.get(f"/conduct/{sheet.conduct_code}/").status_code == 200
    assert client.get("/conduct/XZ261127AAAAAAAAAAAAA/").status_code == 404


def test_the_site_hands_in_by_its_link_and_twice_is_once(site, two, lead):
    visited(site, *two, {"0204": "fails"})
    one = Finding.objects.get()
    link, token = links.make_link(site.pk, actor=lead)
    assert token not in link.fingerprint
    client, form, raw = Client(), str(uuid.uuid4()), picture()
    answer = client.get(f"/site/{token}/")
    assert answer.status_code == 200 and answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    for _time in range(2):
        files = [SimpleUploadedFile("a.jpg", raw, "image/jpeg")]
        sent = client.post(f"/site/{token}/findings/{one.pk}/", {"uuid": form, "photos": files, "note": "已硬化"})
        assert sent.status_code == 302
    one.refresh_from_db()
    assert (one.status, Evidence.objects.filter(by_site=True).count()) == ("handed_in", 1)
    links.revoke_link(link.pk, actor=lead)
    assert client.get(f"/site/{token}/").status_code == 404
    _link, old = links.make_link(site.pk, actor=lead, days=1, at=db_now() - timedelta(days=2))
    assert client.get(f"/site/{old}/").status_code == 404


def test_a_site_sees_nothing_of_another(site, two, lead):
    other = make_site("GD009")
    visited(other, *two, {"0204": "fails"})
    one, photo = Finding.objects.get(), Evidence.objects.first()
    _link, token = links.make_link(site.pk, actor=lead)
    assert Client().get(f"/site/{token}/photos/{photo.uuid}/").status_code == 404
    assert Client().post(f"/site/{token}/findings/{one.pk}/", {}).status_code == 404
    assert Client().get(f"/site/{token}/sheets/{one.inspection_id}/").status_code == 404


@pytest.mark.parametrize("raw", [b"no picture", b"%PDF-1.4"])
def test_what_the_site_may_not_hand_in_is_refused_without_a_word_of_documents_being_welcome(site, two, lead, raw):
    one = visited(site, *two, {"0204": "fails"}).findings.get()
    _link, token = links.make_link(site.pk, actor=lead)
    files = [SimpleUploadedFile("a.jpg", raw, "image/jpeg")]
    answer = Client().post(
        f"/site/{token}/findings/{one.pk}/", {"uuid": str(uuid.uuid4()), "photos": files, "note": ""}
    )
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert ("图片" in shown or "照片" in shown) and "PDF" not in shown
