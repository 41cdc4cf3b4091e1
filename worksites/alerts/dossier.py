"""Who, why and by which evidence: the facts beside a replay, for the page and for the sheet."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from shushanwei.common.clock import STREET
from shushanwei.journal.selectors import story_of
from worksites.alerts import replay
from worksites.compliance import PermitFact, Subject, compliance
from worksites.lifecycle import OF_TRUCK
from worksites.models import PermitRuleSet, TruckAlert
from worksites.trucks.rules import NAMES
from worksites.trucks.wording import explain

EARLIER = 6
VERBS = {
    "truck_alert.raised": gettext_lazy("raised by the rule"),
    "truck_alert.seen": gettext_lazy("seen and confirmed by a person"),
    "truck_alert.taken": gettext_lazy("taken for judging"),
    "truck_alert.put_back": gettext_lazy("put back"),
    "truck_alert.confirmed": gettext_lazy("confirmed"),
    "truck_alert.false": gettext_lazy("called false"),
    "truck_alert.merged": gettext_lazy("merged"),
    "truck_alert.followed": gettext_lazy("the alert it was merged into was confirmed"),
    "truck_alert.rectified": gettext_lazy("cleared up"),
    "truck_alert.evidence_taken": gettext_lazy("evidence downloaded"),
}


def of(moment: replay.Moment) -> dict[str, Any]:
    """What a template says of a moment: explanation, points, passes, manifests, the truck's card with its gaps."""
    day = moment.began.astimezone(STREET).date()
    papers = replay.permits(moment)
    labels = replay.labels()
    return {
        "moment": moment,
        "rule_name": NAMES[moment.rule],
        "explanation": explain({"rule": moment.rule, "facts": moment.facts}),
        "points": [
            one | {"load_said": labels["load"].get(one["load"], ""), "lift_said": labels["lift"].get(one["lift"], "")}
            for one in moment.points
        ],
        "passes": [{"row": one, "place": replay.name_of(one)} for one in replay.passes(moment)],
        "manifests": replay.manifests(moment),
        "drivers": list(moment.truck.drivers.all()) if moment.truck else [],
        "permits": [{"row": paper, "counts": replay.in_force(paper, day)} for paper in papers],
        "missing": _missing(moment, papers, day),
        "sensors": _sensors(moment),
        "plates": moment.facts.get("plates", []),
        "day": day,
    }


def earlier(alert: TruckAlert) -> dict[str, Any]:
    """The alerts of the same truck and of the same site before this one, newest first, and how many there are."""
    told: dict[str, Any] = {}
    before = TruckAlert.objects.filter(Q(began_at__lt=alert.began_at)).select_related("truck", "site")
    for name in ("truck", "site"):
        pk = getattr(alert, f"{name}_id")
        rows = before.filter(**{f"{name}_id": pk}).order_by("-began_at") if pk else before.none()
        told[f"{name}_alerts"] = [{"row": row, "name": NAMES[row.rule]} for row in rows[:EARLIER]]
        told[f"{name}_alerts_count"] = rows.count() if pk else 0
    return told


def story(alert: TruckAlert) -> list[dict[str, Any]]:
    """Every line of the journal about an alert, oldest first."""
    return [
        {"at": line.at, "who": line.actor_name, "note": line.note, "says": VERBS.get(line.verb, line.verb)}
        for line in story_of("truckalert", alert.pk)
    ]


def _missing(moment: replay.Moment, papers: list, day: Any) -> list[Any]:
    """Papers that the rule set of the day asks of a truck and that it had not."""
    if moment.truck is None:
        return []
    rule_set = PermitRuleSet.objects.filter(effective_from__lte=day).first()
    required = set(rule_set.required if rule_set else ["transport"]) & set(OF_TRUCK)
    key = f"truck:{moment.truck.pk}"
    facts = [PermitFact(one.kind, key, one.status, one.valid_from, one.valid_to, one.number) for one in papers]
    lacks = compliance(sorted(required), [Subject(key, moment.truck.plate)], facts, day, digs=True).missing
    return [lack for lack in lacks if lack.kind in required]


def _sensors(moment: replay.Moment) -> dict[str, bool]:
    names = ("lift", "load", "cover")
    return {name: bool(moment.truck and getattr(moment.truck, f"has_{name}_sensor")) for name in names}
