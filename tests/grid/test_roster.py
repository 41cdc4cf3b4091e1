"""Rosters: nobody in two places, swaps and leave that change everything or nothing."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid import selectors_shifts as shifts
from grid.models import DutyShift, Leave, RosterLine, ShiftTemplate
from grid.services import roster
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.people.models import User

MONDAY = date(2027, 3, 1)


@pytest.fixture
def templates(db):
    rows = [("night", "夜班", 0, 8), ("day", "白班", 8, 16), ("evening", "中班", 16, 0)]
    for code, name, starts, ends in rows:
        ShiftTemplate.objects.get_or_create(
            code=code, defaults={"name_zh": name, "name_en": code, "starts": f"{starts:02}:00", "ends": f"{ends:02}:00"}
        )


@pytest.fixture
def week(templates):
    roster.lay_out_shifts(MONDAY, 7)
    return list(DutyShift.objects.order_by("period"))


@pytest.fixture
def people(db):
    return [User.objects.create_user(name) for name in ("anna", "bo", "chen", "lead")]


def lines() -> list[tuple[str, str]]:
    planned = RosterLine.objects.filter(state="planned").select_related("user").order_by("period", "user__username")
    return [(line.user.username, f"{line.period.lower.astimezone(STREET):%a %H}") for line in planned]


def test_three_shifts_cover_the_day_without_a_gap(week):
    assert len(week) == 21
    assert all(one.period.upper == other.period.lower for one, other in zip(week, week[1:], strict=False))
    assert roster.lay_out_shifts(MONDAY, 7) == 0


def test_nobody_is_planned_into_two_places(week, people):
    anna, bo, *_ = people
    roster.plan(anna, "seat", shift=week[1], actor=bo)
    assert roster.plan(anna, "seat", shift=week[1], actor=bo).pk == RosterLine.objects.get().pk
    with pytest.raises(Conflict, match="anna"):
        roster.plan(anna, "shift_lead", shift=week[1], actor=bo)
    with pytest.raises(Conflict):
        start = week[1].period.lower + timedelta(hours=7)
        roster.plan(anna, "unit", period=(start, start + timedelta(hours=8)), actor=bo)
    roster.plan(anna, "seat", shift=week[2], actor=bo)  # one shift may follow the other
    roster.plan(anna, "dispatcher", shift=week[1], is_backup=True, actor=bo)  # AB岗: beside her own duty


def test_two_change_their_duty_in_one_step(week, people):
    anna, bo, _, lead = people
    hers = roster.plan(anna, "seat", shift=week[1], actor=lead)
    his = roster.plan(bo, "seat", shift=week[4], actor=lead)
    swap = roster.ask_swap(hers.pk, to=bo, back_id=his.pk, actor=anna)
    with pytest.raises(Conflict):
        roster.decide_swap(swap.pk, actor=bo, approve=True)  # not one of the two
    roster.decide_swap(swap.pk, actor=lead, approve=True)
    roster.decide_swap(swap.pk, actor=lead, approve=True)
    assert lines() == [("bo", "Mon 08"), ("anna", "Tue 08")]


def test_two_change_posts_of_the_same_shift(week, people):
    anna, bo, _, lead = people
    hers = roster.plan(anna, "seat", shift=week[1], actor=lead)
    his = roster.plan(bo, "dispatcher", shift=week[1], actor=lead)
    swap = roster.ask_swap(hers.pk, to=bo, back_id=his.pk, actor=anna)
    roster.decide_swap(swap.pk, actor=lead, approve=True)
    assert RosterLine.objects.get(post="seat").user == bo and RosterLine.objects.get(post="dispatcher").user == anna


def test_a_swap_that_does_not_fit_changes_nothing(week, people):
    anna, bo, _, lead = people
    hers = roster.plan(anna, "seat", shift=week[1], actor=lead)
    roster.plan(bo, "dispatcher", shift=week[1], actor=lead)
    swap = roster.ask_swap(hers.pk, to=bo, actor=anna)
    with pytest.raises(Conflict, match="bo"):
        roster.decide_swap(swap.pk, actor=lead, approve=True)
    swap.refresh_from_db()
    assert swap.state == "asked"
    assert lines() == [("anna", "Mon 08"), ("bo", "Mon 08")]


def test_leave_hands_every_duty_to_the_stand_in(week, people):
    anna, bo, _, lead = people
    for shift in (week[1], week[4], week[7]):
        roster.plan(anna, "seat", shift=shift, place="2", actor=lead)
    leave = roster.ask_leave(anna, stand_in=bo, period=(week[3].period.lower, week[8].period.upper), reason="年休")
    roster.decide_leave(leave.pk, actor=lead, approve=True)
    assert lines() == [("anna", "Mon 08"), ("bo", "Tue 08"), ("bo", "Wed 08")]
    assert RosterLine.objects.filter(state="on_leave", user=anna).count() == 2
    assert {line.stands_in_for.user for line in RosterLine.objects.filter(user=bo)} == {anna}


def test_leave_is_refused_whole_when_the_stand_in_is_on_duty(week, people):
    anna, bo, _, lead = people
    for shift in (week[1], week[4]):
        roster.plan(anna, "seat", shift=shift, actor=lead)
    roster.plan(bo, "seat", shift=week[4], actor=lead)
    leave = roster.ask_leave(anna, stand_in=bo, period=(week[0].period.lower, week[5].period.upper), reason="年休")
    with pytest.raises(Conflict, match="bo"):
        roster.decide_leave(leave.pk, actor=lead, approve=True)
    assert lines() == [("anna", "Mon 08"), ("anna", "Tue 08"), ("bo", "Tue 08")]
    assert Leave.objects.get().state == "asked"


def test_a_week_is_copied_and_what_does_not_fit_is_named(week, people):
    anna, bo, chen, lead = people
    roster.plan(anna, "seat", shift=week[1], actor=lead)
    roster.plan(bo, "shift_lead", shift=week[1], actor=lead)
    next_monday = MONDAY + timedelta(days=7)
    roster.lay_out_shifts(next_monday, 7)
    there = DutyShift.objects.get(day=next_monday, template__code="day")
    roster.plan(bo, "unit", period=(there.period.lower, there.period.upper), actor=lead)
    made, left = roster.copy_week(MONDAY, next_monday, actor=lead)
    assert made == 1 and len(left) == 1 and left[0].startswith("bo")
    with pytest.raises(BadInput) as error:
        roster.copy_week(MONDAY, next_monday + timedelta(days=1), actor=lead)
    assert error.value.field == "to"


def test_who_is_on_now_is_one_question(templates, people):
    anna, bo, chen, lead = people
    now = db_now()
    roster.lay_out_shifts(now.astimezone(STREET).date() - timedelta(days=1), 3)
    running = shifts.shift_at()
    roster.plan(anna, "seat", shift=running, actor=lead)
    roster.plan(bo, "seat", shift=running, is_backup=True, actor=lead)
    roster.plan(chen, "seat", shift=shifts.shift_after(running), actor=lead)
    assert [line.user.username for line in shifts.on_duty("seat")] == ["anna"]
    assert shifts.backup_of(shifts.on_duty("seat")[0]).user == bo
    assert list(shifts.present("seat")) == []


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_put_nobody_into_two_places(week, people):
    anna, *_, lead = people
    said, barrier = [], threading.Barrier(6)

    def put(post):
        barrier.wait()
        try:
            said.append(roster.plan(anna, post, shift=week[1], actor=lead).post)
        except Conflict:
            said.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=[post]) for post in ("seat", "dispatcher", "shift_lead") * 2]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(said) - {None}) == 1
    assert RosterLine.objects.filter(state="planned").count() == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(1, 20)), max_size=12))
def test_whatever_is_planned_no_two_duties_of_a_person_overlap(people, wishes):
    """The database and a plain comparison of every pair agree on what may be planned."""
    begin = datetime(2027, 3, 1, tzinfo=STREET)
    kept: list[tuple[int, int, int]] = []
    with transaction.atomic():
        for who, start, length in wishes:
            span = (begin + timedelta(hours=start), begin + timedelta(hours=start + length))
            clash = any(w == who and s < start + length and start < s + n for w, s, n in kept)
            same = (who, start, length) in kept
            try:
                roster.plan(people[who], "unit", period=span, actor=None)
                assert not clash or same
                if not same:
                    kept.append((who, start, length))
            except Conflict:
                assert clash
        transaction.set_rollback(True)


def test_a_shift_that_is_over_is_not_planned_anew(people, week):
    anna, bo, _, lead = people
    over = (db_now() - timedelta(hours=9), db_now() - timedelta(hours=1))
    with pytest.raises(Conflict):
        roster.plan(anna, "seat", period=over, actor=lead)
    line = roster.plan(anna, "seat", period=over, actor=None)
    with pytest.raises(Conflict):
        roster.cancel(line.pk, actor=lead)


def test_a_seat_holds_one_person_at_a_time(people, week):
    anna, bo, _, lead = people
    roster.plan(anna, "seat", shift=week[1], place="1", actor=lead)
    with pytest.raises(Conflict, match=str(anna)):
        roster.plan(bo, "seat", shift=week[1], place="1", actor=lead)
    roster.plan(bo, "seat", shift=week[1], place="1", is_backup=True, actor=lead)
    roster.plan(bo, "seat", shift=week[1], place="2", actor=lead)
    roster.plan(bo, "seat", shift=week[2], place="1", actor=lead)


def test_who_is_on_leave_is_not_planned(people, week):
    anna, bo, _, lead = people
    there = (week[1].period.lower, week[1].period.upper)
    leave = roster.ask_leave(anna, stand_in=bo, period=there, reason="婚假")
    roster.decide_leave(leave.pk, actor=lead, approve=True)
    with pytest.raises(Conflict):
        roster.plan(anna, "seat", shift=week[1], actor=lead)
    his = roster.plan(bo, "seat", shift=week[1], actor=lead)
    swap = roster.ask_swap(his.pk, to=anna, actor=bo)
    with pytest.raises(Conflict):
        roster.decide_swap(swap.pk, actor=lead, approve=True)
    assert RosterLine.objects.get(pk=his.pk).user == bo


@pytest.mark.parametrize("days", [(-3, -1), (1, 3_000)])
def test_leave_lies_in_the_year_ahead(people, week, days):
    anna, bo, _, _ = people
    with pytest.raises(BadInput) as refused:
        period = (db_now() + timedelta(days[0]), db_now() + timedelta(days[1]))
        roster.ask_leave(anna, stand_in=bo, period=period, reason="婚假")
    assert refused.value.field == "until"
