"""What the system does by itself, each second: orders what waits, replaces who is silent, acts on missed arrivals.

Each sweep lists ids; its step locks one incident, looks again and acts, so two workers do nothing twice.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from dispatch import selectors
from dispatch.defaults import FORCE_OF_SKILL, RULES
from dispatch.models import Assignment, DispatchRule, Force, Reinforcement, Unit
from dispatch.services.answers import hand_on, release
from dispatch.services.base import Part, Status, alarm_no_unit, end, locked_order, story, tell_order
from dispatch.services.placing import had_main, order_next, place, place_department, take
from dispatch.services.reinforcement import DANGEROUS, MISSED, NOBODY_ARRIVED, ask, escort, fill, pass_over
from dispatch.why import Why
from incidents.lifecycle import ENDED
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Alarm, Deadline, Department, Incident
from incidents.services import locked, raise_for
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.journal.models import Entry

BATCH = 100
RECALL_PAUSE_S = 15  # after a seat has taken an order back, it has this long to choose another unit
# Nobody of a squad is needed any more from here on.
OVER = [*ENDED, IncidentStatus.PENDING_CHECK, IncidentStatus.CHECKING, IncidentStatus.PENDING_CLOSE]
NEXT_UNIT = "next_unit_and_reinforcement"


def assign_waiting() -> int:
    """Order units for what waits, give rework back to who did it, fill calls, free who is not needed."""
    done = drain(_waiting_ids(db_now()), assign_one)
    done += drain(_without_escort(), escort_one)
    done += drain(_calls_unfilled(), fill_one)
    done += drain(_calls_to_pass_over(db_now()), pass_over_one)
    return done + drain(_orders_over(), release_one)


@transaction.atomic
def assign_one(incident_id: int) -> bool:
    """The step of `assign_waiting` for one incident; false when somebody was faster or nobody can go yet."""
    incident = locked(incident_id)
    if incident.ended_at is not None or incident.suspended_at is not None:
        return False
    orders = selectors.live_orders(incident.pk)
    if any(order.part == Part.MAIN for order in orders):
        return False
    if incident.status in (IncidentStatus.REWORK, IncidentStatus.HANDLING):
        return _back_to_same(incident)
    rule = selectors.rule_for(incident.level)
    now = db_now()
    if incident.status != IncidentStatus.PENDING_DISPATCH or not _is_due(incident, rule, now):
        return False
    first = not had_main(incident)
    order = order_next(incident, Part.MAIN)
    if order is None:
        alarm_no_unit(incident, {"level": incident.level})
    if first or order is not None:
        escort(incident, rule, notify=first and order is not None)
    return order is not None


def expire_offers() -> int:
    """Orders that nobody answered within 60 s: the next unit is ordered as well."""
    late = Assignment.objects.filter(status=Status.OFFERED, expires_at__lte=db_now(), ended_at__isnull=True)
    return drain(list(late.order_by("expires_at").values_list("id", flat=True)[:BATCH]), expire_one)


@transaction.atomic
def expire_one(assignment_id: int) -> bool:
    """The step of `expire_offers`; false when the unit has answered meanwhile."""
    incident, order = locked_order(assignment_id)
    if order.status != Status.OFFERED or order.expires_at is None or order.expires_at > db_now():
        return False
    end(order, Status.EXPIRED, reason="no_answer")
    tell_order(order, "expired")
    story(incident, "unit_silent", data={"assignment": order.pk, "unit": order.unit.name if order.unit else None})
    if incident.status not in OVER:
        hand_on(incident, order)
    return True


def act_on_missed() -> int:
    """Missed arrivals: the next unit and reinforcement; level Ⅱ without a decision: the shift leader is told."""
    missed = Deadline.objects.filter(on_miss=NEXT_UNIT, missed_at__isnull=False, consequence_at__isnull=True)
    done = drain(list(missed.order_by("id").values_list("id", flat=True)[:BATCH]), act_on_one)
    return done + drain(_undecided_ids(db_now()), alarm_undecided)


@transaction.atomic
def act_on_one(deadline_id: int) -> bool:
    """Nobody was there in time: once, and in one transaction, the next unit, the call and `consequence_at`."""
    incident_id = Deadline.objects.filter(pk=deadline_id).values_list("incident_id", flat=True).get()
    incident = locked(incident_id)
    deadline = Deadline.objects.select_for_update(no_key=True).get(pk=deadline_id)
    if deadline.consequence_at is not None or deadline.missed_at is None:
        return False
    deadline.consequence_at = db_now()
    deadline.save(update_fields=["consequence_at"])
    # Somebody is there by now, or the story went on without: ordering more would help nobody.
    over = incident.arrived_at is not None or incident.status in OVER
    if over or deadline.generation != incident.generation:
        return True
    if incident.status in selectors.UNDER_WAY and order_next(incident, Part.SUPPORT, why=NOBODY_ARRIVED) is None:
        alarm_no_unit(incident, {"after": deadline.code})
    force = selectors.rule_for(incident.level).missed_force
    if force == Force.POLICE and incident.level > DANGEROUS:
        force = FORCE_OF_SKILL.get(selectors.skill_for(incident), force)
    if force:
        ask(incident, force, reason=NOBODY_ARRIVED.stored()[0], rule=MISSED)
    return True


@transaction.atomic
def alarm_undecided(incident_id: int) -> bool:
    """Level Ⅱ: reinforcement was neither requested nor declined in time; the shift leader is alarmed once."""
    incident = locked(incident_id)
    if incident.ended_at is not None or _decided(incident):
        return False
    if Alarm.objects.filter(incident=incident, kind=Alarm.Kind.LEVEL_2_UNDECIDED).exists():
        return False
    raise_for(incident, Alarm.Kind.LEVEL_2_UNDECIDED, "shift_lead", {"level": incident.level})
    return True


@transaction.atomic
def escort_one(incident_id: int) -> bool:
    """An incident that was raised to a level whose forces nobody has asked yet."""
    incident = locked(incident_id)
    rule = selectors.rule_for(incident.level)
    if incident.status not in selectors.UNDER_WAY or _asked(incident, rule):
        return False
    escort(incident, rule, notify=False)
    return True


@transaction.atomic
def fill_one(reinforcement_id: int) -> bool:
    """A call that has no unit yet: one may have become free."""
    incident_id = Reinforcement.objects.filter(pk=reinforcement_id).values_list("incident_id", flat=True).get()
    incident = locked(incident_id)
    call = Reinforcement.objects.select_for_update(no_key=True, of=("self",)).get(pk=reinforcement_id)
    if call.status != Reinforcement.Status.REQUESTED or incident.status in OVER:
        return False
    if call.assignment_id and Assignment.objects.filter(pk=call.assignment_id, ended_at__isnull=True).exists():
        return False
    return fill(incident, call) is not None


@transaction.atomic
def pass_over_one(reinforcement_id: int) -> bool:
    """A force that refused, or has not answered within its two minutes: the next one is called."""
    incident_id = Reinforcement.objects.filter(pk=reinforcement_id).values_list("incident_id", flat=True).get()
    incident = locked(incident_id)
    call = (
        Reinforcement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("assignment", "department")
        .get(pk=reinforcement_id)
    )
    if call.passed_at is not None or incident.ended_at is not None or incident.status in OVER:
        return False
    if call.status == Reinforcement.Status.REFUSED:
        pass_over(incident, call, Reinforcement.Status.REFUSED)
        return True
    if call.status != Reinforcement.Status.REQUESTED or call.answer_by is None or call.answer_by > db_now():
        return False
    pass_over(incident, call, Reinforcement.Status.UNANSWERED)
    return True


@transaction.atomic
def release_one(assignment_id: int) -> bool:
    """An order whose incident has ended or awaits its check without it: the unit is free."""
    incident, order = locked_order(assignment_id)
    if order.ended_at is not None or not _is_over(incident, order):
        return False
    release(order, "incident_over")
    return True


def _waiting_ids(now: datetime) -> list[int]:
    """Incidents that the system may act on, the most urgent first."""
    rules = {level: DispatchRule(level=level, **columns) for level, columns in RULES.items()}
    rules |= {rule.level: rule for rule in DispatchRule.objects.all()}
    due = Q(pk__in=[])
    for rule in rules.values():
        if rule.auto_after_s is not None:
            due |= Q(level=rule.level, opened_at__lte=now - timedelta(seconds=rule.auto_after_s))
    main = Assignment.objects.filter(incident=OuterRef("pk"), ended_at__isnull=True, part=Part.MAIN)
    nobody = Q(status__in=[IncidentStatus.REWORK, IncidentStatus.HANDLING], suspended_at__isnull=True) & ~Exists(main)
    waiting = Incident.objects.filter(Q(status=IncidentStatus.PENDING_DISPATCH) & due | nobody)
    if not _somebody_is_free():
        # Asking again each second for every incident would only take the time from new alerts.
        known = Alarm.objects.filter(incident=OuterRef("pk"), kind=Alarm.Kind.NO_UNIT, acknowledged_at__isnull=True)
        waiting = waiting.exclude(Exists(known))
    return list(waiting.order_by("level", "id").values_list("id", flat=True)[:BATCH])


def _somebody_is_free() -> bool:
    busy = Assignment.objects.filter(unit=OuterRef("pk"), ended_at__isnull=True)
    return Unit.objects.filter(~Exists(busy), is_active=True, on_duty_since__isnull=False).exists()


def _is_due(incident: Incident, rule: DispatchRule, now: datetime) -> bool:
    if rule.auto_after_s is None:
        return False
    recalled = (
        Assignment.objects.filter(incident=incident, generation=incident.generation, status=Status.RECALLED)
        .order_by("-ended_at")
        .values_list("ended_at", flat=True)
        .first()
    )
    if recalled is not None and (now - recalled).total_seconds() < max(RECALL_PAUSE_S, rule.auto_after_s):
        return False
    since = max(incident.filed_at or incident.opened_at, incident.opened_at)
    return (now - since).total_seconds() >= rule.auto_after_s


def _back_to_same(incident: Incident) -> bool:
    """Rework and reopened cases go to who had them; a unit that cannot come is replaced by the next."""
    last = (
        Assignment.objects.filter(incident=incident, part=Part.MAIN, status__in=[Status.FINISHED, Status.CONFIRMED])
        .select_related("unit", "department")
        .order_by("-id")
        .first()
    )
    why = Why(because="rework")
    department: Department | None = last.department if last else incident.department
    if last is not None and last.unit is not None:
        try:
            unit = take(last.unit.pk)
        except (Conflict, NotFound):
            return order_next(incident, Part.MAIN) is not None
        return bool(place(incident, unit, Part.MAIN, actor=None, why=why))
    if department is not None and incident.level == 4:
        return bool(place_department(incident, department, actor=None, why=why))
    return order_next(incident, Part.MAIN) is not None


def _undecided_ids(now: datetime) -> list[int]:
    found: list[int] = []
    alarmed = Alarm.objects.filter(incident=OuterRef("pk"), kind=Alarm.Kind.LEVEL_2_UNDECIDED)
    for level in RULES:
        rule = selectors.rule_for(level)
        if rule.decide_within_s is None:
            continue
        # Whether it was declined stands in the journal; only those without a call are asked there.
        late = Incident.objects.filter(
            ~Exists(alarmed),
            level=level,
            ended_at__isnull=True,
            scene_closed_at__isnull=True,
            reinforcement_requested_at__isnull=True,
            opened_at__lte=now - timedelta(seconds=rule.decide_within_s),
        ).order_by("id")[:BATCH]
        found += [incident.pk for incident in late if not _decided(incident)]
    return found


def _without_escort() -> list[int]:
    found: list[int] = []
    for level in RULES:
        rule = selectors.rule_for(level)
        if not rule.forces:
            continue
        asked = Reinforcement.objects.filter(incident=OuterRef("pk"), force__in=rule.forces)
        under_way = Incident.objects.filter(
            ~Exists(asked), level=level, status__in=selectors.UNDER_WAY, suspended_at__isnull=True
        )
        found += under_way.order_by("id").values_list("id", flat=True)[:BATCH]
    return found


def _asked(incident: Incident, rule: DispatchRule) -> bool:
    return Reinforcement.objects.filter(incident=incident, force__in=rule.forces).exists()


def _decided(incident: Incident) -> bool:
    if incident.reinforcement_requested_at is not None:
        return True
    said = Entry.objects.filter(subject_type="incident", subject_id=incident.pk, verb="incident.reinforcement_declined")
    return said.exists()


def _calls_unfilled() -> list[int]:
    live = Assignment.objects.filter(pk=OuterRef("assignment"), ended_at__isnull=True)
    calls = Reinforcement.objects.filter(
        ~Exists(live), status=Reinforcement.Status.REQUESTED, ended_at__isnull=True, incident__ended_at__isnull=True
    )
    return list(calls.order_by("id").values_list("id", flat=True)[:BATCH])


def _calls_to_pass_over(now: datetime) -> list[int]:
    silent = Q(status=Reinforcement.Status.REQUESTED, ended_at__isnull=True, answer_by__lte=now)
    refused = Q(status=Reinforcement.Status.REFUSED)
    calls = Reinforcement.objects.filter(
        silent | refused, passed_at__isnull=True, incident__ended_at__isnull=True
    ).exclude(incident__status__in=OVER)
    return list(calls.order_by("id").values_list("id", flat=True)[:BATCH])


def _orders_over() -> list[int]:
    ended = Q(incident__status__in=ENDED) | Q(incident__status__in=OVER, unit__isnull=False)
    orders = Assignment.objects.filter(ended, ended_at__isnull=True)
    return list(orders.order_by("id").values_list("id", flat=True)[:BATCH])


def _is_over(incident: Incident, order: Assignment) -> bool:
    return incident.status in ENDED or (order.unit_id is not None and incident.status in OVER)
