"""Joint visits: what departments want looked at rides on the next check and is answered by its sheet."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import client_of
from tests.racing import all_at_once
from tests.worksites.checks import begun, given_up, item, lock_of, make_site, officer, visited
from worksites.models import CheckNeed, Inspection, PlannedCheck, Site
from worksites.services import crews, inspections, needs, plan
from worksites.services.colours import recolour

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(roles):
    call_command("load_checklist", verbosity=0)
    return make_site(boundary={"type": "Polygon", "coordinates": [[[120.2, 30.1], [120.3, 30.1], [120.3, 30.2],
                                                                  [120.2, 30.1]]]})  # fmt: skip


@pytest.fixture
def fire(roles):
    return Department.objects.get_or_create(code="FIRE", defaults={"name_zh": "消防", "name_en": "fire rescue"})[0]


@pytest.fixture
def clerk(fire):
    return officer_of("clerk", "FIRE")


def officer_of(name, department):
    from shushanwei.people.models import User
    from shushanwei.people.services import grant

    user = User.objects.create(username=name, display_name=name)
    grant(user, "dept_account", department=department)
    return user


def page(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def asked(site, department, user, *codes, **values) -> CheckNeed:
    given = {"uuid": uuid.uuid4(), "site_id": site.pk, "department": department, "items": list(codes or ["0801"]),
             "actor": user} | values  # fmt: skip
    return needs.file_need(**given)[0]


def today():
    return db_now().astimezone(STREET).date()


def yellow(site, two) -> PlannedCheck:
    """A yellow site has its open check, which nobody drew for a day near the end of a month."""
    Site.objects.filter(pk=site.pk).update(colour="yellow", rule_colour="yellow", colour_since=db_now())
    plan.plan_site(site.pk)
    PlannedCheck.objects.update(made_at=db_now() - timedelta(days=1))
    return PlannedCheck.objects.get(dropped_at=None, done_at=None)


def test_a_need_rides_on_the_open_check_and_the_sheet_answers_it(site, two, fire, clerk):
    check = yellow(site, two)
    need = asked(site, fire, clerk, "0801", "0802", text="看消防通道")
    assert need.planned_id == check.pk
    sheet = visited(site, *two, {"0801": "fails"}, needs=[need.pk])
    need.refresh_from_db()
    assert (need.inspection_id, need.answered_at) == (sheet.pk, sheet.locked_at)
    assert sheet.sheet["needs"] == [{"id": need.pk, "department_zh": "消防", "department_en": "fire rescue",
                                     "items": ["0801", "0802"], "text": "看消防通道"}]  # fmt: skip
    shown = page(clerk).get("/worksites/needs/?state=answered").content.decode()
    assert "不符合" in shown and sheet.findings.get().number in shown
    assert Entry.objects.filter(verb="site.need_filed", subject_id=site.pk).count() == 1


def test_an_item_of_another_phase_is_looked_at_because_a_department_asked(site, two, fire, clerk):
    yellow(site, two)
    need = asked(site, fire, clerk, "1101")  # earthwork and pits; the site is fitted out
    plain = begun(site, *two)
    assert "1101" not in {one.code for one in inspections.items_of(plain)}
    given_up(plain)
    sheet = begun(site, *two, needs=[need.pk, 987654321])
    assert sheet.needs == [need.pk]
    assert item(sheet, "1101")
    short = lock_of(sheet, two[0])
    short = type(short)(**{**vars(short), "results": [r for r in short.results if r["item"] != item(sheet, "1101").pk]})
    with pytest.raises(BadInput, match="1101"):
        inspections.lock(two[0], sheet.uuid, short)


def test_a_white_site_checked_this_month_gets_no_second_visit_for_a_need(site, two, fire, clerk):
    plan.plan_site(site.pk)
    PlannedCheck.objects.update(made_at=db_now() - timedelta(days=1))
    visited(site, *two)
    count = PlannedCheck.objects.count()
    need = asked(site, fire, clerk, urgent_by=today() + timedelta(days=1), urgent_reason="冬防")
    plan.plan_site(site.pk)
    assert PlannedCheck.objects.count() == count
    assert need.planned is None and need.answered_at is None
    assert "等待该工地下一次检查" in page(clerk).get("/worksites/needs/").content.decode()


def test_what_waits_rides_on_the_next_check_and_again_after_a_miss(site, two, fire, clerk):
    need = asked(site, fire, clerk)
    check = yellow(site, two)
    need.refresh_from_db()
    assert need.planned_id == check.pk
    PlannedCheck.objects.filter(pk=check.pk).update(due_at=db_now() - timedelta(minutes=1))
    assert plan.miss(check.pk)
    need.refresh_from_db()
    assert need.planned_id == PlannedCheck.objects.get(missed_at=None, dropped_at=None).pk != check.pk


def test_only_an_urgent_need_brings_a_check_forward_and_it_stays_the_one_visit(site, two, fire, clerk):
    lead, check = officer("lead", "brigade_lead"), yellow(site, two)
    day = today() + timedelta(days=2)
    asked(site, fire, clerk)
    with pytest.raises(WrongStep):
        crews.bring_forward(check.pk, day, reason="消防要求", actor=lead)
    asked(site, fire, clerk, "0803", urgent_by=day, urgent_reason="电焊作业举报")
    for wrong in (check.on + timedelta(days=1), today() - timedelta(days=1)):
        with pytest.raises(BadInput):
            crews.bring_forward(check.pk, wrong, reason="消防要求", actor=lead)
    with pytest.raises(BadInput):
        crews.bring_forward(check.pk, day, reason=" ", actor=lead)
    for _time in range(2):
        crews.bring_forward(check.pk, day, reason="消防要求", actor=lead)
    moved = PlannedCheck.objects.get(pk=check.pk)
    assert (moved.on, moved.drawn_on, moved.due_at.astimezone(STREET).date()) == (
        day,
        check.on,
        day + timedelta(days=1),
    )
    assert Entry.objects.filter(verb="check.brought_forward").count() == 1
    assert PlannedCheck.objects.filter(dropped_at=None).count() == 1


def test_an_urgent_need_that_would_be_late_is_red_and_planners_are_told_and_move_the_check_with_one_press(
    site, two, fire, clerk
):
    lead, check = officer("lead", "brigade_lead"), yellow(site, two)
    day = check.on - timedelta(days=3)
    assert not asked(site, fire, clerk, "0803", urgent_by=check.on, urgent_reason="冬防").is_late
    need = asked(site, fire, clerk, urgent_by=day, urgent_reason="电焊作业举报")
    assert need.is_late
    line = Entry.objects.get(verb="check.need_late")
    assert (line.subject_id, line.data["need"], line.note) == (check.pk, need.pk, "电焊作业举报")
    button = f'action="/worksites/checks/{check.pk}/forward/"'
    mine, theirs = (page(user).get("/worksites/needs/").content.decode() for user in (clerk, lead))
    assert "将逾期" in mine and button not in mine
    assert "将逾期" in theirs and button in theirs and f'value="{day.isoformat()}"' in theirs
    moved = page(lead).post(
        f"/worksites/checks/{check.pk}/forward/", {"on": day.isoformat(), "reason": need.urgent_reason}
    )
    assert moved.status_code == 302 and PlannedCheck.objects.get(pk=check.pk).on == day
    assert "将逾期" not in page(lead).get("/worksites/needs/").content.decode()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("items", {"items": []}), ("items", {"items": ["9999"]}), ("urgent_reason", {"urgent_by": 1}),
     ("urgent_by", {"urgent_by": 60, "urgent_reason": "急"}), ("urgent_by", {"urgent_by": -1, "urgent_reason": "急"})],
)  # fmt: skip
def test_a_wrong_need_names_its_field(site, fire, clerk, field, wrong):
    if "urgent_by" in wrong:
        wrong = wrong | {"urgent_by": today() + timedelta(days=wrong["urgent_by"])}
    with pytest.raises(BadInput) as refused:
        asked(site, fire, clerk, **wrong)
    assert refused.value.field == field


def test_a_department_asks_for_an_item_once_and_may_withdraw_it(site, two, fire, clerk):
    one = asked(site, fire, clerk)
    assert needs.file_need(uuid=one.uuid, site_id=site.pk, department=fire, items=["0801"], actor=clerk) == (one, False)
    with pytest.raises(Conflict):
        asked(site, fire, clerk, "0803", uuid=one.uuid)
    with pytest.raises(BadInput):
        asked(site, fire, clerk, "0801", "0803")
    for _time in range(2):
        needs.withdraw_need(one.pk, "已自查", actor=clerk)
    assert asked(site, fire, clerk).pk != one.pk


def test_a_need_withdrawn_while_the_phone_was_off_line_does_not_spoil_the_sheet(site, two, fire, clerk):
    yellow(site, two)
    need = asked(site, fire, clerk, "1101")
    needs.withdraw_need(need.pk, "已解决", actor=clerk)
    sheet = visited(site, *two, needs=[need.pk])
    need.refresh_from_db()
    assert sheet.locked_at and need.answered_at is None


def test_a_voided_sheet_answers_nothing(site, two, fire, clerk):
    yellow(site, two)
    need = asked(site, fire, clerk)
    sheet = visited(site, *two, needs=[need.pk])
    inspections.void(sheet.pk, "填错工地", actor=officer("lead", "brigade_lead"))
    need.refresh_from_db()
    assert need.answered_at is None and need.planned.done_at is None


def test_a_newer_version_of_the_sheet_answers_anew(site, two, fire, clerk):
    yellow(site, two)
    need = asked(site, fire, clerk)
    old = visited(site, *two, needs=[need.pk])
    new = begun(site, *two, replaces=old.uuid)
    inspections.lock(two[0], new.uuid, lock_of(new, two[0]))
    need.refresh_from_db()
    assert need.inspection_id == new.pk and Inspection.objects.get(pk=new.pk).sheet["needs"][0]["id"] == need.pk


def test_a_department_sees_its_own_needs_only_and_no_day_that_is_drawn(site, two, fire, clerk):
    plan.plan_site(site.pk)
    asked(site, fire, clerk, text="本部门的需求")
    other = Department.objects.get_or_create(code="WTR", defaults={"name_zh": "水务", "name_en": "water"})[0]
    stranger = page(officer_of("water-clerk", "WTR"))
    asked(site, other, clerk, "1103", text="水务的需求")
    mine = page(clerk).get("/worksites/needs/").content.decode()
    assert "本部门的需求" in mine and "水务的需求" not in mine
    assert "水务的需求" in stranger.get("/worksites/needs/").content.decode()
    check = PlannedCheck.objects.filter(kind="random", on__gt=today()).first()
    if check is not None:
        assert check.on.isoformat() not in mine
    assert stranger.post(f"/worksites/needs/{CheckNeed.objects.get(department=fire).pk}/withdraw/",
                         {"reason": "x"}).status_code == 404  # fmt: skip


def test_the_phone_shows_what_departments_want(site, two, fire, clerk):
    need = asked(site, fire, clerk, text="看动火审批")
    state = client_of(two[0]).get("/api/v1/inspections/phone/").json()
    assert state["sites"][0]["needs"] == [{"id": need.pk, "department": {"name_zh": "消防", "name_en": "fire rescue"},
                                           "items": ["0801"], "text": "看动火审批", "urgent": False}]  # fmt: skip


def test_who_goes_is_drawn_again_or_named_only_with_a_reason_and_the_draw_can_be_repeated(site, two):
    for number in range(4):
        officer(f"more-{number}")
    lead, check = officer("lead", "brigade_lead"), yellow(site, two)
    number = plan.unseal(check.draw.number_sealed)
    assert crews.chosen_by_lot(check, number) and len(check.candidates) == 7
    first = sorted(person.username for person in check.inspectors.all())
    assert first == sorted(crews.chosen_by_lot(check, number))
    with pytest.raises(BadInput):
        crews.redraw(check.pk, after=1, reason="", actor=lead)
    for _time in range(2):
        again = crews.redraw(check.pk, after=1, reason="一人生病", actor=lead)
    again.refresh_from_db()
    assert again.lots == 2
    assert sorted(p.username for p in again.inspectors.all()) == sorted(crews.chosen_by_lot(again, number))
    with pytest.raises(BadInput) as refused:
        crews.set_crew(check.pk, [two[0].pk], reason="专项", actor=lead)
    assert refused.value.field == "inspectors"
    crews.set_crew(check.pk, [one.pk for one in two], reason="专项检查", actor=lead)
    assert set(check.inspectors.all()) == set(two)
    shown = page(lead).get(f"/worksites/checks/{check.pk}/").content.decode()
    assert "专项检查" in shown and check.draw.commitment in shown


def test_pages_of_a_planned_check_say_what_is_wrong_beside_the_field(site, two):
    lead, check = officer("lead", "brigade_lead"), yellow(site, two)
    client = page(lead)
    assert client.post(f"/worksites/checks/{check.pk}/crew/", {"inspectors": ["x"], "reason": "r"}).status_code == 422
    assert client.post(f"/worksites/checks/{check.pk}/redraw/", {"lots": "1", "reason": ""}).status_code == 422
    assert client.post(f"/worksites/checks/{check.pk}/forward/", {"on": "2020-01-01", "reason": "r"}).status_code == 422
    assert client.post("/worksites/needs/file/", {"site": "x"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_once_file_one_need_and_one_sweep_carries_it(roles):
    call_command("load_checklist", verbosity=0)
    site, fire = make_site(), Department.objects.get_or_create(code="FIRE", defaults={"name_zh": "消防"})[0]
    user, key = officer_of("clerk", "FIRE"), uuid.uuid4()

    def press():
        filed = needs.file_need(uuid=key, site_id=site.pk, department=fire, items=["0801"], actor=user)
        recolour(site.pk)
        return filed[1]

    assert sorted(all_at_once(*[press] * 8)) == [False] * 7 + [True]
    assert CheckNeed.objects.count() == 1
