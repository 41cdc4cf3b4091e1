"""What people type is kept whole or refused with the name of its field; no word of it is cut off in silence."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import picture
from tests.worksites.checks import begun, lock_of, make_site, officer, visited
from tests.worksites.fleet import make_terminal, make_truck, signed_in
from worksites.models import Company, Driver, Finding, Penalty
from worksites.services import (
    colours,
    crews,
    documents,
    findings,
    inspections,
    needs,
    penalties,
    permits,
    sites,
    terminals,
)
from worksites.services.trucks import save_company, save_driver
from worksites.services.typed import must_type, typed

pytestmark = pytest.mark.django_db


def field_of(call) -> str:
    """The field that a refusal names."""
    with pytest.raises(BadInput) as refused:
        call()
    return refused.value.field


def test_a_text_is_kept_whole_up_to_the_length_of_its_column():
    column = Company.name.field
    assert typed("name", f"  {'名' * 80} ", column) == "名" * 80 and typed("name", None, column) == ""
    for text in ("名" * 81, "名\0字"):
        assert field_of(lambda text=text: typed("said", text, column)) == "said"
    assert field_of(lambda: must_type("said", " ", column)) == "said"


def test_names_of_companies_and_drivers_are_not_cut():
    company = make_truck().company
    card = {"name": "甲运输", "kind": "haulier"}
    assert field_of(lambda: save_company(card | {"name": "名" * 81}, actor=None)) == "name"
    assert field_of(lambda: save_company(card | {"contact": "联" * 31}, actor=None)) == "contact"
    driver = {"name": "周师傅", "licence_no": "L-1", "company": company.pk}
    assert field_of(lambda: save_driver(driver | {"name": "名" * 31}, actor=None)) == "name"
    assert field_of(lambda: save_driver(driver | {"licence_no": "L" * 21}, actor=None)) == "licence_no"
    assert not Company.objects.filter(name="甲运输").exists() and not Driver.objects.exists()


def test_words_about_a_site_its_checks_and_its_penalties_are_not_cut(roles):
    call_command("load_checklist", verbosity=0)
    site, one, two, lead = make_site(), officer("a"), officer("b"), officer("lead", "brigade_lead")
    visited(site, one, two, {"0204": "fails"}, at=db_now() - timedelta(days=1))
    finding, sheet = Finding.objects.get(), begun(site, one, two)
    case, _new = penalties.file_penalty(actor=lead, why="other", site_id=site.pk)
    department = Department.objects.get_or_create(code="FIRE", defaults={"name_zh": "消防", "name_en": "fire"})[0]
    day = db_now().astimezone(STREET).date()
    card = {"kind": "disposal", "number": "CZ-1", "valid_from": day, "valid_to": day}
    permit = permits.save_permit(("site", site.pk), card, actor=lead)
    need = {"site_id": site.pk, "department": department, "items": ["0101"], "actor": lead}
    wish = {"colour": "red", "expires_on": day, "actor": lead}
    shots = [(uuid.uuid4(), picture())]
    locked, long = lock_of(sheet, one), "字" * 301
    lines = [locked.results[0] | {"note": long}, *locked.results[1:]]
    signed = [*locked.signatures[:-1], locked.signatures[-1] | {"name": "李" * 31}]
    before = Entry.objects.count(), Finding.objects.get().status, Penalty.objects.get().status
    for field, call in [
        ("reason", lambda: sites.set_status(site.pk, "stopped", reason=long, actor=lead)),
        ("reason", lambda: permits.decide(permit.pk, "refused", reason=long, actor=lead)),
        ("reason", lambda: colours.ask_override(site.pk, uuid=uuid.uuid4(), reason=long, **wish)),
        ("title", lambda: documents.add_document(
            site.pk, picture(), uuid=uuid.uuid4(), kind="other", title=long, actor=lead)),
        ("text", lambda: needs.file_need(uuid=uuid.uuid4(), text=long, **need)),
        ("urgent_reason", lambda: needs.file_need(uuid=uuid.uuid4(), urgent_by=day, urgent_reason=long, **need)),
        ("note", lambda: findings.hand_in(finding.pk, shots, long, by_site=True)),
        ("note", lambda: findings.pass_evidence(finding.pk, actor=lead, note=long)),
        ("reason", lambda: findings.reject_evidence(finding.pk, long, 2, actor=lead)),
        ("reason", lambda: findings.withdraw(finding.pk, long, actor=lead)),
        ("reason", lambda: inspections.void(finding.inspection_id, long, actor=lead)),
        ("results", lambda: inspections.save_results(one, sheet.uuid, lines)),
        ("signatures", lambda: inspections.lock(one, sheet.uuid, lock_of(sheet, one, signatures=signed))),
        ("note", lambda: inspections.lock(one, sheet.uuid, lock_of(sheet, one, note="字" * 2_001))),
        ("subject", lambda: penalties.file_penalty(actor=lead, why="other", site_id=site.pk, subject=long)),
        ("basis", lambda: penalties.decide(case.pk, amount=1, basis=long, decision_no="1", actor=lead)),
        ("decision_no", lambda: penalties.decide(case.pk, amount=1, basis="b", decision_no=long, actor=lead)),
        ("reason", lambda: penalties.drop(case.pk, long, actor=lead)),
        ("reason", lambda: crews.redraw(1, after=1, reason=long, actor=lead)),
        ("vendor", lambda: terminals.set_up(make_terminal().pk, vendor=long, crs="wgs84", actor=lead)),
    ]:  # fmt: skip
        assert field_of(call) == field
    assert (Entry.objects.count(), Finding.objects.get().status, Penalty.objects.get().status) == before


@pytest.mark.parametrize(("reason", "status"), [("字" * 301, 302), ("理\0由", 422)])
def test_a_reason_that_no_form_looked_at_is_refused_on_the_page(roles, reason, status):
    site, lead, client = make_site(), officer("lead", "brigade_lead"), Client()
    client.force_login(lead, backend="shushanwei.people.backends.RoleBackend")
    day = db_now().astimezone(STREET).date()
    wish = colours.ask_override(site.pk, uuid=uuid.uuid4(), colour="red", reason="重点", expires_on=day, actor=lead)
    case, _new = penalties.file_penalty(actor=lead, why="other", site_id=site.pk)
    answers = [
        client.post(f"/worksites/penalties/{case.pk}/drop/", {"reason": reason}),
        signed_in("commander").post(f"/worksites/{site.pk}/colour/decide/", {"reason": reason}),
    ]
    assert [answer.status_code for answer in answers] == [status, status]
    wish.refresh_from_db(), case.refresh_from_db()
    assert wish.ended_at is None and case.status == "filed"
