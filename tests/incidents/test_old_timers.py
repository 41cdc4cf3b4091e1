"""Whatever happens to a case and whenever: once it is reopened, no timer of its first round touches it any more."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dispatch.services import act_on_missed
from incidents import services
from incidents.lifecycle import ENDED, NEXT, Status
from incidents.models import Alarm, Deadline, Incident
from incidents.models.deadlines import OPEN
from incidents.services import reminding, sweeping
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError
from shushanwei.journal.models import Entry

INSTANTS = ["started_at", "due_at", "work_at", "stopped_at", "met_at", "missed_at", "remind_at", "consequence_at"]
FACTS = {"found": "口角", "done": "当场劝离，双方握手言和，约定不再在楼道堆物，由网格员明日复看"}


def case_machine(opened, seat, standard) -> type[RuleBasedStateMachine]:
    """A case under every step, event and passing of time that the street knows."""

    class Case(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            self.number = 0

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

        @property
        def incident(self) -> Incident:
            return Incident.objects.get(pk=self.number)

        @property
        def promises(self):
            return Deadline.objects.filter(incident_id=self.number)

        @initialize(filed=st.booleans())
        def begins(self, filed):
            self.number = opened(code="J0527", level=4 if filed else 3).pk
            if filed:
                services.file_case(self.number, actor=seat, standard_id=standard.pk)

        @precondition(lambda self: self.incident.status not in ENDED)
        @rule(data=st.data())
        def goes_a_step(self, data):
            following = sorted(NEXT[Status(self.incident.status)] - {*ENDED})
            if following:
                services.move(self.number, data.draw(st.sampled_from(following)), actor=seat, note="按流程")

        @rule(event=st.sampled_from(["E1", "E3", "E5", "E6", "E7", "E8"]), part=st.sampled_from(["police", "fire"]))
        def something_happens(self, event, part):
            if self.incident.status not in ENDED:
                services.mark(self.number, event, part=part if event in ("E5", "E6") else "")

        @rule(seconds=st.sampled_from([1, 31, 301, 901, 90_000]))
        def time_passes(self, seconds):
            back = timedelta(seconds=seconds)
            self.promises.update(**{name: F(name) - back for name in INSTANTS})

        @rule()
        def is_closed(self):
            try:
                services.close(self.number, actor=seat, closing=FACTS, confirm_brief=True)
            except DomainError:
                # The short way to the last step: what lies between is walked by the other rule.
                if self.incident.status not in ENDED:
                    Incident.objects.filter(pk=self.number).update(status=Status.PENDING_CLOSE)

        @precondition(lambda self: self.incident.status == Status.CLOSED and not self.incident.reopen_count)
        @rule()
        def is_reopened(self):
            services.reopen(self.number, actor=seat, reason="居民反映未解决")

        @rule()
        def the_sweeps_run(self):
            generation, before = self.incident.generation, self.of_old_rounds()
            last_alarm, last_line = self.last(Alarm), self.last(Entry)
            sweeping.announce_missed()
            for promise in reminding.remindable_ids(db_now()):
                reminding.remind(promise)
            act_on_missed()
            # Only that a miss was looked at may be noted on an old promise: nothing else changes.
            assert self.of_old_rounds() == before
            now_running = set(self.promises.filter(generation=generation).values_list("code", flat=True))
            for alarm in Alarm.objects.filter(pk__gt=last_alarm, incident_id=self.number):
                assert alarm.deadline is None or alarm.deadline.generation == generation
                assert alarm.data.get("code", alarm.data.get("after")) in now_running | {None}
            for entry in Entry.objects.filter(pk__gt=last_line, subject_type="incident", subject_id=self.number):
                if number := entry.data.get("deadline"):
                    assert Deadline.objects.get(pk=number).generation == generation

        def of_old_rounds(self) -> list[tuple]:
            old = self.promises.filter(generation__lt=self.incident.generation).order_by("id")
            return list(old.values_list("id", "missed_at", "announced_at", "void_at", "remind_count", "during_outage"))

        @staticmethod
        def last(model) -> int:
            return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

        @invariant()
        def nothing_of_an_old_round_is_still_open(self):
            if self.number:
                assert not self.promises.filter(OPEN, generation__lt=self.incident.generation).exists()

    return Case


def test_a_reopened_case_is_never_touched_by_a_timer_of_its_first_round(opened, seat, standard):
    run_state_machine_as_test(
        case_machine(opened, seat, standard),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
