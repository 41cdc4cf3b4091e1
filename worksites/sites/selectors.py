"""What the pages of sites read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, When

from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.checks.sheet_page import kind_words
from worksites.colouring import decide
from worksites.compliance import Compliance, PermitFact, Subject, compliance
from worksites.facts import facts_of, pure, rules_in_force
from worksites.lifecycle import DIGGING, FINDING_LIVE, UNCORRECTED, WATCHED, Colour
from worksites.models import CheckNeed, ColourChange, ColourOverride, Inspection, Permit, PlannedCheck, Site, Truck
from worksites.selectors import sites_for
from worksites.services.finishing import may_reopen
from worksites.services.sites import rule_set_on

LEFT_LYING = timedelta(days=1)  # a visit is a matter of hours
OPEN_CHECK = Q(planned__done_at=None, planned__missed_at=None, planned__dropped_at=None)


def rows(user: User, search: dict[str, Any]) -> QuerySet[Site]:
    """The register, filtered by colour, phase, status, community and words; the worst colour first."""
    found = (
        sites_for(user)
        .select_related("community", "builder")
        .annotate(
            open_findings=Count("findings", filter=Q(findings__status__in=FINDING_LIVE), distinct=True),
            overdue=Count(
                "findings", filter=Q(findings__status__in=UNCORRECTED, findings__missed_at__isnull=False), distinct=True
            ),
            next_check=Min("planned__on", filter=OPEN_CHECK),
            missed=Count("planned", filter=Q(planned__missed_at__isnull=False), distinct=True),
        )
    )
    if search.get("status"):
        found = found.filter(status=search["status"])
    else:
        found = found.filter(status__in=WATCHED)
    for name in ("colour", "phase", "community"):
        if search.get(name):
            found = found.filter(**{name: search[name]})
    if search.get("q"):
        words = search["q"]
        found = found.filter(Q(name__icontains=words) | Q(code__icontains=words) | Q(builder__name__icontains=words))
    worst_first = Case(When(colour="red", then=0), When(colour="yellow", then=1), default=2)
    return found.order_by(worst_first, "code")


def counts(user: User) -> dict[str, int]:
    """The band over the register: sites of each colour, checks due and missed, corrections open and overdue."""
    now = db_now()
    today = now.astimezone(STREET).date()
    month = today.replace(day=1)
    sites = sites_for(user)
    watched = sites.filter(status__in=WATCHED)
    colours = dict(watched.order_by().values_list("colour").annotate(Count("id")))
    checks = PlannedCheck.objects.filter(site__in=watched)
    return {
        **{str(colour): colours.get(colour, 0) for colour in Colour.values},
        "all": sum(colours.values()),
        "due_this_week": checks.filter(
            done_at=None, missed_at=None, dropped_at=None, on__lte=today + timedelta(days=6)
        ).count(),
        "done_this_month": PlannedCheck.objects.filter(site__in=sites, done_at__date__gte=month).count(),
        "missed_this_month": PlannedCheck.objects.filter(
            site__in=sites, missed_at__isnull=False, on__gte=month
        ).count(),
    }


@dataclass(frozen=True)
class Band:
    """One stretch of the colour history; shares of the shown days, in per cent."""

    colour: str
    begin: datetime
    until: datetime
    left: float
    width: float


def history(site: Site, days: int = 180) -> list[Band]:
    """The colours of the last `days`, oldest first, for the drawn band."""
    now = db_now()
    begin = max(now - timedelta(days=days), site.watched_since)
    changes = list(ColourChange.objects.filter(site=site, at__gt=begin).order_by("at", "id"))
    colour = changes[0].before if changes else site.colour
    whole = (now - begin).total_seconds() or 1.0
    edges = [(begin, colour), *((change.at, change.after) for change in changes)]
    bands = []
    for (at, shown), (until, _next) in zip(edges, [*edges[1:], (now, "")], strict=True):
        left, width = (at - begin).total_seconds() / whole * 100, (until - at).total_seconds() / whole * 100
        bands.append(Band(shown, at, until, round(left, 2), round(width, 2)))
    return bands


def permits_of(site: Site) -> QuerySet[Permit]:
    """The permits of a site and its gates."""
    return Permit.objects.filter(Q(site=site) | Q(gate__site=site)).select_related("gate").order_by("kind", "-valid_to")


def compliance_of(site: Site, on: date) -> Compliance:
    """What the site lacks on a day by the rule set of that day; its trucks are those of its transport company."""
    rules = rule_set_on(on)
    gates = list(site.gates.all())
    trucks = list(Truck.objects.filter(company=site.haulier)) if site.haulier_id else []
    own = list(Permit.objects.filter(Q(site=site) | Q(gate__in=gates) | Q(truck__in=trucks)).prefetch_related("sinks"))
    sinks = {sink.pk: sink for permit in own for sink in permit.sinks.all()}
    own += list(Permit.objects.filter(sink__in=sinks))
    subjects = [Subject(f"site:{site.pk}", site.name)]
    subjects += [Subject(f"gate:{gate.pk}", gate.name) for gate in gates]
    subjects += [Subject(f"truck:{truck.pk}", truck.plate) for truck in trucks]
    subjects += [Subject(f"sink:{pk}", sink.name) for pk, sink in sinks.items()]
    facts = [PermitFact(p.kind, _subject(p), p.status, p.valid_from, p.valid_to, p.number) for p in own]
    return compliance(rules.required if rules else [], subjects, facts, on, digs=site.phase in DIGGING)


def _subject(permit: Permit) -> str:
    for name in ("site", "truck", "sink", "gate"):
        pk = getattr(permit, f"{name}_id")
        if pk is not None:
            return f"{name}:{pk}"
    return ""


def site_page(site: Site) -> dict[str, Any]:
    """Everything one screen shows of a site."""
    now = db_now()
    today = now.astimezone(STREET).date()
    rules = pure(rules_in_force(now))
    decision = decide(Colour(site.rule_colour), site.rule_since, facts_of(site, now), rules, now)
    checks = PlannedCheck.objects.filter(site=site, dropped_at=None).prefetch_related("inspectors")
    return {
        "site": site,
        "now": now,
        "decision": decision,
        "bands": history(site),
        "changes": ColourChange.objects.filter(site=site).select_related("by")[:12],
        "override": ColourOverride.objects.filter(site=site, ended_at=None).select_related("asked_by").first(),
        "gates": site.gates.all(),
        "people": site.people.filter(ended_at=None).select_related("company"),
        "may_undo": may_reopen(site, now),
        "permits": permits_of(site),
        "compliance": compliance_of(site, today),
        "rule_set": rule_set_on(today),
        "next_check": checks.filter(done_at=None, missed_at=None).first(),
        "visits": visits(site),
        "needs": CheckNeed.objects.filter(site=site, answered_at=None, withdrawn_at=None).select_related("department"),
        "documents": site.documents.filter(removed_at=None).select_related("by"),
        "findings": site.findings.select_related("item").order_by(
            F("ended_at").desc(nulls_first=True), "-confirmed_at"
        )[:8],
        "open_findings": site.findings.filter(status__in=FINDING_LIVE).count(),
        "rectified": site.findings.filter(corrected_at__isnull=False).count(),
    }


@dataclass(frozen=True)
class Visit:
    """One line of the checks of a site: a signed or running sheet, or a check that was missed."""

    day: date
    kind: str
    people: list[str]
    sheet: Inspection | None = None


def visits(site: Site, most: int = 8) -> list[Visit]:
    """What was checked and what was missed, the newest first."""
    over = [Inspection.Status.VOIDED, Inspection.Status.REPLACED, Inspection.Status.DROPPED]
    sheets = Inspection.objects.filter(site=site).exclude(status__in=over).prefetch_related("inspectors")
    missed = PlannedCheck.objects.filter(site=site, missed_at__isnull=False).prefetch_related("inspectors")
    found = [
        Visit(one.started_at.astimezone(STREET).date(), kind_words(one.kind), _people(one), one)
        for one in sheets.order_by("-started_at")[:most]
    ]
    found += [Visit(one.on, kind_words(one.kind), _people(one)) for one in missed.order_by("-on")[:most]]
    return sorted(found, key=lambda one: one.day, reverse=True)[:most]


def left_lying(site: Site, now: datetime) -> list[Inspection]:
    """Visits of the site that were begun more than a day ago and that nobody has signed or given up, oldest first."""
    rows = Inspection.objects.filter(site=site, status=Inspection.Status.RUNNING, started_at__lt=now - LEFT_LYING)
    return list(rows.order_by("started_at").prefetch_related("inspectors"))


def _people(row: Inspection | PlannedCheck) -> list[str]:
    return [str(person) for person in row.inspectors.all()]


def calendar(user: User, month: date) -> list[list[dict[str, Any]]]:
    """The weeks of a month, each day with its checks; drawn ones of later days only for who plans them.

    Who is to be checked by lot must not be known beforehand: to the inspectors it shows on the day itself.
    """
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    begin, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    today = db_now().astimezone(STREET).date()
    checks = (
        PlannedCheck.objects.filter(site__in=sites_for(user), on__range=(begin, end), dropped_at=None)
        .select_related("site", "inspection")
        .prefetch_related("inspectors")
        .order_by("on", "site__code")
    )
    if not user.has_perm("worksites.plan_checks"):
        checks = checks.exclude(kind=PlannedCheck.Kind.RANDOM, on__gt=today)
    of_day = defaultdict(list)
    for check in checks:
        of_day[check.on].append(check)
    days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    cells = [
        {"day": day, "inside": day.month == first.month, "today": day == today, "checks": of_day[day]} for day in days
    ]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def geojson(user: User) -> dict[str, Any]:
    """Watched sites as features in WGS-84 with colour, phase, open findings and gates."""
    sites = sites_for(user).filter(status__in=WATCHED).prefetch_related("gates")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": site.pk,
                "geometry": site.boundary,
                "properties": {
                    "id": site.pk, "code": site.code, "name": site.name, "colour": site.colour, "phase": site.phase,
                    "status": site.status, "lon": site.lon, "lat": site.lat,
                    "gates": [[gate.lon, gate.lat, gate.name] for gate in site.gates.all()],
                },
            }
            for site in sites
        ],
    }  # fmt: skip
