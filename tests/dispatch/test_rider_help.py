"""Riders nearby are asked for help: never to danger, the nearest first, and only who has agreed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from dispatch import services
from dispatch.models import HelpCall, HelpPart, Rider
from incidents.services import mark, set_level
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import CENTRE, client_of, verbs
from tests.dispatch.riders import ask, asked, make_rider, part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rider(person):
    return lambda vest, **how: make_rider(person, vest, **how)


def sweep():
    for pk in services.running_call_ids():
        services.look_at_call(pk)


def test_the_nearest_who_have_agreed_are_asked(opened, seat, rider):
    rider("A1", north_m=200)
    rider("A2", north_m=700)
    rider("OUT-OF-REACH", north_m=1_400)
    rider("SMALL-RADIUS", north_m=600, radius_m=500)
    rider("NOT-AGREED", north_m=50, agreed=False)
    rider("OFF-DUTY", north_m=50, on_duty=False)
    paused = rider("PAUSED", north_m=50)
    services.pause_rider(paused.pk, "休假", actor=seat)

    call = ask(opened(), seat, radius_m=1_000)

    assert asked(call) == {"A1": "asked", "A2": "asked"}


@pytest.mark.parametrize("level", [1, 2])
def test_nobody_is_asked_to_a_dangerous_incident_and_the_field_is_named(opened, seat, rider, level):
    rider("A1")
    incident = opened(level=level)

    answer = client_of(seat).post(f"/api/v1/incidents/{incident.pk}/help/", {"uuid": str(uuid4()), "text": "帮忙"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "level"
    assert not HelpPart.objects.exists()


def test_when_the_level_rises_the_request_is_withdrawn_and_everybody_is_told(opened, seat, rider):
    there, coming, waiting = rider("A1"), rider("A2"), rider("A3")
    incident = opened()
    call = ask(incident, seat, wanted=3)
    services.accept_help(there.user, part_of(there).pk)
    services.arrive_to_help_out(there.user, part_of(there).pk)
    services.accept_help(coming.user, part_of(coming).pk)

    set_level(incident.pk, 2, actor=seat)
    with pytest.raises(Conflict):  # also in the second before the sweep
        services.accept_help(waiting.user, part_of(waiting).pk)
    sweep()

    call.refresh_from_db()
    assert (call.status, call.why) == ("withdrawn", "danger")
    assert asked(call) == {"A1": "withdrawn", "A2": "withdrawn", "A3": "withdrawn"}
    for each in (there, coming, waiting):
        assert Entry.objects.filter(subject_type="helppart", subject_id=part_of(each).pk).latest("id").verb == (
            "helppart.withdrawn"
        )
        shown = client_of(each.user).get("/api/v1/rider/").json()["parts"][0]
        assert (shown["status"], shown["why"], shown["place"]) == ("withdrawn", "danger", None)
    assert verbs(incident)[-1] == "incident.riders_withdrawn"


def test_the_place_is_told_to_who_comes_and_no_telephone_number_to_anybody(opened, seat, rider):
    one = rider("A1")
    incident = opened(address="学士路12号 张先生13812345678", text="电话 13812345678", reporter_phone="13812345678")
    ask(incident, seat, text="请到门口接一下老人,电话13812345678")
    client = client_of(one.user)

    before = client.get("/api/v1/rider/").json()["parts"][0]
    client.post(f"/api/v1/rider/help/{before['id']}/accept/")
    after = client.get("/api/v1/rider/").json()["parts"][0]

    assert before["place"] is None and before["distance_m"] == 300
    assert after["place"] == {"lon": CENTRE[0], "lat": CENTRE[1], "address": "学士路12号 张先生****"}
    for seen in (before, after):
        assert "1381234" not in str(seen) and "138****" not in str(seen)


def test_a_rider_helps_and_the_story_says_so(opened, seat, rider):
    one = rider("A1")
    incident = opened()
    call = ask(incident, seat)
    client, part = client_of(one.user), part_of(one)

    for step in ("accept", "accept", "arrive", "arrive"):
        assert client.post(f"/api/v1/rider/help/{part.pk}/{step}/").status_code == 200
    wrong = client.post(f"/api/v1/rider/help/{part.pk}/finish/", {"did": " "})
    told = [client.post(f"/api/v1/rider/help/{part.pk}/finish/", {"did": "陪护至民警到场", "people": 2}) for _ in "12"]

    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "did"
    assert [answer.json()["status"] for answer in told] == ["finished", "finished"]
    call.refresh_from_db()
    assert call.status == "finished"
    said = [verb for verb in verbs(incident) if "rider" in verb]
    assert said == [
        f"incident.{verb}" for verb in ("riders_asked", "rider_accepted", "rider_arrived", "rider_finished")
    ]


def test_who_comes_second_hears_that_enough_are_coming_and_is_asked_again_when_a_place_is_free(opened, seat, rider):
    first, second = rider("A1"), rider("A2")
    call = ask(opened(), seat)
    services.accept_help(first.user, part_of(first).pk)

    with pytest.raises(Conflict) as refused:
        services.accept_help(second.user, part_of(second).pk)
    assert refused.value.extra["why"] == "full"
    assert asked(call) == {"A1": "accepted", "A2": "full"}

    services.decline_help(first.user, part_of(first).pk)
    assert asked(call) == {"A1": "declined", "A2": "asked"}
    assert services.accept_help(second.user, part_of(second).pk).status == "accepted"


def test_nobody_is_in_two_places(opened, seat, rider):
    one = rider("A1")
    first, second = ask(opened(), seat), ask(opened(title="另一处"), seat)
    services.accept_help(one.user, part_of(one, first).pk)
    with pytest.raises(Conflict) as refused:
        services.accept_help(one.user, part_of(one, second).pk)
    assert refused.value.extra["why"] == "elsewhere"
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpPart.objects.filter(call=second).update(status="accepted")


def test_the_same_request_twice_is_one(opened, seat, rider):
    rider("A1")
    incident = opened()
    body = {"uuid": str(uuid4()), "text": "帮忙看一下"}
    answers = [client_of(seat).post(f"/api/v1/incidents/{incident.pk}/help/", body) for _ in range(2)]
    other = client_of(seat).post(f"/api/v1/incidents/{incident.pk}/help/", body | {"uuid": str(uuid4())})
    assert [answer.status_code for answer in (*answers, other)] == [201, 200, 200]
    assert HelpCall.objects.count() == HelpPart.objects.count() == 1
    assert verbs(incident).count("incident.riders_asked") == 1


def test_without_an_answer_the_request_runs_out_and_the_seat_reads_it(opened, seat, rider):
    rider("A1")
    incident = opened()
    call = ask(incident, seat)
    HelpCall.objects.update(expires_at=db_now() - timedelta(seconds=1))
    sweep()
    call.refresh_from_db()
    assert (call.status, asked(call)) == ("expired", {"A1": "expired"})
    assert verbs(incident)[-1] == "incident.riders_silent"


def test_a_rider_who_comes_nearby_later_is_asked_too(opened, seat, rider):
    call = ask(opened(), seat)
    late = rider("A1")
    sweep()
    sweep()
    assert asked(call) == {"A1": "asked"}
    assert part_of(late).distance_m == 300


def test_when_the_case_ends_who_is_on_the_way_is_told_and_who_is_there_may_finish(opened, seat, rider):
    there, coming = rider("A1"), rider("A2")
    incident = opened()
    call = ask(incident, seat, wanted=2)
    services.accept_help(there.user, part_of(there).pk)
    services.arrive_to_help_out(there.user, part_of(there).pk)
    services.accept_help(coming.user, part_of(coming).pk)
    mark(incident.pk, "E7", actor=seat)
    sweep()
    assert asked(call) == {"A1": "arrived", "A2": "withdrawn"}
    services.finish_help(there.user, part_of(there).pk, did="已协助")
    call.refresh_from_db()
    assert call.status == "finished"


def test_who_never_arrives_gives_his_place_up(opened, seat, rider):
    lost, other = rider("A1"), rider("A2")
    call = ask(opened(), seat, minutes=60)
    services.accept_help(lost.user, part_of(lost).pk)
    HelpPart.objects.filter(rider=lost).update(accepted_at=db_now() - timedelta(minutes=61))
    sweep()
    assert asked(call) == {"A1": "expired", "A2": "asked"}
    assert services.accept_help(other.user, part_of(other).pk).status == "accepted"


def test_another_riders_request_is_not_found(opened, seat, rider):
    one, other = rider("A1"), rider("A2", north_m=5_000)
    ask(opened(), seat)
    with pytest.raises(NotFound):
        services.accept_help(other.user, part_of(one).pk)


def test_a_place_is_kept_only_of_who_has_agreed_and_is_on_duty_and_not_for_long(rider):
    one = rider("A1", agreed=False)
    here = {"lon": CENTRE[0], "lat": CENTRE[1]}
    client = client_of(one.user)
    assert client.post("/api/v1/rider/position/", here).json() == {"kept": False}
    client.post("/api/v1/rider/agreement/", {"helps_nearby": True, "radius_m": 800})
    assert client.post("/api/v1/rider/position/", here).json() == {"kept": True}
    Rider.objects.update(fix_at=db_now() - timedelta(minutes=11))
    assert services.erase_old_places() == 1
    client.post("/api/v1/rider/position/", here)
    client.post("/api/v1/rider/duty/", {"on_duty": False})
    one.refresh_from_db()
    assert (one.lon, one.lat, one.fix_at, one.radius_m) == (None, None, None, 800)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rider.objects.update(lon=120.2, lat=30.1, fix_at=db_now())
    assert not Entry.objects.filter(subject_type="rider", data__has_key="lon").exists()


def test_taking_the_agreement_back_ends_open_questions(opened, seat, rider):
    one = rider("A1")
    call = ask(opened(), seat)
    services.agree(one.user, helps_nearby=False)
    assert asked(call) == {"A1": "declined"}
    one.refresh_from_db()
    assert one.lon is None


@pytest.mark.parametrize(("field", "value"), [("wanted", 0), ("wanted", 6), ("radius_m", 100), ("minutes", 1)])
def test_a_request_within_bounds_only(opened, seat, field, value):
    with pytest.raises(BadInput) as refused:
        ask(opened(), seat, **{field: value})
    assert refused.value.field == field
