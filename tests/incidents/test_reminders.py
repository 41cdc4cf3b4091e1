"""Reminders go on until somebody moves; a limit in working time is reminded in working time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents import services
from incidents.lifecycle import Status
from incidents.models import Alarm, Deadline, FilingStandard
from incidents.services import reminding, sweeping
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from tests.incidents.conftest import clock, make_due, verbs

HANGZHOU = ZoneInfo("Asia/Shanghai")


def remind_all() -> int:
    return drain(reminding.remindable_ids(db_now()), reminding.remind)


def let_reminder_come(deadline: Deadline, **when) -> None:
    Deadline.objects.filter(pk=deadline.pk).update(remind_at=db_now() - timedelta(**when or {"seconds": 1}))


@pytest.fixture
def handled_by_department(opened, seat):
    """A case with a department under a limit of the given kind."""

    def make(limit_kind="urgent_hour"):
        standard = FilingStandard.objects.filter(limit_kind=limit_kind, category__scheme="SZCG").first()
        case = opened(level=4)
        services.file_case(case.pk, actor=seat, standard_id=standard.pk)
        services.move(case.pk, Status.DISPATCHED)
        services.move(case.pk, Status.HANDLING)
        return case

    return make


def test_acknowledged_and_nobody_moves_is_told_again_and_again_until_somebody_arrives(opened, person):
    lead = person("shift_lead")
    case = opened()
    services.mark(case.pk, "E1")  # the first order is out: the response is met, arrival is not
    make_due(clock(case, "A5"))
    sweeping.announce_missed()
    assert clock(case, "A5").remind_at > db_now() + timedelta(seconds=100)

    for number in (1, 2, 3):
        let_reminder_come(clock(case, "A5"))
        assert remind_all() == 1
        alarm = Alarm.objects.get(incident=case, kind="no_progress", acknowledged_at__isnull=True)
        assert (alarm.for_role, alarm.data["code"]) == ("shift_lead", "A5")
        services.acknowledge(alarm.pk, actor=lead)
        assert clock(case, "A5").remind_count == number

    services.mark(case.pk, "E3")
    let_reminder_come(clock(case, "A5"))
    assert remind_all() == 0
    assert verbs(case).count("incident.reminded") == 3
    assert not Alarm.objects.filter(incident=case, kind="no_progress", acknowledged_at__isnull=True).exists()


def test_an_alarm_that_stands_is_not_raised_twice(opened):
    case = opened()
    make_due(clock(case, "R30"))
    sweeping.announce_missed()
    for _ in range(3):
        let_reminder_come(clock(case, "R30"))
        remind_all()
    assert Alarm.objects.filter(incident=case, kind="no_progress").count() == 1


def test_three_quarters_of_the_limit_used_is_a_reminder_once(handled_by_department):
    case = handled_by_department()
    limit = clock(case, "handle")
    assert limit.remind_at - limit.started_at == (limit.due_at - limit.started_at) * 0.75

    let_reminder_come(limit)
    assert remind_all() == 1
    assert remind_all() == 0
    assert clock(case, "handle").remind_at is None
    assert not Alarm.objects.filter(incident=case).exists()


def test_nobody_is_reminded_of_what_was_kept_paused_or_ended(handled_by_department, seat):
    kept, voided = handled_by_department(), handled_by_department()
    let_reminder_come(clock(kept, "handle"))
    let_reminder_come(clock(voided, "handle"))
    services.move(kept.pk, Status.HANDLED)
    services.move(kept.pk, Status.PENDING_CHECK)
    services.return_case(voided.pk, actor=seat, reason="not_our_duty")
    assert remind_all() == 0


def test_a_limit_in_working_time_is_not_reminded_at_night(handled_by_department, monkeypatch):
    case = handled_by_department("work_hour")
    limit = clock(case, "handle")
    night = datetime(2026, 11, 27, 2, tzinfo=HANGZHOU)
    Deadline.objects.filter(pk=limit.pk).update(remind_at=night - timedelta(hours=1))
    monkeypatch.setattr(reminding, "db_now", lambda: night)

    assert reminding.remind(limit.pk) is False
    assert clock(case, "handle").remind_at == datetime(2026, 11, 27, 8, 1, tzinfo=HANGZHOU)
    monkeypatch.setattr(reminding, "db_now", lambda: night + timedelta(hours=6, minutes=1))
    assert reminding.remind(limit.pk) is True


def test_after_an_extension_the_reminder_comes_by_the_new_limit(handled_by_department, seat, photo):
    case = handled_by_department()
    photo(case)
    before = clock(case, "handle").remind_at
    services.extend(case.pk, actor=seat, reason="等待配件")
    limit = clock(case, "handle")
    assert limit.remind_at - before == (limit.due_at - limit.started_at) / 2
