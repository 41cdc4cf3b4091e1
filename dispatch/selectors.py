"""Reads of units and orders; permission is part of fetching."""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from dispatch.defaults import RULES
from dispatch.matching import STALE_S, Candidate, UnitView, rank
from dispatch.models import Assignment, DispatchRule, SkillRule, Unit
from dispatch.shapes import ASSIGNMENT_RELATED
from grid.selectors_roads import road_network
from incidents.lifecycle import Status
from incidents.models import Incident
from shushanwei.common.errors import NotAllowed, NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import RoleGrant, User

ONLINE_S = 60  # a phone that was silent for longer cannot start a response
LOAD_HOURS = 8
WAITING = (Status.PENDING_DISPATCH, Status.RETURNED)
UNDER_WAY = (Status.DISPATCHED, Status.HANDLING, Status.REWORK)
FAILED = (Assignment.Status.DECLINED, Assignment.Status.EXPIRED, Assignment.Status.RECALLED)


def assignments_for(user: User) -> QuerySet[Assignment]:
    """The orders a person may see: of the whole street, of the own department, of the own unit."""
    reach = reach_of(user, "dispatch.view_assignment")
    orders = Assignment.objects.select_related(*ASSIGNMENT_RELATED)
    if not reach:
        return orders.none()
    if reach.street:
        return orders
    mine = Q(unit__members__user=user) if reach.own else Q(pk__in=[])
    if reach.departments:
        mine |= Q(department__code__in=reach.departments)
    if reach.police:
        mine |= Q(unit__kind=Unit.Kind.POLICE)
    return orders.filter(mine).distinct()


def assignment_for(user: User, pk: int) -> Assignment:
    """One order the person may see; raises NotFound otherwise, as if it did not exist."""
    order = assignments_for(user).filter(pk=pk).first()
    if order is None:
        raise NotFound(_("There is no order %(id)s.") % {"id": pk})
    return order


def own_order(user: User, pk: int) -> Assignment:
    """An order of the person's own unit, to be answered; raises NotFound, or NotAllowed for who only sees it."""
    order = assignment_for(user, pk)
    if not user.has_perm("dispatch.answer_order") or order.unit is None:
        raise NotAllowed(_("Only the ordered unit answers an order."))
    if not order.unit.members.filter(user=user).exists():
        raise NotAllowed(_("This order went to another unit."))
    return order


def own_case(user: User, pk: int, permission: str = "dispatch.handle_case") -> Assignment:
    """An order to the person's own department; raises NotFound, or NotAllowed for who only sees it."""
    order = assignment_for(user, pk)
    reach = reach_of(user, permission)
    if order.department is None or order.department.code not in reach.departments:
        raise NotAllowed(_("Only the department that was given the case does this."))
    return order


def unit_of(user: User) -> Unit:
    """The unit whose phone this person holds; raises NotFound for who belongs to none."""
    if not user.has_perm("dispatch.answer_order"):
        raise NotAllowed(_("This account answers no orders."))
    unit = (
        Unit.objects.filter(members__user=user, is_active=True)
        .select_related("position")
        .order_by("-members__is_leader", "code")
        .first()
    )
    if unit is None:
        raise NotFound(_("This account belongs to no unit."))
    return unit


def unit_of_token(digest: str) -> Unit | None:
    """The unit of the phone that holds the token of this digest, in one query; None where `unit_of` would refuse.

    Superusers, who hold no role, are not found: they go the long way.
    """
    holds = RoleGrant.objects.filter(
        user=OuterRef("members__user"), role__permissions__contains=["dispatch.answer_order"]
    )
    return (
        Unit.objects.filter(
            Exists(holds),
            Q(members__user__auth_token_set__expiry__isnull=True) | Q(members__user__auth_token_set__expiry__gt=Now()),
            members__user__auth_token_set__digest=digest,
            members__user__is_active=True,
            is_active=True,
        )
        .order_by("-members__is_leader", "code")
        .first()
    )


def live_order_of(unit: Unit) -> Assignment | None:
    """What the unit is ordered to do now."""
    return Assignment.objects.filter(unit=unit, ended_at__isnull=True).select_related(*ASSIGNMENT_RELATED).first()


def live_orders(incident_id: int) -> list[Assignment]:
    """The orders of an incident that have not ended, the oldest first."""
    return list(
        Assignment.objects.filter(incident_id=incident_id, ended_at__isnull=True)
        .select_related(*ASSIGNMENT_RELATED)
        .order_by("id")
    )


def is_online(unit: Unit, now: datetime) -> bool:
    """Whether the unit's phone was heard within the last 60 s."""
    return unit.seen_at is not None and (now - unit.seen_at).total_seconds() <= ONLINE_S


def rule_for(level: int) -> DispatchRule:
    """What the system does by itself at this level: the row, or the starter rule where the row is gone."""
    return DispatchRule.objects.filter(level=level).first() or DispatchRule(level=level, **RULES[level])


def skill_for(incident: Incident) -> str:
    """The skill that the incident's class asks for, or an empty string; the longest prefix decides."""
    category = incident.category
    rules = SkillRule.objects.filter(scheme=category.scheme)
    fits = [rule for rule in rules if category.code.startswith(rule.prefix)]
    return max(fits, key=lambda rule: len(rule.prefix)).skill if fits else ""


def main_kinds(skill: str) -> list[str]:
    """Which forces may take the main part: squads, and the brigade for what it enforces."""
    brigade = skill in ("street", "site")
    return [Unit.Kind.SQUAD, Unit.Kind.ENFORCEMENT] if brigade else [Unit.Kind.SQUAD]


def candidates_for(incident: Incident, now: datetime, *, kinds: list[str] | None = None) -> list[Candidate]:
    """The units that could go, ranked (see `matching.rank`); `kinds` defaults to those of the main part."""
    skill = skill_for(incident)
    return rank(
        unit_views(now, incident, kinds if kinds is not None else main_kinds(skill)),
        incident.lon,
        incident.lat,
        now,
        skill=skill,
        roads=road_network(),
    )


# One statement in SQL: compiling four queries would take longer than ranking a thousand units.
UNIT_VIEWS = """
select u.id, u.name, u.kind, u.skills::text, p.lon, p.lat, p.fix_at, p.accuracy_m, p.believed, p.flagged_at,
       coalesce(w.busy, false), coalesce(w.load, 0), coalesce(t.status, '')
from dispatch_unit u
left join dispatch_unitposition p on p.unit_id = u.id
left join (
    select unit_id, bool_or(ended_at is null) as busy,
           count(*) filter (where offered_at >= %(since)s and accepted_at is not null) as load
    from dispatch_assignment
    where unit_id is not null and (ended_at is null or offered_at >= %(since)s)
    group by unit_id
) w on w.unit_id = u.id
left join (
    select distinct on (unit_id) unit_id, status
    from dispatch_assignment
    where incident_id = %(incident)s and generation = %(generation)s and unit_id is not null
      and status = any(%(failed)s)
    order by unit_id, id desc
) t on t.unit_id = u.id
where u.is_active and u.on_duty_since is not null and (%(kinds)s = '{}' or u.kind = any(%(kinds)s))
"""


def unit_views(now: datetime, incident: Incident | None, kinds: list[str]) -> list[UnitView]:
    """All units on duty of these kinds as ranking wants them, of every kind for an empty list.

    Without an incident nobody has been tried yet.
    """
    values = {
        "since": now - timedelta(hours=LOAD_HOURS),
        "incident": incident.pk if incident is not None else None,
        "generation": incident.generation if incident is not None else None,
        "failed": [str(status) for status in FAILED],
        "kinds": [str(kind) for kind in kinds],
    }
    with connection.cursor() as cursor:
        cursor.execute(UNIT_VIEWS, values)
        rows = cursor.fetchall()
    flagged_since = now - timedelta(seconds=STALE_S)
    known: dict[str, frozenset[str]] = {}
    return [
        UnitView(
            id=pk,
            name=name,
            kind=kind,
            skills=known.get(skills) or known.setdefault(skills, frozenset(json.loads(skills))),
            busy=busy,
            load=load,
            lon=lon if believed else None,
            lat=lat if believed else None,
            fix_at=fix_at if believed else None,
            accuracy_m=accuracy_m if believed else None,
            flagged=flagged_at is not None and flagged_at > flagged_since,
            tried=tried,
        )
        for pk, name, kind, skills, lon, lat, fix_at, accuracy_m, believed, flagged_at, busy, load, tried in rows
    ]


def incident_ids_of(user: User) -> list[int]:
    """The incidents that the units of this person were sent to, the newest two hundred."""
    orders = Assignment.objects.filter(unit__members__user=user).order_by("-id")
    return list(orders.values_list("incident_id", flat=True)[:200])
