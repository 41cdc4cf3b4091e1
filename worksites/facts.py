"""What colours a site, read from its rows."""

from datetime import timedelta

from worksites.colouring import AlertFact, CheckFact, Facts, FindingFact, Rules
from worksites.lifecycle import RECHECK, AlertStatus, FindingStatus
from worksites.models import ColourRules, Finding, Inspection, Site, TruckAlert

DUMPING = ("T02", "T03", "T04", "T05")  # a confirmed one of these is a serious violation of the site it came from
LOOKED_BACK = timedelta(days=400)


def rules_in_force(now) -> ColourRules:
    """The newest row of the numbers in force; the shipped ones where there is none."""
    return ColourRules.objects.filter(effective_from__lte=now).first() or ColourRules(effective_from=now)


def pure(rules: ColourRules) -> Rules:
    """The same numbers for the pure rule."""
    return Rules(
        rules.counts_days, rules.minors_for_red, rules.clean_from_red, rules.clean_from_yellow, rules.clean_apart_days
    )


def facts_of(site: Site, now) -> Facts:
    """Findings, confirmed dumping alerts and signed checks of one site."""
    since = now - LOOKED_BACK
    findings = Finding.objects.filter(site=site).exclude(status=FindingStatus.WITHDRAWN)
    rows = findings.values_list("number", "severity", "confirmed_at", "ended_at", "corrected_at", "missed_at", "status")
    alerts = TruckAlert.objects.filter(site=site, status=AlertStatus.CONFIRMED, rule__in=DUMPING).values_list(
        "number", "rule", "decided_at", "rectified_at"
    )
    # A re-check looks at the open findings alone: that they are mended does not make the site a clean one.
    signed = Inspection.objects.filter(site=site, locked_at__gte=since, status=Inspection.Status.LOCKED)
    checks = signed.exclude(kind=RECHECK, clean=True).values_list("started_at", "clean")
    return Facts(
        [
            FindingFact(number, severity, at, ended, corrected if status != FindingStatus.OPEN else None, missed)
            for number, severity, at, ended, corrected, missed, status in rows
            if ended is None or at >= since
        ],
        [AlertFact(*row) for row in alerts],
        [CheckFact(at, clean) for at, clean in checks],
        site.stopped_at is not None,
    )
