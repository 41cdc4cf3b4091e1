"""New versions of the truck rules: the old ones stay, each alert keeps the version that raised it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from incidents.services.base import must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.models import TruckRule
from worksites.trucks.rules import DEFAULTS, BadParam, checked

LONGEST_AHEAD = timedelta(days=366)
MOST_SUPPRESS_S = 7 * 86_400
MOST_REASON = 200


@transaction.atomic
def new_version(
    code: str, *, params: Mapping[str, Any], level: int, suppress_s: int, is_active: bool, reason: str, actor: User,
    effective_from: datetime | None = None,
) -> TruckRule:  # fmt: skip
    """Write the rule's next version, in force from `effective_from` on (an aware instant; None for now).

    The same version by the same person again is the one that stands. Raises BadInput for `code`, a number by its
    name, `level`, `suppress_s`, `reason` and `effective_from`, and for `params` where nothing would change.
    """
    if code not in DEFAULTS:
        raise BadInput("code", _("There is no such rule."))
    try:
        numbers = checked(code, params)
    except BadParam as bad:
        raise BadInput(bad.field, str(bad.message)) from bad
    if not 1 <= level <= 3:
        raise BadInput("level", _("From 1 to 3."))
    if not 0 <= suppress_s <= MOST_SUPPRESS_S:
        raise BadInput("suppress_s", _("From nothing to seven days."))
    reason = must_say("reason", reason, at_least=2)
    if len(reason) > MOST_REASON:
        raise BadInput("reason", _("At most %(n)s characters.") % {"n": MOST_REASON})
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"truck_rule:{code}"])
    now = db_now()
    at = effective_from or now
    if not now - timedelta(minutes=1) <= at <= now + LONGEST_AHEAD:
        raise BadInput("effective_from", _("From now to a year ahead; the past is judged already."))
    said = {"level": level, "suppress_s": suppress_s, "params": numbers, "is_active": is_active}
    newest = TruckRule.objects.filter(code=code).order_by("-effective_from").first()
    if newest is not None and said == {name: getattr(newest, name) for name in said}:
        if newest.by_id == actor.pk and newest.reason == reason:
            return newest
        raise BadInput("params", _("These are the numbers of the newest version."))
    if TruckRule.objects.filter(code=code, effective_from=at).exists():
        raise BadInput("effective_from", _("There is a version from this instant on."))
    rule = TruckRule.objects.create(code=code, effective_from=at, by=actor, reason=reason, **said)
    before = {name: getattr(newest, name) for name in said} if newest is not None else {}
    record(rule, "truck_rule.changed", actor=actor, note=reason,
           data={"code": code, "from": at.isoformat(), "before": before, "after": said})  # fmt: skip
    return rule
