"""Units and the roster: who is planned, who signs on, who is missed."""

from datetime import timedelta

import pytest

from dispatch.services import set_duty, watch_units
from dispatch.services.duty import hear
from dispatch.state import phone_state
from grid import selectors_shifts as shifts
from grid.models import DutyShift, Post, RosterLine, ShiftTemplate, SignOn
from incidents.models import Alarm
from shushanwei.common.clock import STREET, db_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift(street):
    """A shift that began an hour ago."""
    now = db_now()
    template, _ = ShiftTemplate.objects.get_or_create(
        code="now", defaults={"name_zh": "现班", "name_en": "now", "starts": "00:00", "ends": "00:00"}
    )
    period = (now - timedelta(hours=1), now + timedelta(hours=7))
    return DutyShift.objects.create(day=now.astimezone(STREET).date(), template=template, period=period)


@pytest.fixture
def planned(shift):
    def plan(unit, period=None) -> RosterLine:
        return RosterLine.objects.create(
            user=unit.crew, post=Post.UNIT, place=unit.code, shift=None if period else shift,
            period=period or shift.period, planned_at=db_now(),
        )  # fmt: skip

    return plan


def test_planned_units_that_have_not_signed_on_are_told_once_a_shift(unit, planned):
    there, absent = unit("在岗班"), unit("缺岗班", on_duty=False)
    unit("没排班的", on_duty=False)
    planned(there), planned(absent)
    assert watch_units() == 1
    assert watch_units() == 0
    told = Alarm.objects.get(kind="units_absent")
    assert (told.data["units"], told.data["count"], told.data["planned"]) == (["缺岗班"], 1, 2)
    assert told.for_role == "shift_lead"


def test_a_shift_that_has_just_begun_is_left_to_relieve_the_other(unit, planned, shift):
    planned(unit("换岗班", on_duty=False))
    now = db_now()
    DutyShift.objects.filter(pk=shift.pk).update(period=(now - timedelta(minutes=9), now + timedelta(hours=7)))
    assert watch_units() == 0


def test_the_members_duty_follows_the_units(unit, planned):
    squad = unit(on_duty=False)
    planned(squad)
    set_duty(squad.pk, True, actor=squad.crew)
    assert [line.user for line in shifts.present(Post.UNIT)] == [squad.crew]
    set_duty(squad.pk, False, actor=squad.crew)
    assert SignOn.objects.get().off_at is not None


def test_a_unit_may_help_at_hours_for_which_nobody_planned_it(unit):
    squad = unit(on_duty=False)
    assert set_duty(squad.pk, True, actor=squad.crew).on_duty_since is not None
    assert not SignOn.objects.exists()


def test_a_phone_that_is_heard_keeps_its_member_present(unit, planned):
    squad = unit(on_duty=False)
    planned(squad)
    set_duty(squad.pk, True, actor=squad.crew)
    old = db_now() - timedelta(minutes=5)
    SignOn.objects.update(heard_at=old)
    type(squad).objects.update(seen_at=old)
    assert not shifts.present(Post.UNIT).exists()
    hear(squad.pk)
    assert shifts.present(Post.UNIT).exists()


def test_the_phone_shows_who_is_planned_now_or_next(unit, planned):
    squad = unit()
    assert phone_state(squad)["roster"] is None
    now = db_now()
    planned(squad, period=(now + timedelta(hours=7), now + timedelta(hours=15)))
    assert phone_state(squad)["roster"]["now"] is False
    planned(squad)
    roster = phone_state(squad)["roster"]
    assert (roster["now"], roster["names"]) == (True, [str(squad.crew)])
