"""The past of the demonstration trucks: what the rules themselves find on tracks along the lines of real cards."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command

from demo.street import haulage, layers, loading
from demo.street.sites import load_sites
from demo.street.truck_acts import SEEN, cast
from demo.street.truck_papers import load_truck_papers
from demo.street.truck_past import DAYS, load_truck_past
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from tests.demo.emptying import empty_street
from worksites.alerts.replay import Moment, scene
from worksites.lifecycle import PermitKind
from worksites.models import Permit, Truck, TruckAlert
from worksites.trucks.rules import CODES
from worksites.trucks.wording import explain

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]  # two weeks of a street take their time


@pytest.fixture(scope="module")
def alerts(django_db_setup, django_db_blocker, tmp_path_factory):
    """The street with its sites, trucks and their past once for all tests of this file, and gone afterwards."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        for command in ("load_roles", "load_worksites", "load_checklist", "load_catalogue", "load_ground",
                        "load_truck_rules"):  # fmt: skip
            call_command(command, verbosity=0)
        layers.load_layers()
        loading.load_people()
        loading.load_units()
        load_sites()
        assert load_truck_papers() == 2 * haulage.TRUCKS + 1
        assert load_truck_past() == TruckAlert.objects.count()
        yield TruckAlert.objects.all()
        empty_street()


def test_every_card_draws_a_line_from_each_of_its_sites_to_each_of_its_sinks(alerts):
    cards = Permit.objects.filter(kind=PermitKind.TRANSPORT)
    for card in cards:
        assert len(card.routes) == card.sites.count() * card.sinks.count()
        assert all(len(line["coordinates"]) >= 2 for line in card.routes)
    assert cards.exclude(routes=[]).count() > haulage.TRUCKS - 10
    assert Permit.objects.filter(kind=PermitKind.ROAD_PASS).exclude(windows=[]).count() == haulage.TRUCKS


def test_papers_and_past_load_once(alerts):
    assert (load_truck_papers(), load_truck_past()) == (0, 0)


def test_each_of_the_fourteen_rules_has_an_alert_and_no_day_many(alerts):
    assert set(alerts.values_list("rule", flat=True)) == set(CODES)
    assert len(alerts) <= 7 * DAYS
    assert all(explain({"rule": one.rule, "facts": one.facts}, "zh-hans") for one in alerts)


def test_some_are_open_some_true_some_false_and_some_merged_with_a_reason_each(alerts):
    states = Counter(alerts.values_list("status", flat=True))
    assert {"new", "confirmed", "false", "merged"} <= set(states)
    assert alerts.filter(rule="T06", status="new").exists()
    assert not alerts.exclude(status="new").filter(reason="").exists()
    for one in alerts.filter(status="merged"):
        assert one.merged_into.status == "confirmed" and one.merged_into.level <= one.level
        assert one.raised_at < one.decided_at and one.merged_into.decided_at < one.decided_at


def test_who_is_off_the_route_did_something_and_the_replay_shows_line_and_track(alerts):
    plans = haulage.site_plans(MapLayer.objects.get(code="worksites").geojson["features"])
    world = haulage.world_of(plans, haulage.truck_plans(plans))
    red = {n for n, plan in enumerate(plans, start=1) if plan.digs and plan.colour == "red"}
    acted = {hauler.plate for hauler, driver in cast(world, red) if driver.keywords["acts"]}
    off = Counter(alerts.filter(rule="T06").values_list("truck__plate", flat=True))
    assert off.total() <= SEEN + 4 and sum(n for plate, n in off.items() if plate not in acted) <= 2
    for one in alerts.filter(rule__in=("T01", "T02", "T06", "T07", "T14")):
        shown = scene(Moment.of(one))
        assert len(shown["track"]["t"]) > 60 and (shown["routes"] or one.rule == "T01"), one


def test_a_truck_was_on_the_road_between_two_cards(alerts):
    truck = Truck.objects.get(permits__number="ZY-0007-1")
    for one in alerts.filter(rule="T01"):
        day = one.began_at.astimezone(STREET).date()
        assert one.truck == truck
        assert not truck.permits.filter(kind="transport", valid_from__lte=day, valid_to__gte=day).exists()
    assert truck.permits.filter(kind="transport", valid_to__gt=db_now() + timedelta(days=30)).exists()
