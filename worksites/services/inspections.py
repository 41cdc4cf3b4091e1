"""One visit: begun by showing a code, filled in on the phone, locked by its signatures. Every step is safe twice."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.people.models import User
from worksites.checks import codes, sealing, sheet
from worksites.checks.rules import FEWEST_INSPECTORS, is_clean
from worksites.lifecycle import FINDING_LIVE, RECHECK, UNCORRECTED, Phase, Severity, SiteStatus
from worksites.models import ChecklistItem, Finding, Inspection, ItemResult, Site
from worksites.selectors import site_for
from worksites.services import findings, needs, photos, signing
from worksites.services.base import hold_numbers, locked_inspection, locked_site, tell_inspection
from worksites.services.checklists import in_use_at
from worksites.services.colours import recolour
from worksites.services.plan import complete, served_by
from worksites.services.typed import must_type, typed

INSPECT, PLAN = "worksites.inspect", "worksites.plan_checks"
LONGEST_NOTE = 2_000  # of a sheet
AHEAD = timedelta(days=1)  # a phone's clock that is further ahead is set wrong; a little ahead is now
Status, Result = Inspection.Status, ItemResult.Result


@dataclass(frozen=True)
class Begin:
    """What a phone says when a visit begins; the same again is the same visit."""

    uuid: UUID
    site: int
    conduct_code: str
    code_shown_at: datetime
    started_at: datetime
    inspectors: list[int]
    phase: str = ""
    recheck: bool = False
    lon: float | None = None
    lat: float | None = None
    replaces: UUID | None = None
    needs: list[int] = field(default_factory=list)  # what departments wanted, as far as the phone knew
    checklist: int | None = None  # the version that the phone had kept; none is the one in use


@dataclass(frozen=True)
class Lock:
    """What a phone says when everybody has signed. `fixes` say how each failed item is to be put right."""

    ended_at: datetime
    results: list[dict[str, Any]]
    signatures: list[dict[str, Any]]
    fixes: list[dict[str, Any]] = field(default_factory=list)
    photos: list[UUID] = field(default_factory=list)
    note: str = ""


def begin(user: User, given: Begin) -> tuple[Inspection, bool]:
    """Begin a visit: (the sheet, whether it is new). Times may lie in the past (kept off-line, or seeded).

    Who has a visit of the site under way gets that one back: nobody makes two of one site at once.
    Raises BadInput for `conduct_code`, `code_shown_at`, `inspectors`, `phase`, `recheck`, `replaces`, `lon`, `lat`;
    NotFound for a site out of reach; Conflict where the id or the code was used for something else.
    """
    site = site_for(user, given.site)
    asked = _plain(asdict(given))
    before = Inspection.objects.select_related("site", "checklist").filter(uuid=given.uuid).first()
    if before is not None:
        return _same(before, asked), False
    try:
        with transaction.atomic():
            return _begin(user, site, given, asked)
    except IntegrityError:
        before = Inspection.objects.select_related("site", "checklist").filter(uuid=given.uuid).first()
        if before is None:
            raise Conflict(_("This conduct code has opened another inspection.")) from None
        return _same(before, asked), False


@transaction.atomic
def save_results(user: User, uuid: UUID, results: list[dict[str, Any]]) -> Inspection:
    """Write down what was seen so far: [{item, result, serious, note, at}]; of one item the newest `at` counts."""
    inspection = own_inspection(user, uuid)
    if inspection.locked_at is not None:
        return inspection  # a late repeat; what counts stands in the sheet
    _running(inspection)
    _write_results(user, inspection, results)
    return inspection


def lock(user: User, uuid: UUID, given: Lock) -> tuple[Inspection, bool]:
    """Everybody has signed: findings are opened, the sheet is written and locked: (the sheet, whether it is new).

    Raises BadInput for `results`, `fixes`, `photos`, `signatures`, `ended_at`; Conflict where the sheet was locked with
    other content, WrongStep where it was given up; both say the `state` that it is in.
    """
    said = asdict(given)
    del said["ended_at"]  # the moment of the tap: who taps again signs the same sheet
    asked = sealing.digest(_plain(said))
    with transaction.atomic():
        at = min(given.ended_at, db_now())
        day = hold_numbers("finding", at, "%Y%m%d")
        inspection = own_inspection(user, uuid)
        if inspection.locked_at is not None:
            if inspection.asked.get("locked_by") != asked:
                why = _("This sheet is signed and locked with other content.")
                raise Conflict(why, state=inspection.status, sha256=inspection.sha256)
            return inspection, False
        _running(inspection)
        # A phone's clock may have been put back in between.
        _lock(user, inspection, given, max(at, inspection.started_at), day, asked)
    return inspection, True


@transaction.atomic
def drop(user: User, uuid: UUID, reason: str) -> Inspection:
    """Give up a visit that nobody has signed: its inspectors may, and who plans checks. Twice is once.

    Raises BadInput for `reason`, WrongStep where the sheet is signed, NotFound for everybody else.
    """
    reason = must_type("reason", reason, Finding.withdrawn_reason.field)
    inspection = locked_inspection(uuid)
    if not inspection.inspectors.filter(pk=user.pk).exists():
        site_for(user, inspection.site_id)
        if not user.has_perm(PLAN):
            raise NotFound(_("There is no such inspection."))
    if inspection.status == Status.DROPPED:
        return inspection
    _running(inspection)
    inspection.status = Status.DROPPED
    inspection.save(update_fields=["status"])
    tell_inspection(inspection, "dropped", actor=user, note=reason)
    return inspection


@transaction.atomic
def void(inspection_id: int, reason: str, *, actor: User, at: datetime | None = None) -> Inspection:
    """The sheet holds no more, and its open findings are withdrawn. Twice is once."""
    reason = must_type("reason", reason, Finding.withdrawn_reason.field)
    uuid = Inspection.objects.filter(pk=inspection_id).values_list("uuid", flat=True).first()
    if uuid is None:
        raise NotFound(_("There is no such inspection."))
    inspection = locked_inspection(uuid)
    if inspection.status == Status.VOIDED:
        return inspection
    if inspection.status == Status.REPLACED:
        raise WrongStep(_("A newer version has replaced this sheet."))
    at = at or db_now()
    inspection.status = Status.VOIDED
    inspection.save(update_fields=["status"])
    tell_inspection(inspection, "voided", actor=actor, note=reason, at=at)
    for finding_id in inspection.findings.filter(status__in=FINDING_LIVE).values_list("pk", flat=True):
        findings.withdraw(finding_id, reason, actor=actor, at=at)
    needs.give_back(inspection)
    recolour(inspection.site_id, actor=actor)
    return inspection


def own_inspection(user: User, uuid: UUID) -> Inspection:
    """A sheet of which the person is an inspector, under its lock; raises NotFound."""
    inspection = locked_inspection(uuid)
    if not inspection.inspectors.filter(pk=user.pk).exists():
        raise NotFound(_("There is no such inspection."))
    return inspection


def officers() -> QuerySet[User]:
    """Who may inspect."""
    found = User.objects.filter(is_active=True, grants__role__permissions__contains=[INSPECT])
    return found.distinct().order_by("display_name", "username")


def items_of(inspection: Inspection) -> list[ChecklistItem]:
    """What must be looked at: items of the phase and those departments asked for; at a re-check the open findings."""
    found = ChecklistItem.objects.filter(group__checklist_id=inspection.checklist_id).select_related("group")
    if inspection.kind != RECHECK:
        asked = needs.codes_of(inspection)
        return [
            item
            for item in found.order_by("code")
            if not item.phases or inspection.phase in item.phases or item.code in asked
        ]
    open_ = set(
        Finding.objects.filter(site_id=inspection.site_id, status__in=FINDING_LIVE).values_list("item_code", flat=True)
    )
    known = set(inspection.results.values_list("item__code", flat=True))
    # The phase may have changed since: what was found then is looked at now.
    return [item for item in found.order_by("code") if item.code in open_ | known]


def _begin(user: User, site: Site, given: Begin, asked: dict[str, Any]) -> tuple[Inspection, bool]:
    now = db_now()
    if given.started_at > now + AHEAD:
        raise BadInput("started_at", _("This lies in the future."))
    started = min(given.started_at, now)
    old = _replaced(user, site, given) if given.replaces else None
    people = set(old.inspectors.values_list("pk", flat=True)) if old else {user.pk, *given.inspectors}
    if len(people) < FEWEST_INSPECTORS:
        raise BadInput("inspectors", _("An inspection is made by two inspectors at least."))
    if officers().filter(pk__in=people).count() != len(people):
        raise BadInput("inspectors", _("Only enforcement officers inspect."))
    phase = given.phase or site.phase
    if phase not in Phase.values:
        raise BadInput("phase", _("There is no such phase."))
    if old is None:
        _shown(given, started)
    place = _place(given)
    site = locked_site(site.pk)
    known = None if old else _under_way(site, user, people)
    if known is not None:
        return known, False
    if site.status == SiteStatus.FINISHED:
        raise BadInput("site", _("This site is finished."))
    if given.recheck and not Finding.objects.filter(site=site, status__in=FINDING_LIVE).exists():
        raise BadInput("recheck", _("There is nothing to check again."))
    inspection = Inspection.objects.create(
        uuid=given.uuid, site=site, checklist=old.checklist if old else in_use_at(started, given.checklist),
        phase=old.phase if old else phase,
        colour=old.colour if old else site.colour, kind=old.kind if old else _kind(site, given, started),
        conduct_code=old.conduct_code if old else given.conduct_code,
        code_shown_at=old.code_shown_at if old else min(given.code_shown_at, started),
        started_at=old.started_at if old else started, lon=place[0], lat=place[1], asked={"begun": asked}, by=user,
        version=old.version + 1 if old else 1, replaces=old,
        needs=old.needs if old else [] if given.recheck else needs.known(site, given.needs),
    )  # fmt: skip
    inspection.inspectors.set(people)
    if old is not None:
        ItemResult.objects.bulk_create(
            ItemResult(inspection=inspection, item_id=row.item_id, result=row.result, serious=row.serious,
                       note=row.note, by=row.by, at=row.at)
            for row in old.results.all()
        )  # fmt: skip
        photos.copy(old, inspection)
    tell_inspection(
        inspection, "begun", actor=user, at=started, data={"code": inspection.conduct_code, "kind": inspection.kind}
    )
    return inspection, True


def _under_way(site: Site, user: User, people: set[int]) -> Inspection | None:
    """The visit of this site that the person makes already; BadInput where only a colleague makes one."""
    rows = Inspection.objects.select_related("site", "checklist").filter(
        site=site, status=Status.RUNNING, replaces=None
    )
    mine = rows.filter(inspectors=user).order_by("started_at").first()
    if mine is None:
        busy = User.objects.filter(pk__in=people & set(rows.values_list("inspectors", flat=True)))
        if names := ", ".join(str(one) for one in busy):
            raise BadInput("inspectors", _("An inspection of this site by %(names)s is under way.") % {"names": names})
    return mine


def _shown(given: Begin, started: datetime) -> None:
    if not codes.is_ours(given.conduct_code) or not codes.holds_at(given.conduct_code, started):
        raise BadInput("conduct_code", _("The centre has not issued this conduct code, or it is too old."))
    if given.code_shown_at > started + AHEAD:
        raise BadInput("code_shown_at", _("The code is shown before the inspection begins."))


def _replaced(user: User, site: Site, given: Begin) -> Inspection:
    old = Inspection.objects.select_related("checklist").filter(uuid=str(given.replaces), site=site).first()
    if old is None or not old.inspectors.filter(pk=user.pk).exists():
        raise BadInput("replaces", _("There is no such inspection."))
    if old.status != Status.LOCKED:
        raise BadInput("replaces", _("Only a signed sheet gets a newer version."))
    if Inspection.objects.filter(replaces=old).exists():
        raise Conflict(_("A newer version of this sheet is under way."))
    return old


def _place(given: Begin) -> tuple[float | None, float | None]:
    if given.lon is None or given.lat is None:
        return None, None
    try:
        return to_wgs84(given.lon, given.lat)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None


def _kind(site: Site, given: Begin, started: datetime) -> str:
    if given.recheck:
        return RECHECK
    planned = served_by(site, started)
    return planned.kind if planned else "extra"


def _same(before: Inspection, asked: dict[str, Any]) -> Inspection:
    if before.asked.get("begun") != asked:
        raise Conflict(_("The id of this inspection was used before."))
    return before


def _running(inspection: Inspection) -> None:
    if inspection.status != Status.RUNNING:
        raise WrongStep(_("This inspection is over."), state=inspection.status)


def _write_results(user: User, inspection: Inspection, given: list[dict[str, Any]]) -> None:
    items = {item.pk: item for item in items_of(inspection)}
    known = {row.item_id: row for row in inspection.results.all()}
    new: list[ItemResult] = []
    now = db_now()
    for line in given:
        item = items.get(line["item"])
        if item is None:
            raise BadInput("results", _("Nothing outside the list is inspected."))
        if line["result"] not in Result.values:
            raise BadInput("results", _("%(code)s: choose a result.") % {"code": item.code})
        if line.get("serious") and not item.serious_when_zh and item.severity != Severity.SERIOUS:
            raise BadInput("results", _("%(code)s is never serious.") % {"code": item.code})
        at = min(line.get("at") or now, now)
        columns = {"result": line["result"], "serious": bool(line.get("serious")),
                   "note": typed("results", line.get("note"), ItemResult.note.field), "by": user, "at": at}  # fmt: skip
        row = known.get(item.pk)
        if row is None:
            known[item.pk] = ItemResult(inspection=inspection, item=item, **columns)
            new.append(known[item.pk])
        elif at >= row.at:
            for name, value in columns.items():
                setattr(row, name, value)
            if row.pk is not None:
                row.save()
    ItemResult.objects.bulk_create(new)


def _lock(user: User, inspection: Inspection, given: Lock, at: datetime, day: str, asked: str) -> None:
    _write_results(user, inspection, given.results)
    items = items_of(inspection)
    rows = {row.item_id: row for row in inspection.results.select_related("item__group")}
    missing = [item.code for item in items if item.pk not in rows]
    if missing:
        raise BadInput("results", _("Not looked at yet: %(codes)s") % {"codes": ", ".join(missing[:8])}, codes=missing)
    if not rows:
        raise BadInput("results", _("There is nothing to check again."))
    photos.keep_only(inspection, given.photos)
    shots = photos.by_item(inspection)
    for row in rows.values():
        whens = {photo.when for photo in shots.get(row.item_id, ())}
        if row.result in (Result.FAILS, Result.CORRECTED) and "before" not in whens:
            raise BadInput("photos", _("%(code)s: a photo of what is wrong is needed.") % {"code": row.item.code})
        if row.result == Result.CORRECTED and "after" not in whens:
            raise BadInput("photos", _("%(code)s: a photo after mending is needed.") % {"code": row.item.code})
    signing.sign(inspection, given.signatures, at)
    inspection.ended_at = at
    inspection.note = typed("note", given.note, Inspection.note.field, most=LONGEST_NOTE)
    told = findings.from_sheet(inspection, rows, shots, given.fixes, actor=user, at=at, day=day)
    failed = sum(row.result == Result.FAILS for row in rows.values())
    serious = Finding.objects.filter(site_id=inspection.site_id, status__in=UNCORRECTED, severity=Severity.SERIOUS)
    inspection.clean = is_clean(failed, serious.count())
    # Signing is a matter of minutes: the sheet is locked when it ended, however late the network brought it.
    inspection.locked_at, inspection.status = at, Status.LOCKED
    inspection.sheet = sheet.build(inspection, told, needs.answer(inspection, at))
    inspection.sha256 = sealing.digest(inspection.sheet)
    inspection.asked = {**inspection.asked, "locked_by": asked, "arrived_at": db_now().isoformat()}
    inspection.save()
    if inspection.replaces is not None:
        old = locked_inspection(inspection.replaces.uuid)
        old.status = Status.REPLACED
        old.save(update_fields=["status"])
        tell_inspection(old, "replaced", actor=user, data={"by": inspection.pk}, at=at)
    tell_inspection(
        inspection, "locked", actor=user, at=at,
        data={"sha256": inspection.sha256, "clean": inspection.clean, "findings": [one.number for one in told]},
    )  # fmt: skip
    if inspection.replaces is None and inspection.kind != RECHECK:
        complete(inspection)
    recolour(inspection.site_id, actor=user, at=at)


def _plain(value: Any) -> Any:
    """The same in JSON: instants and ids as text, so that two sendings can be compared."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
