"""Permits of sites, gates, trucks and sinks: entered, corrected, decided with reasons, with their papers."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.pictures import clean
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.geo import BadPosition, checked
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import NEEDS_REASON, OF_GATE, OF_SINK, OF_SITE, OF_TRUCK, PERMIT_NEXT, PermitStatus
from worksites.models import Gate, Permit, PermitFile, Sink, Site, Truck
from worksites.services.base import tell
from worksites.services.typed import typed

Holder = tuple[str, int]  # ("truck", its id)
MODELS: dict[str, Any] = {"site": Site, "gate": Gate, "truck": Truck, "sink": Sink}
KINDS: dict[str, Sequence[str]] = {"site": OF_SITE, "gate": OF_GATE, "truck": OF_TRUCK, "sink": OF_SINK}
FIELDS = ("kind", "valid_from", "valid_to", "quantity_m3", "routes", "windows")
MOST_ROUTES, MOST_PLACES, MOST_WINDOWS, MOST_FILES = 10, 500, 10, 20
LONGEST = {"number": 40, "issuer": 60, "waste_class": 40, "reason": 200}
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def holder_of(permit: Permit) -> tuple[str, Any]:
    """Whose permit it is: ("truck", the truck)."""
    name = next(name for name in MODELS if getattr(permit, f"{name}_id") is not None)
    return name, getattr(permit, name)


def holder_for_kind(kind: str) -> str:
    """Who holds permits of this kind: site, gate, truck or sink; raises BadInput for `kind`."""
    for name, kinds in KINDS.items():
        if kind in kinds:
            return name
    raise BadInput("kind", _("There is no such kind of permit."))


@transaction.atomic
def save_permit(holder: Holder, values: dict[str, Any], *, actor: User | None, permit_id: int | None = None) -> Permit:
    """Enter a permit of a site, gate, truck or sink, or correct it; the same values again write nothing.

    `values`: kind, number, issuer, status, valid_from, valid_to, quantity_m3, waste_class, reason, routes (GeoJSON
    LineStrings in WGS-84), windows (as in `Permit`), sinks and sites (ids). What is not named stays. Raises BadInput by
    field, NotFound, WrongStep where the state is not reached from the present one.
    """
    name, pk = holder
    owner = MODELS[name].objects.select_for_update(no_key=True).filter(pk=pk).first()
    if owner is None:
        raise NotFound(_("There is no such thing."))
    _check(name, values)
    permit = _known(holder, values, permit_id)
    before = _state(permit) if permit.pk else None
    had = permit.status
    for field in LONGEST:
        if values.get(field) is not None:
            setattr(permit, field, values[field].strip())
    for field in FIELDS:
        if values.get(field) is not None:
            setattr(permit, field, values[field])
    permit.status = values.get("status") or permit.status
    if permit_id is not None and permit.status != had and permit.status not in PERMIT_NEXT[PermitStatus(had)]:
        raise WrongStep(_("From this state it cannot come there."))
    _mark_voided(permit, had, permit.status)
    if permit.status in NEEDS_REASON and not permit.reason:
        raise BadInput("reason", _("Say why."))
    setattr(permit, name, owner)
    if before is not None and _state(permit, values) == before:
        return permit
    if before is not None and permit_id is None:
        raise BadInput("number", _("There is a permit of this kind with this number."))
    try:
        with transaction.atomic():
            permit.save()
    except IntegrityError as error:
        raise BadInput("number", _("There is a permit of this kind with this number.")) from error
    for field in ("sinks", "sites"):
        if values.get(field) is not None:
            getattr(permit, field).set(values[field])
    _say(permit, "registered" if before is None else "changed", actor=actor)
    return permit


@transaction.atomic
def decide(permit_id: int, status: str, *, reason: str = "", actor: User | None) -> Permit:
    """Approve, refuse or void a permit; refusing and voiding say why. Twice is once.

    Raises BadInput for `status` and `reason`, WrongStep.
    """
    reason = typed("reason", reason, Permit.reason.field)
    permit = locked_permit(permit_id)
    if status not in PermitStatus.values:
        raise BadInput("status", _("There is no such state."))
    if permit.status == status:
        return permit
    if status not in PERMIT_NEXT[PermitStatus(permit.status)]:
        raise WrongStep(_("From this state it cannot come there."))
    if status in NEEDS_REASON and not reason:
        raise BadInput("reason", _("Say why."))
    _mark_voided(permit, permit.status, status)
    permit.status, permit.reason = status, reason
    permit.save(update_fields=["status", "reason", "voided_on"])
    _say(permit, status, actor=actor, note=permit.reason)
    return permit


def locked_permit(permit_id: int) -> Permit:
    """The permit under the locks of its holder and itself; raises NotFound."""
    found = Permit.objects.filter(pk=permit_id).first()
    if found is None:
        raise NotFound(_("There is no such permit."))
    name, owner = holder_of(found)
    MODELS[name].objects.select_for_update(no_key=True).get(pk=owner.pk)
    return Permit.objects.select_for_update(no_key=True).get(pk=permit_id)


@transaction.atomic
def add_file(permit_id: int, raw: bytes, *, uuid: UUID, name: str, actor: User | None) -> tuple[PermitFile, bool]:
    """Keep a paper (PDF or picture, 10 MB, without EXIF) with a permit: (the row, whether it is new).

    The same id or the same bytes again give what is there. Raises BadInput for `file`, Conflict for an id that was
    used for another paper, NotFound.
    """
    tidy = clean(raw)
    permit = locked_permit(permit_id)
    before = PermitFile.objects.filter(uuid=uuid).first()
    if before is not None:
        if (before.permit_id, before.sha256) != (permit.pk, tidy.sha256):
            raise Conflict(_("This id was used for another file."))
        return before, False
    if (twin := permit.files.filter(sha256=tidy.sha256).first()) is not None:
        return twin, False
    if permit.files.count() >= MOST_FILES:
        raise BadInput("file", _("At most %(n)s papers.") % {"n": MOST_FILES})
    row = PermitFile(
        uuid=uuid, permit=permit, name=(name.strip() or tidy.sha256[:12])[:120], content_type=tidy.content_type,
        size=len(tidy.content), sha256=tidy.sha256, uploaded_at=db_now(), by=actor,
    )  # fmt: skip
    # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
    row.file.save(f"{uuid}{tidy.suffix}", ContentFile(tidy.content), save=False)
    row.save(force_insert=True)
    record(permit, "permit.paper_added", actor=actor, note=row.name, data={"file": str(uuid), "sha256": tidy.sha256})
    return row, True


def _known(holder: Holder, values: dict[str, Any], permit_id: int | None) -> Permit:
    """The permit to write: the one with this id, the holder's own of this kind and number, or a new one."""
    name, pk = holder
    mine = Permit.objects.select_for_update(no_key=True).filter(**{name: pk})
    if permit_id is None:
        return mine.filter(kind=values["kind"], number=values["number"].strip()).first() or Permit()
    permit = mine.filter(pk=permit_id).first()
    if permit is None:
        raise NotFound(_("There is no such permit."))
    return permit


def _check(holder: str, values: dict[str, Any]) -> None:
    if values.get("kind") not in KINDS[holder]:
        raise BadInput("kind", _("This kind of permit belongs to somebody else."))
    if not (values.get("number") or "").strip():
        raise BadInput("number", _("This must be filled in."))
    for field in LONGEST:
        if len(values.get(field) or "") > LONGEST[field]:
            raise BadInput(field, _("At most %(n)s characters.") % {"n": LONGEST[field]})
    if values.get("status") and values["status"] not in PermitStatus.values:
        raise BadInput("status", _("There is no such state."))
    if values["valid_to"] < values["valid_from"]:
        raise BadInput("valid_to", _("It ends before it begins."))
    _check_routes(values.get("routes") or [])
    _check_windows(values.get("windows") or [])
    for field, model in (("sinks", Sink), ("sites", Site)):
        wanted = set(values.get(field) or [])
        if len(wanted) != model.objects.filter(pk__in=wanted).count():  # type: ignore[attr-defined]
            raise BadInput(field, _("There is no such thing."))


def _check_routes(routes: Any) -> None:
    try:
        if len(routes) > MOST_ROUTES:
            raise BadInput("routes", _("At most %(n)s routes.") % {"n": MOST_ROUTES})
        for line in routes:
            if line["type"] != "LineString" or not 2 <= len(line["coordinates"]) <= MOST_PLACES:
                raise BadInput("routes", _("A route has 2 to %(n)s places.") % {"n": MOST_PLACES})
            for lon, lat in line["coordinates"]:
                checked(lon, lat)
    except BadPosition as error:
        raise BadInput("routes", str(error)) from error
    except (TypeError, KeyError, ValueError) as error:
        raise BadInput("routes", _("These are no routes that can be read.")) from error


def _check_windows(windows: Any) -> None:
    try:
        good = len(windows) <= MOST_WINDOWS and all(
            CLOCK.fullmatch(one["from"]) and CLOCK.fullmatch(one["until"]) and one["from"] != one["until"]
            and one["days"] and set(one["days"]) <= set(range(1, 8))
            for one in windows
        )  # fmt: skip
    except (TypeError, KeyError):
        good = False
    if not good:
        raise BadInput("windows", _("At most %(n)s windows, each with days and two times.") % {"n": MOST_WINDOWS})


def _mark_voided(permit: Permit, had: str, status: str) -> None:
    """What was in force and is voided was in force until yesterday."""
    if had == PermitStatus.APPROVED and status == PermitStatus.VOIDED:
        permit.voided_on = db_now().astimezone(STREET).date()


def _state(permit: Permit, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """Everything that makes up a permit, as it is or with `values` that name its sinks and sites."""
    given = values or {}
    many = [
        set(given[field]) if given.get(field) is not None else set(getattr(permit, field).values_list("pk", flat=True))
        for field in ("sinks", "sites")
    ]
    return (*(getattr(permit, field) for field in (*LONGEST, *FIELDS, "status")), *many)


def _say(permit: Permit, verb: str, *, actor: User | None, note: str = "") -> None:
    """The permit's line; sites show theirs on their own page, so they are told as well."""
    data = {"kind": permit.kind, "number": permit.number, "status": permit.status}
    record(permit, f"permit.{verb}", actor=actor, note=note, data=data)
    if permit.gate is not None and permit.status == PermitStatus.APPROVED and permit.gate.filed_on is None:
        Gate.objects.filter(pk=permit.gate.pk).update(filed_on=permit.valid_from)
    site = permit.site or (permit.gate.site if permit.gate else None)
    if site is not None:
        tell(site, "permit_saved", actor=actor, data=data)
