"""The register of sites: entered, corrected, stopped, finished; gates and permits."""

import secrets
from datetime import date, datetime
from typing import Any

import shapely
from django.db import IntegrityError, transaction
from django.db.models import Field, QuerySet
from django.utils.translation import gettext as _
from shapely.geometry import shape

from grid.models import Community, Grid
from grid.selectors import grid_at
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.common.geo import BadPosition, checked
from shushanwei.people.models import User
from worksites.lifecycle import OF_GATE, OF_SITE, SiteStatus
from worksites.models import Gate, Permit, PermitRuleSet, Site
from worksites.services import permits
from worksites.services.base import locked_site, tell
from worksites.services.colours import recolour
from worksites.services.finishing import close_doors, must_be_done, undecided_penalties
from worksites.services.typed import typed

LARGEST_DEG = 0.05  # a boundary wider than five kilometres is a slip of the pen
PLATE_BYTES = 6
FIELDS = ("name", "address", "phase", "area_m2", "started_on", "ends_on", "owner", "builder", "supervisor", "haulier",
          "spoil_m3", "spoil_class", "treatment", "hotline")  # fmt: skip


def checked_boundary(boundary: Any) -> tuple[dict[str, Any], float, float]:
    """(the polygon, lon, lat of a point inside) of a GeoJSON Polygon in WGS-84; raises BadInput for `boundary`."""
    try:
        if boundary["type"] != "Polygon":
            raise BadInput("boundary", _("Draw one closed outline."))
        polygon = shape(boundary)
        for ring in boundary["coordinates"]:
            for lon, lat in ring:
                checked(lon, lat)
    except BadPosition as error:
        raise BadInput("boundary", str(error)) from error
    except BadInput:
        raise
    except (TypeError, KeyError, ValueError, AttributeError, shapely.GEOSException) as error:
        raise BadInput("boundary", _("This is not an outline that can be read.")) from error
    if polygon.is_empty or not polygon.is_valid:
        raise BadInput("boundary", _("The outline crosses itself."))
    west, south, east, north = polygon.bounds
    if max(east - west, north - south) > LARGEST_DEG:
        raise BadInput("boundary", _("The outline is larger than five kilometres."))
    inside = polygon.representative_point()
    return {"type": "Polygon", "coordinates": boundary["coordinates"]}, inside.x, inside.y


@transaction.atomic
def register_site(values: dict[str, Any], *, actor: User | None, at: datetime | None = None) -> Site:
    """Enter a site: `code`, `boundary` and what FIELDS name. White from now on, its first check is drawn.

    Raises BadInput by field; a code that is taken is one.
    """
    boundary, lon, lat = checked_boundary(values.get("boundary"))
    now = at or db_now()
    site = Site(
        code=values["code"], boundary=boundary, lon=lon, lat=lat,
        **_where(lon, lat),
        plate_code=secrets.token_hex(PLATE_BYTES), colour_since=now, rule_since=now, watched_since=now,
        **{name: values[name] for name in FIELDS if values.get(name) not in (None, "")},
    )  # fmt: skip
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        raise BadInput("code", _("There is a site with this code.")) from error
    tell(site, "registered", actor=actor, at=at)
    recolour(site.pk, actor=actor, at=at)
    site.refresh_from_db()
    return site


@transaction.atomic
def change_site(site_id: int, values: dict[str, Any], *, actor: User) -> Site:
    """Correct what is registered of a site; code and plate stay. The same values again write nothing."""
    site = locked_site(site_id)
    changed = []
    for name in FIELDS:
        if name in values and getattr(site, name) != values[name]:
            setattr(site, name, values[name] if values[name] is not None else _default(name))
            changed.append(name)
    if values.get("boundary"):
        boundary, lon, lat = checked_boundary(values["boundary"])
        if boundary != site.boundary:
            site.boundary, site.lon, site.lat = boundary, lon, lat
            for name, area in _where(lon, lat).items():
                setattr(site, name, area)
            changed.append("boundary")
    if changed:
        site.save()
        tell(site, "changed", actor=actor, data={"fields": changed})
    return site


@transaction.atomic
def set_status(site_id: int, status: str, *, reason: str = "", actor: User | None, at: datetime | None = None) -> Site:
    """Stop a site by order, let it go on, write it idle or finished.

    Finishing takes back the site's links. Raises BadInput for `reason` and `status`, WrongStep for a finished site,
    and for one that is to be finished the list of what is open.
    """
    reason = typed("reason", reason, Site.stop_reason.field)
    site = locked_site(site_id)
    if status not in SiteStatus.values:
        raise BadInput("status", _("There is no such state."))
    if site.status == status:
        return site
    if site.status == SiteStatus.FINISHED:
        raise WrongStep(_("A finished site is not opened again by its state; who plans the checks undoes the finish."))
    if status == SiteStatus.STOPPED and not reason:
        raise BadInput("reason", _("Say why."))
    now = at or db_now()
    finishes, data = status == SiteStatus.FINISHED, {}
    if finishes:
        must_be_done(site)
        close_doors(site, actor=actor, at=now)
        data = {"penalties": undecided_penalties(site)}
    site.status = status
    site.stopped_at = now if status == SiteStatus.STOPPED else None
    site.stop_reason = reason if status == SiteStatus.STOPPED else ""
    site.finished_at = now if finishes else None
    if not finishes:
        site.idle_since = now if status == SiteStatus.IDLE else None
    site.save(update_fields=["status", "stopped_at", "stop_reason", "idle_since", "finished_at"])
    tell(site, f"became_{status}", actor=actor, note=reason, at=at, data=data)
    recolour(site.pk, actor=actor, at=at)
    site.refresh_from_db()
    return site


@transaction.atomic
def save_gate(
    site_id: int, values: dict[str, Any], *, actor: User | None, gate_id: int | None = None, at: datetime | None = None
) -> Gate:
    """Enter (`at` a time, or now) or correct a gate: name, lon, lat (WGS-84), filed_on, has_wash_bay, camera_code."""
    site = locked_site(site_id)
    gate = Gate.objects.filter(site=site, pk=gate_id).first() if gate_id else Gate(site=site, code=_gate_code(site))
    if gate is None:
        raise NotFound(_("There is no such gate."))
    try:
        gate.lon, gate.lat = checked(values["lon"], values["lat"])
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from error
    for name in ("name", "filed_on", "has_wash_bay", "camera_code"):
        if name in values:
            setattr(gate, name, values[name])
    if gate.pk is None:
        gate.added_at = at or db_now()
    gate.save()
    tell(site, "gate_saved", actor=actor, at=at, data={"gate": gate.code, "name": gate.name})
    return gate


@transaction.atomic
def save_permit(site_id: int, values: dict[str, Any], *, actor: User | None, permit_id: int | None = None) -> Permit:
    """Enter or correct a permit of a site or of one of its gates (`gate`); of trucks and sinks elsewhere.

    Raises BadInput for `kind`, `gate`, `number` and `valid_to`.
    """
    site = locked_site(site_id)
    kind, gate = values["kind"], values.get("gate")
    if kind not in [*OF_SITE, *OF_GATE]:
        raise BadInput("kind", _("This permit is not one of a site."))
    if (kind in OF_GATE) != (gate is not None):
        raise BadInput("gate", _("A gate registration names its gate, other permits none."))
    if gate is not None and gate.site_id != site.pk:
        raise BadInput("gate", _("This gate belongs to another site."))
    if permit_id and not _permits_of(site).filter(pk=permit_id).exists():
        raise NotFound(_("There is no such permit."))
    holder = ("gate", gate.pk) if gate is not None else ("site", site.pk)
    return permits.save_permit(holder, values, actor=actor, permit_id=permit_id)


def rule_set_on(day: date) -> PermitRuleSet | None:
    """The rule set of permits in force on a day."""
    return PermitRuleSet.objects.filter(effective_from__lte=day).first()


def _where(lon: float, lat: float) -> dict[str, Any]:
    """The community and the grid around a position; neither off the street."""
    place = grid_at(lon, lat)
    if place is None:
        return {"community": None, "grid": None}
    return {
        "community": Community.objects.filter(code=place.community_code).first(),
        "grid": Grid.objects.filter(code=place.grid_code).first() if place.grid_code else None,
    }


def _default(name: str) -> Any:
    field = Site._meta.get_field(name)
    return field.get_default() if isinstance(field, Field) else None


def _permits_of(site: Site) -> QuerySet[Permit]:
    return Permit.objects.filter(site=site) | Permit.objects.filter(gate__site=site)


def _gate_code(site: Site) -> str:
    numbers = [int(code.rsplit("-", 1)[-1]) for code in site.gates.values_list("code", flat=True)]
    return f"{site.code}-{max(numbers, default=0) + 1}"
