"""What units answer, and which of it counts: delivery, acceptance, arrival, feedback, the end."""

import uuid
from datetime import timedelta

import pytest

from dispatch import services
from dispatch.models import ArrivalProof, Assignment, Reinforcement, Unit, UnitPosition
from incidents.lifecycle import Status
from incidents.models import Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed
from tests.dispatch.conftest import CENTRE, client_of, north, orders, picture, verbs

FACTS = {"found": "一处夜间施工噪声", "contacted": "施工负责人", "done": "已责令停工", "remains": "无"}


def again(incident):
    return Incident.objects.get(pk=incident.pk)


@pytest.fixture
def ordered(opened, unit, seat):
    """(incident, order, unit) of a squad that was just ordered."""
    squad = unit("南片二班", north_m=900)
    incident = opened()
    return incident, services.order_unit(incident.pk, actor=seat), squad


def fix(metres, ago_s=0.0, **values):
    at = db_now() - timedelta(seconds=ago_s)
    return services.RawFix(CENTRE[0], north(metres), values.pop("accuracy_m", 10.0), at, **values)


def photo(metres=0.0):
    return services.Photo(picture(), uuid.uuid4(), lon=CENTRE[0], lat=north(metres))


def on_scene(order, squad):
    """Take the order and arrive by photo."""
    services.accept(order.pk, actor=squad.crew)
    return services.arrive_by_photo(order.pk, actor=squad.crew, photo=photo())


def test_the_whole_way_of_an_order(ordered, seat):
    incident, order, squad = ordered

    services.mark_delivered(order.pk, actor=squad.crew)
    services.accept(order.pk, actor=squad.crew)
    services.arrive_by_photo(order.pk, actor=squad.crew, photo=photo(40))
    services.feedback(order.pk, actor=squad.crew, uuid=uuid.uuid4(), text="正在劝导")
    services.finish(order.pk, actor=squad.crew, facts=FACTS, photo=photo())

    done = again(incident)
    assert done.status == Status.PENDING_CHECK
    times = [done.response_started_at, done.unit_accepted_at, done.arrived_at, done.first_feedback_at,
             done.scene_closed_at]  # fmt: skip
    assert times == sorted(times)
    assert {d.code: bool(d.met_at) for d in done.deadlines.filter(policy="street_30515")} == {"R30": True, "A5": True}
    assert Assignment.objects.get().result["contacted"] == "施工负责人"
    assert not Assignment.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.parametrize("why", ["off_duty", "offline"])
def test_a_phantom_delivery_is_no_response(ordered, why):
    incident, order, squad = ordered
    change = {"on_duty_since": None} if why == "off_duty" else {"seen_at": db_now() - timedelta(seconds=61)}
    Unit.objects.filter(pk=squad.pk).update(**change)

    services.mark_delivered(order.pk, actor=squad.crew)

    assert again(incident).response_started_at is None
    assert incident.deadlines.get(code="R30").met_at is None


def test_repeated_answers_change_nothing(ordered):
    incident, order, squad = ordered
    report = uuid.uuid4()
    shot = photo()
    for _time in range(2):
        services.mark_delivered(order.pk, actor=squad.crew)
        services.accept(order.pk, actor=squad.crew)
    for _time in range(2):
        services.arrive_by_photo(order.pk, actor=squad.crew, photo=shot)
    for _time in range(2):
        services.feedback(order.pk, actor=squad.crew, uuid=report, text="正在劝导")
    for _time in range(2):
        services.finish(order.pk, actor=squad.crew, facts=FACTS, photo=shot)

    told = verbs(incident)
    for verb in ("response_started", "unit_accepted", "arrived", "first_feedback", "scene_closed", "handled"):
        assert told.count(f"incident.{verb}") == 1, verb


def test_two_good_fixes_inside_the_geofence_are_the_arrival(ordered):
    incident, order, squad = ordered
    services.accept(order.pk, actor=squad.crew)
    UnitPosition.objects.all().delete()

    first = services.take_positions(squad.crew, [fix(90, 8)])
    second = services.take_positions(squad.crew, [fix(60, 2)])

    assert (first.arrived, second.arrived) == (False, True)
    proof = ArrivalProof.objects.get()
    assert (proof.method, proof.doubtful, round(proof.distance_m, -1)) == ("geofence", False, 60)
    assert again(incident).arrived_at is not None


@pytest.mark.parametrize(
    "fixes",
    [
        lambda: [fix(10, 3, accuracy_m=60), fix(10, 1, accuracy_m=80)],
        lambda: [fix(10, 3, mocked=True), fix(10, 1, mocked=True)],
        lambda: [fix(10, 300), fix(10, 200), fix(10, 100), fix(10, 40)],  # kept while off-line
        lambda: [fix(90, 6), fix(140, 4), fix(90, 2)],
    ],
)
def test_what_is_no_arrival(ordered, fixes):
    incident, order, squad = ordered
    services.accept(order.pk, actor=squad.crew)
    UnitPosition.objects.all().delete()

    assert not services.take_positions(squad.crew, fixes()).arrived
    assert again(incident).arrived_at is None


def test_an_order_not_yet_accepted_is_not_arrived_at(ordered):
    _incident, _order, squad = ordered
    UnitPosition.objects.all().delete()

    assert not services.take_positions(squad.crew, [fix(10, 3), fix(10, 1)]).arrived


def test_a_mocked_position_is_flagged_and_never_counts(ordered):
    _incident, _order, squad = ordered
    before = UnitPosition.objects.get(unit=squad)

    taken = services.take_positions(squad.crew, [fix(0, 1, mocked=True)])

    after = UnitPosition.objects.get(unit=squad)
    assert (taken.taken, taken.flagged, after.flag) == (0, 1, "mocked")
    assert (after.lat, after.fix_at) == (before.lat, before.fix_at)


def test_an_impossible_jump_is_flagged_and_not_believed(ordered):
    _incident, _order, squad = ordered

    taken = services.take_positions(squad.crew, [fix(9000, 1), fix(910, 0)])

    position = UnitPosition.objects.get(unit=squad)
    assert (taken.flagged, taken.taken, position.flag) == (1, 1, "jump")
    assert position.lat == pytest.approx(north(910))


def test_an_older_fix_never_overwrites_a_newer_one(ordered):
    _incident, _order, squad = ordered

    taken = services.take_positions(squad.crew, [fix(100, 600), fix(200, 500)])

    assert (taken.old, taken.taken) == (2, 0)
    assert UnitPosition.objects.get(unit=squad).lat == pytest.approx(north(900))


def test_a_phone_whose_clock_runs_an_hour_ahead_is_set_right(ordered):
    _incident, _order, squad = ordered
    ahead = timedelta(hours=1)
    at = db_now() + ahead
    sent = services.RawFix(CENTRE[0], north(905), 10.0, at - timedelta(seconds=2))

    services.take_positions(squad.crew, [sent], sent_at=at)

    age = db_now() - UnitPosition.objects.get(unit=squad).fix_at
    assert 1 < age.total_seconds() < 10


def test_positions_in_gcj02_are_converted_at_the_door(unit):
    squad = unit("一班", age_s=None)

    services.take_positions(squad.crew, [services.RawFix(120.241404, 30.121130, 10.0, db_now(), crs="gcj02")])

    position = UnitPosition.objects.get(unit=squad)
    assert (position.lon, position.lat) == pytest.approx(CENTRE, abs=1e-5)


def test_a_manual_arrival_far_away_is_doubtful(ordered):
    _incident, order, squad = ordered
    services.accept(order.pk, actor=squad.crew)

    services.arrive_by_photo(order.pk, actor=squad.crew, photo=photo(301))

    assert ArrivalProof.objects.get().doubtful


def test_nobody_arrives_at_a_desk(ordered, seat):
    incident, order, squad = ordered
    services.accept(order.pk, actor=squad.crew)

    with pytest.raises(NotAllowed):
        services.arrive_by_photo(order.pk, actor=seat, photo=photo())
    answer = client_of(seat).post(f"/api/v1/assignments/{order.pk}/arrive/", {}, format="multipart")

    assert answer.status_code == 403
    assert again(incident).arrived_at is None


def test_the_main_unit_ends_with_facts_and_a_photo(ordered):
    _incident, order, squad = ordered
    on_scene(order, squad)

    for facts, shot, field in [({**FACTS, "found": ""}, photo(), "found"), ({**FACTS, "done": " "}, photo(), "done"),
                               (FACTS, None, "photo")]:  # fmt: skip
        with pytest.raises(BadInput) as refused:
            services.finish(order.pk, actor=squad.crew, facts=facts, photo=shot)
        assert refused.value.field == field


def test_finishing_before_arriving_is_refused(ordered):
    _incident, order, squad = ordered
    services.accept(order.pk, actor=squad.crew)

    with pytest.raises(Conflict):
        services.finish(order.pk, actor=squad.crew, facts=FACTS, photo=photo())


def test_reinforcement_is_met_when_the_other_force_arrives(ordered, unit):
    incident, order, squad = ordered
    car = unit("派出所巡逻车", kind="police", north_m=1500)
    on_scene(order, squad)

    call = services.request_reinforcement(incident.pk, "police", actor=squad.crew, reason="人员聚集")
    on_scene(call.assignment, car)

    call.refresh_from_db()
    assert call.status == Reinforcement.Status.ARRIVED
    assert again(incident).reinforcement_arrived_at == call.arrived_at
    assert incident.deadlines.get(code="S15").met_at is not None


def test_when_the_scene_is_closed_the_others_are_free(ordered, unit, seat):
    incident, order, squad = ordered
    helper = unit("协同班", north_m=500)
    services.order_unit(incident.pk, helper.pk, actor=seat, part="support")
    on_scene(order, squad)

    services.finish(order.pk, actor=squad.crew, facts=FACTS, photo=photo())

    assert orders(incident) == [("南片二班", "main", "finished"), ("协同班", "support", "recalled")]


def test_a_failed_check_sends_the_same_unit_again(ordered, seat):
    from incidents.services import finish_check

    incident, order, squad = ordered
    on_scene(order, squad)
    services.finish(order.pk, actor=squad.crew, facts=FACTS, photo=photo())
    finish_check(incident.pk, actor=seat, passed=False, note="仍有噪声")

    services.assign_waiting()
    second = Assignment.objects.get(ended_at__isnull=True)
    services.accept(second.pk, actor=squad.crew)

    assert second.unit == squad
    assert again(incident).status == Status.HANDLING


def test_a_supporting_unit_takes_over_when_the_main_one_declines(ordered, unit, seat):
    incident, order, squad = ordered
    helper = unit("协同班", north_m=500)
    support = services.order_unit(incident.pk, helper.pk, actor=seat, part="support")
    services.accept(support.pk, actor=helper.crew)

    services.decline(order.pk, actor=squad.crew, reason="车辆故障")

    assert orders(incident) == [("南片二班", "main", "declined"), ("协同班", "main", "accepted")]
    assert again(incident).status == Status.HANDLING


def test_the_phone_sees_its_own_order_and_no_other(ordered, unit):
    incident, order, squad = ordered
    stranger = unit("别的班", north_m=3000)

    mine = client_of(squad.crew).get("/api/v1/units/me/").json()
    theirs = client_of(stranger.crew)

    assert mine["assignment"]["id"] == order.pk and mine["incident"]["case_no"] == incident.case_no
    assert theirs.get("/api/v1/units/me/").json()["assignment"] is None
    assert theirs.get(f"/api/v1/assignments/{order.pk}/").status_code == 404
    assert theirs.post(f"/api/v1/assignments/{order.pk}/accept/", {}).status_code == 404


def test_the_phone_works_the_order_off_over_the_api(ordered):
    incident, order, squad = ordered
    client = client_of(squad.crew)
    path = f"/api/v1/assignments/{order.pk}/"
    from django.core.files.uploadedfile import SimpleUploadedFile

    def form(**values):
        shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
        return {"photo": shot, "uuid": str(uuid.uuid4()), "lon": CENTRE[0], "lat": CENTRE[1], **values}

    steps = [
        client.post(path + "delivered/", {}),
        client.post(path + "accept/"),
        client.post(path + "arrive/", form(), format="multipart"),
        client.post(path + "feedback/", {"uuid": str(uuid.uuid4()), "text": "正在劝导"}),
        client.post(path + "finish/", form(**FACTS), format="multipart"),
    ]

    assert [answer.status_code for answer in steps] == [200] * 5, steps[-1].content
    assert again(incident).status == Status.PENDING_CHECK


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fixes": []}, "fixes"),
        ({"fixes": [{"lon": 30.1, "lat": 120.2, "accuracy_m": 5, "fix_at": "2026-05-06T09:00:00Z"}]}, "fixes[0].lat"),
        ({"fixes": [{"lon": 120.2, "lat": 30.1, "fix_at": "2026-05-06T09:00:00Z"}]}, "fixes[0].accuracy_m"),
        ({"fixes": [{"lon": "NaN", "lat": 30.1, "accuracy_m": 5, "fix_at": "2026-05-06T09:00:00Z"}]}, "fixes[0].lon"),
    ],
)
def test_bad_positions_are_named_by_index_and_field(unit, body, field):
    squad = unit("一班")

    answer = client_of(squad.crew).post("/api/v1/units/me/positions/", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)
