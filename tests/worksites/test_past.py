"""What is registered, filed or closed today says nothing of yesterday: each position has the ground of its time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from shushanwei.common.clock import STREET, db_now
from tests.racing import all_at_once
from tests.worksites.dumping import FIELD, SITE, box, drive, lonlat, make_ground
from tests.worksites.roadbook import FIELD as THERE
from tests.worksites.roadbook import GROUND, day, dump, fixes, rules, square
from worksites import selectors_engine
from worksites.models import GatePass, JudgedDay, Manifest, Permit, Sink, Site, TruckAlert
from worksites.services import engine, permits, sinks, sites, trials
from worksites.services.engine_trial import would_have_fired
from worksites.trucks.editions import GatePast, editions
from worksites.trucks.engine import Stream, judge
from worksites.trucks.ground import ALWAYS, FOREVER, Gate, Ground, SinkGround, SiteGround

GATE = Gate(1, 120.2, 30.1)


def ground(*more):
    """The small ground with sites and sinks added."""
    added = [[one for one in more if isinstance(one, kind)] for kind in (SiteGround, SinkGround)]
    return Ground([*GROUND.sites, *added[0]], [*GROUND.sinks, *added[1]], GROUND.cards, street=GROUND.street)


def a_dumping():
    """What the terminal told of it, and the passes."""
    diary, events = day()
    dump(diary)
    return fixes(diary).sorted(), events


def found(told, events, on=GROUND):
    return judge(on, told, {1: events})[1]


@pytest.mark.parametrize("kind", [SiteGround, SinkGround])
def test_a_dumping_stays_one_when_its_field_is_registered_afterwards(kind):
    told, events = a_dumping()
    later = int(told.t[-1]) + 1
    field = kind(9, "新登记", square(THERE, 250))

    assert rules(found(told, events))["T03"] == 1
    assert found(told, events, ground(replace(field, since=later))).hits == found(told, events).hits
    assert found(told, events, ground(replace(field, until=int(told.t[0])))).hits == found(told, events).hits
    assert "T03" not in rules(found(told, events, ground(field)))
    assert "T03" not in rules(found(told, events, ground(replace(field, until=later))))


@pytest.mark.parametrize("size", [1, 7, 40])
def test_pieces_find_what_the_whole_finds_while_the_ground_changes(size):
    whole, events = a_dumping()
    middle, late = (int(whole.t[len(whole) * n // 5]) for n in (2, 3))
    site = GROUND.sites[0]
    changing = ground(SiteGround(9, "新工地", square(THERE, 300), since=middle, until=late),
                      SinkGround(8, "新场", square((1_000.0, 500.0), 400), since=late))  # fmt: skip
    changing = Ground([replace(site, until=middle), replace(site, since=middle), *changing.sites[1:]], changing.sinks,
                      changing.cards, street=changing.street)  # fmt: skip
    stream = Stream(changing, 1)
    stream.feed(whole.at(slice(0, 0)), events)
    for begin in range(0, len(whole), size):
        assert not len(stream.feed(whole.at(slice(begin, begin + size))))
    stream.finish()
    batch = found(whole, events, changing)

    assert (stream.hits, stream.trips, stream.state) == (batch.hits, batch.trips, batch.state)


SITE_9 = SiteGround(9, "九号", square(THERE), since=100, until=900)


@pytest.mark.parametrize(("gates", "idle", "then"), [
    ([], FOREVER, [(100, 900, [], True)]),
    ([GatePast(GATE, 50, 50)], FOREVER, [(100, 900, [True], True)]),
    ([GatePast(GATE, 200, 300)], FOREVER, [(100, 200, [], True), (200, 300, [False], True), (300, 900, [True], True)]),
    ([GatePast(GATE, 500, 300)], FOREVER, [(100, 300, [], True), (300, 500, [True], True), (500, 900, [True], True)]),
    ([GatePast(GATE, 100)], 400, [(100, 400, [False], True), (400, 900, [False], False)]),
    ([GatePast(GATE, 100, 2_000)], 5_000, [(100, 900, [False], True)]),
])  # fmt: skip
def test_a_site_is_there_once_for_each_stretch_of_its_time(gates, idle, then):
    told = editions(SITE_9, gates, idle)
    assert [(one.since, one.until, [gate.filed for gate in one.gates], one.digs) for one in told] == then


def test_a_site_that_never_was_has_no_edition():
    assert editions(replace(SITE_9, until=100), []) == []
    assert SITE_9.since > ALWAYS


@pytest.fixture
def truck(db):
    call_command("load_truck_rules", verbosity=0)
    selectors_engine.look_again()
    return make_ground()


def replayed(changes=None):
    selectors_engine.look_again()
    now = db_now()
    return would_have_fired(changes or {}, now - timedelta(days=2), now)


@pytest.mark.django_db(transaction=True)
def test_what_the_register_learns_today_changes_no_replay_of_this_morning(truck):
    drive(truck, db_now() - timedelta(hours=3))
    assert engine.judge_truck(truck.pk)
    before = replayed()
    assert before.counts["T03"] == 1

    sites.register_site({"code": "Z9", "name": "街心工地", "boundary": box(FIELD, 250), "phase": "EW"}, actor=None)
    sinks.save_sink({"code": "X9", "name": "新场", "kind": "landfill", "boundary": box(FIELD, 250)}, actor=None)
    home = Site.objects.get(code="S1")
    home.gates.update(code="S1-1")
    lon, lat = lonlat((SITE[0] - 100, 0))
    sites.save_gate(home.pk, {"name": "西门", "lon": lon, "lat": lat}, actor=None)
    sinks.save_sink({"is_active": False}, actor=None, sink_id=Sink.objects.get(code="X1").pk)
    permits.decide(Permit.objects.get(kind="transport").pk, "voided", reason="企业退出", actor=None)
    sites.set_status(home.pk, "finished", actor=None)
    after = replayed()

    assert [hit["key"] for hit in after.hits if hit["rule"] != "T01"] == [hit["key"] for hit in before.hits]
    assert after.trips == before.trips
    (row,) = trials.compared({"T03": {}}, db_now() - timedelta(days=2), db_now())["rules"].values()
    assert (row["stands"], row["before"], row["after"], row["gone"], row["new"]) == (1, 1, 1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_is_closed_and_voided_counts_from_then_on(truck):
    sites.set_status(Site.objects.get().pk, "finished", actor=None, at=db_now() - timedelta(hours=6))
    drive(truck, db_now() - timedelta(hours=3))
    assert replayed().counts["T02"] == 1  # loaded where no site is any more
    permits.decide(Permit.objects.get(kind="transport").pk, "voided", reason="企业退出", actor=None)
    selectors_engine.look_again()
    today = db_now().astimezone(STREET).date()
    missing = selectors_engine.truck_ground().missing
    assert missing(truck.pk, today) == ["transport"] and not missing(truck.pk, today - timedelta(days=1))


def a_mismatch(truck, days_ago):
    """Nine loaded trucks out of the gate on a day, and one manifest."""
    site = Site.objects.get()
    today = datetime.combine(db_now().astimezone(STREET).date(), datetime.min.time(), STREET)
    noon = today - timedelta(days=days_ago) + timedelta(hours=12)
    for n in range(9):
        at = noon + timedelta(minutes=5 * n)
        GatePass.objects.create(point_code="C", external_id=f"{days_ago}-{n}", gate=site.gates.get(),
                                plate=f"浙A{n:05d}", direction="out", at=at, received_at=at, lon=120.2, lat=30.1,
                                loaded=True)  # fmt: skip
    Manifest.objects.create(number=str(days_ago), site=site, sink=Sink.objects.get(), truck=truck, issued_at=noon)


@pytest.mark.django_db(transaction=True)
def test_days_on_which_nobody_compared_are_made_up_for_once(truck):
    for days_ago in (0, 1, 4, 29, 40):
        a_mismatch(truck, days_ago)

    told = all_at_once(*[engine.judge_site_days] * 3)

    assert sum(told) == 3 and engine.judge_site_days() == 0
    assert TruckAlert.objects.filter(rule="T12").count() == 3
    assert JudgedDay.objects.count() == engine.MOST_DAYS


@pytest.mark.django_db(transaction=True)
def test_a_trial_of_the_numbers_in_force_finds_the_mismatches_that_stand_and_names_site_and_day(truck):
    for days_ago in (0, 2, 5, 9):  # today is not over, and the ninth day began before the stretch
        a_mismatch(truck, days_ago)
    engine.judge_site_days()
    now = db_now()
    result = trials.compared({"T12": {}}, now - timedelta(days=9), now)

    row = result["rules"]["T12"]
    assert (row["stands"], row["before"], row["after"], row["new"], row["gone"]) == (2, 2, 2, 0, 0)
    assert {(hit["kind"], hit["facts"]["site_name"]) for hit in result["hits"]} == {("kept", "一号地块")}
    assert len({hit["facts"]["day"] for hit in result["hits"]}) == 2
