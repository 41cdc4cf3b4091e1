"""Forty-five invented sites with companies, gates, papers and trucks, and two months of checks behind them."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from shapely.geometry import shape

from demo.simulator.pictures import photo
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import mask_phone, seal
from shushanwei.people.models import User
from worksites.checks import codes
from worksites.lifecycle import CompanyKind, PermitKind
from worksites.models import Company, Inspection, Permit, Sink, Site, SitePerson
from worksites.services import findings, inspections, photos, sites, trucks
from worksites.services.inspections import Begin, Lock

SEED, TRUCKS = 8, 60
SPACE = UUID("5b0f6f0e-7c1c-4d0d-8a57-0a9b3c1d2e45")
PHASES = {"土方": "EW", "基坑": "FP", "主体": "ST", "装修": "FO", "拆除": "DM"}
OWNERS = ["蜀山示例置业", "湘湖示例城建", "潘水示例投资", "晨晖示例地产"]
BUILDERS = ["示例一建", "示例二建", "青峰示例建设", "江南示例建工", "育才示例工程"]
SUPERVISORS = ["示例监理一所", "示例监理二所", "安桥示例监理"]
HAULIERS = ["示例运输一公司", "示例运输二公司", "顺通示例运输", "大成示例运输"]
SINKS = [("XN-01", "示例东郊消纳场", "landfill", 120.318, 30.098),
         ("XN-02", "示例资源化利用厂", "recycling", 120.171, 30.079),
         ("XN-03", "示例浦阳江中转码头", "wharf", 120.262, 30.049)]  # fmt: skip
SAY = ["围挡破损约两米未修复", "裸土未覆盖约三十平方米", "出口路面有泥土带出", "洗车平台未启用", "消防通道堆放模板",
       "临边防护缺失一处"]  # fmt: skip
MINOR, SERIOUS = ["0201", "0202", "0402", "0506", "0805", "1304"], ["0401", "0507", "0801", "0803"]
ISSUER = "区城管局(示例)"
STROKES = [[[120, 220], [210, 120], [300, 260], [380, 140], [470, 250], [600, 170]]]


@dataclass
class Brigade:
    """Who inspects, and who judges what is handed in."""

    officers: list[User]
    lead: User


def load_sites() -> int:
    """Register what is missing of the sites and write their past; returns how many sites are new."""
    layer = MapLayer.objects.get(code="worksites")
    known = set(Site.objects.values_list("code", flat=True))
    features = [one for one in layer.geojson["features"] if one["properties"]["code"] not in known]
    if not features:
        return 0
    people = User.objects.filter(grants__role__code="enforcement_officer").order_by("username").distinct()
    brigade = Brigade(list(people[:8]), User.objects.get(username="brigade1"))
    companies, sinks = _companies(), _sinks()
    _trucks(companies, sinks)
    for feature in features:
        with transaction.atomic():
            _one(feature, companies, sinks, brigade)
    return len(features)


def _one(feature: dict[str, Any], companies: dict[str, list[Company]], sinks: list[Sink], brigade: Brigade) -> None:
    about = feature["properties"]
    dice = random.Random(f"{SEED}{about['code']}")
    now = db_now()
    begun = now - timedelta(days=dice.randint(70, 90))
    pick = {kind: dice.choice(found) for kind, found in companies.items()}
    phase = PHASES.get(about["stage"], "ST")
    site = sites.register_site(
        {
            "code": about["code"], "name": about["name"], "boundary": feature["geometry"], "phase": phase,
            "address": about["name"].split("工地")[0], "area_m2": dice.randint(20, 180) * 100,
            "started_on": begun.date() - timedelta(days=dice.randint(20, 200)),
            "ends_on": now.date() + timedelta(days=dice.randint(60, 500)), "owner": pick["owner"],
            "builder": pick["builder"], "supervisor": pick["supervisor"], "haulier": pick["haulier"],
            "spoil_m3": dice.randint(5, 90) * 1_000, "spoil_class": "工程渣土", "treatment": "运至备案消纳场",
            "hotline": "0571-10000000",
        },
        actor=None, at=begun,
    )  # fmt: skip
    _people(site, dice)
    _papers(site, dice, sinks, feature)
    if about["colour"] == "finished":
        sites.set_status(site.pk, "finished", actor=None)
        return
    _past(site, about["colour"], dice, brigade, now)


def _people(site: Site, dice: random.Random) -> None:
    from demo.street.accounts import GIVEN_LAST, SURNAMES  # noqa: PLC0415

    for post in SitePerson.Post.values:
        phone = f"100{dice.randint(0, 99_999_999):08d}"
        name = dice.choice(SURNAMES) + dice.choice(GIVEN_LAST)
        SitePerson.objects.get_or_create(
            site=site, post=post, name=name, defaults={"phone_sealed": seal(phone), "phone_masked": mask_phone(phone)}
        )


def _papers(site: Site, dice: random.Random, sinks: list[Sink], feature: dict[str, Any]) -> None:
    """One or two gates on the outline, filed but for a few; disposal approval and plan, a few about to end."""
    today = db_now().astimezone(STREET).date()
    ring = shape(feature["geometry"]).exterior
    for number in range(dice.choice([1, 1, 2])):
        at = ring.interpolate(dice.random(), normalized=True)
        gate = sites.save_gate(
            site.pk, {"name": ["南门", "东门"][number], "lon": at.x, "lat": at.y, "has_wash_bay": dice.random() < 0.9,
                      "camera_code": f"GK-{site.code}-{number + 1}"}, actor=None,
        )  # fmt: skip
        if dice.random() < 0.93:
            sites.save_permit(
                site.pk, {"kind": PermitKind.GATE, "gate": gate, "number": f"CRK-{gate.code}", "issuer": ISSUER,
                          "status": "approved", "valid_from": today - timedelta(days=120),
                          "valid_to": today + timedelta(days=300)}, actor=None,
            )  # fmt: skip
    for kind, word in ((PermitKind.DISPOSAL, "CZ"), (PermitKind.PLAN, "FA")):
        if dice.random() < 0.08:
            continue
        ends = dice.choice([9, 60, 120, 200])
        permit = sites.save_permit(
            site.pk, {"kind": kind, "number": f"{word}-{site.code}", "issuer": ISSUER, "status": "approved",
                      "valid_from": today - timedelta(days=150), "valid_to": today + timedelta(days=ends),
                      "quantity_m3": site.spoil_m3, "waste_class": "工程渣土"}, actor=None,
        )  # fmt: skip
        if kind == PermitKind.DISPOSAL:
            permit.sinks.set(dice.sample(sinks, 2))


def _past(site: Site, colour: str, dice: random.Random, brigade: Brigade, now: datetime) -> None:
    """Visits that leave the site in its colour: clean ones long ago, then what coloured it."""
    for days in (60, 33):
        _visit(site, [], now - timedelta(days=days + dice.randint(0, 5)), dice, brigade)
    if colour == "white":
        return
    if colour == "yellow":
        found = _visit(site, dice.sample(MINOR, dice.choice([1, 1, 2])), now - timedelta(days=12), dice, brigade)
    else:
        found = _visit(site, [dice.choice(SERIOUS), dice.choice(MINOR)], now - timedelta(days=6), dice, brigade)
    for finding in found.findings.order_by("id"):
        if dice.random() < 0.55:
            later = finding.confirmed_at + timedelta(hours=20)
            shot = photo(f"{finding.number} 整改后", later, tidy=True)
            findings.hand_in(finding.pk, [(uuid5(SPACE, f"after{finding.number}"), shot)],
                             note="已按要求整改", at=finding.confirmed_at + timedelta(hours=20))  # fmt: skip


def _visit(site: Site, bad: list[str], at: datetime, dice: random.Random, brigade: Brigade) -> Inspection:
    local = at.astimezone(STREET)
    at = datetime.combine(local.date(), time(dice.randint(9, 16), dice.randint(0, 59)), tzinfo=STREET)
    one, two = dice.sample(brigade.officers, 2)
    uuid = uuid5(SPACE, f"{site.code}{at.isoformat()}")
    sheet, _new = inspections.begin(one, Begin(
        uuid=uuid, site=site.pk, conduct_code=codes.issue(at), code_shown_at=at, started_at=at,
        inspectors=[one.pk, two.pk], lon=site.lon, lat=site.lat))  # fmt: skip
    items = inspections.items_of(sheet)
    wrong = {item.pk: item for item in items if item.code in bad}
    shots = []
    for pk, item in wrong.items():
        name = uuid5(SPACE, f"{uuid}{item.code}")
        shot = photo(f"{site.name} {item.name_zh}", at, tidy=False)
        photos.add_to_sheet(one, inspections.own_inspection(one, uuid), shot, uuid=name,
                            item_id=pk, when="before", lon=site.lon, lat=site.lat, shot_at=at, at=at)  # fmt: skip
        shots.append(name)
    results = [
        {"item": item.pk, "result": "fails" if item.pk in wrong else "ok", "serious": False,
         "note": dice.choice(SAY) if item.pk in wrong else "", "at": at}
        for item in items
    ]  # fmt: skip
    signed = [
        {"uuid": uuid5(SPACE, f"{uuid}{who.pk}"), "role": "inspector", "user": who.pk, "name": "", "strokes": STROKES}
        for who in (one, two)
    ]
    manager = site.people.filter(post="manager").first()
    name = manager.name if manager else "项目经理"
    signed.append({"uuid": uuid5(SPACE, f"{uuid}site"), "role": "manager", "name": name, "strokes": STROKES})
    done = at + timedelta(minutes=dice.randint(35, 80))
    given = Lock(ended_at=done, results=results, signatures=signed, photos=shots)
    return inspections.lock(one, uuid, given)[0]


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
    for code, name, kind, lon, lat in SINKS:
        ring = [[lon - 0.003, lat - 0.002], [lon + 0.003, lat - 0.002], [lon + 0.003, lat + 0.002],
                [lon - 0.003, lat + 0.002], [lon - 0.003, lat - 0.002]]  # fmt: skip
        sink, _new = Sink.objects.get_or_create(code=code, defaults={
            "name": name, "kind": kind, "lon": lon, "lat": lat, "capacity_m3": 400_000,
            "boundary": {"type": "Polygon", "coordinates": [ring]}})  # fmt: skip
        Permit.objects.get_or_create(kind=PermitKind.SINK, number=f"XN-{code}", defaults={
            "sink": sink, "status": "approved", "issuer": ISSUER, "valid_from": today - timedelta(days=300),
            "valid_to": today + timedelta(days=400)})  # fmt: skip
        found.append(sink)
    return found


def _trucks(companies: dict[str, list[Company]], sinks: list[Sink]) -> None:
    dice = random.Random(SEED)
    today = db_now().astimezone(STREET).date()
    for number in range(1, TRUCKS + 1):
        sensors = dice.random()
        truck = trucks.save_truck({
            "plate": f"浙A{number:02d}D{dice.randint(10, 99)}", "company": companies["haulier"][number % 4].pk,
            "terminal_id": f"10000{number:06d}", "state": "operating" if dice.random() < 0.9 else "repair",
            "volume_m3": dice.choice([12, 16, 20]), "has_lift_sensor": sensors < 0.8, "has_load_sensor": sensors < 0.7,
            "has_cover_sensor": sensors < 0.5}, actor=None)  # fmt: skip
        card, _new = Permit.objects.get_or_create(kind=PermitKind.TRANSPORT, number=f"ZY-{number:04d}", defaults={
            "truck": truck, "status": "approved", "issuer": ISSUER, "valid_from": today - timedelta(days=200),
            "valid_to": today + timedelta(days=dice.choice([8, 90, 160])),
            "windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "until": "06:00"}]})  # fmt: skip
        card.sinks.set(dice.sample(sinks, 2))
