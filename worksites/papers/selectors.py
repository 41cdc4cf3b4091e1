"""Permits, sinks and rule sets, as far as a person may see them."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.models import User
from worksites.compliance import SOON, Compliance, PermitFact, Subject, compliance
from worksites.lifecycle import PermitStatus
from worksites.models import Permit, PermitFile, PermitRuleSet, Sink, Truck
from worksites.selectors import VIEW, sites_for
from worksites.services.sites import rule_set_on

TRUCKS = "worksites.view_trucks"


def today() -> date:
    """The street's day."""
    return db_now().astimezone(STREET).date()


def permits_for(user: User) -> QuerySet[Permit]:
    """Permits of the sites and gates within reach, of sinks, and of trucks for who may see trucks."""
    if not user.has_perm(VIEW):
        return Permit.objects.none()
    mine = sites_for(user).values("pk")
    seen = Q(site__in=mine) | Q(gate__site__in=mine) | Q(sink__isnull=False)
    if user.has_perm(TRUCKS):
        seen |= Q(truck__isnull=False)
    return Permit.objects.filter(seen).select_related("site", "gate__site", "truck", "sink")


def permit_for(user: User, pk: int) -> Permit:
    """One of them; raises NotFound."""
    found = permits_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such permit."))
    return found


def found(user: User, search: dict[str, Any]) -> QuerySet[Permit]:
    """The list, by holder, kind, state, validity and words (number, issuer, plate, site, sink)."""
    rows = permits_for(user)
    if search.get("of"):
        rows = rows.filter(**{f"{search['of']}__isnull": False})
    for name in ("kind", "status"):
        if search.get(name):
            rows = rows.filter(**{name: search[name]})
    if search.get("until"):
        day = today()
        ends = {"valid_to__lt": day} if search["until"] == "over" else {"valid_to__range": (day, day + SOON)}
        rows = rows.filter(status=PermitStatus.APPROVED, **ends)
    if words := search.get("q", "").replace("\0", ""):
        fits = Q(number__icontains=words) | Q(issuer__icontains=words) | Q(truck__plate__icontains=words)
        fits |= Q(site__name__icontains=words) | Q(gate__site__name__icontains=words) | Q(sink__name__icontains=words)
        rows = rows.filter(fits)
    return rows.order_by("-valid_to", "kind", "number")


def counts(user: User) -> dict[str, int]:
    """The band over the list: waiting for a decision, in force, ending soon, expired."""
    day = today()
    good = Q(status=PermitStatus.APPROVED)
    return permits_for(user).aggregate(
        applied=Count("pk", filter=Q(status=PermitStatus.APPLIED)),
        good=Count("pk", filter=good & Q(valid_from__lte=day, valid_to__gte=day)),
        soon=Count("pk", filter=good & Q(valid_to__range=(day, day + SOON))),
        over=Count("pk", filter=good & Q(valid_to__lt=day)),
    )


def paper_for(user: User, uuid: Any) -> PermitFile:
    """A paper of a permit within reach; raises NotFound."""
    row = PermitFile.objects.filter(uuid=uuid, permit__in=permits_for(user).values("pk")).first()
    if row is None:
        raise NotFound(_("There is no such paper."))
    return row


def sinks(words: str = "") -> QuerySet[Sink]:
    """The register of sinks."""
    rows = Sink.objects.select_related("company")
    return rows.filter(Q(name__icontains=words) | Q(code__icontains=words)) if words else rows


def registered(sink: Sink) -> Compliance:
    """Whether the sink's registration is in force."""
    facts = [PermitFact(p.kind, f"sink:{sink.pk}", p.status, p.valid_from, p.valid_to) for p in sink.permits.all()]
    return compliance(["sink_registration"], [Subject(f"sink:{sink.pk}", sink.name)], facts, today(), digs=True)


def sinks_geojson() -> dict[str, Any]:
    """All sinks as features in WGS-84."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": sink.pk, "geometry": sink.boundary,
             "properties": {"id": sink.pk, "code": sink.code, "name": sink.name, "lon": sink.lon, "lat": sink.lat,
                            "is_active": sink.is_active}}
            for sink in Sink.objects.all()
        ],
    }  # fmt: skip


def truck_compliance(truck: Truck) -> tuple[Compliance, PermitRuleSet | None]:
    """What the truck lacks today of what the rule set in force asks of trucks."""
    day = today()
    rules = rule_set_on(day)
    facts = [
        PermitFact(p.kind, f"truck:{truck.pk}", p.status, p.valid_from, p.valid_to, p.number)
        for p in truck.permits.all()
    ]
    subjects = [Subject(f"truck:{truck.pk}", truck.plate)]
    return compliance(rules.required if rules else [], subjects, facts, day, digs=True), rules


def places_of(permit: Permit) -> dict[str, Any]:
    """The outlines that a permit speaks of, for its map: (kind, name, geometry)."""
    rows = [("sink", sink) for sink in permit.sinks.all()] + [("site", site) for site in permit.sites.all()]
    rows += [("sink", permit.sink)] if permit.sink else []
    site = permit.site or (permit.gate.site if permit.gate else None)
    rows += [("site", site)] if site else []
    features = [
        {"type": "Feature", "geometry": row.boundary, "properties": {"kind": kind, "name": row.name}}
        for kind, row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def ends_soon(permit: Permit) -> bool:
    """Whether it is in force and ends within fifteen days."""
    return permit.status == PermitStatus.APPROVED and timedelta() <= permit.valid_to - today() <= SOON
