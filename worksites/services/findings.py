"""What a signed sheet found wrong, until it is put right: opened, handed in, passed or rejected, missed, closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from grid.working import work_calendar
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from shushanwei.people.models import User
from worksites.checklist.shipped import WAGES
from worksites.checks import rules
from worksites.lifecycle import FINDING_LIVE, FINDING_NEXT, UNCORRECTED, FindingStatus, Fix
from worksites.models import ColourRules, Evidence, Finding, Inspection, ItemResult
from worksites.services import photos
from worksites.services.base import (
    FINDING_RELATED,
    hold_numbers,
    locked_finding,
    next_number,
    resume_if_mended,
    stop,
    tell_finding,
)
from worksites.services.colours import recolour
from worksites.services.penalties import file_overdue
from worksites.services.typed import must_type, typed

Status, Result, When = FindingStatus, ItemResult.Result, Evidence.When
MOST_PHOTOS = 6
REPEAT_DAYS = 90  # where no rules are loaded


def from_sheet(
    inspection: Inspection, rows: dict[int, ItemResult], shots: dict[int, list[Evidence]], fixes: list[dict[str, Any]],
    *, actor: User, at: datetime, day: str,
) -> list[Finding]:  # fmt: skip
    """Open, re-open and close findings as a sheet says that is being locked; those that the sheet tells of.

    The locks of numbers, site and sheet are held. Raises BadInput for `fixes`.
    """
    site = inspection.site
    chosen = {line["item"]: line for line in fixes}
    held = Finding.objects.select_for_update(no_key=True, of=("self",)).select_related(*FINDING_RELATED)
    live = {one.item_code: one for one in held.filter(site=site, status__in=FINDING_LIVE).order_by("id")}
    before = inspection.replaces
    same_visit = set(before.findings.values_list("pk", flat=True)) if before else set()
    told, stops, closed = [], [], False
    for row in sorted(rows.values(), key=lambda one: one.item.code):
        found, mine = live.get(row.item.code), shots.get(row.item_id, [])
        if found is not None:
            found.site = site
        if row.result == Result.FAILS:
            if found is None:
                found = _open(inspection, row, chosen.get(row.item_id, {}), actor, at, day)
            elif found.pk in same_visit:
                _reword(found, row, chosen.get(row.item_id, {}))
                tell_finding(found, "reworded", actor=actor, at=at)
            elif found.status == Status.CORRECTED:
                _reopen(found, row, chosen.get(row.item_id, {}), actor, at)
            else:
                tell_finding(found, "seen_again", actor=actor, at=at, data={"inspection": inspection.pk})
            if found.fix == Fix.STOP_WORK:
                stops.append(found)
            told.append(found)
        elif row.result == Result.CORRECTED:
            if found is None:
                found = _open(inspection, row, {}, actor, at, day)
                told.append(found)
            else:
                closed |= _close(found, inspection, actor, at)
        elif row.result == Result.CONFORMS and found is not None:
            if found.pk in same_visit:
                _end(found, Status.WITHDRAWN, at, withdrawn_reason=_("A newer version of the sheet does not find it."))
                tell_finding(found, "withdrawn", actor=actor, at=at)
            elif found.status == Status.CORRECTED or any(photo.when == When.AFTER for photo in mine):
                closed |= _close(found, inspection, actor, at)
        if found is not None and mine:
            Evidence.objects.filter(pk__in=[photo.pk for photo in mine]).update(
                finding=found, attempt=found.attempts + 1
            )
    if stops:
        codes = [f"{one.item_code} {one.item.name_zh}" for one in stops if one.ended_at is None]
        stop(site, "；".join(codes), actor=actor, at=at)
    elif closed or before:
        resume_if_mended(site, actor=actor, at=at)
    return told


def hand_in(
    finding_id: int, shots: list[tuple[UUID, bytes]], note: str, *, actor: User | None = None, by_site: bool = False,
    at: datetime | None = None,
) -> tuple[Finding, bool]:  # fmt: skip
    """Photos after mending, from the site (by its link) or an officer for it: (the finding, whether it is news).

    The ids of the photos make it safe to send twice. Raises BadInput for `photos`, WrongStep where nothing is asked.
    """
    note = typed("note", note, Finding.handed_in_note.field)
    if not shots:
        raise BadInput("photos", _("A photo after mending is needed."))
    if len(shots) > MOST_PHOTOS:
        raise BadInput("photos", _("At most %(n)s photos.") % {"n": MOST_PHOTOS})
    tidy = [(uuid, photos.picture(raw, "photos")) for uuid, raw in shots]
    with transaction.atomic():
        finding = locked_finding(finding_id)
        known = {photo.uuid: photo for photo in Evidence.objects.filter(uuid__in=[uuid for uuid, _p in tidy])}
        if any(
            uuid in known and (known[uuid].sha256 != one.sha256 or known[uuid].finding_id != finding.pk)
            for uuid, one in tidy
        ):
            raise Conflict(_("This id was used for another file."))
        if len(known) == len(tidy):
            return finding, False
        if finding.status not in UNCORRECTED:
            raise WrongStep(_("Nothing is to be handed in for this finding."))
        at = at or db_now()
        for uuid, one in tidy:
            photos.store(one, uuid=uuid, when=When.AFTER, finding=finding, item_id=finding.item_id,
                         attempt=finding.attempts + 1, by=actor, by_site=by_site, at=at)  # fmt: skip
        finding.handed_in_note = note
        if finding.status == Status.OPEN:
            finding.status, finding.handed_in_at = Status.HANDED_IN, at
        finding.save(update_fields=["status", "handed_in_at", "handed_in_note"])
        tell_finding(finding, "handed_in", actor=actor, note=finding.handed_in_note, at=at,
                     data={"photos": len(tidy), "by_site": by_site, "attempt": finding.attempts + 1})  # fmt: skip
    return finding, True


@transaction.atomic
def pass_evidence(finding_id: int, *, actor: User, note: str = "", at: datetime | None = None) -> Finding:
    """The evidence is good: the finding waits for its re-check. Twice is once.

    Raises BadInput for `photos` where the pair before/after is not whole, Conflict for who handed it in himself.
    """
    note = typed("note", note, Finding.review_note.field)
    finding = locked_finding(finding_id)
    if finding.status == Status.CORRECTED:
        return finding
    _must_wait(finding)
    now = finding.evidence.filter(attempt=finding.attempts + 1)
    if not finding.evidence.filter(when=When.BEFORE).exists() or not now.filter(when=When.AFTER).exists():
        raise BadInput("photos", _("A pair of photos is needed: before and after."))
    if now.filter(by=actor, when=When.AFTER).exists():
        raise Conflict(_("Who handed the evidence in does not judge it."))
    at = at or db_now()
    finding.status, finding.corrected_at, finding.review_note = Status.CORRECTED, at, note
    finding.save(update_fields=["status", "corrected_at", "review_note"])
    tell_finding(finding, "passed", actor=actor, note=finding.review_note, at=at)
    recolour(finding.site_id, actor=actor, at=at)
    return finding


@transaction.atomic
def reject_evidence(
    finding_id: int, reason: str, days: int, *, actor: User, at: datetime | None = None
) -> Finding:  # fmt: skip
    """The evidence does not do: a reason and a new limit of workdays (24 hours where the work is stopped)."""
    reason = must_type("reason", reason, Finding.review_note.field)
    if not 1 <= days <= rules.MOST_NEW_DAYS:
        raise BadInput("days", _("From %(least)s to %(most)s.") % {"least": 1, "most": rules.MOST_NEW_DAYS})
    finding = locked_finding(finding_id)
    _must_wait(finding)
    at = at or db_now()
    missed = finding.missed_at
    finding.status, finding.attempts, finding.review_note = Status.OPEN, finding.attempts + 1, reason
    finding.due_at = rules.due_at(finding.item_code, at, finding.fix, days, work_calendar())
    finding.missed_at = finding.handed_in_at = None
    finding.save(update_fields=["status", "attempts", "review_note", "due_at", "missed_at", "handed_in_at"])
    data = {"due_at": finding.due_at.isoformat() if finding.due_at else None,
            "missed_at": missed.isoformat() if missed else None, "attempts": finding.attempts}  # fmt: skip
    tell_finding(finding, "rejected", actor=actor, note=reason, at=at, data=data)
    recolour(finding.site_id, actor=actor, at=at)
    return finding


@transaction.atomic
def withdraw(finding_id: int, reason: str, *, actor: User, at: datetime | None = None) -> Finding:
    """It was no finding after all. Twice is once."""
    reason = must_type("reason", reason, Finding.withdrawn_reason.field)
    finding = locked_finding(finding_id)
    if finding.status == Status.WITHDRAWN:
        return finding
    at = at or db_now()
    _end(finding, Status.WITHDRAWN, at, withdrawn_reason=reason)
    tell_finding(finding, "withdrawn", actor=actor, note=reason, at=at)
    resume_if_mended(finding.site, actor=actor, at=at)
    recolour(finding.site_id, actor=actor)
    return finding


@transaction.atomic
def report_to_office(finding_id: int, note: str, *, actor: User, at: datetime | None = None) -> Finding:
    """A sign of unpaid wages is told to the wage office, within 24 hours. Twice is once."""
    note = must_type("note", note, Finding.review_note.field)
    finding = locked_finding(finding_id)
    if finding.item_code != WAGES:
        raise WrongStep(_("Only a sign of unpaid wages is reported to the wage office."))
    if finding.reported_at is None:
        if finding.status not in UNCORRECTED:
            raise WrongStep(_("This finding is no longer open."))
        finding.reported_at = at or db_now()
        finding.save(update_fields=["reported_at"])
        tell_finding(finding, "reported", actor=actor, note=note, at=finding.reported_at)
    return finding


def overdue_ids(now: datetime) -> list[int]:
    """Findings whose limit has passed unmet: evidence in time waits for the reviewer, a report in time is enough."""
    due = Finding.objects.filter(status__in=UNCORRECTED, missed_at=None, due_at__lte=now, reported_at=None)
    late = due.filter(Q(status=Status.OPEN) | Q(handed_in_at__gt=F("due_at")))
    return list(late.order_by("due_at").values_list("pk", flat=True)[:500])


@transaction.atomic
def miss(finding_id: int, *, at: datetime | None = None) -> bool:
    """The step of the sweep: the limit passed; a penalty case is filed and the colour looked at again."""
    now = at or db_now()
    year = hold_numbers("penalty", now, "%Y")
    finding = locked_finding(finding_id)
    if finding.missed_at or finding.reported_at or finding.status not in UNCORRECTED or not finding.due_at:
        return False
    in_time = finding.status == Status.HANDED_IN and (finding.handed_in_at or now) <= finding.due_at
    if finding.due_at > now or in_time:
        return False
    finding.missed_at, finding.missed_count = finding.due_at, finding.missed_count + 1
    finding.save(update_fields=["missed_at", "missed_count"])
    tell_finding(finding, "missed", at=finding.due_at)
    file_overdue(finding, year, at=now)
    recolour(finding.site_id, at=now)
    return True


def _open(
    inspection: Inspection, row: ItemResult, chosen: dict[str, Any], actor: User, at: datetime, day: str
) -> Finding:
    item, on_the_spot = row.item, row.result == Result.CORRECTED
    fix, days = (Fix.ON_THE_SPOT.value, 0) if on_the_spot else _fix(row, chosen)
    rows = ColourRules.objects.filter(effective_from__lte=at).values_list("repeat_days", flat=True)
    since = at - timedelta(days=rows.first() or REPEAT_DAYS)
    again = Finding.objects.filter(
        site_id=inspection.site_id, item_code=item.code, confirmed_at__gt=since, confirmed_at__lte=at
    )
    if inspection.replaces is not None:
        again = again.exclude(inspection=inspection.replaces)
    before = again.exclude(status=Status.WITHDRAWN).order_by("-confirmed_at").first()
    uuid = chosen.get("uuid") or uuid4()
    if Finding.objects.filter(uuid=uuid).exists():
        raise BadInput("fixes", _("The id of a finding was used before."))
    finding = Finding.objects.create(
        uuid=uuid, number=next_number(Finding, f"WT-{day}-"), site=inspection.site,
        inspection=inspection, item=item, item_code=item.code,
        severity=rules.severity_of(item.severity, serious=row.serious),
        status=Status.CLOSED if on_the_spot else Status.OPEN, fix=fix, text=_text(row, chosen),
        is_repeated=before is not None, before=before, confirmed_at=at,
        due_at=rules.due_at(item.code, at, fix, days, work_calendar()), corrected_at=at if on_the_spot else None,
        rechecked_by=inspection if on_the_spot else None, ended_at=at if on_the_spot else None,
    )  # fmt: skip
    tell_finding(finding, "opened", actor=actor, at=at,
                 data={"inspection": inspection.pk, "item": item.code, "repeated": finding.is_repeated})  # fmt: skip
    return finding


def _fix(row: ItemResult, chosen: dict[str, Any]) -> tuple[str, int]:
    item = row.item
    limits = rules.limits_of(item.code, item.severity, item.fix, item.fix_days, serious=row.serious)
    fix = chosen.get("fix") or limits.fix
    if fix not in limits.fixes:
        raise BadInput("fixes", _("%(code)s cannot be put right in this way.") % {"code": item.code})
    if fix != Fix.BY_DATE:
        return fix, 0
    days = chosen.get("days") or limits.days or 1
    if not 1 <= days <= limits.most:
        said = _("%(code)s: from 1 to %(most)s workdays.") % {"code": item.code, "most": limits.most}
        raise BadInput("fixes", said)
    return fix, days


def _text(row: ItemResult, chosen: dict[str, Any]) -> str:
    return typed("fixes", chosen.get("text"), Finding.text.field) or row.note or row.item.name_zh


def _reword(finding: Finding, row: ItemResult, chosen: dict[str, Any]) -> None:
    """A newer version of the same sheet: the limit runs from the first signing."""
    finding.severity = rules.severity_of(row.item.severity, serious=row.serious)
    finding.text = _text(row, chosen)
    if finding.status == Status.OPEN and finding.missed_at is None:
        finding.fix, days = _fix(row, chosen)
        finding.due_at = rules.due_at(finding.item_code, finding.confirmed_at, finding.fix, days, work_calendar())
    finding.save(update_fields=["severity", "text", "fix", "due_at"])


def _reopen(finding: Finding, row: ItemResult, chosen: dict[str, Any], actor: User, at: datetime) -> None:
    """Passed by its photos, failed at the re-check: open again with a limit of its own, and repeated."""
    finding.fix, days = _fix(row, chosen)
    finding.status, finding.attempts = Status.OPEN, finding.attempts + 1
    finding.corrected_at = finding.handed_in_at = finding.missed_at = None
    finding.is_repeated, finding.review_note = True, _("Failed at the re-check.")
    finding.due_at = rules.due_at(finding.item_code, at, finding.fix, days, work_calendar())
    finding.save()
    tell_finding(finding, "reopened", actor=actor, at=at, note=row.note)


def _close(finding: Finding, inspection: Inspection, actor: User, at: datetime) -> bool:
    finding.rechecked_by = inspection
    finding.corrected_at = finding.corrected_at or at
    finding.status, finding.ended_at = Status.CLOSED, at
    finding.save(update_fields=["rechecked_by", "corrected_at", "status", "ended_at"])
    tell_finding(finding, "closed", actor=actor, at=at, data={"inspection": inspection.pk})
    return True


def _end(finding: Finding, status: FindingStatus, at: datetime, **columns: str) -> None:
    if status not in FINDING_NEXT[FindingStatus(finding.status)]:
        raise WrongStep(_("This finding is no longer open."))
    finding.status, finding.ended_at = status, at
    for name, value in columns.items():
        setattr(finding, name, value)
    finding.save(update_fields=["status", "ended_at", *columns])


def _must_wait(finding: Finding) -> None:
    if finding.status != Status.HANDED_IN:
        raise WrongStep(_("No evidence waits for a verdict."))
