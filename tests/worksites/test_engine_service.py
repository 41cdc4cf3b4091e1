"""A truck's positions in the database become trips and alerts: once, whatever happens in between."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.db import connection

from demo.trucks.diary import Diary
from demo.trucks.terminal import Terminal
from shushanwei.common.clock import STREET, db_now
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from worksites import selectors_engine
from worksites.models import Company, Gate, GatePass, Manifest, Permit, Sink, Site, Trip, Truck, TruckAlert, TruckRule
from worksites.models import TruckState as State
from worksites.services import engine, engine_trial
from worksites.shapes_trucks import alert_shape
from worksites.trucks.tracks import SECOND
from worksites.trucks.wording import explain

pytestmark = pytest.mark.django_db(transaction=True)
HOME = (0.0, 0.0)
SITE, SINK, FIELD = (1_000.0, 0.0), (6_000.0, 0.0), (3_500.0, 1_200.0)


def _box(middle, half=100):
    from demo.street.places import to_degrees

    x, y = middle
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    return json.loads(shapely.to_geojson(shapely.Polygon([tuple(map(float, to_degrees(*c))) for c in corners])))


def _lonlat(spot):
    from demo.street.places import to_degrees

    return tuple(map(float, to_degrees(*spot)))


@pytest.fixture
def truck(db):
    """A truck with all sensors, a site with a gate, a sink on its card."""
    selectors_engine.look_again()
    call_command("load_truck_rules", verbosity=0)
    TruckRule.objects.filter(code="T14").update(is_active=False)  # hangs on the hour at which the test runs
    now = db_now()
    company = Company.objects.create(name="示例运输", kind="haulier")
    lon, lat = _lonlat(SITE)
    site = Site.objects.create(code="S1", name="一号地块", boundary=_box(SITE), lon=lon, lat=lat, phase="EW",
                               colour_since=now, watched_since=now - timedelta(days=100), plate_code="P1")  # fmt: skip
    lon, lat = _lonlat((SITE[0] + 100, 0))
    Gate.objects.create(site=site, code="G1", name="东门", lon=lon, lat=lat, filed_on="2026-01-01")
    lon, lat = _lonlat(SINK)
    sink = Sink.objects.create(code="X1", name="示例消纳场", boundary=_box(SINK), lon=lon, lat=lat)
    made = Truck.objects.create(plate="浙A1D234", company=company, terminal_id="1")
    permit = Permit.objects.create(kind="transport", number="1", status="approved", truck=made,
                                   valid_from="2026-01-01", valid_to="2099-12-31")  # fmt: skip
    permit.sinks.add(sink)
    return made


def a_dumping(truck, hours_ago=5.0):
    """Loads at the site, drops it in a field, drives back: fixes in order of time."""
    began = db_now().timestamp() - hours_ago * 3_600
    d = Diary(np.random.default_rng(5), began, *HOME)
    d.now("ignition", 1)
    d.stay(120)
    d.go(np.array([HOME, SITE]), 30, 0, 0)
    d.stay(200)
    d.now("load", 3)
    d.stay(200)
    d.go(np.array([SITE, (3_500.0, 0.0), FIELD]), 36, 0, 0)
    d.stay(60)
    d.now("lift", 2)
    d.now("load", 1, d.t + 50)
    d.stay(90)
    d.now("lift", 1)
    d.stay(30)
    d.go(np.array([FIELD, (3_500.0, 0.0), SITE]), 36, 0, 0)
    d.stay(600)
    return Terminal(truck.pk, "all").tell(d)[0].sorted()


def keep(fixes, received_at=None, positioned=True):
    now = received_at or db_now()
    rows = [fixes.row(n) for n in range(len(fixes))]
    with connection.cursor() as cursor:
        for truck, (t, lon, lat, speed, load, lift, cover, on) in zip(fixes.truck.tolist(), rows, strict=True):
            at = selectors_engine.instant(t)
            cursor.execute(
                "insert into worksites_truckfix (truck_id, at, day, lon, lat, speed_kmh, load, lift, cover, ignition,"
                " received_at, positioned, source)"
                " values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,1) on conflict do nothing",
                [truck, at, at.astimezone(STREET).date(), lon, lat, speed, load, lift, cover, on > 0, now, positioned],
            )
    newest = selectors_engine.instant(int(fixes.t[-1]))
    state, _new = State.objects.get_or_create(truck_id=int(fixes.truck[0]))
    state.engine_work_at, state.at, state.ignition = now, newest, True
    state.save(update_fields=["engine_work_at", "at", "ignition"])


def forget():
    TruckAlert.objects.all().delete(), Trip.objects.all().delete(), State.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from worksites_truckfix")


def found():
    return (
        sorted(TruckAlert.objects.values_list("key", "level", "began_at", "ended_at")),
        sorted(Trip.objects.values_list("load_start", "depart", "unload", "to_type", "distance_m", "state")),
    )


def test_a_dumping_is_one_alert_with_the_points_it_rests_on(truck):
    keep(a_dumping(truck))

    assert engine.judge_truck(truck.pk)
    assert not engine.judge_truck(truck.pk)

    alert = TruckAlert.objects.get()
    assert (alert.rule, alert.level, alert.truck, alert.is_late) == ("T03", 1, truck, False)
    assert alert.number == f"YJ-{alert.raised_at.astimezone(STREET):%Y%m%d}-0001"
    assert alert.trip is not None and alert.trip.to_type == Trip.Place.BLACK_SINK
    assert alert.facts["sink_m"] > 2_000 and len(alert.facts["points"]) >= 2
    assert Entry.objects.filter(verb="truck_alert.raised", subject_id=alert.pk, is_live=True).count() == 1
    assert "示例" not in explain({"rule": alert.rule, "facts": alert.facts}, "en")
    assert State.objects.get().engine_work_at is None


def test_pieces_and_repeated_runs_find_what_one_run_finds(truck):
    fixes = a_dumping(truck)
    keep(fixes)
    engine.judge_truck(truck.pk)
    whole = found()
    forget()

    for begin in range(0, len(fixes), 7):
        keep(fixes.at(slice(begin, begin + 7)))
        engine.judge_truck(truck.pk)
        engine.judge_truck(truck.pk)

    assert found() == whole


def test_a_stretch_that_comes_late_is_judged_with_what_is_known_already(truck):
    fixes = a_dumping(truck)
    whole = range(len(fixes))
    late = [n for n in whole if len(fixes) // 3 < n < 2 * len(fixes) // 3]
    keep(fixes.at([n for n in whole if n not in late]))
    engine.judge_truck(truck.pk)

    keep(fixes.at(late))
    engine.judge_truck(truck.pk)

    assert "T03" in set(TruckAlert.objects.values_list("rule", flat=True))
    assert Trip.objects.get().to_type == Trip.Place.BLACK_SINK


def test_a_position_that_does_not_know_where_it_is_counts_as_none(truck):
    fixes = a_dumping(truck)
    keep(fixes)
    engine.judge_truck(truck.pk)
    whole = found()
    forget()

    # A terminal without satellites says where it was last, or the middle of nowhere; some of both between the others.
    lost = fixes.at(np.arange(5, len(fixes), 4))
    lost.t[:] += 9 * SECOND
    lost.lon[:], lost.lat[:], lost.load[:], lost.lift[:] = 0.0, 0.0, 1, 2
    keep(lost, positioned=False)
    keep(fixes)
    engine.judge_truck(truck.pk)

    assert found() == whole


def test_positions_without_satellites_for_half_an_hour_are_a_lost_signal(truck):
    fixes = a_dumping(truck)
    middle = len(fixes) // 2
    keep(fixes.at(slice(0, middle)))
    blind = fixes.at(slice(middle, len(fixes)))
    keep(blind, positioned=False)
    later = fixes.at(np.array([len(fixes) - 1]))
    later.t[:] += 1_800 * SECOND
    keep(later)
    engine.judge_truck(truck.pk)

    assert TruckAlert.objects.filter(rule="T10").count() == 1


def test_positions_of_two_days_ago_complete_a_trip_and_are_told_as_late(truck):
    keep(a_dumping(truck, hours_ago=50))
    engine.judge_truck(truck.pk)

    assert Trip.objects.count() == 1
    assert alert_shape(TruckAlert.objects.get())["late"]
    assert Entry.objects.get(verb="truck_alert.raised").is_live


def test_two_workers_at_once_raise_each_alert_once(truck):
    keep(a_dumping(truck))

    results = all_at_once(*[lambda: engine.judge_truck(truck.pk)] * 4)

    assert sorted(map(bool, results)) == [False, False, False, True], results
    assert TruckAlert.objects.count() == 1


def test_numbers_stay_in_a_row_when_ten_trucks_are_judged_at_once(truck):
    trucks = [truck]
    for n in range(2, 7):
        trucks.append(Truck.objects.create(plate=f"浙A1D23{n}x", company=truck.company, terminal_id=str(n)))
    selectors_engine.look_again()
    for one in trucks:
        keep(a_dumping(one))

    results = all_at_once(*[lambda pk=one.pk: engine.judge_truck(pk) for one in trucks])

    assert results == [True] * 6
    dumped = TruckAlert.objects.filter(rule="T03")
    assert dumped.count() == 6
    numbers = sorted(int(number[-4:]) for number in TruckAlert.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_truck_that_falls_silent_is_told_once(truck):
    fixes = a_dumping(truck, hours_ago=1.2)
    keep(fixes.at(slice(0, 30)))
    engine.judge_truck(truck.pk)
    assert truck.pk in engine.silent_trucks()

    assert engine.judge_silence(truck.pk)
    assert not engine.judge_silence(truck.pk)
    keep(fixes.at(slice(31, len(fixes))))
    engine.judge_truck(truck.pk)

    assert TruckAlert.objects.filter(rule="T10").count() == 1


def test_thirty_one_loads_and_eight_manifests_are_a_mismatch(truck):
    site, sink = Site.objects.get(), Sink.objects.get()
    noon = datetime.combine((db_now() - timedelta(days=1)).astimezone(STREET).date(), datetime.min.time(), STREET)
    noon += timedelta(hours=12)
    for n in range(31):
        at = noon + timedelta(minutes=5 * n)
        GatePass.objects.create(point_code="C", external_id=str(n), gate=site.gates.get(), plate=f"浙A{n:05d}",
                                direction="out", at=at, received_at=at, lon=120.2, lat=30.1, loaded=True)  # fmt: skip
    for n in range(8):
        Manifest.objects.create(number=str(n), site=site, sink=sink, truck=truck, issued_at=noon)

    assert (engine.judge_site_days(), engine.judge_site_days()) == (1, 0)

    alert = TruckAlert.objects.get(rule="T12")
    assert (alert.level, alert.site, alert.facts["gate"], alert.facts["manifests"]) == (1, site, 31, 8)


def test_numbers_are_tried_on_the_past_without_writing(truck):
    keep(a_dumping(truck))
    now = db_now()

    as_now = engine_trial.would_have_fired({}, now - timedelta(days=2), now)
    stricter = engine_trial.would_have_fired({"T03": {"sink_m": 2_000}}, now - timedelta(days=2), now)

    assert as_now.counts["T03"] == 1 and as_now.trucks == 1 and as_now.trips == 1
    assert set(stricter.counts) == {"T03"}
    assert not TruckAlert.objects.exists() and not Trip.objects.exists()


def test_the_loader_leaves_edited_rules_alone(truck):
    TruckRule.objects.filter(code="T02").update(level=2)
    call_command("load_truck_rules", verbosity=0)
    assert TruckRule.objects.count() == 14
    assert TruckRule.objects.get(code="T02").level == 2
