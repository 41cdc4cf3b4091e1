"""One visit of a site at a time, signed once however often the finger taps, and what nobody ends is given up."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import client_of
from tests.racing import all_at_once
from tests.worksites import checks
from tests.worksites.checks import begun, lock_of, make_site, officer, visited
from worksites.checks import codes
from worksites.models import CheckNeed, Inspection
from worksites.services import inspections
from worksites.services.inspections import Begin

pytestmark = pytest.mark.django_db
site = checks.site


def given(site, *people, **values) -> Begin:
    at = db_now()
    return Begin(**{"uuid": uuid.uuid4(), "site": site.pk, "conduct_code": codes.issue(at), "code_shown_at": at,
                    "started_at": at, "inspectors": [one.pk for one in people]} | values)  # fmt: skip


def page(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def test_a_second_tap_on_lock_is_the_same_sheet_and_other_content_hears_that_it_is_locked(site, two):
    sheet = begun(site, *two)
    first = lock_of(sheet, two[0])
    done, new = inspections.lock(two[0], sheet.uuid, first)
    again, newer = inspections.lock(two[0], sheet.uuid, replace(first, ended_at=first.ended_at + timedelta(seconds=3)))
    assert (new, newer, again.pk, again.sha256) == (True, False, done.pk, done.sha256)
    assert again.ended_at == done.ended_at
    with pytest.raises(Conflict) as refused:
        inspections.lock(two[0], sheet.uuid, replace(first, note="别的内容"))
    assert refused.value.extra == {"state": "locked", "sha256": done.sha256}


def test_who_begins_a_visit_again_gets_the_running_one_back(site, two):
    first = begun(site, *two)
    for who in two:
        again, new = inspections.begin(who, given(site, *two))
        assert (again.uuid, new) == (first.uuid, False)
    answer = client_of(two[1]).post("/api/v1/inspections/", {
        "uuid": str(uuid.uuid4()), "site": site.pk, "conduct_code": codes.issue(db_now()), "inspectors": [two[0].pk],
        "code_shown_at": db_now().isoformat(), "started_at": db_now().isoformat(),
    }, content_type="application/json")  # fmt: skip
    assert (answer.status_code, answer.json()["uuid"]) == (200, str(first.uuid))
    assert Inspection.objects.count() == 1


def test_a_colleague_who_inspects_the_site_already_goes_with_nobody_else(site, two):
    begun(site, *two)
    third, fourth = officer("officer-c"), officer("officer-d")
    with pytest.raises(BadInput) as refused:
        inspections.begin(third, given(site, third, two[1]))
    assert refused.value.field == "inspectors" and str(two[1]) in refused.value.message
    assert inspections.begin(third, given(site, third, fourth))[1]
    assert inspections.begin(two[0], given(make_site("GD9"), *two))[1]


def test_a_visit_given_up_is_over_and_says_why_once(site, two):
    sheet = begun(site, *two)
    with pytest.raises(BadInput) as refused:
        inspections.drop(two[0], sheet.uuid, " ")
    assert refused.value.field == "reason"
    for _twice in range(2):
        assert inspections.drop(two[1], sheet.uuid, "临时任务").status == "dropped"
    story = Entry.objects.get(verb="inspection.dropped", subject_id=sheet.pk)
    assert (story.note, story.actor) == ("临时任务", two[1])
    with pytest.raises(WrongStep) as late:
        inspections.lock(two[0], sheet.uuid, lock_of(sheet, two[0]))
    assert late.value.extra == {"state": "dropped"}
    phone = client_of(two[0]).get("/api/v1/inspections/phone/").json()
    assert phone["running"] == [] and phone["recent"] == []
    assert inspections.begin(two[0], given(site, *two))[1]


def test_a_signed_sheet_is_not_given_up_and_a_stranger_gives_nothing_up(site, two):
    with pytest.raises(WrongStep):
        inspections.drop(two[0], visited(site, *two).uuid, "不想要了")
    with pytest.raises(NotFound):
        inspections.drop(officer("officer-c"), begun(site, *two).uuid, "不是我的")


def test_the_phone_gives_a_visit_up(site, two):
    sheet = begun(site, *two)
    here = f"/api/v1/inspections/{sheet.uuid}/drop/"
    assert client_of(two[0]).post(here, {"reason": ""}, content_type="application/json").status_code == 422
    answer = client_of(two[0]).post(here, {"reason": "暴雨停工"}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "dropped")


def test_the_planner_sees_what_was_left_lying_for_a_day_and_gives_it_up(site, two):
    sheet = begun(site, *two, at=db_now() - timedelta(hours=25))
    lead, here = page(officer("lead", "brigade_lead")), f"/worksites/{site.pk}/"
    assert "超过一天未结束" in lead.get(here).content.decode()
    third = page(officer("officer-c"))
    assert "超过一天未结束" not in third.get(here).content.decode()
    assert third.post(f"/worksites/inspections/{sheet.pk}/drop/", {"reason": "x"}).status_code == 404
    lead.post(f"/worksites/inspections/{sheet.pk}/drop/", {"reason": "检查人员已调离"})
    sheet.refresh_from_db()
    assert sheet.status == "dropped" and "超过一天未结束" not in lead.get(here).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_phones_of_one_crew_that_begin_at_once_make_one_visit(roles):
    call_command("load_checklist", verbosity=0)
    place, people = make_site(), (officer("officer-a"), officer("officer-b"))
    begins = [given(place, *people) for _phone in range(4)]
    told = all_at_once(*[lambda n=n, one=one: inspections.begin(people[n % 2], one) for n, one in enumerate(begins)])
    assert sorted(new for _sheet, new in told) == [False, False, False, True]
    assert {sheet.pk for sheet, _new in told} == {Inspection.objects.get().pk}


def test_who_scans_the_code_reads_what_is_looked_at_and_for_whom(site, two, client):
    from incidents.models import Department

    fire, _new = Department.objects.get_or_create(code="FIRE", defaults={"name_zh": "消防", "name_en": "fire rescue"})
    need = CheckNeed.objects.create(uuid=uuid.uuid4(), site=site, department=fire, items=["1101"], by=two[0],
                                    text="王女士投诉过", at=db_now())  # fmt: skip
    sheet = begun(site, *two, needs=[need.pk])
    shown = client.get(f"/conduct/{sheet.conduct_code}/").content.decode()
    assert "检查事项" in shown and "0503" in shown and "脚手架" in shown
    assert "1101" in shown and str(fire.name_zh) in shown and "王女士" not in shown
    assert "0102" not in shown
    early = client.get(f"/conduct/{codes.issue(db_now())}/").content.decode()
    assert "检查事项" not in early
