"""The papers of the demonstration trucks: cards (准运证) with sites, sinks and lines, and road passes with hours."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from shapely.geometry import LineString, mapping
from shapely.ops import transform

from demo.street import haulage, places
from demo.street.haulage import SINK_CODE, TruckPlan
from demo.trucks.world import World
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from worksites.lifecycle import PermitKind
from worksites.models import Permit, Sink, Site, Truck
from worksites.services.permits import save_permit

ISSUER, POLICE = "区城管局（示例）", "交警大队（示例）"
DAY_HOURS, NIGHT_HOURS = ("05:00", "21:00"), ("18:30", "07:30")
CARD, CARD_BEFORE, PASS = "ZY-{:04d}", "ZY-{:04d}-1", "TX-{:04d}"
RENEWED_LATE = 7  # the number of a truck whose card ran out before it had the next
RAN_OUT, RENEWED = 7, 4  # the one's last and the other's first day, so many days ago
EXACT_M = 2.0  # a line is drawn as exactly as this


@transaction.atomic
def load_truck_papers() -> int:
    """Issue the cards and passes that are missing; returns how many. Sites, sinks and trucks must be loaded."""
    plans = haulage.site_plans(MapLayer.objects.get(code="worksites").geojson["features"])
    trucks = haulage.truck_plans(plans)
    world = haulage.world_of(plans, trucks)
    sites, sinks = dict(Site.objects.values_list("code", "pk")), dict(Sink.objects.values_list("code", "pk"))
    known = set(Permit.objects.exclude(truck=None).values_list("number", flat=True))
    today, issued = db_now().astimezone(STREET).date(), 0
    for plan in trucks:
        truck = Truck.objects.get(plate=plan.plate)
        served = {
            "sites": [sites[plans[n - 1].code] for n in plan.sites], "routes": lines_of(world, plan),
            "sinks": [sinks[SINK_CODE.format(n)] for n in plan.sinks],
        }  # fmt: skip
        for paper in _papers(plan, today):
            if paper["number"] not in known:
                said = served if paper["kind"] == PermitKind.TRANSPORT else {}
                save_permit(("truck", truck.pk), {"status": "approved", **paper, **said}, actor=None)
                issued += 1
    return issued


def lines_of(world: World, plan: TruckPlan) -> list[dict[str, Any]]:
    """The ways that a truck drives loaded, from each gate to each sink, as GeoJSON in degrees WGS-84."""
    ways = [
        world.to_sink(world.sites[site - 1].gate, world.sinks[sink - 1]) for site in plan.sites for sink in plan.sinks
    ]
    return [mapping(_rounded(LineString(way).simplify(EXACT_M))) for way in ways]


def _rounded(line: LineString) -> LineString:
    degrees = transform(places.to_degrees, line)
    return LineString([(round(lon, 6), round(lat, 6)) for lon, lat in degrees.coords])


def _papers(plan: TruckPlan, today: date) -> list[dict[str, Any]]:
    """The card, or the one before and the one after the days without; and the pass with the hours of the shift."""
    until = today + timedelta(days=[8, 90, 160][plan.number % 3])
    since = today - timedelta(days=200)
    card = {"kind": PermitKind.TRANSPORT, "issuer": ISSUER, "waste_class": "工程渣土"}
    cards = [card | {"number": CARD.format(plan.number), "valid_from": since, "valid_to": until}]
    if plan.number == RENEWED_LATE:
        ran_out, renewed = today - timedelta(days=RAN_OUT), today - timedelta(days=RENEWED)
        cards[0] |= {"valid_from": renewed, "valid_to": renewed + timedelta(days=364)}
        before = {"number": CARD_BEFORE.format(plan.number), "valid_to": ran_out}
        cards.append(card | before | {"valid_from": ran_out - timedelta(days=364)})
    begin, end = NIGHT_HOURS if plan.night else DAY_HOURS
    hours = {"days": list(range(1, 8)), "from": begin, "until": end}
    return [*cards, {
        "kind": PermitKind.ROAD_PASS, "number": PASS.format(plan.number), "issuer": POLICE, "windows": [hours],
        "valid_from": since, "valid_to": today + timedelta(days=[60, 120, 200][plan.number % 3]),
    }]  # fmt: skip
