"""What the story of a dumping needs on the running system: ground, a desk, a platform that signs; what stands after."""

from datetime import timedelta

from django.db import transaction

from incidents.intake.desk import make_source
from incidents.models import Deadline, Incident
from incidents.models.deadlines import OPEN
from shushanwei.common.clock import db_now
from shushanwei.journal.live import flush
from tests.worksites.dumping import make_ground
from tests.worksites.fleet import CENTRE
from worksites.models import Site, Truck, TruckAlert
from worksites.selectors_engine import look_again
from worksites.services.engine_alerts import raise_alerts
from worksites.services.fixes import instant_us

PLATE = "浙A7D307"


def prepared() -> list[str]:
    """[code, secret] of a platform; the site, the sink, the truck with its card stand."""
    if not Truck.objects.filter(plate=PLATE).exists():
        make_ground(PLATE)
    look_again()
    code = f"platform-{Site.objects.count()}-{TruckAlert.objects.count()}"
    return [code, make_source(code, "示例平台", "analytics", rate_per_minute=100_000)[1]]


def stands() -> dict:
    """The alert's state and reason, its incident with the open clocks, the colour of the site."""
    alert = TruckAlert.objects.get(rule="T03", truck__plate=PLATE)
    incident = Incident.objects.filter(pk=alert.incident_id).first()
    clocks = Deadline.objects.filter(OPEN, incident=incident).values_list("code", flat=True) if incident else []
    return {
        "status": alert.status, "reason": alert.reason, "source": incident.source_kind if incident else "",
        "clocks": sorted(clocks), "colour": alert.site.colour if alert.site else "",
    }  # fmt: skip


def found(number: int, late: bool = False) -> str:
    """The rules raise an alert now about a truck of the ground, `late` for what happened days ago; gives its number."""
    at = db_now() - (timedelta(days=3) if late else timedelta(minutes=5))
    truck = Truck.objects.get(plate=PLATE)
    hit = {
        "key": f"T10:list:{number}", "rule": "T10", "truck": truck.pk, "trip": None, "site": None, "sink": None,
        "level": 2, "began": instant_us(at), "ended": None, "detected": instant_us(at), "lon": CENTRE[0],
        "lat": CENTRE[1], "facts": {"why": "gap", "points": [[*CENTRE, instant_us(at), 20, 0, 0]], "gap_s": 600},
    }  # fmt: skip
    with transaction.atomic():
        (alert,) = raise_alerts([hit], now=db_now())
    flush()
    return alert.number
