"""Waiting alerts become incidents: once, in folds, and nothing that is bad stops what is good."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connections

from incidents.intake import processing
from incidents.intake.desk import map_kind, mute_source, try_again, unmute_source
from incidents.models import Alert, AlertKind, CaseCategory, Incident, Source
from incidents.services import open_or_join
from incidents.tasks_intake import process_alerts
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from tests.incidents.conftest import verbs
from tests.incidents.intake_fixtures import Camera, an_alert, states

pytestmark = pytest.mark.django_db(transaction=True)
FAR = 0.003  # degrees of latitude, some 330 m


@pytest.fixture
def camera(street):
    return Camera()


def process() -> int:
    return processing.process_waiting()


def slow(seconds: float):
    """Opening as a busy machine does it."""

    def opening(draft, **more):
        time.sleep(seconds)
        return open_or_join(draft, **more)

    return opening


def in_threads(count: int, step) -> list:
    def alone(number):
        try:
            return step(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def test_an_alert_opens_an_incident_and_its_trace_runs_into_the_story(camera):
    camera.send(an_alert(kind="road_occupied", title="占道摆摊"), **{"X-Request-Id": "trace-77"})
    assert process() == 1
    incident, alert = Incident.objects.get(), Alert.objects.get()
    assert (alert.state, alert.incident_id) == ("opened", incident.pk)
    assert (incident.title, incident.level, incident.source_kind) == ("占道摆摊", 3, "analytics")
    assert incident.szcg_category.code == "E0406"
    assert incident.opened_at == alert.received_at
    assert Entry.objects.get(verb="incident.opened").trace == "trace-77"
    assert Source.objects.get().last_seen_at == alert.received_at


def test_a_storm_of_one_camera_is_one_incident_that_counts(camera):
    camera.send([an_alert() for _ in range(500)])
    assert process() == 500
    incident = Incident.objects.get()
    assert incident.alert_count == 500
    assert verbs(incident) == ["incident.opened"]
    assert states() == {"opened": 1, "joined": 499}
    camera.send([an_alert() for _ in range(20)])
    process()
    incident.refresh_from_db()
    assert incident.alert_count == 520
    assert verbs(incident) == ["incident.opened", "incident.alert_joined"]
    assert Entry.objects.get(verb="incident.alert_joined").data["count"] == 20


def test_new_trouble_in_the_midst_of_a_storm_is_not_swallowed(camera):
    storm = [an_alert() for _ in range(300)]
    others = [an_alert(lat=30.09 + number * FAR) for number in range(8)]
    camera.send([*storm[:150], *others, *storm[150:]])
    process()
    assert Incident.objects.count() == 9
    assert not Alert.objects.filter(incident=None).exists()


def test_sixty_four_threads_report_the_same_thing_and_one_incident_stands(camera):
    def report(number):
        answer = camera.send(an_alert(external_id=f"t{number}"))
        process()
        return answer.status_code

    assert in_threads(64, report) == [202] * 64
    process()
    incident = Incident.objects.get()
    assert incident.alert_count == 64
    assert states() == {"opened": 1, "joined": 63}


def test_two_workers_share_the_work_and_do_nothing_twice(camera):
    for number in range(30):
        camera.send([an_alert(lat=30.085 + number * FAR / 2), an_alert(lat=30.085 + number * FAR / 2)])
    assert sum(in_threads(4, lambda _: process())) == 60
    assert Incident.objects.count() == 30
    assert set(Incident.objects.values_list("alert_count", flat=True)) == {2}


def test_the_sources_own_key_joins_across_places_and_keeps_sources_apart(camera):
    camera.send([an_alert(correlation="truck-9"), an_alert(correlation="truck-9", lat=30.13, lon=120.25)])
    other = Camera("other")
    other.send(an_alert(correlation="truck-9", lat=30.10))
    process()
    assert sorted(Incident.objects.values_list("alert_count", flat=True)) == [1, 2]


def test_an_unknown_kind_is_kept_and_processed_once_somebody_says_what_it_is(camera, person):
    camera.send([an_alert(kind="pigeon_swarm"), an_alert(kind="pigeon_swarm"), an_alert()])
    process()
    assert states() == {"unmapped": 2, "opened": 1}
    kind = AlertKind.objects.get(code="pigeon_swarm")
    assert kind.category is None
    lead = person("shift_lead")
    category = CaseCategory.objects.get(scheme="JCZZ", code="J0807")
    assert map_kind(kind.pk, actor=lead, category=category.pk, level=3, name_zh="鸽群") == 2
    process()
    assert states() == {"opened": 2, "joined": 1}
    incident = Incident.objects.get(category=category)
    assert (incident.title, incident.level, incident.alert_count) == ("鸽群", 3, 2)
    # Nobody could have answered before it was understood: its clocks start then.
    assert incident.opened_at > Alert.objects.filter(kind="pigeon_swarm").first().received_at


def test_mapping_while_alerts_are_being_set_aside_leaves_none_behind(camera, person):
    lead = person("shift_lead")
    category = CaseCategory.objects.get(scheme="JCZZ", code="J0807")
    kind = AlertKind.objects.create(code="odd")
    camera.send([an_alert(kind="odd", lat=30.09 + number * FAR) for number in range(12)])

    def work(number):
        if number == 0:
            return map_kind(kind.pk, actor=lead, category=category.pk)
        return process()

    in_threads(4, work)
    process()
    assert "unmapped" not in states() and "new" not in states()


def test_a_muted_source_is_kept_and_counted_but_opens_nothing(camera, person):
    lead = person("shift_lead")
    mute_source(camera.source.pk, actor=lead, reason="镜头进水", minutes=30)
    camera.send([an_alert() for _ in range(5)])
    assert process() == 5
    assert states() == {"muted": 5} and not Incident.objects.exists()
    unmute_source(camera.source.pk, actor=lead)
    camera.send(an_alert())
    process()
    assert Incident.objects.count() == 1


def test_a_mute_of_one_kind_leaves_the_others_alone_and_ends_by_itself(camera, person):
    mute = mute_source(camera.source.pk, actor=person("shift_lead"), reason="误报", minutes=30, kind="garbage_overflow")
    camera.send([an_alert(), an_alert(kind="road_occupied")])
    process()
    assert states() == {"muted": 1, "opened": 1}
    mute.until = db_now() - timedelta(seconds=1)
    mute.since = mute.until - timedelta(hours=1)
    mute.save()
    camera.send(an_alert())
    process()
    assert states() == {"muted": 1, "opened": 2}


def test_one_bad_alert_never_stops_the_line(camera):
    def fails_for_bad(draft, **more):
        if draft.title == "bad":
            raise ValueError("this one cannot be")
        return open_or_join(draft, **more)

    camera.send([an_alert(title="bad"), an_alert(), an_alert(lat=30.10)])
    with patch.object(processing, "open_or_join", fails_for_bad):
        process()
    assert Alert.objects.get(state="new").title == "bad"
    assert Incident.objects.count() == 2


def test_a_bad_alert_waits_longer_each_time_and_is_shown_after_eight_tries(camera, person):
    camera.send(an_alert(external_id="bad"))
    waits = []
    with patch.object(processing, "open_or_join", side_effect=ValueError("cannot be\x00")):
        for _ in range(8):
            Alert.objects.update(work_at=db_now())
            process()
            waits.append((Alert.objects.get().work_at - db_now()).total_seconds())
    assert waits == sorted(waits) and 1 < waits[0] < 2.1 and waits[-1] > 200
    alert = Alert.objects.get()
    assert (alert.state, alert.attempts, alert.error) == ("failed", 8, "cannot be")
    assert try_again([alert.pk], actor=person("shift_lead")) == 1
    process()
    assert states() == {"opened": 1}


def test_a_database_that_goes_away_is_held_against_no_alert(camera):
    camera.send([an_alert(), an_alert(lat=30.10)])
    with patch.object(processing, "open_or_join", side_effect=OperationalError("gone")):
        assert process() == 0
    assert set(Alert.objects.values_list("state", "attempts")) == {("new", 0)}
    assert process() == 2


def test_an_alert_whose_worker_died_is_found_by_the_next_sweep(camera):
    with patch("incidents.intake.receiving.nudge_after_commit"):
        camera.send(an_alert())
    assert states() == {"new": 1}
    process()
    assert states() == {"opened": 1}


def test_a_storm_leaves_half_of_the_workers_threads_to_orders_and_heartbeats(camera):
    camera.send([an_alert(lat=30.085 + number * FAR / 2) for number in range(40)])
    work, lock, at_it, most = processing.process_waiting, threading.Lock(), [], []

    def counted() -> int:
        with lock:
            at_it.append(threading.get_ident())
            most.append(len(at_it))
        try:
            return work()
        finally:
            with lock:
                at_it.pop()

    with patch.object(processing, "process_waiting", counted):
        worked = in_threads(8, lambda _: process_alerts())
    assert (sum(worked), max(most) <= 2) == (40, True)


def test_a_run_gives_its_thread_back_in_the_midst_of_a_round(camera):
    camera.send([an_alert(lat=30.085 + number * FAR / 2) for number in range(40)])
    with patch.object(processing, "open_or_join", side_effect=slow(0.02)):
        done = processing.process_waiting(longest_s=0.2)
    assert 0 < done < 40
    process()
    assert Incident.objects.count() == 40


def test_a_worse_alert_lifts_the_incident_it_joins_unless_a_person_has_judged(camera, person):
    from incidents.services import set_level

    camera.send(an_alert(kind="noise"))
    process()
    incident = Incident.objects.get()
    assert incident.level == 3
    camera.send(an_alert(kind="noise", text="有人持刀"))
    process()
    incident.refresh_from_db()
    assert (incident.level, incident.alert_count) == (1, 2)
    set_level(incident.pk, 3, actor=person("shift_lead"), reason="看过了, 没有刀")
    camera.send(an_alert(kind="noise", text="有人持刀"))
    process()
    incident.refresh_from_db()
    assert (incident.level, incident.alert_count) == (3, 3)


@pytest.mark.slow
def test_ten_thousand_identical_and_five_hundred_distinct_are_five_hundred_and_one(camera):
    grid = [(120.21 + x * FAR, 30.085 + y * FAR) for x in range(25) for y in range(20)]
    rest = [an_alert(lon=lon, lat=lat) for lon, lat in grid]
    same = [an_alert(lon=120.30, lat=30.20) for _ in range(10_000)]
    alerts = [item for number, one in enumerate(rest) for item in (one, *same[number * 20 : number * 20 + 20])]
    for start in range(0, len(alerts), 1000):
        assert camera.send(alerts[start : start + 1000]).status_code == 202
        if start % 2000 == 0:
            in_threads(2, lambda _: process())
    in_threads(2, lambda _: process())
    process()
    assert Incident.objects.count() == 501
    assert Incident.objects.order_by("-alert_count").first().alert_count == 10_000
    assert not Alert.objects.filter(incident=None).exists()
