"""Verifications, checks and visits on the phone: given to the nearest, answered once, with photos."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from grid.models import Posting
from grid.services.patrols import place
from incidents import selectors, services
from incidents import selectors_field as seen
from incidents.services import field
from incidents.services.field import Shot
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from tests.incidents.conftest import CENTRE, jpeg


@pytest.fixture
def collector(person):
    """A collector posted to a grid: `collector("name", grid)`."""

    def make(name, grid):
        user = person("collector", name, area=grid[:12])
        period = DateTimeTZRange(db_now() - timedelta(days=1), None)
        Posting.objects.create(grid_id=grid, user=user, duty="collector", period=period)
        return user

    return make


@pytest.fixture
def case(opened):
    return opened(code="J0405", level=4)


def shot(kind) -> Shot:
    return Shot(kind, uuid4(), jpeg())


BOTH = ("far", "near")


def test_a_task_goes_to_the_nearest_collector_on_duty_and_else_to_the_one_posted(case, collector):
    here = collector("posted-here", case.grid_id)
    other = collector("nearby", "33010900300101")
    assert selectors.collector_for(case.pk) == here
    place(other, CENTRE[0] + 0.001, CENTRE[1], 8, db_now())
    assert selectors.collector_for(case.pk) == other
    place(here, CENTRE[0], CENTRE[1], 8, db_now())
    assert selectors.collector_for(case.pk) == here


def test_a_place_from_half_an_hour_ago_says_nothing(case, collector):
    here = collector("posted-here", case.grid_id)
    other = collector("nearby", "33010900300101")
    place(other, *CENTRE, 8, db_now() - timedelta(minutes=30))
    assert selectors.collector_for(case.pk) == here


def test_a_verification_is_answered_with_photos_far_and_near(case, seat, collector):
    user = collector("c1", case.grid_id)
    services.order_verification(case.pk, actor=seat, collector=user)
    (task,) = seen.tasks_for(user)
    assert task.due_at > db_now()
    with pytest.raises(BadInput) as refused:
        field.answer_task(user, task.pk, result="true", shots=[shot("near")])
    assert refused.value.field == "photo_far"
    shots = [shot(kind) for kind in BOTH]
    for _twice in range(2):
        done = field.answer_task(user, task.pk, result="true", shots=shots, note="属实")
    case.refresh_from_db()
    assert (done.result, done.done_by, case.status) == ("true", user, "pending_filing")
    assert case.attachments.count() == 2
    assert not seen.tasks_for(user).exists()
    assert seen.figures_for(user)["today"] | {"tasks": 1, "tasks_in_time": 1} == seen.figures_for(user)["today"]


def test_a_check_that_is_not_passed_needs_a_reason_and_goes_back(case, seat, standard, collector):
    user = collector("c1", case.grid_id)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    for to in ("dispatched", "handling", "handled", "pending_check"):
        services.move(case.pk, to)
    services.order_check(case.pk, actor=seat, collector=user)
    (task,) = seen.tasks_for(user)
    with pytest.raises(BadInput):
        field.answer_task(user, task.pk, result="true", shots=[shot("near")])
    with pytest.raises(BadInput):
        field.answer_task(user, task.pk, result="failed", shots=[shot("near")])
    field.answer_task(user, task.pk, result="failed", shots=[shot("near")], note="垃圾仍在")
    case.refresh_from_db()
    assert (case.status, case.rework_count) == ("rework", 1)


def test_a_task_that_the_seat_has_answered_says_so(case, seat, collector):
    user = collector("c1", case.grid_id)
    services.order_verification(case.pk, actor=seat, collector=user)
    (task,) = seen.tasks_for(user)
    services.finish_verification(case.pk, actor=seat, result="true", by_picture=True)
    with pytest.raises(Conflict):
        field.answer_task(user, task.pk, result="true", shots=[shot(kind) for kind in BOTH])


def test_tasks_of_others_are_not_found(case, seat, collector):
    mine, other = collector("c1", case.grid_id), collector("c2", "33010900300101")
    services.order_verification(case.pk, actor=seat, collector=mine)
    (task,) = seen.tasks_for(mine)
    assert not seen.tasks_for(other).exists()
    with pytest.raises(NotFound):
        seen.task_for(other, task.pk)


def test_a_visit_is_told_once_and_counts_for_who_made_it(opened, person):
    case = opened(code="J0101", level=3, need_followup=True)
    worker = person("grid_worker", "w", area=case.grid_id)
    assert not seen.visits_for(worker).exists()
    services.mark(case.pk, "E7")
    assert list(seen.visits_for(worker)) == [case]
    assert case.pk in seen.follow_up_due([case.pk])
    told = [field.visit(worker, case.pk, method="visit", result="当事人表示满意")[1] for _twice in range(2)]
    assert told == [True, False]
    assert not seen.visits_for(worker).exists()
    figures = seen.figures_for(worker)["month"]
    assert (figures["visits"], figures["visits_in_time"]) == (1, 1)


def test_a_worker_of_another_grid_visits_nobody_here(opened, person):
    case = opened(code="J0101", level=3, need_followup=True)
    services.mark(case.pk, "E7")
    stranger = person("grid_worker", "s", area="33010900300101")
    with pytest.raises(NotFound):
        seen.visit_for(stranger, case.pk)
