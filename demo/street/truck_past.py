"""Two weeks of truck alerts: what the rules found in the diaries of some trucks, and what people said to it.

The tracks themselves are not kept, only the trips and what alerts quote.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from demo.street import haulage
from demo.street.haulage import SEED, SINK_CODE
from demo.street.truck_days import told_by
from demo.trucks.diary import Label, Told
from demo.trucks.world import Hauler
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.facts import DUMPING
from worksites.lifecycle import AlertStatus
from worksites.models import Gate, Sink, Site, Truck, TruckAlert
from worksites.selectors_engine import instant, truck_ground
from worksites.services.engine import keep_trips
from worksites.services.engine_alerts import raise_alerts
from worksites.trucks.engine import judge
from worksites.trucks.tracks import Fixes

DAYS, SEEN = 14, 12  # so many days, so many trucks
SLACK_S = 600  # an alert belongs to what went on within so many seconds of it
JUDGES = ["video", "seat1", "seat2", "brigade1"]
TRUE = {
    "T02": "现场核查，装载点未登记出入口，属实",
    "T03": "回放轨迹与举升信号，并到点位查看，有新倾倒渣土",
    "T04": "轨迹显示未到消纳场即空车返回，驾驶员承认",
    "T05": "到达消纳场不在准运证范围内，属实",
    "T08": "行驶记录与限速比对属实，已约谈运输企业",
    "T09": "卡口照片可见顶盖未闭合",
    "T10": "终端断电，驾驶员不能说明去向",
    "T11": "卡口照片与车辆外观不符，疑似套牌，已移交交警",
    "T14": "工地未能出示夜间施工证明",
}
UNTRUE = ["定位漂移，回放轨迹无异常", "传感器故障，已通知企业检修", "车辆在维修厂举升检修", "卡口误识别号牌"]


def load_truck_past() -> int:
    """Write the alerts of the days before today once; returns how many. The sites must be loaded."""
    if TruckAlert.objects.exists():
        return 0
    plans = haulage.site_plans(MapLayer.objects.get(code="worksites").geojson["features"])
    world = haulage.world_of(plans, haulage.truck_plans(plans))
    now = db_now()
    first = now.astimezone(STREET).date() - timedelta(days=DAYS)
    ids = _Ids(plans)
    labels: list[Label] = []
    hits: list[dict[str, Any]] = []
    for hauler in _seen(world.haulers, plans):
        told = told_by(world, hauler, first, DAYS)
        truck, found = ids.trucks[hauler.plate], _judged(ids, hauler, told)
        keep_trips(truck, found, None)
        hits += [hit for hit in found.hits if instant(hit["detected"]) < now]
        labels += [replace(label, truck=truck) for label in told.labels]
    return sum(_raised(hit, labels, now) for hit in sorted(hits, key=lambda hit: hit["detected"]))


class _Ids:
    """The rows behind the numbers of the made-up ground."""

    def __init__(self, plans: list[haulage.SitePlan]) -> None:
        sites = dict(Site.objects.values_list("code", "pk"))
        sinks = dict(Sink.objects.values_list("code", "pk"))
        gates = dict(Gate.objects.values_list("camera_code", "pk"))
        self.trucks = dict(Truck.objects.values_list("plate", "pk"))
        self.sites = {n: sites[plan.code] for n, plan in enumerate(plans, start=1)}
        self.gates = {n: gates.get(plan.gates[0].camera) for n, plan in enumerate(plans, start=1)}
        self.sinks = {n: sinks[SINK_CODE.format(n)] for n in range(1, len(haulage.SINK_KINDS) + 1)}

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """The same pass or manifest with the ids of rows."""
        site = self.sites.get(event["site"])
        if event["what"] == "manifest":
            return event | {"site": site, "sink": self.sinks[event["sink"]]}
        return event | {"site": site, "gate": self.gates.get(event["gate"])}


def _seen(haulers: list[Hauler], plans: list[haulage.SitePlan]) -> list[Hauler]:
    """Some trucks; who cheats carries for the red sites, which their alerts would redden anyhow."""
    red = [n for n, plan in enumerate(plans, start=1) if plan.digs and plan.colour == "red"]
    honest = [replace(one, crooked=0.0) for one in haulers if one.crooked < 0.05][: SEEN * 2 // 3]
    crooked = sorted((one for one in haulers if one.crooked >= 0.05), key=lambda one: one.sensors == "none")
    crooked = crooked[: SEEN - len(honest)]
    return honest + [replace(one, crooked=0.06, night=False, sites=(red * 2)[:2]) for one in crooked if red]


def _judged(ids: _Ids, hauler: Hauler, told: Told):
    truck = ids.trucks[hauler.plate]
    fixes = told.fixes[0].sorted()
    columns: dict[str, Any] = vars(fixes) | {"truck": np.full(len(fixes), truck, np.int64)}
    events = [ids.event(event) for event in told.events[hauler.id]]
    return judge(truck_ground(), Fixes(**columns), {truck: events})[truck]


def _raised(hit: dict[str, Any], labels: list[Label], now: datetime) -> int:
    """Raise one alert at its time and let somebody decide it; 0 where the rule had spoken."""
    at = instant(hit["detected"]) + timedelta(seconds=20)
    for alert in raise_alerts([hit], now=at):
        if now - at > timedelta(hours=20):
            _decide(alert, labels)
        return 1
    return 0


def _decide(alert: TruckAlert, labels: list[Label]) -> None:
    """True, false, or the same as another of the truck: written as it stood then, for its clocks have long run out."""
    dice = random.Random(f"{SEED}{alert.key}")
    if dice.random() < 0.06:
        return
    began, ended = alert.began_at.timestamp(), (alert.ended_at or alert.began_at).timestamp()
    # Too fast and too long at the wheel are no deeds of the diaries.
    was_so = (alert.rule == "T08" and dice.random() < 0.5) or any(
        label.rule == alert.rule and label.truck == alert.truck_id and label.since - SLACK_S <= ended
        and label.until + SLACK_S >= began for label in labels
    )  # fmt: skip
    taken = alert.raised_at + timedelta(minutes=dice.uniform(1, 25))
    near = TruckAlert.objects.filter(
        truck=alert.truck_id, status=AlertStatus.CONFIRMED, raised_at__gt=alert.raised_at - timedelta(hours=3)
    ).exclude(pk=alert.pk)  # fmt: skip
    master = near.filter(raised_at__lte=alert.raised_at).order_by("-raised_at").first()
    alert.taken_at, alert.decided_at = taken, taken + timedelta(minutes=dice.uniform(2, 30))
    alert.judged_by = User.objects.get(username=dice.choice(JUDGES))
    if master is not None and dice.random() < 0.6:
        alert.status, alert.merged_into, alert.reason = AlertStatus.MERGED, master, f"与{master.number}为同一趟次"
    elif was_so and alert.rule in TRUE and dice.random() < 0.95:
        alert.status, alert.reason = AlertStatus.CONFIRMED, TRUE[alert.rule]
        if alert.rule not in DUMPING or dice.random() < 0.7:
            alert.rectified_at = alert.decided_at + timedelta(hours=dice.uniform(3, 18))
    else:
        alert.status, alert.reason = AlertStatus.FALSE, dice.choice(UNTRUE)
    alert.save()
