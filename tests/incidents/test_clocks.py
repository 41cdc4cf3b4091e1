"""The 30515 clocks: started, met and missed as the measurement table says."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from incidents import services
from incidents.events import Facts, applies, outcome
from incidents.lifecycle import Status
from incidents.models import Alarm, Deadline, Incident, Outage, SlaClock, SweepState
from incidents.services import sweeping
from shushanwei.common.clock import db_now
from shushanwei.common.errors import WrongStep
from tests.incidents.conftest import clock, make_due, verbs

HANGZHOU = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANGZHOU)


def seconds(deadline: Deadline) -> float:
    return (deadline.stopped_at - deadline.started_at).total_seconds()


def test_the_worked_example_of_the_handbook(opened, seat):
    case = opened(code="J0527", opened_at=at("2026-11-20 09:00:00"))
    for event, when in [
        ("E1", "2026-11-20 09:00:18"),
        ("E2", "2026-11-20 09:00:40"),
        ("E3", "2026-11-20 09:04:50"),
        ("E5", "2026-11-20 09:06:00"),
        ("E6", "2026-11-20 09:19:30"),
        ("E7", "2026-11-20 09:40:00"),
        ("E8", "2026-11-21 08:30:00"),
    ]:
        services.mark(case.pk, event, at=at(when), part="police" if event in ("E5", "E6") else "")

    measured = {code: seconds(clock(case, code)) for code in ("R30", "A5", "C480", "S15", "F24")}
    assert measured == {"R30": 18, "A5": 272, "C480": 290, "S15": 810, "F24": 22 * 3600 + 50 * 60}
    assert all(clock(case, code).met_at for code in measured)


@pytest.mark.parametrize("code", ["R30", "A5", "S15", "F24", "C60", "C480", "C1h", "C24h"])
def test_the_measurement_table_is_loaded_word_for_word(street, code):
    table = {
        "R30": ("E0", "E1", 30, "immediate"),
        "A5": ("E1", "E3", 300, "attended"),
        "S15": ("E5", "E6", 900, "reinforced"),
        "F24": ("E7", "E8", 86_400, "followed_up"),
        "C60": ("E0", "E1", 60, "immediate"),
        "C480": ("E0", "E3", 480, "attended"),
        "C1h": ("E0", "E4", 3_600, "attended"),
        "C24h": ("E0", "E9", 86_400, "all"),
    }
    row = SlaClock.objects.get(code=code)
    assert (row.start, row.stop, row.target_s, row.applies) == table[code]


@pytest.mark.parametrize(
    ("rule", "facts", "runs"),
    [
        ("immediate", Facts(3, True, False, False), True),
        ("immediate", Facts(4, True, False, False), False),
        ("immediate", Facts(1, False, False, False), False),
        ("immediate", Facts(1, True, False, True), False),
        ("followed_up", Facts(4, True, True, False), True),
        ("followed_up", Facts(1, True, False, False), False),
        ("all", Facts(3, False, False, False), True),
    ],
)
def test_which_promises_an_incident_is_under(rule, facts, runs):
    assert applies(rule, facts) is runs


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_promise_is_either_met_or_missed_when_it_fell_due(due_s, stop_s):
    start = datetime(2026, 1, 1, tzinfo=HANGZHOU)
    due, stopped = start + timedelta(seconds=due_s), start + timedelta(seconds=stop_s)
    met, missed = outcome(due, stopped)
    assert (met is None) != (missed is None)
    assert met == stopped if stop_s <= due_s else missed == due


def test_an_edited_policy_changes_no_running_case(opened):
    case = opened()
    SlaClock.objects.filter(code="A5").update(target_s=60)
    services.mark(case.pk, "E1")
    assert clock(case, "A5").target_s == 300


def test_a_miss_carries_the_instant_it_fell_due_and_alarms_the_shift_leader_once(opened):
    case = opened()
    make_due(clock(case, "R30"), seconds_ago=7)

    assert sweeping.announce_missed() == 1
    assert sweeping.announce_missed() == 0

    missed = clock(case, "R30")
    assert missed.missed_at == missed.due_at
    assert missed.consequence_at
    assert Alarm.objects.get(incident=case).for_role == "shift_lead"
    assert verbs(case).count("incident.deadline_missed") == 1
    assert Incident.objects.get(pk=case.pk).overdue_at == missed.due_at


def test_a_stop_in_time_leaves_nothing_to_announce(opened):
    case = opened()
    services.mark(case.pk, "E1")
    assert clock(case, "R30").met_at
    make_due(clock(case, "A5"))
    services.mark(case.pk, "E3", at=clock(case, "A5").due_at)
    assert clock(case, "A5").met_at == clock(case, "A5").due_at
    assert sweeping.announce_missed() == 0


def test_a_late_stop_that_the_sweep_has_not_seen_is_announced_by_the_stop(opened):
    case = opened()
    make_due(clock(case, "R30"))
    services.mark(case.pk, "E1")
    late = clock(case, "R30")
    assert late.missed_at == late.due_at
    assert late.stopped_at > late.due_at
    assert verbs(case).count("incident.deadline_missed") == 1
    assert sweeping.announce_missed() == 0
    assert Alarm.objects.filter(incident=case).count() == 1


def test_responding_stops_the_first_clock_only(opened, seat):
    case = opened()
    services.answer(case.pk, actor=seat)
    assert clock(case, "R30").stopped_at is None
    services.mark(case.pk, "E1")
    assert clock(case, "A5").stopped_at is None
    make_due(clock(case, "A5"))
    assert sweeping.announce_missed() == 1


def test_a_second_order_starts_no_second_clock(opened):
    case = opened()
    services.mark(case.pk, "E1")
    first = case.response_started_at
    services.mark(case.pk, "E1")
    assert Incident.objects.get(pk=case.pk).response_started_at != first
    assert Deadline.objects.filter(incident=case, code="A5").count() == 1


def test_each_force_that_was_asked_has_its_own_clock(opened):
    case = opened()
    for force in ("police", "fire"):
        services.mark(case.pk, "E5", part=force)
    services.mark(case.pk, "E6", part="fire")
    by_force = dict(Deadline.objects.filter(incident=case, code="S15").values_list("part", "met_at"))
    assert by_force["fire"] and by_force["police"] is None


def test_nobody_is_waited_for_once_the_scene_is_closed(opened):
    case = opened()
    services.mark(case.pk, "E5", part="police")
    services.mark(case.pk, "E7")
    assert Deadline.objects.get(incident=case, code="S15").void_at


def test_a_later_date_that_the_party_asked_for_gives_back_exactly_that_time(opened, seat):
    case = opened(code="J0527")
    services.mark(case.pk, "E7")
    before = clock(case, "F24").due_at
    until = db_now() + timedelta(hours=30)
    services.agree_follow_up(case.pk, actor=seat, until=until, note="当事人出差")
    given_back = clock(case, "F24").due_at - before
    assert timedelta(hours=29, minutes=59) < given_back <= timedelta(hours=30)
    with pytest.raises(WrongStep):
        services.agree_follow_up(case.pk, actor=seat, until=until, note="再次")


def test_a_void_incident_owes_nothing_any_more(opened, seat):
    case = opened()
    services.void(case.pk, actor=seat, reason="演练")
    Deadline.objects.filter(incident=case).update(work_at=db_now() - timedelta(seconds=1))
    assert sweeping.announce_missed() == 0


def test_a_reopened_case_is_not_hit_by_a_timer_of_its_first_round(opened, seat):
    case = opened(code="J0527")
    services.mark(case.pk, "E1")
    services.mark(case.pk, "E3")
    services.mark(case.pk, "E7")
    Incident.objects.filter(pk=case.pk).update(status=Status.PENDING_CLOSE)
    services.close(case.pk, actor=seat, closing={"found": "口角", "done": "已劝离"}, confirm_brief=True)
    services.reopen(case.pk, actor=seat, reason="又吵了")
    Deadline.objects.filter(incident=case, code="F24").update(work_at=db_now() - timedelta(hours=1))
    Deadline.objects.filter(incident=case, code="F24").update(due_at=db_now() - timedelta(hours=1))
    assert sweeping.announce_missed() == 0
    services.mark(case.pk, "E7")
    case.refresh_from_db()
    assert clock(case, "F24").generation == 1


def test_what_fell_due_while_the_system_was_down_is_told_as_one_digest(opened):
    cases = [opened(lon=120.22 + i / 100) for i in range(3)]
    fresh = opened(lon=120.27)
    for case in cases:
        make_due(clock(case, "R30"), seconds_ago=100)
    SweepState.objects.update_or_create(pk=1, defaults={"last_run_at": db_now() - timedelta(minutes=30)})

    assert sweeping.note_sweep() is not None
    make_due(clock(fresh, "R30"), seconds_ago=-0.05)
    assert sweeping.announce_missed() == 3
    sweeping.tell_digests()
    sweeping.tell_digests()

    digest = Alarm.objects.get(kind=Alarm.Kind.OUTAGE_DIGEST)
    assert digest.data["counts"] == {"R30": 3}
    assert not Alarm.objects.filter(kind=Alarm.Kind.R30_MISSED).exists()
    assert all(clock(case, "R30").during_outage for case in cases)
    assert Outage.objects.get().missed_count == 3


def test_one_bad_row_does_not_stop_the_sweep(opened, monkeypatch):
    good, bad = opened(), opened(lon=120.25)
    for case in (good, bad):
        make_due(clock(case, "R30"))
    told = sweeping._announce

    def stumble(deadlines, incidents, now):
        if bad.pk in incidents:
            raise RuntimeError("this row is broken")
        return told(deadlines, incidents, now)

    monkeypatch.setattr(sweeping, "_announce", stumble)
    assert sweeping.announce_missed() == 1
    assert clock(good, "R30").missed_at
    assert clock(bad, "R30").work_at > db_now()


def test_the_handling_clock_waits_while_a_case_is_on_hold(opened, seat, standard):
    from tests.incidents.test_attachments import photo

    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.move(case.pk, Status.HANDLING)
    due = clock(case, "handle").due_at
    photo(case)
    services.suspend(case.pk, actor=seat, until=db_now() + timedelta(days=3), reason="等待住户")
    paused = clock(case, "handle").paused_at
    Deadline.objects.filter(incident=case, code="handle").update(paused_at=paused - timedelta(minutes=20))
    services.resume(case.pk, actor=seat)
    # The standard's limit is in urgent hours, which run through nights: twenty minutes come back as twenty minutes.
    back = clock(case, "handle").due_at - due
    assert timedelta(minutes=20) <= back < timedelta(minutes=21)


def test_a_return_voids_the_handling_clock_and_the_next_department_gets_a_full_limit(opened, seat, standard):
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.return_case(case.pk, actor=seat, reason="not_our_duty")
    assert Deadline.objects.get(incident=case, code="handle").void_at
    services.move(case.pk, Status.DISPATCHED)
    assert clock(case, "handle").target_s == standard.limit_value * 3600


def test_after_a_failed_check_the_clock_goes_on_with_what_was_left(opened, seat, standard):
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    for to in (Status.DISPATCHED, Status.HANDLING, Status.HANDLED, Status.PENDING_CHECK):
        services.move(case.pk, to)
    services.finish_check(case.pk, actor=seat, passed=False, note="未清理")
    first, second = Deadline.objects.filter(incident=case, code="handle").order_by("id")
    left = (first.due_at - first.met_at).total_seconds()
    assert abs(second.target_s - left) <= 1


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_announce_each_miss_once(opened):
    cases = [opened(lon=120.21 + i / 1000) for i in range(60)]
    for case in cases:
        make_due(clock(case, "R30"))
    told, now = [], db_now()

    def sweep():
        done = 0
        while sweeping.next_due() < now:
            done += sweeping.announce_missed(limit=7)
        told.append(done)
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(told) == 60
    assert Alarm.objects.count() == 60
    assert all(verbs(case).count("incident.deadline_missed") == 1 for case in cases)
