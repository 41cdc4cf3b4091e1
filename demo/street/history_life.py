"""One past incident on the way through its life: time, story, events, clocks, all agreeing with each other."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.street.history import Item
from demo.street.history_book import Book
from dispatch.models import ArrivalProof, Assignment, Reinforcement
from incidents import stages
from incidents.events import EVENTS, Facts, applies, outcome
from incidents.lifecycle import Status
from incidents.models import Alarm, Alert, CaseCheck, CaseReturn, Deadline, FilingStandard, Incident
from shushanwei.common.worktime import add_limit_seconds, deadline_for, limit_seconds, remaining_seconds
from shushanwei.journal.models import Entry
from shushanwei.people.models import User

S = Status
ALARM_KINDS = {
    "R30": ("r30_missed", "shift_lead"),
    "S15": ("s15_missed", "commander"),
    "F24": ("f24_missed", "shift_lead"),
}


class NotYet(Exception):
    """The next step lies in the future: the story stops here."""


@dataclass
class Life:
    """All rows of one incident on the way through its life; `at` is the time of the last step."""

    item: Item
    incident: Incident
    book: Book
    dice: random.Random
    at: datetime
    entries: list[Entry] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    orders: list[Assignment] = field(default_factory=list)
    proofs: list[ArrivalProof] = field(default_factory=list)
    calls: list[Reinforcement] = field(default_factory=list)
    checks: list[CaseCheck] = field(default_factory=list)
    returns: list[CaseReturn] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    # --- time ---

    def wait(self, seconds: float) -> datetime:
        """Go on by so many seconds; raises NotYet when that is not past."""
        return self.go_to(self.at + timedelta(seconds=seconds))

    def wait_working(self, seconds: float, kind: str) -> datetime:
        """Go on by so much time of the limit engine."""
        return self.go_to(add_limit_seconds(self.at, seconds, kind or "urgent_hour", self.book.calendar))

    def go_to(self, at: datetime) -> datetime:
        if at > self.book.now - timedelta(minutes=3):
            raise NotYet
        self.at = max(self.at, at)
        return self.at

    # --- the story ---

    def open(self) -> None:
        """E0: received, with the clocks that start there."""
        incident = self.incident
        self.event("E0")
        if incident.level == 4:
            self._start_stages({"intake"}, S.REPORTED)
        self.tell(
            "opened", level=incident.level, source=incident.source_kind, alert_kind=self.item.row.kind, confidence=None
        )

    def tell(self, verb: str, actor: User | None = None, note: str = "", **data) -> None:
        """One line of the story at the present step."""
        self.entries.append(
            Entry(
                at=self.at, subject_type="incident", subject_id=self.incident.pk, verb=f"incident.{verb}", actor=actor,
                actor_name=str(actor) if actor else "", note=note, data=data,
            )
        )  # fmt: skip

    def event(self, code: str, actor: User | None = None, part: str = "", note: str = "", **data) -> None:
        """E1–E9: its column, the clocks it stops and starts, and its line."""
        name, column = EVENTS[code]
        first = getattr(self.incident, column) is None
        if first:
            setattr(self.incident, column, self.at)
        if first or part:
            self._clocks(code, part)
        if code not in ("E0", "E9"):
            self.tell(name, actor, note, event=code, part=part, **data)

    def _clocks(self, code: str, part: str) -> None:
        for deadline in self.deadlines:
            if deadline.stop == code and deadline.stopped_at is None and deadline.part in ("", part):
                self._stop(deadline)
        incident = self.incident
        facts = Facts(incident.level, incident.needs_field_action, incident.need_followup, False)
        for clock in incident.sla:
            if clock["start"] == code and applies(clock["applies"], facts):
                due = self.at + timedelta(seconds=clock["target_s"])
                self.deadlines.append(
                    Deadline(
                        incident=incident, policy=clock["policy"], code=clock["code"], stop=clock["stop"],
                        part=part if code == "E5" else "", on_miss=clock["on_miss"], accountable=clock["accountable"],
                        target_s=clock["target_s"], started_at=self.at, due_at=due, work_at=due,
                    )
                )  # fmt: skip

    def _stop(self, deadline: Deadline) -> None:
        deadline.stopped_at = self.at
        deadline.met_at, deadline.missed_at = outcome(deadline.due_at, self.at)

    def move(self, to: Status, actor: User | None = None, note: str = "", **data) -> None:
        """One step of the lifecycle with its stage clocks."""
        incident, before = self.incident, Status(self.incident.status)
        incident.status = to
        if incident.level == 4:
            self._stage_clocks(before, to)
        if to == S.PENDING_DISPATCH and incident.filed_at is None:
            incident.filed_at = self.at
        if to in (S.CLOSED, S.REJECTED, S.VOIDED):
            incident.ended_at = self.at
        if to == S.CLOSED:
            self.event("E9")
        elif to in (S.REJECTED, S.VOIDED):
            for deadline in self.deadlines:
                if deadline.stopped_at is None:
                    deadline.void_at = self.at
        self.tell(to.value, actor, note, **{"from": before.value}, **data)

    def _stage_clocks(self, before: Status, to: Status) -> None:
        stopped, started = stages.changes(before, to)
        for deadline in self.deadlines:
            if deadline.policy == "stage" and deadline.stopped_at is None and deadline.code in stopped:
                if deadline.code == "handle" and to in stages.VOIDING:
                    deadline.void_at = deadline.stopped_at = self.at
                else:
                    self._stop(deadline)
        self._start_stages(started, to)

    def _start_stages(self, started: set[str], to: Status) -> None:
        for code in sorted(started):
            standard, calendar = self.incident.standard, self.book.calendar
            if code == "handle" and standard is not None:
                kind = standard.limit_kind
                due, seconds = self._handle_limit(standard, to)
            elif code in self.book.stage:
                kind, seconds = self.book.stage[code]["limit_kind"], self.book.stage[code]["target_s"]
                due = add_limit_seconds(self.at, seconds, kind or "urgent_hour", calendar)
            else:
                continue
            part = str(1 + sum(d.policy == "stage" and d.code == code for d in self.deadlines))
            self.deadlines.append(
                Deadline(
                    incident=self.incident, policy="stage", code=code, part=part, limit_kind=kind,
                    target_s=int(seconds), started_at=self.at, due_at=due, work_at=due,
                )
            )  # fmt: skip

    def _handle_limit(self, standard: FilingStandard, to: Status) -> tuple[datetime, float]:
        kind, calendar = standard.limit_kind, self.book.calendar
        if to == S.REWORK:
            last = [d for d in self.deadlines if d.code == "handle" and d.met_at][-1:]
            left = remaining_seconds(last[0].due_at, last[0].met_at, kind, calendar) if last else 4 * 3600.0
            return add_limit_seconds(self.at, left, kind, calendar), left
        seconds = limit_seconds(kind, standard.limit_value, calendar, self.at.date())
        return deadline_for(self.at, kind, standard.limit_value, calendar), seconds

    # --- the end of telling ---

    def settle(self) -> None:
        """Everything that follows from the rest: misses, alarms, sums on the incident."""
        incident, now = self.incident, self.book.now
        for deadline in self.deadlines:
            if (
                deadline.stopped_at is None
                and deadline.void_at is None
                and not deadline.paused_at
                and deadline.due_at <= now
            ):
                deadline.missed_at = deadline.due_at
            if deadline.missed_at:
                deadline.announced_at = deadline.missed_at
                deadline.consequence_at = deadline.missed_at if deadline.on_miss else None
                self._tell_miss(deadline)
            self._reminders(deadline)
        missed = [d.missed_at for d in self.deadlines if d.missed_at]
        waiting = [d.due_at for d in self.deadlines
                   if not (d.stopped_at or d.missed_at or d.void_at or d.paused_at)]  # fmt: skip
        incident.overdue_at = min(missed, default=None)
        incident.next_due_at = min(waiting, default=None)
        self.entries.sort(key=lambda entry: entry.at)

    def _reminders(self, deadline: Deadline) -> None:
        """What is open is reminded from now on, by the rules of its policy."""
        deadline.counted_from, deadline.counted_s = deadline.started_at, float(deadline.target_s)
        deadline.remind_percent = deadline.remind_every_s = deadline.remind_count = 0
        if deadline.stopped_at or deadline.void_at:
            return
        rule = next(c for c in self.incident.sla if c["policy"] == deadline.policy and c["code"] == deadline.code)
        deadline.remind_percent, deadline.remind_every_s = rule["remind_percent"], rule["remind_every_s"]
        kind, now = deadline.limit_kind or "urgent_hour", self.book.now
        if deadline.missed_at and deadline.remind_every_s:
            deadline.remind_count = 1
            wait = self.dice.uniform(0.1, 1) * deadline.remind_every_s
            deadline.remind_at = add_limit_seconds(now, wait, kind, self.book.calendar)
        elif deadline.remind_percent and not deadline.missed_at:
            used = deadline.target_s * deadline.remind_percent / 100
            at = add_limit_seconds(deadline.started_at, used, kind, self.book.calendar)
            deadline.remind_at, deadline.remind_count = (at, 0) if at > now else (None, 1)

    def _tell_miss(self, deadline: Deadline) -> None:
        self.at = deadline.missed_at
        self.tell("deadline_missed", code=deadline.code, part=deadline.part)
        if deadline.code in ALARM_KINDS and deadline.on_miss:
            kind, role = ALARM_KINDS[deadline.code]
            seen_at = min(deadline.missed_at + timedelta(seconds=self.dice.uniform(20, 400)), self.book.now)
            self.alarms.append(
                Alarm(
                    kind=kind, incident=self.incident, deadline=deadline, for_role=role, raised_at=deadline.missed_at,
                    acknowledged_at=seen_at, acknowledged_by=self.book.lead,
                    data={"code": deadline.code, "part": deadline.part, "due_at": deadline.due_at.isoformat()},
                )
            )  # fmt: skip
