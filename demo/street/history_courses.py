"""The course that a past incident took: an immediate one with a unit, a case file with a department."""

from datetime import datetime, timedelta

from demo.street import wording
from demo.street.history_life import Life, NotYet, S
from dispatch.matching import DETOUR, METRES_PER_MINUTE
from dispatch.models import ArrivalProof, Assignment, Reinforcement
from dispatch.why import Why
from incidents.models import CaseCheck, CaseReturn, Deadline
from shushanwei.common.worktime import add_limit_seconds
from shushanwei.people.models import User


def live(life: Life) -> None:
    """Let the item run its course as far as it has come by now."""
    try:
        if life.item.immediate:
            _immediate(life)
        else:
            _case(life)
    except NotYet:
        pass
    life.settle()


def _immediate(life: Life) -> None:
    item, incident, book, steps = life.item, life.incident, life.book, life.item.steps
    seat = book.seat_at(life.at, life.dice)
    if item.fate == "false_alarm":
        life.wait(life.dice.uniform(8, 25))
        life.move(S.VOIDED, seat, note="画面复核为误报")
        return
    unit, member, away_m = book.unit_for(incident.lon, incident.lat, life.dice)
    opened = life.at
    life.go_to(opened + timedelta(seconds=steps["start"] * 0.7))
    incident.answered_by, incident.answered_at = seat, life.at
    life.tell("answered", seat)
    way_m = round(away_m * DETOUR, 1)
    why = Why({"unit": unit.name, "nearest": True, "distance_m": way_m, "minutes": round(way_m / METRES_PER_MINUTE, 2)})
    order = Assignment(
        incident=incident, unit=unit, part="main", status="offered", ordered_by=seat, offered_at=life.at,
        reason=why.stored()[0], why=why.kept(),
    )  # fmt: skip
    life.orders.append(order)
    about = {"unit": unit.name, "part": "main", "department": None}
    life.move(S.DISPATCHED, seat, note=order.reason, why=order.why, **about)
    order.delivered_at = life.go_to(opened + timedelta(seconds=steps["start"]))
    life.event("E1", member, unit=unit.name)
    order.accepted_at, order.status = life.wait(steps["accept"]), "accepted"
    life.event("E2", member, unit=unit.name)
    life.move(S.HANDLING, member, **about)
    order.arrived_at = life.go_to(max(order.delivered_at + timedelta(seconds=steps["arrive"]), life.at))
    order.status = "arrived"
    distance = round(life.dice.uniform(8, 90))
    life.event("E3", member, unit=unit.name, method="geofence", distance_m=distance, doubtful=False)
    life.proofs.append(
        ArrivalProof(
            assignment=order, method="geofence", lon=incident.lon, lat=incident.lat,
            accuracy_m=life.dice.uniform(6, 24), distance_m=distance, device_at=life.at, proven_at=life.at,
        )
    )  # fmt: skip
    if "help" in steps:
        _help(life, seat, opened)
    order.first_feedback_at = life.wait(steps["tell"])
    life.event("E4", member, note=life.dice.choice(wording.FEEDBACK), unit=unit.name)
    order.finished_at = order.ended_at = life.wait(steps["end"])
    order.status = order.end_reason = "finished"
    facts = wording.facts(life.dice, {"category": {"code": incident.category.code}, "level": incident.level})
    order.result = facts
    life.event("E7", member, note=facts["done"], unit=unit.name, **facts)
    life.move(S.HANDLED, member, note=facts["done"], **about)
    life.move(S.PENDING_CHECK, member)
    _check_and_close(life, seat, facts, by_picture=True)
    _follow_up(life)


def _follow_up(life: Life) -> None:
    """The grid leader calls on the parties; what ended today was followed up by now or will be, in time."""
    incident, book = life.incident, life.book
    if not incident.need_followup or incident.scene_closed_at is None:
        return
    done = incident.scene_closed_at + timedelta(seconds=life.item.steps["follow"])
    if incident.scene_closed_at > book.now - timedelta(hours=20):
        done = min(done, book.now - timedelta(minutes=4))
    if done < life.at:
        life.at = max(done, incident.scene_closed_at)  # the call came before the file was closed
    life.go_to(done)
    method, result = life.dice.choice(wording.FOLLOW_UP)
    life.event("E8", book.leader_of(incident.community_id), note=result, method=method)


def _help(life: Life, seat: User, opened: datetime) -> None:
    """Another force: asked by the seat (or by the missed arrival) and there some minutes later."""
    steps, incident, here = life.item.steps, life.incident, life.at
    by_rule = "help_after" not in steps
    asked = (
        incident.response_started_at + timedelta(seconds=300)
        if by_rule
        else opened + timedelta(seconds=steps["help_after"])
    )
    unit = life.book.helper(life.dice)
    life.at = asked
    life.event("E5", None if by_rule else seat, part=unit.kind, force=unit.kind, rule="a5_missed" if by_rule else "")
    call = Reinforcement(
        incident=incident, force=unit.kind, status="arrived", rule="a5_missed" if by_rule else "",
        requested_by=None if by_rule else seat, requested_at=asked, accepted_at=asked + timedelta(seconds=25),
    )  # fmt: skip
    life.at = min(asked + timedelta(seconds=steps["help"]), life.book.now - timedelta(minutes=4))
    call.arrived_at = life.at
    life.calls.append(call)
    life.event("E6", None, part=unit.kind, unit=unit.name)
    life.at = max(here, life.at)


def _case(life: Life) -> None:
    item, incident, book, steps = life.item, life.incident, life.book, life.item.steps
    seat = book.seat_at(life.at, life.dice)
    life.wait(steps["look"])
    incident.answered_by, incident.answered_at = seat, life.at
    life.tell("answered", seat)
    by_picture = item.channel in ("cameras", "video-patrol")
    collector = book.collector_of(incident.community_id)
    check = CaseCheck(
        incident=incident, kind="verification", collector=None if by_picture else collector, by_picture=by_picture,
        ordered_at=life.at, due_at=life.at + timedelta(hours=24),
    )  # fmt: skip
    life.checks.append(check)
    if not by_picture:
        life.move(S.VERIFYING, seat, collector=str(collector))
    check.done_at = life.wait(40 if by_picture else steps["verify"])
    check.result = "not_found" if item.fate == "rejected" else "true"
    check.done_by, check.note = (seat, "截图清晰") if by_picture else (collector, "已到点位查看并拍照")
    life.move(S.PENDING_FILING, check.done_by, note=check.note, result=check.result, by_picture=by_picture)
    life.wait(steps["file"])
    standard = book.standard_for(incident, life.dice)
    if item.fate == "rejected" or standard is None:
        life.move(S.REJECTED, seat, note=life.dice.choice(wording.REJECT))
        return
    incident.standard, incident.filed_by = standard, seat
    department = standard.category.department or incident.category.department or book.departments["COM"]
    incident.department = department
    life.move(S.PENDING_DISPATCH, seat, standard=standard.pk, limit=str(standard))
    life.wait(steps["dispatch"])
    order = _give(life, department)
    if item.fate == "returned":
        life.wait_working(steps["accept"] * 3600, "work_hour")
        reason = life.dice.choice(list(wording.RETURN_NOTES))
        order.status, order.ended_at, order.end_reason = "returned", life.at, reason
        order.end_note = wording.RETURN_NOTES[reason]
        life.returns.append(
            CaseReturn(
                incident=incident, reason=reason, note=order.end_note, from_status=S.DISPATCHED, to_status=S.RETURNED,
                department=department, by=book.department_user(department), returned_at=life.at,
            )
        )  # fmt: skip
        incident.return_count += 1
        life.move(S.RETURNED, book.department_user(department), note=order.end_note, reason=reason)
        life.wait(steps["dispatch"])
        incident.department = department = book.other_department(department)
        order = _give(life, department)
    clerk = book.department_user(department)
    limit = next(d for d in reversed(life.deadlines) if d.code == "handle" and not d.void_at)
    accepted = add_limit_seconds(
        life.at, steps["accept"] * book.stage["accept"]["target_s"], "work_hour", book.calendar
    )
    if steps["accept"] < 1:  # an urgent matter is not left lying for two hours
        soon = limit.target_s * steps["handle"] * 0.4
        accepted = min(accepted, add_limit_seconds(life.at, soon, limit.limit_kind, book.calendar))
    life.go_to(accepted)
    order.status, order.accepted_at, order.delivered_at = "accepted", life.at, order.delivered_at or life.at
    life.move(S.HANDLING, clerk, department=department.code)
    if item.fate == "on_hold" and limit.limit_kind in ("work_day", "natural_day"):
        _hold(life, limit)
    _handle(life, order, clerk, limit, steps["handle"])
    facts = wording.facts(life.dice, {"category": {"code": incident.category.code}, "level": 4})
    if item.fate == "rework":
        _check(life, collector, passed=False)
        life.wait(600)
        again = _give_again(life, department)
        life.move(S.HANDLING, clerk, department=department.code)
        left = next(d for d in reversed(life.deadlines) if d.code == "handle")
        life.wait_working(left.target_s * life.dice.uniform(0.2, 0.9), left.limit_kind)
        _done(life, again, clerk)
    _check(life, collector, passed=True)
    life.wait_working(steps["close"] * life.book.stage["close"]["target_s"], "work_hour")
    incident.closing = facts
    life.move(S.CLOSED, book.seat_at(life.at, life.dice), note=facts["done"], closing=facts)
    _follow_up(life)


def _give(life: Life, department) -> Assignment:
    """Hand the case to a department."""
    order = Assignment(
        incident=life.incident, department=department, part="main", status="offered", offered_at=life.at,
        ordered_by=life.book.dispatcher, delivered_at=life.at, reason="类别责任单位",
    )  # fmt: skip
    life.orders.append(order)
    life.move(S.DISPATCHED, life.book.dispatcher, department=department.code, part="main", unit=None)
    return order


def _give_again(life: Life, department) -> Assignment:
    """After a failed check the same department has it again."""
    why = Why(because="rework")
    order = Assignment(
        incident=life.incident, department=department, part="main", status="accepted", offered_at=life.at,
        delivered_at=life.at, accepted_at=life.at, ordered_by=life.book.dispatcher,
        reason=why.stored()[0], why=why.kept(),
    )  # fmt: skip
    life.orders.append(order)
    return order


def _hold(life: Life, limit: Deadline) -> None:
    incident = life.incident
    incident.suspended_at, incident.suspension_used = life.at, True
    incident.suspended_until = life.at + timedelta(days=life.dice.randint(40, 90))
    limit.paused_at = life.at
    life.tell(
        "suspended", life.book.dispatcher, note="需等待专项资金与施工窗口期", until=incident.suspended_until.isoformat()
    )
    raise NotYet


def _handle(life: Life, order: Assignment, clerk: User, limit: Deadline, share: float) -> None:
    """Work through a share of the limit, then tell it is done; the department confirms."""
    started, kind = limit.started_at, limit.limit_kind
    done = add_limit_seconds(started, limit.target_s * share, kind, life.book.calendar)
    life.go_to(max(done, life.at + timedelta(minutes=6)))
    _done(life, order, clerk)


def _done(life: Life, order: Assignment, clerk: User) -> None:
    note = wording.department_done(life.dice, life.incident.category.code)
    order.finished_at, order.result = life.at, {"done": note}
    life.event("E7", clerk, note=note, department=order.department.code)
    life.move(S.HANDLED, clerk, note=note)
    order.status, order.confirmed_at, order.ended_at = "confirmed", life.at, life.at
    order.end_reason = "confirmed"
    life.move(S.PENDING_CHECK, clerk)


def _check(life: Life, collector: User | None, *, passed: bool) -> None:
    ordered = life.at
    check = CaseCheck(
        incident=life.incident, kind="check", collector=collector, ordered_at=ordered,
        due_at=add_limit_seconds(ordered, life.book.stage["check"]["target_s"], "work_hour", life.book.calendar),
    )  # fmt: skip
    life.checks.append(check)
    life.move(S.CHECKING, None, collector=str(collector))
    check.done_at = life.wait_working(life.item.steps["check"] * life.book.stage["check"]["target_s"], "work_hour")
    check.done_by, check.result = collector, "passed" if passed else "failed"
    check.note = "现场与照片一致" if passed else "现场仍有残留，未达结案条件"
    if passed:
        life.move(S.PENDING_CLOSE, collector, note=check.note)
    else:
        life.incident.rework_count += 1
        life.move(S.REWORK, collector, note=check.note)


def _check_and_close(life: Life, seat: User, facts: dict, *, by_picture: bool) -> None:
    life.wait(life.item.steps["check"])
    life.checks.append(
        CaseCheck(
            incident=life.incident, kind="check", by_picture=by_picture, ordered_at=life.at, due_at=life.at,
            done_at=life.at, done_by=seat, result="passed", note="照片与反馈一致",
        )
    )  # fmt: skip
    life.move(S.CHECKING, seat, by_picture=by_picture)
    life.move(S.PENDING_CLOSE, seat, note="照片与反馈一致", by_picture=by_picture)
    life.wait(life.item.steps["close"])
    life.incident.closing = facts
    life.move(S.CLOSED, seat, note=facts["done"], closing=facts)
