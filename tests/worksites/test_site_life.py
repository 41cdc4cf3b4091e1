"""Who answers for a site, when it may be finished, and how a finish is undone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from tests.worksites import checks
from tests.worksites.checks import begun, officer, visited
from tests.worksites.conftest import make_person
from worksites.models import ColourOverride, Company, Finding, Penalty, PlannedCheck, Site, SiteLink, SitePerson
from worksites.services import colours, finishing, links, needs, people, sites

pytestmark = pytest.mark.django_db
site = checks.site
MANAGER = {"post": "manager", "name": "李建设", "phone": "13800001234"}


@pytest.fixture
def lead(roles):
    return officer("lead", "brigade_lead")


def page(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def told(site) -> list[str]:
    rows = Entry.objects.filter(subject_type="site", subject_id=site.pk).order_by("id")
    return [verb.removeprefix("site.") for verb in rows.values_list("verb", flat=True)]


def test_the_brigade_enters_corrects_and_ends_who_answers_for_a_site(site, lead):
    client, at = page(lead), f"/worksites/{site.pk}/"
    builder = Company.objects.get()
    for _twice in range(2):
        assert client.post(f"{at}people/", MANAGER | {"company": builder.pk}).status_code == 302
    person = SitePerson.objects.get()
    assert (person.company, person.phone_masked) == (
        builder,
        "138****1234",
    ) and "13800001234" not in person.phone_sealed
    shown = client.get(f"{at}?person={person.pk}").content.decode()
    assert "李建设" in shown and "13800001234" not in shown
    client.post(f"{at}people/", {"person": person.pk, "post": "manager", "name": "李建华", "phone": ""})
    person.refresh_from_db()
    assert (person.name, person.phone_masked, person.company) == ("李建华", "138****1234", None)
    assert client.post(f"{at}people/{person.pk}/phone/").json() == {"phone": "13800001234"}
    for _twice in range(2):
        client.post(f"{at}people/{person.pk}/end/")
    person.refresh_from_db()
    assert person.ended_at and not person.phone_sealed and "<td>李建华" not in client.get(at).content.decode()
    assert told(site) == ["person_entered", "person_changed", "phone_shown", "person_ended"]
    assert client.post(f"{at}people/{person.pk}/phone/").status_code == 404


def test_who_comes_back_to_a_post_is_entered_anew(site, lead):
    first = people.save_person(site.pk, MANAGER, actor=lead)
    people.end_person(site.pk, first.pk, actor=lead)
    assert people.save_person(site.pk, MANAGER, actor=lead).pk != first.pk


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("post", {"post": "king"}), ("name", {"name": " "}), ("name", {"name": "李" * 31}), ("phone", {"phone": "打我"}),
     ("company", {"company": 987654}), ("name", {"name": "王二"})],
)  # fmt: skip
def test_a_wrong_person_is_refused_by_field(site, lead, field, wrong):
    people.save_person(site.pk, MANAGER | {"name": "王二"}, actor=lead)
    mine = people.save_person(site.pk, MANAGER, actor=lead)
    with pytest.raises(BadInput) as refused:
        people.save_person(site.pk, MANAGER | wrong, actor=lead, person_id=mine.pk)
    assert refused.value.field == field
    assert page(lead).post(f"/worksites/{site.pk}/people/", MANAGER | wrong).status_code in (302, 422)


def test_a_person_of_another_site_is_not_touched(site, lead):
    other = checks.make_site("GD002")
    mine = people.save_person(other.pk, MANAGER, actor=lead)
    with pytest.raises(NotFound):
        people.save_person(site.pk, MANAGER, actor=lead, person_id=mine.pk)
    with pytest.raises(NotFound):
        people.end_person(site.pk, mine.pk, actor=lead)


def test_the_plate_tells_who_answers_and_no_phone(site, lead):
    people.save_person(site.pk, MANAGER, actor=lead)
    people.save_person(site.pk, MANAGER | {"post": "spoil", "name": "周运输"}, actor=lead)
    people.save_person(site.pk, MANAGER | {"post": "safety", "name": "吴安全"}, actor=lead)
    shown = Client().get(f"/w/{site.plate_code}/").content.decode()
    assert "李建设" in shown and "周运输" in shown and "吴安全" not in shown and "138" not in shown


def test_a_site_with_something_open_is_not_finished_and_hears_what(site, two, lead):
    visited(site, *two, {"0204": "fails"})
    begun(site, *two)
    fire = Department.objects.get_or_create(code="FIRE", defaults={"name_zh": "消防"})[0]
    needs.file_need(uuid=uuid4(), site_id=site.pk, department=fire, items=["0801"], actor=lead)
    today = db_now().astimezone(STREET).date()
    colours.ask_override(site.pk, uuid=uuid4(), colour="red", reason="活动保障", expires_on=today, actor=lead)
    answer = page(lead).post(f"/worksites/{site.pk}/state/", {"status": "finished"})
    said = answer.content.decode()
    assert answer.status_code == 422 and Finding.objects.get().number in said
    for words in ("进行中的检查：1", "部门检查需求：1", "待审批的调色申请"):
        assert words in said
    site.refresh_from_db()
    assert site.status == "building"


def test_a_finished_site_revokes_its_links_and_names_the_penalties_that_go_on(site, lead):
    _link, token = links.make_link(site.pk, actor=lead)
    Penalty.objects.create(number="CF-2026-0001", site=site, subject="虚构建设", why="serious", filed_at=db_now())
    answer = page(lead).post(f"/worksites/{site.pk}/state/", {"status": "finished"}, follow=True)
    assert "CF-2026-0001" in answer.content.decode()
    assert SiteLink.objects.get().revoked_at
    with pytest.raises(NotFound):
        links.link_behind(token)
    with pytest.raises(WrongStep):
        links.make_link(site.pk, actor=lead)


def test_a_finish_is_undone_within_seven_days_with_a_reason_and_checks_go_on(site, two, lead):
    now = db_now()
    sites.set_status(site.pk, "finished", actor=lead, at=now - timedelta(days=6))
    with pytest.raises(BadInput):
        finishing.reopen_site(site.pk, reason=" ", actor=lead)
    assert "撤销竣工" in page(lead).get(f"/worksites/{site.pk}/").content.decode()
    for _twice in range(2):
        answer = page(lead).post(f"/worksites/{site.pk}/reopen/", {"reason": "误报竣工"})
        assert answer.status_code == 302
    site.refresh_from_db()
    assert (site.status, site.finished_at) == ("building", None)
    assert told(site).count("reopened") == 1
    Site.objects.filter(pk=site.pk).update(colour="yellow", rule_colour="yellow")
    colours.recolour(site.pk)
    assert PlannedCheck.objects.filter(site=site, dropped_at=None).count() <= 1


def test_after_a_week_the_finish_stays(site, lead):
    sites.set_status(site.pk, "finished", actor=lead, at=db_now() - timedelta(days=8))
    with pytest.raises(WrongStep):
        finishing.reopen_site(site.pk, reason="误报竣工", actor=lead)
    assert "撤销竣工" not in page(lead).get(f"/worksites/{site.pk}/").content.decode()


def test_a_colour_is_not_approved_for_a_site_that_has_none(site, lead):
    today = db_now().astimezone(STREET).date()
    wish = colours.ask_override(site.pk, uuid=uuid4(), colour="red", reason="保障", expires_on=today, actor=lead)
    Site.objects.filter(pk=site.pk).update(status="finished", finished_at=db_now())
    with pytest.raises(WrongStep):
        colours.approve_override(wish.pk, actor=make_person("head", "commander"))
    assert ColourOverride.objects.get().approved_at is None


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_once_enter_one_person(roles):
    site, user = checks.make_site(), officer("lead", "brigade_lead")
    found = all_at_once(*[lambda: people.save_person(site.pk, MANAGER, actor=user).pk] * 8)
    assert len(set(found)) == 1 and told(site) == ["person_entered"]
