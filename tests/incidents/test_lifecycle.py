"""The life of an incident, step by step."""

import pytest

from incidents import services
from incidents.lifecycle import ENDED, LIVE, NEEDS_REASON, NEXT, STAGE, Status, may_follow
from incidents.models import Incident
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from tests.incidents.conftest import verbs

PAIRS = [(before, after) for before in Status for after in Status]


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{a.value}-{b.value}" for a, b in PAIRS])
def test_every_step_is_allowed_or_refused_as_the_table_says(opened, before, after):
    incident = opened()
    Incident.objects.filter(pk=incident.pk).update(status=before)

    if may_follow(before, after):
        assert services.move(incident.pk, after, note="because").status == after
    else:
        with pytest.raises(WrongStep):
            services.move(incident.pk, after, note="because")
        assert Incident.objects.get(pk=incident.pk).status == before


def test_every_state_has_a_stage_and_only_the_ended_go_nowhere():
    assert set(STAGE) == set(Status)
    assert {status for status in Status if not NEXT[status]} == set(ENDED) - {Status.CLOSED}
    assert set(LIVE) | set(ENDED) == set(Status)


@pytest.mark.parametrize("to", sorted(NEEDS_REASON))
def test_going_back_or_ending_early_needs_a_reason(opened, to):
    incident = opened()
    before = next(status for status in Status if to in NEXT[status])
    Incident.objects.filter(pk=incident.pk).update(status=before)

    with pytest.raises(BadInput) as refused:
        services.move(incident.pk, to)
    assert refused.value.field == "note"


def test_an_urgent_signal_is_filed_at_once_and_an_ordinary_one_awaits_verification(opened):
    assert opened(level=2).status == Status.PENDING_DISPATCH
    assert opened(level=4, lon=120.24).status == Status.REPORTED


def test_a_caller_who_saw_an_older_state_is_told(opened):
    incident = opened()
    with pytest.raises(WrongStep) as refused:
        services.move(incident.pk, Status.DISPATCHED, expect=Status.REPORTED)
    assert refused.value.extra["now"] == Status.PENDING_DISPATCH


def test_the_second_seat_that_answers_learns_who_was_first(opened, person):
    first, second = person("seat_operator", "first"), person("seat_operator", "second")
    incident = opened()
    services.answer(incident.pk, actor=first)
    services.answer(incident.pk, actor=first)
    with pytest.raises(Conflict, match="first"):
        services.answer(incident.pk, actor=second)


def test_the_whole_way_of_an_ordinary_case(opened, seat, person, standard):
    collector = person("collector", area="330109003001")
    case = opened(code="J0405", level=4)
    services.order_verification(case.pk, actor=seat, collector=collector)
    services.finish_verification(case.pk, actor=collector, result="true", note="属实")
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED, actor=seat)
    services.move(case.pk, Status.HANDLING)
    services.move(case.pk, Status.HANDLED)
    services.move(case.pk, Status.PENDING_CHECK)
    services.order_check(case.pk, actor=seat, collector=collector)
    services.finish_check(case.pk, actor=collector, passed=True)
    done = services.close(
        case.pk,
        actor=seat,
        closing={"found": "夜间混凝土浇筑扰民，已停工", "done": "现场责令停工并书面告知，已回访报告人"},
    )
    assert done.status == Status.CLOSED
    assert done.closed_at and done.ended_at
    assert verbs(case)[-1] == "incident.closed"


def test_a_failed_check_goes_back_to_the_same_department_and_is_counted(opened, seat, standard):
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    for to in (Status.DISPATCHED, Status.HANDLING, Status.HANDLED, Status.PENDING_CHECK):
        services.move(case.pk, to)
    with pytest.raises(BadInput):
        services.finish_check(case.pk, actor=seat, passed=False)
    back = services.finish_check(case.pk, actor=seat, passed=False, note="垃圾仍在")
    assert (back.status, back.rework_count) == (Status.REWORK, 1)
    assert back.department == standard.category.department


def test_a_return_keeps_its_reason_and_what_was_entered(opened, seat, standard):
    case = opened(level=4, text="三楼")
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    back = services.return_case(case.pk, actor=seat, reason="not_our_duty", note="属市政")
    assert (back.status, back.return_count, back.text) == (Status.RETURNED, 1, "三楼")
    assert back.returns.get().reason == "not_our_duty"


def test_a_case_on_hold_takes_no_step(opened, seat, standard):
    from datetime import timedelta

    from shushanwei.common.clock import db_now
    from tests.incidents.test_attachments import photo

    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.move(case.pk, Status.HANDLING)
    with pytest.raises(Conflict):
        services.suspend(case.pk, actor=seat, until=db_now() + timedelta(days=9), reason="待拆迁")
    photo(case)
    services.suspend(case.pk, actor=seat, until=db_now() + timedelta(days=9), reason="待拆迁")
    with pytest.raises(WrongStep):
        services.move(case.pk, Status.HANDLED)
    services.resume(case.pk, actor=seat)
    with pytest.raises(WrongStep):
        services.suspend(case.pk, actor=seat, until=db_now() + timedelta(days=9), reason="再次")


def test_a_brief_closing_must_be_confirmed(opened, seat):
    case = opened()
    Incident.objects.filter(pk=case.pk).update(status=Status.PENDING_CLOSE)
    with pytest.raises(BadInput) as refused:
        services.close(case.pk, actor=seat, closing={"found": "有", "done": "好"})
    assert refused.value.extra["brief"]
    assert services.close(case.pk, actor=seat, closing={"found": "有", "done": "好"}, confirm_brief=True).closed_at


def test_closing_by_order_takes_two_persons(opened, person):
    lead, commander, seat = person("shift_lead"), person("commander"), person("seat_operator")
    case = opened()
    for second in (lead, seat):
        with pytest.raises(BadInput):
            services.force_close(case.pk, actor=lead, second=second, reason="上级指令")
    assert services.force_close(case.pk, actor=lead, second=commander, reason="上级指令").status == "force_closed"


def test_a_closed_case_is_reopened_once(opened, seat):
    case = opened()
    Incident.objects.filter(pk=case.pk).update(status=Status.PENDING_CLOSE)
    facts = {"closing": {"found": "有", "done": "好"}, "confirm_brief": True}
    services.close(case.pk, actor=seat, **facts)
    again = services.reopen(case.pk, actor=seat, reason="居民反映未解决")
    assert (again.status, again.generation, again.ended_at) == (Status.HANDLING, 1, None)
    Incident.objects.filter(pk=case.pk).update(status=Status.PENDING_CLOSE)
    services.close(case.pk, actor=seat, **facts)
    with pytest.raises(WrongStep):
        services.reopen(case.pk, actor=seat, reason="又来")


def test_a_duplicate_ends_in_its_master_and_its_signals_count_there(opened, seat):
    master, twin = opened(), opened(lon=120.25)
    merged = services.merge(twin.pk, master.pk, actor=seat)
    assert merged.status == Status.MERGED
    assert Incident.objects.get(pk=master.pk).alert_count == 2
    assert verbs(master)[-1] == "incident.absorbed"


def test_case_numbers_count_by_day_without_gaps(opened):
    numbers = [opened(lon=120.22 + i / 100).case_no for i in range(3)]
    assert [int(number[-5:]) for number in numbers] == [1, 2, 3]
    assert all(number.startswith("330109") and len(number) == 19 for number in numbers)
