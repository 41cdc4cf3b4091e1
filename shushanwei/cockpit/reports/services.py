"""Reports drawn up and frozen: once for each closed period, again only as a new edition with a reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shushanwei.cockpit.models import Report
from shushanwei.cockpit.reports import counts, selectors
from shushanwei.cockpit.reports.access import RECOMPUTE
from shushanwei.cockpit.reports.frame import frame_for
from shushanwei.cockpit.reports.periods import Kind, Period, closed_between
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

log = structlog.get_logger(__name__)
# How far back a missing report is made good: long enough for a long outage, short enough for one run.
LOOK_BACK = {Kind.DAY: timedelta(days=35), Kind.WEEK: timedelta(weeks=12), Kind.MONTH: timedelta(days=400)}
AT_ONCE = 12


def freeze(period: Period, *, now: datetime | None = None) -> Report | None:
    """Draw up the first edition; None when it stands already or the period is not ready. Two at once make one."""
    now = now or db_now()
    if now < period.ready_at or selectors.editions(period).exists():
        return None
    data = selectors.computed(frame_for(period, now))
    with transaction.atomic():
        report, made = Report.objects.get_or_create(
            kind=period.kind, key=period.key, edition=1, defaults=_columns(data)
        )
        if made:
            record(report, "report.frozen", data={"period": period.slug, "edition": 1, "cutoff": data["cutoff"]})
    return report if made else None


def freeze_missing(kinds: Iterable[Kind] = tuple(Kind), *, now: datetime | None = None) -> int:
    """Draw up what is due and not there yet, the newest first, a few at a time; returns how many were made.

    One report that fails is logged and does not keep the others back.
    """
    now = now or db_now()
    first = counts.first_instant()
    if first is None:
        return 0
    made = 0
    for kind in kinds:
        due = list(closed_between(kind, max(first, now - LOOK_BACK[kind]), now))
        for period in reversed(selectors.missing(kind, due)[-AT_ONCE:]):
            try:
                made += freeze(period, now=now) is not None
            except Exception:
                log.exception("report_failed", period=period.slug)
    return made


def recompute(period: Period, *, actor: User, reason: str) -> Report:
    """A new edition of a frozen report, from the records as they are now; the earlier ones stay.

    NotAllowed without the permission, BadInput without a reason, NotFound before the first edition, Conflict
    when somebody else made the same edition at the same time.
    """
    if not actor.has_perm(RECOMPUTE):
        raise NotAllowed(_("You may not draw up a report again."))
    reason = reason.strip()
    if not 2 <= len(reason) <= 200:
        raise BadInput("reason", _("A reason of 2 to 200 characters is needed."))
    newest = selectors.editions(period).first()
    if newest is None:
        raise NotFound(_("There is no frozen report of this period yet."))
    data = selectors.computed(frame_for(period, db_now()))
    try:
        with transaction.atomic():
            report = Report.objects.create(
                kind=period.kind, key=period.key, edition=newest.edition + 1, reason=reason, made_by=actor,
                **_columns(data),
            )  # fmt: skip
            record(
                report, "report.recomputed", actor=actor, note=reason,
                data={"period": period.slug, "edition": report.edition},
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("Edition %(n)d was just made by somebody else.") % {"n": newest.edition + 1}) from None
    return report


@transaction.atomic
def note_export(actor: User, period: Period, what: str, rows: int | None = None) -> None:
    """Write into the journal who took which report or list out of the system."""
    record(actor, "report.exported", actor=actor, data={"period": period.slug, "what": what, "rows": rows})


def _columns(data: dict) -> dict:
    return {"cutoff_at": datetime.fromisoformat(data["cutoff"]), "exclusions": data["exclusions"], "figures": data}
