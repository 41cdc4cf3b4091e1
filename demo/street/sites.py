"""Forty-five invented sites with companies, gates and papers, their trucks, and two months of checks behind them."""

import random
from datetime import datetime, timedelta

from django.db import transaction

from demo.street import haulage, places
from demo.street.accounts import GIVEN_LAST, SURNAMES
from demo.street.haulage import HAULIERS, SEED, SINK_CODE, SINK_KINDS, SitePlan, TruckPlan
from demo.street.site_past import DRAWN_AT, Brigade, SitePast, write_draws
from demo.street.truck_papers import ISSUER
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.lifecycle import CompanyKind, PermitKind
from worksites.models import Company, Penalty, Permit, Sink, Site, SitePerson, Truck
from worksites.services import penalties, people, sites, trucks

OWNERS = ["蜀山示例置业", "湘湖示例城建", "潘水示例投资", "晨晖示例地产"]
BUILDERS = ["示例一建", "示例二建", "青峰示例建设", "江南示例建工", "育才示例工程"]
SUPERVISORS = ["示例监理一所", "示例监理二所", "安桥示例监理"]
SHORTEST_PAST = timedelta(days=50)
FINISHED_AGO = timedelta(days=30)
DECIDED, DECIDED_AFTER = 2, timedelta(days=5)  # so many penalty cases are decided, so long after they were filed
FINE_YUAN, FINE_BASIS = 4_500, "《浙江省城市市容和环境卫生管理条例》（示例）"
MISSED = {"white": range(1, 27), "yellow": range(4, 24)}  # the age in days of a check that one of the colour missed


def load_sites() -> int:
    """Register what is missing of the sites and write their past; returns how many sites are new."""
    plans = haulage.site_plans(MapLayer.objects.get(code="worksites").geojson["features"])
    known = set(Site.objects.values_list("code", flat=True))
    if all(plan.code in known for plan in plans):
        return 0
    officers = User.objects.filter(grants__role__code="enforcement_officer").order_by("username").distinct()
    brigade = Brigade(list(officers[:8]), User.objects.get(username="brigade1"))
    now = db_now()
    companies, sinks = _companies(), _sinks()
    _trucks(haulage.truck_plans(plans), companies)
    begun = _begun(now)
    with transaction.atomic():
        write_draws(begun.date(), now)
    turns: dict[str, int] = {}
    for plan in plans:
        turn = turns[plan.colour] = turns.get(plan.colour, -1) + 1
        if plan.code in known:
            continue
        misses = MISSED.get(plan.colour, range(0)) if turn == 2 else range(0)
        with transaction.atomic():
            site = _registered(plan, companies, sinks, begun)
            if plan.colour == "finished":
                sites.set_status(site.pk, "finished", actor=None, at=now - FINISHED_AGO)
            else:
                SitePast(site, plan.colour, brigade, now, turn=turn, misses=misses).write()
    with transaction.atomic():
        _decide_penalties(brigade.lead, now)
    return len(plans) - len(known)


def _decide_penalties(lead: User, now: datetime) -> None:
    """Number the cases by their dates, for each site told its past by itself; the two oldest are decided."""
    cases = list(Penalty.objects.order_by("filed_at", "pk"))
    numbers = sorted(case.number for case in cases)
    for case in cases:
        Penalty.objects.filter(pk=case.pk).update(number=f"-{case.pk}")  # none is given twice in between
    for case, number in zip(cases, numbers, strict=True):
        Penalty.objects.filter(pk=case.pk).update(number=number)
    for case, number in list(zip(cases, numbers, strict=True))[:DECIDED]:
        if case.status == Penalty.Status.FILED:
            at = min(case.filed_at + DECIDED_AFTER, now - timedelta(hours=1))
            penalties.decide(case.pk, amount=FINE_YUAN, basis=FINE_BASIS, actor=lead, at=at,
                             decision_no=f"示例综执罚决〔{at:%Y}〕{number[-4:]}号")  # fmt: skip


def _begun(now: datetime) -> datetime:
    """All sites were registered when a month began, so that random checks have been drawn from whole months."""
    month = now.astimezone(STREET).date().replace(day=1)
    while True:
        month = (month - timedelta(days=1)).replace(day=1)
        begun = datetime.combine(month, DRAWN_AT, tzinfo=STREET)
        if now - begun > SHORTEST_PAST:
            return begun


def _registered(plan: SitePlan, companies: dict[str, list[Company]], sinks: list[Sink], begun: datetime) -> Site:
    dice = random.Random(f"{SEED}register{plan.code}")
    pick = {kind: dice.choice(found) for kind, found in companies.items()}
    site = sites.register_site(
        {
            "code": plan.code, "name": plan.name, "boundary": plan.boundary, "phase": plan.phase,
            "address": plan.address, "area_m2": dice.randint(20, 180) * 100,
            "started_on": begun.date() - timedelta(days=dice.randint(20, 200)),
            "ends_on": db_now().date() + timedelta(days=dice.randint(60, 500)), "owner": pick["owner"],
            "builder": pick["builder"], "supervisor": pick["supervisor"],
            "haulier": companies["haulier"][plan.haulier], "spoil_m3": dice.randint(5, 90) * 1_000,
            "spoil_class": "工程渣土", "treatment": "运至备案消纳场", "hotline": "0571-10000000",
        },
        actor=None, at=begun,
    )  # fmt: skip
    _people(site, dice)
    _papers(site, plan, dice, sinks)
    return site


def _people(site: Site, dice: random.Random) -> None:
    for post in SitePerson.Post.values:
        phone = f"100{dice.randint(0, 99_999_999):08d}"
        name = dice.choice(SURNAMES) + dice.choice(GIVEN_LAST)
        company = {"owner": site.owner_id, "supervisor": site.supervisor_id, "spoil": site.haulier_id}.get(
            post, site.builder_id
        )
        people.save_person(site.pk, {"post": post, "name": name, "phone": phone, "company": company}, actor=None)


def _papers(site: Site, plan: SitePlan, dice: random.Random, sinks: list[Sink]) -> None:
    """Gates, filed but for a few; disposal approval, plan and proof for the night, a few about to end."""
    today = db_now().astimezone(STREET).date()
    since = {"issuer": ISSUER, "status": "approved", "valid_from": today - timedelta(days=150)}
    for made in plan.gates:
        gate = sites.save_gate(
            site.pk, {"name": made.name, "lon": made.lon, "lat": made.lat, "has_wash_bay": made.has_wash_bay,
                      "camera_code": made.camera}, actor=None, at=site.watched_since,
        )  # fmt: skip
        if made.filed:
            sites.save_permit(
                site.pk, {"kind": PermitKind.GATE, "gate": gate, "number": f"CRK-{gate.code}", **since,
                          "valid_to": today + timedelta(days=300)}, actor=None,
            )  # fmt: skip
    kinds = [(PermitKind.DISPOSAL, "CZ"), (PermitKind.PLAN, "FA")]
    for kind, word in [*kinds, (PermitKind.NIGHT, "YJ")] if plan.at_night else kinds:
        if not plan.digs and dice.random() < 0.08:
            continue
        permit = sites.save_permit(
            site.pk, {"kind": kind, "number": f"{word}-{site.code}", **since,
                      "valid_to": today + timedelta(days=dice.choice([9, 60, 120, 200])),
                      "quantity_m3": site.spoil_m3, "waste_class": "工程渣土"}, actor=None,
        )  # fmt: skip
        if kind == PermitKind.DISPOSAL:
            permit.sinks.set(sinks)


def _companies() -> dict[str, list[Company]]:
    made = {}
    for kind, names in ((CompanyKind.OWNER, OWNERS), (CompanyKind.BUILDER, BUILDERS),
                        (CompanyKind.SUPERVISOR, SUPERVISORS), (CompanyKind.HAULIER, HAULIERS)):  # fmt: skip
        rows = [Company.objects.get_or_create(name=f"{name}有限公司", defaults={"kind": kind}) for name in names]
        made[str(kind)] = [company for company, _new in rows]
    return made


def _sinks() -> list[Sink]:
    found = []
    today = db_now().astimezone(STREET).date()
    for place, kind in zip(haulage.street_ground().sinks, SINK_KINDS, strict=True):
        code = SINK_CODE.format(place.id)
        ring = [[float(value) for value in places.to_degrees(x, y)] for x, y in place.area.exterior.coords]
        lon, lat = (float(value) for value in places.to_degrees(*place.middle))
        sink, _new = Sink.objects.get_or_create(code=code, defaults={
            "name": f"{place.name}（示例）", "kind": kind, "lon": lon, "lat": lat, "capacity_m3": 400_000,
            "boundary": {"type": "Polygon", "coordinates": [ring]}})  # fmt: skip
        Permit.objects.get_or_create(kind=PermitKind.SINK, number=f"BA-{code}", defaults={
            "sink": sink, "status": "approved", "issuer": ISSUER, "valid_from": today - timedelta(days=300),
            "valid_to": today + timedelta(days=400)})  # fmt: skip
        found.append(sink)
    return found


def _trucks(plans: list[TruckPlan], companies: dict[str, list[Company]]) -> None:
    known = set(Truck.objects.values_list("plate", flat=True))
    for plan in plans:
        if plan.plate in known:
            continue
        trucks.save_truck({
            "plate": plan.plate, "company": companies["haulier"][plan.haulier].pk, "terminal_id": plan.terminal,
            "state": "repair" if plan.in_repair else "operating", "volume_m3": plan.volume_m3,
            "has_lift_sensor": plan.sensors != "none", "has_load_sensor": plan.sensors == "all",
            "has_cover_sensor": plan.sensors == "all"}, actor=None)  # fmt: skip
