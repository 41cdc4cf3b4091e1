"""How an incident begins: one row, one number, its promises frozen from the policies in force."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.selectors import grid_at
from incidents.lifecycle import Status
from incidents.models import CaseCategory, CategoryMap, Incident
from incidents.models.alerts import SourceKind
from incidents.services import clocks
from incidents.services.base import locked, must_be_live, refresh_next_due, tell
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.geo import distance_m
from shushanwei.common.secrets import mask_name, mask_phone
from shushanwei.common.wording import one_of
from shushanwei.people.models import User

DISTRICT = "330109"
LONGEST_JOIN = timedelta(hours=24)  # however long a signal goes on, after a day it is a new incident
CELL = 0.002  # degrees, about 200 m: a joining circle touches a few cells


@dataclass
class Draft:
    """What is known when an incident opens. Position in WGS-84 degrees; `opened_at` is E0, server time."""

    category: CaseCategory
    level: int
    source_kind: str
    title: str
    lon: float
    lat: float
    text: str = ""
    address: str = ""
    opened_at: datetime | None = None
    is_test: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""
    alert_kind: str = ""
    confidence: float | None = None
    need_followup: bool | None = None
    join_key: str | None = None
    joins_until: datetime | None = None
    client_uuid: UUID | None = None
    szcg_category: CaseCategory | None = None
    reported_by: User | None = None
    self_handled: bool = False


@transaction.atomic
def open_incident(draft: Draft, *, actor: User | None = None, alert_count: int = 1) -> Incident:
    """Open an incident: levels Ⅰ–Ⅲ are filed at once and await dispatch, level Ⅳ awaits verification."""
    if not 1 <= draft.level <= 4:
        raise BadInput("level", one_of(["1", "2", "3", "4"]))
    if not draft.title.strip():
        raise BadInput("title", _("A title is needed."))
    at = draft.opened_at or db_now()
    immediate = draft.level <= 3
    place = grid_at(draft.lon, draft.lat)
    incident = Incident(
        status=Status.PENDING_DISPATCH if immediate else Status.REPORTED,
        level=draft.level,
        category=draft.category,
        szcg_category=draft.szcg_category or default_szcg(draft.category),
        source_kind=draft.source_kind,
        title=draft.title.strip()[:200],
        text=draft.text,
        address=draft.address[:200],
        lon=draft.lon,
        lat=draft.lat,
        community_id=place.community_code if place else None,
        grid_id=place.grid_code if place else None,
        reporter_name_masked=mask_name(draft.reporter_name)[:40],
        reporter_phone_masked=mask_phone(draft.reporter_phone)[:20] if draft.reporter_phone else "",
        join_key=draft.join_key,
        joins_until=draft.joins_until,
        alert_count=alert_count,
        last_alert_at=at,
        is_test=draft.is_test,
        supervised=draft.source_kind == "superior",  # 上级批件: supervised from the start
        client_uuid=draft.client_uuid,
        reported_by=draft.reported_by,
        self_handled=draft.self_handled,
        needs_field_action=draft.category.needs_field_action,
        need_followup=draft.category.need_followup if draft.need_followup is None else draft.need_followup,
        sla=clocks.policies_in_force(at),
        opened_at=at,
        filed_at=at if immediate else None,
        department=draft.category.department,
    )
    incident.case_no = _next_case_no(at)
    incident.save(force_insert=True)
    clocks.on_event(incident, "E0", at)
    if not immediate:
        clocks.start_stage(incident, "intake", at)
    refresh_next_due(incident)
    incident.save(update_fields=["next_due_at"])
    tell(
        incident,
        "opened",
        actor=actor,
        at=at,
        data={"level": draft.level, "source": draft.source_kind, "alert_kind": draft.alert_kind,
              "confidence": draft.confidence},
    )  # fmt: skip
    return incident


@transaction.atomic
def open_or_join(
    draft: Draft,
    *,
    correlation: str = "",
    count: int = 1,
    last_at: datetime | None = None,
    near: bool = True,
    actor: User | None = None,
) -> tuple[Incident, bool]:
    """Let `count` signals join the live incident of the same thing, or open it; true when it was opened.

    The same thing: the source's own key (`correlation`), or the same class within the class's radius (metres)
    and window (seconds since the last signal, a day at most). Without `near` the key alone: two trucks at one
    gate are two things. Correct under any number of racing duplicates:
    advisory locks on the touched cells come first, a unique index stands behind. Ended incidents never swallow
    a new signal.
    """
    at = last_at or draft.opened_at or db_now()
    window = timedelta(seconds=draft.category.join_window_s)
    _lock_surroundings(draft, correlation)
    key = f"c:{correlation}" if correlation else f"p:{draft.category.pk}:{draft.lon:.5f},{draft.lat:.5f}"
    key = key[:200]
    found = _live_twin(draft, key, at, near)
    if found is not None:
        incident = locked(found)
        if incident.ended_at is None:
            _count_in(incident, draft.source_kind, draft.text, count, at, actor)
            return incident, False
    # An older live incident of this key whose window has passed gives the key up.
    Incident.objects.filter(join_key=key, ended_at__isnull=True).update(join_key=None)
    draft.join_key, draft.joins_until = key, at + window
    return open_incident(draft, actor=actor, alert_count=count), True


@transaction.atomic
def join_incident(incident_id: int, *, source_kind: str, text: str = "", actor: User | None = None) -> Incident:
    """Count one more signal of a live incident that a person pointed at. Raises NotFound, WrongStep once it ended."""
    incident = locked(incident_id)
    must_be_live(incident)
    _count_in(incident, source_kind, text, 1, db_now(), actor)
    return incident


def default_szcg(category: CaseCategory) -> CaseCategory | None:
    """The SZCG class beside a JCZZ one: only where exactly one maps to it, otherwise the seat picks."""
    if category.scheme != "JCZZ":
        return None
    mapped = list(
        CategoryMap.objects.filter(to_category=category, from_category__scheme="SZCG", is_default=True).select_related(
            "from_category"
        )[:2]
    )
    return mapped[0].from_category if len(mapped) == 1 else None


def _count_in(incident: Incident, source_kind: str, text: str, count: int, at: datetime, actor: User | None) -> None:
    incident.alert_count += count
    incident.last_alert_at = max(incident.last_alert_at or at, at)
    window = timedelta(seconds=incident.category.join_window_s)
    incident.joins_until = min(at + window, incident.opened_at + LONGEST_JOIN)
    incident.save(update_fields=["alert_count", "last_alert_at", "joins_until"])
    # A machine repeats itself; a person, with an account or as a resident, may say something new.
    note = text if actor or source_kind == SourceKind.RESIDENT else ""
    tell(incident, "alert_joined", actor=actor, note=note, data={"count": count, "source": source_kind})


def _live_twin(draft: Draft, key: str, at: datetime, by_place: bool) -> int | None:
    radius = draft.category.join_radius_m
    reach_lat = radius / 111_000
    reach_lon = radius / (111_000 * math.cos(math.radians(draft.lat)))
    near = Q(
        category=draft.category,
        lat__range=(draft.lat - reach_lat, draft.lat + reach_lat),
        lon__range=(draft.lon - reach_lon, draft.lon + reach_lon),
    )
    same = Q(join_key=key) | near if by_place else Q(join_key=key)
    twins = (
        Incident.objects.filter(same, ended_at__isnull=True, joins_until__gt=at)
        .values_list("pk", "join_key", "lon", "lat")
        .order_by("pk")[:200]
    )
    best: tuple[float, int] | None = None
    for pk, join_key, lon, lat in twins:
        away = 0.0 if join_key == key else distance_m(draft.lon, draft.lat, lon, lat)
        if (join_key == key or away <= radius) and (best is None or away < best[0]):
            best = (away, pk)
    return best[1] if best else None


def _lock_surroundings(draft: Draft, correlation: str) -> None:
    radius_deg = min(draft.category.join_radius_m, 600) / 96_000  # a degree of longitude here is about 96 km
    columns = range(math.floor((draft.lon - radius_deg) / CELL), math.floor((draft.lon + radius_deg) / CELL) + 1)
    rows = range(math.floor((draft.lat - radius_deg) / CELL), math.floor((draft.lat + radius_deg) / CELL) + 1)
    names = [f"join:{draft.category.pk}:{column}:{row}" for column in columns for row in rows]
    if correlation:
        names.append(f"join:c:{correlation}")
    with connection.cursor() as cursor:
        # In the order of the numbers themselves, so that two of these never wait for each other.
        cursor.execute(
            "select pg_advisory_xact_lock(k) from"
            " (select distinct hashtextextended(n, 0) as k from unnest(%s::text[]) n order by k) keys",
            [names],
        )


def _next_case_no(at: datetime) -> str:
    day = at.astimezone(STREET).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into incidents_casesequence (day, last) values (%s, 1)"
            " on conflict (day) do update set last = incidents_casesequence.last + 1 returning last",
            [day],
        )
        number = cursor.fetchone()[0]
    if number > 99_999:
        raise Conflict(_("The case numbers of this day are used up."))
    return f"{DISTRICT}{day:%Y%m%d}{number:05d}"
