"""Versions of what permits are asked for: a new one from a day on, never a change of what was in force."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import PermitKind
from worksites.models import PermitRuleSet

FIELDS = ("name", "name_en", "required", "needs_manifest", "needs_gate_camera")


@transaction.atomic
def add_rule_set(values: dict[str, Any], *, actor: User | None) -> PermitRuleSet:
    """Add the rule set that counts from `effective_from` on, today at the earliest; the same again writes nothing.

    Raises BadInput for `name`, `required` and `effective_from`.
    """
    begin: date = values["effective_from"]
    wanted = {name: values[name] for name in FIELDS if values.get(name) is not None}
    wanted["required"] = [kind for kind in PermitKind.values if kind in wanted.get("required", [])]
    if not wanted.get("name", "").strip():
        raise BadInput("name", _("This must be filled in."))
    if not wanted["required"]:
        raise BadInput("required", _("Choose at least one."))
    known = PermitRuleSet.objects.filter(effective_from=begin).first()
    if known is not None and all(getattr(known, name) == value for name, value in wanted.items()):
        return known
    if known is not None:
        raise BadInput("effective_from", _("A rule set begins on this day already."))
    if begin < db_now().astimezone(STREET).date():
        raise BadInput("effective_from", _("What was in force stays: today at the earliest."))
    rule_set = PermitRuleSet(effective_from=begin, **wanted)
    try:
        with transaction.atomic():
            rule_set.save()
    except IntegrityError as error:
        raise BadInput("effective_from", _("A rule set begins on this day already.")) from error
    record(rule_set, "permit_rules.added", actor=actor, data={"from": str(begin), "required": wanted["required"]})
    return rule_set
