"""Inspections: two inspectors, a code shown first, everything on the list, signed by all, then nobody changes it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from tests.dispatch.conftest import client_of
from tests.racing import all_at_once
from tests.worksites import checks
from tests.worksites.checks import begun, given_up, item, lock_of, make_site, officer, shot, visited
from worksites.checklist.shipped import shipped
from worksites.checks import codes, rules
from worksites.checks import sheet as sheets
from worksites.models import Checklist, Finding, Inspection
from worksites.services import checklists, inspections
from worksites.services.inspections import Begin

pytestmark = pytest.mark.django_db
site = checks.site


def test_the_list_has_thirteen_groups_and_sixty_two_items_and_loads_once(site):
    _version, _name, groups = shipped()
    assert (len(groups), sum(len(group.items) for group in groups)) == (13, 62)
    assert checklists.load_shipped() == 0
    assert Checklist.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "severity", "fix", "days", "serious", "proposed"),
    [
        ("0101", "S", "stop", 0, False, ("stop", 0)),
        ("0204", "M", "date", 5, False, ("date", 5)),
        ("0203", "M", "spot", 0, False, ("date", 1)),
        ("0203", "M", "spot", 0, True, ("stop", 0)),
        ("0303", "S", "spot", 0, False, ("stop", 0)),
        ("1005", "S", "stop", 0, False, ("date", 1)),
    ],
)
def test_what_is_proposed_for_an_item_that_failed(code, severity, fix, days, serious, proposed):
    limits = rules.limits_of(code, severity, fix, days, serious=serious)
    assert (limits.fix, limits.days) == proposed


def test_one_inspector_alone_begins_nothing(site, two):
    with pytest.raises(BadInput) as refused:
        begun(site, two[0], two[0])
    assert refused.value.field == "inspectors"


def test_only_a_code_of_the_centre_opens_a_visit(site, two):
    for code in ("XZ261127AAAAAAAABBBBB", "anything", codes.issue(db_now() - timedelta(days=20))):
        with pytest.raises(BadInput) as refused:
            begun(site, *two, conduct_code=code)
        assert refused.value.field == "conduct_code"


def test_the_same_beginning_twice_is_one_visit_and_another_with_its_id_is_refused(site, two):
    at = db_now()
    given = Begin(uuid.uuid4(), site.pk, codes.issue(at), at, at, [one.pk for one in two])
    first, new = inspections.begin(two[0], given)
    again, newer = inspections.begin(two[0], given)
    assert (first.pk, new, newer) == (again.pk, True, False)
    with pytest.raises(Conflict):
        inspections.begin(two[0], replace(given, phase="EW"))


def test_only_items_of_the_phase_are_looked_at_and_all_of_them(site, two):
    sheet = begun(site, *two)
    asked = {one.code for one in inspections.items_of(sheet)}
    assert "0503" in asked and "0102" not in asked
    given = lock_of(sheet, two[0])
    with pytest.raises(BadInput) as refused:
        inspections.lock(two[0], sheet.uuid, replace(given, results=given.results[1:]))
    assert refused.value.field == "results"


def test_a_failed_item_needs_its_photo_and_a_mended_one_two(site, two):
    for result, when in (("fails", None), ("spot", "before")):
        sheet = begun(site, *two)
        one = item(sheet, "0201")
        photos = [shot(sheet, two[0], one, when)] if when else []
        given = lock_of(sheet, two[0], photos=photos)
        lines = [line | ({"result": result} if line["item"] == one.pk else {}) for line in given.results]
        with pytest.raises(BadInput) as refused:
            inspections.lock(two[0], sheet.uuid, replace(given, results=lines))
        assert refused.value.field == "photos"
        given_up(sheet)


def test_everybody_signs_or_the_site_refuses_before_a_witness(site, two):
    sheet = begun(site, *two)
    given = lock_of(sheet, two[0], refused=True)
    for missing in (given.signatures[1:], given.signatures[:-1], [*given.signatures[:-1],
                    given.signatures[-1] | {"witness": ""}]):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            inspections.lock(two[0], sheet.uuid, replace(given, signatures=missing))
        assert refused.value.field == "signatures"
    done, new = inspections.lock(two[0], sheet.uuid, given)
    assert new and done.clean and sheets.holds(Inspection.objects.get(pk=done.pk))
    assert inspections.lock(two[0], sheet.uuid, given)[1] is False
    with pytest.raises(Conflict):
        inspections.lock(two[0], sheet.uuid, replace(given, note="anders"))


def test_the_database_refuses_every_change_of_a_signed_sheet(site, two):
    sheet = visited(site, *two, {"0201": "fails"})
    attempts = [
        "update worksites_inspection set note = 'x' where id = %s", "delete from worksites_inspection where id = %s",
        "update worksites_inspection set status = 'running' where id = %s",
        "update worksites_itemresult set note = 'x' where inspection_id = %s",
        "delete from worksites_signature where inspection_id = %s",
        "delete from worksites_inspection_inspectors where inspection_id = %s",
        "update worksites_evidence set lon = 1 where inspection_id = %s",
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="locked"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt, [sheet.pk])


def test_a_correction_is_a_newer_version_and_withdraws_what_it_does_not_find(site, two):
    old = visited(site, *two, {"0201": "fails", "0204": "fails"})
    new = begun(site, *two, replaces=old.uuid)
    kept = list(new.photos.values_list("uuid", flat=True))
    inspections.lock(two[0], new.uuid, replace(lock_of(new, two[0], {"0201": "fails"}), photos=kept))
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, new.version, new.conduct_code) == ("replaced", 2, old.conduct_code)
    states = dict(Finding.objects.values_list("item_code", "status"))
    assert states == {"0201": "open", "0204": "withdrawn"}


def test_a_stranger_finds_no_sheet(site, two):
    sheet = begun(site, *two)
    with pytest.raises(NotFound):
        inspections.save_results(officer("officer-c"), sheet.uuid, [])


def test_the_phone_gets_everything_for_a_day_without_a_network(site, two):
    state = client_of(two[0]).get("/api/v1/inspections/phone/").json()
    assert len(state["checklist"]["groups"]) == 13
    assert [row["id"] for row in state["sites"]] == [site.pk]
    assert len({row["code"] for row in state["codes"]}) == 6
    assert all(codes.is_ours(row["code"]) for row in state["codes"])


def test_running_inspections_keep_their_version_of_the_list(site, two):
    lead = officer("lead", "brigade_lead")
    sheet = begun(site, *two)
    draft = checklists.draft_from_published(actor=lead)
    changed = draft.groups.get(code="02").items.get(code="0201")
    checklists.change_item(changed.pk, {"severity": "S", "fix": "stop"}, actor=lead)
    checklists.publish(draft.pk, actor=lead)
    assert item(sheet, "0201").severity == "M"
    given_up(sheet)
    assert begun(site, *two).checklist_id == draft.pk


@pytest.mark.django_db(transaction=True)
def test_two_sheets_signed_at_once_give_their_findings_numbers_of_their_own(roles):
    call_command("load_checklist", verbosity=0)
    people = officer("officer-a"), officer("officer-b")
    given = []
    for code in ("GD1", "GD2", "GD3"):
        sheet = begun(make_site(code), *people)
        given.append((sheet.uuid, lock_of(sheet, people[0], {"0201": "fails", "0204": "fails"})))
    locked = all_at_once(*[lambda one=one: inspections.lock(people[0], *one)[1] for one in given])
    assert locked == [True] * 3
    numbers = list(Finding.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 6
    assert sorted(int(number[-4:]) for number in numbers) == [1, 2, 3, 4, 5, 6]
