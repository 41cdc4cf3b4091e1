"""What the story of a dumping needs on the running system: ground, a desk, a platform that signs; what stands after."""

from incidents.intake.desk import make_source
from incidents.models import Deadline, Incident
from incidents.models.deadlines import OPEN
from tests.worksites.dumping import make_ground
from worksites.models import Site, Truck, TruckAlert
from worksites.selectors_engine import look_again

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
