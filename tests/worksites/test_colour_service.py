"""A site gets its colour at once, by facts or by two people's word, and every change says why."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from tests.worksites.conftest import make_person, make_site
from worksites.models import (
    Checklist,
    ChecklistGroup,
    ChecklistItem,
    ColourChange,
    ColourOverride,
    Finding,
    PlannedCheck,
    Site,
)
from worksites.services.colours import (
    approve_override,
    ask_override,
    due_for_recolour,
    end_override,
    recolour,
    recolour_when_due,
)

pytestmark = pytest.mark.django_db


def item(severity="M") -> ChecklistItem:
    sheet, _ = Checklist.objects.get_or_create(version=1, defaults={"name": "检查表"})
    group, _ = ChecklistGroup.objects.get_or_create(checklist=sheet, code="02", defaults={"name_zh": "扬尘"})
    code = "0201" if severity == "M" else "0206"
    return ChecklistItem.objects.get_or_create(
        group=group, code=code, defaults={"name_zh": code, "severity": severity, "fix": "date"}
    )[0]


def found(site, severity="M", days_ago=0.0, **values) -> Finding:
    thing = item(severity)
    return Finding.objects.create(
        uuid=uuid4(), number=f"WT-{uuid4().hex[:8]}", site=site, item=thing, item_code=thing.code, severity=severity,
        fix="date", text="问题", confirmed_at=db_now() - timedelta(days=days_ago), **values,
    )  # fmt: skip


@pytest.fixture
def lead(roles):
    return make_person("lead", "brigade_lead", department="ENF")


@pytest.fixture
def head(roles):
    return make_person("head", "commander")


def today():
    return db_now().astimezone(STREET).date()


def test_a_serious_finding_makes_a_white_site_red_and_says_why(site):
    thing = found(site, "S")
    assert recolour(site.pk) is True
    site.refresh_from_db()
    change = ColourChange.objects.get()
    assert (site.colour, change.before, change.after) == ("red", "white", "red")
    assert change.why[0] == {"why": "serious", "numbers": [thing.number], "days": 30}
    assert Entry.objects.get(verb="site.recoloured").data["after"] == "red"


def test_asking_again_changes_nothing(site):
    found(site, "S")
    assert [recolour(site.pk), recolour(site.pk)] == [True, False]
    assert ColourChange.objects.count() == 1


def test_the_plan_follows_the_colour(site, brigade):
    recolour(site.pk)
    assert PlannedCheck.objects.filter(dropped_at=None).values_list("kind", flat=True).first() in (None, "random")
    found(site, "S")
    recolour(site.pk)
    check = PlannedCheck.objects.get(dropped_at=None)
    assert (check.kind, check.on) == ("key", today() + timedelta(days=7))
    assert check.inspectors.count() == 2


def test_a_finished_site_has_no_plan_any_more(site, brigade):
    found(site)
    recolour(site.pk)
    Site.objects.filter(pk=site.pk).update(status="finished")
    recolour(site.pk)
    assert not PlannedCheck.objects.filter(dropped_at=None).exists()


def test_another_colour_needs_two_people_and_ends_on_its_day(site, lead, head):
    last = today() + timedelta(days=3)
    wish = ask_override(site.pk, uuid=uuid4(), colour="red", reason="重大活动保障", expires_on=last, actor=lead)
    site.refresh_from_db()
    assert site.colour == "white"
    with pytest.raises(NotAllowed):
        approve_override(wish.pk, actor=lead)
    approve_override(wish.pk, actor=head)
    site.refresh_from_db()
    assert (site.colour, site.rule_colour) == ("red", "white")
    ColourOverride.objects.update(expires_on=today() - timedelta(days=1))
    recolour(site.pk)
    site.refresh_from_db()
    assert site.colour == "white"
    assert ColourOverride.objects.get().ended_at


def test_what_happens_after_the_approval_counts_more_than_the_override(site, lead, head):
    found(site, "S", 40, status="closed", ended_at=db_now() - timedelta(days=35))
    Site.objects.filter(pk=site.pk).update(colour="yellow", rule_colour="yellow")
    last = today() + timedelta(days=3)
    wish = ask_override(site.pk, uuid=uuid4(), colour="white", reason="复核有误", expires_on=last, actor=lead)
    approve_override(wish.pk, actor=head)
    site.refresh_from_db()
    assert site.colour == "white"
    found(site, "S")
    recolour(site.pk)
    site.refresh_from_db()
    assert site.colour == "red"
    assert ColourOverride.objects.get().ended_at


def test_an_override_can_be_refused_and_asked_once(site, lead, head):
    uuid, last = uuid4(), today()
    wish = ask_override(site.pk, uuid=uuid, colour="red", reason="活动", expires_on=last, actor=lead)
    assert ask_override(site.pk, uuid=uuid, colour="red", reason="活动", expires_on=last, actor=lead) == wish
    with pytest.raises(Conflict):
        ask_override(site.pk, uuid=uuid4(), colour="yellow", reason="活动", expires_on=last, actor=lead)
    end_override(wish.pk, reason="不同意", actor=head)
    site.refresh_from_db()
    assert site.colour == "white"
    ask_override(site.pk, uuid=uuid4(), colour="yellow", reason="活动", expires_on=last, actor=lead)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("colour", {"colour": "green"}), ("colour", {"colour": "white"}), ("reason", {"reason": "  "}),
     ("expires_on", {"expires_on": None}), ("expires_on", {"expires_on": "late"})],
)  # fmt: skip
def test_a_wrong_wish_names_its_field(site, lead, field, wrong):
    if "expires_on" in wrong:
        wrong = {"expires_on": today() + timedelta(days=31 if wrong["expires_on"] else -1)}
    given = {"colour": "red", "reason": "活动", "expires_on": today()} | wrong
    with pytest.raises(BadInput) as error:
        ask_override(site.pk, uuid=uuid4(), actor=lead, **given)
    assert error.value.field == field


def test_time_alone_brings_a_site_to_the_sweep(site):
    found(site, "M", 29.9, status="closed", ended_at=db_now())
    recolour(site.pk)
    site.refresh_from_db()
    assert site.colour == "yellow"
    assert site.recolour_at <= db_now() + timedelta(days=0.11)
    assert recolour_when_due(site.pk) is False
    assert due_for_recolour(site.recolour_at) == [site.pk]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_colour_a_site_once(roles):
    site = make_site()
    found(site, "S")
    assert sorted(all_at_once(*[lambda: recolour(site.pk)] * 8)) == [False] * 7 + [True]
    assert ColourChange.objects.count() == 1
    assert PlannedCheck.objects.filter(dropped_at=None).count() == 1
