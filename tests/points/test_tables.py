"""What the tables of the residents' side say, pair by pair and minute by minute: nothing here needs a street."""

from datetime import datetime
from itertools import product

import pytest

from points import calls_lifecycle, reports_lifecycle
from points.calls_lifecycle import CallStatus, answer_due
from points.lifecycle_mall import NEXT_REDEMPTION, RedemptionStatus
from points.medicine_lifecycle import (
    NEXT_OF_ITEM,
    NEXT_OF_THREAD,
    ItemStatus,
    ThreadStatus,
    escalated_from,
    is_emergency,
)
from points.models import Consultation, MedicineItem, Redemption
from points.reports_lifecycle import Case, Look, outcome
from points.services import health, mall, medicine
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import WrongStep

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("before", "after"), list(product(CallStatus, CallStatus)))
def test_a_call_goes_only_where_the_table_leads(before, after):
    assert calls_lifecycle.may_follow(before, after) == (after in calls_lifecycle.NEXT[before])


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-27 08:00", "2026-11-27 08:30"),
        ("2026-11-27 19:59", "2026-11-27 20:29"),
        ("2026-11-27 20:00", "2026-11-28 00:00"),
        ("2026-11-27 23:30", "2026-11-28 03:30"),
        ("2026-11-27 07:59", "2026-11-27 11:59"),
        ("2026-12-31 21:00", "2027-01-01 01:00"),
    ],
)
def test_the_clock_of_the_first_answer_by_day_and_by_night(at, due):
    def instant(text):
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=STREET)

    assert answer_due(instant(at)) == instant(due)


@pytest.mark.parametrize("before", RedemptionStatus)
@pytest.mark.parametrize("to", RedemptionStatus)
def test_each_step_of_a_redemption_is_allowed_or_refused(before, to):
    row = Redemption(status=before, ended_at=db_now())
    if to in NEXT_REDEMPTION[before]:
        mall._move(row, to)
        assert row.status == to
    else:
        with pytest.raises(WrongStep):
            mall._move(row, to)


@pytest.mark.parametrize(("at", "to"), product(ItemStatus, ItemStatus))
def test_a_pack_goes_only_where_the_table_leads(at, to):
    item = MedicineItem(status=at)
    if to in NEXT_OF_ITEM[at]:
        medicine.step(item, to)
        assert item.status == to
    else:
        with pytest.raises(WrongStep):
            medicine.step(item, to)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-27 08:00", "2026-11-27 08:30"),
        ("2026-11-27 19:59", "2026-11-27 20:29"),
        ("2026-11-27 20:00", "2026-11-28 08:30"),
        ("2026-11-28 03:00", "2026-11-28 08:30"),
        ("2026-12-31 23:59", "2027-01-01 08:30"),
    ],
)
def test_half_an_hour_by_day_and_from_eight_for_what_comes_at_night(asked, due):
    asked, due = (datetime.fromisoformat(text).replace(tzinfo=STREET) for text in (asked, due))
    assert escalated_from(asked) == due


@pytest.mark.parametrize(("at", "to"), product(ThreadStatus, ThreadStatus))
def test_a_consultation_goes_only_where_the_table_leads(at, to):
    thread = Consultation(status=at)
    if to in NEXT_OF_THREAD[at] and to in (ThreadStatus.CLOSED, ThreadStatus.HANDED_OVER):
        health._end(thread, to)
        assert thread.status == to
    elif to not in NEXT_OF_THREAD[at]:
        with pytest.raises(WrongStep):
            health._end(thread, to)


@pytest.mark.parametrize("text", ["胸痛", "呼吸困难", "昏迷不醒", "大出血", "他 叫不醒 了", "Chest  pain", "误服农药"])
def test_words_that_call_for_120(text):
    assert is_emergency(text)


@pytest.mark.parametrize("text", ["", "头痛", "感冒流鼻涕", "胸前起疹子", "出血点"])
def test_words_that_do_not(text):
    assert not is_emergency(text)


@pytest.mark.parametrize(("before", "after"), list(product(Look, Look)))
def test_a_look_follows_another_only_as_the_table_says(before, after):
    assert reports_lifecycle.may_follow(before, after) == (after in reports_lifecycle.NEXT[before])


@pytest.mark.parametrize(
    ("status", "level", "filed_at", "arrived_at", "joined", "rules"),
    [
        ("reported", 4, None, None, False, None),
        ("pending_filing", 4, None, None, False, None),
        ("pending_dispatch", 4, "x", None, False, ("report-filed",)),
        ("handling", 4, "x", None, True, ("report-again",)),
        ("pending_dispatch", 3, "x", None, False, None),
        ("handling", 2, "x", "x", False, ("report-filed", "report-serious")),
        ("closed", 1, "x", None, False, ("report-filed", "report-serious")),
        ("closed", 3, "x", "x", True, ("report-again",)),
        ("rejected", 4, None, None, False, ()),
        ("voided", 1, "x", "x", False, ()),
    ],
)
def test_what_a_case_is_worth(status, level, filed_at, arrived_at, joined, rules):
    assert outcome(Case(status, level, filed_at, arrived_at), joined=joined) == rules


@pytest.mark.parametrize(
    ("level", "endangers", "serious"), [(2, False, True), (3, True, True), (3, False, False), (4, True, False)]
)
def test_noise_of_level_three_is_no_serious_hazard_and_a_blocked_fire_lane_is(level, endangers, serious):
    rules = outcome(Case("closed", level, "x", "x", endangers=endangers), joined=False)
    assert ("report-serious" in rules) is serious
