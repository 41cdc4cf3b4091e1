"""Reasons read aloud: why a site has its colour, what a step down lacks, why a permit does not count."""

from typing import Any

from django.utils.translation import gettext as _

SHOWN = 4


def reason(fact: dict[str, Any]) -> str:
    """One reason of a colour, or one thing that a step down lacks, in a sentence."""
    numbers = fact.get("numbers", [])
    listed = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
    given = {"numbers": listed, **{name: fact[name] for name in fact if name not in ("why", "numbers")}}
    sentence = {
        "serious": _("serious finding open or confirmed within %(days)s days: %(numbers)s"),
        "dumping": _("illegal dumping confirmed: %(numbers)s"),
        "many_minor": _("%(count)s minor findings open (from %(limit)s on: red): %(numbers)s"),
        "overdue": _("correction overdue: %(numbers)s"),
        "minor": _("minor finding open or confirmed within %(days)s days: %(numbers)s"),
        "nothing": _("nothing open, nothing confirmed within %(days)s days"),
        "clean": _("%(checks)s clean checks in a row, everything corrected and re-checked"),
        "override": _("by order until %(until)s: %(reason)s"),
        "override_ended": _("the colour by order has ended: %(reason)s"),
        "uncorrected": _("not corrected and re-checked yet: %(numbers)s"),
        "stopped": _("the stop order is not lifted"),
        "checks": _("%(clean)s of %(needed)s clean checks in a row"),
    }.get(str(fact.get("why")), "")
    return sentence % given if sentence else str(fact.get("why", ""))


def lack(why: str) -> str:
    """Why a permit does not count."""
    return {
        "none": _("missing"),
        "expired": _("expired"),
        "not_yet": _("not valid yet"),
        "applied": _("only applied for"),
        "refused": _("refused"),
        "voided": _("voided"),
        "ending": _("ends soon"),
        "no_gate": _("no gate is registered"),
        "no_truck": _("no truck is registered with the transport company"),
        "no_sink": _("no sink is named"),
    }.get(why, why)
