"""Two months of calls: most answered within the half hour, a few not, and some that wait at this moment."""

import random
from datetime import datetime, timedelta

from demo.residents import pictures, words
from demo.residents.cast import Cast, by_day, named
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from points.models import Resident, ServiceCall
from points.services import calls
from points.services.calls import Called
from shushanwei.people.models import User

DAYS, COUNT = 60, 50
LATE, TO_STREET, NOT_SOLVED, WITH_PHOTO = 0.06, 0.02, 0.04, 0.2
MINUTE = timedelta(minutes=1)


class Call:
    """One call that goes through its life as far as the present lets it."""

    def __init__(self, cast: Cast, agenda: Agenda, number: str, who: Resident, kind: str, said: tuple) -> None:
        self.cast, self.agenda, self.who, self.kind, self.said = cast, agenda, who, kind, said
        self.uuid = named("call", number)
        self.dice = random.Random(f"{SEED}-call-{number}")
        self.worker: User = cast.leader(who.community_id)

    def plan(self, at: datetime, *, answer: float | None, done_h: float | None = None, hidden: bool = False) -> None:
        """Call at an instant, answered after `answer` minutes (None: not yet), done hours later (None: not yet)."""
        self.agenda.at(at, lambda: self._call(at, hidden))
        if answer is None:
            return
        answered = at + answer * MINUTE
        text = words.LATE_ANSWER if answer > 30 else self.said[2]
        for late in range(30, int(answer), 30):
            self.agenda.at(at + (late + 0.1) * MINUTE, lambda: calls.escalate(self._pk()))
        self.agenda.at(answered, lambda: calls.answer(self._pk(), text, actor=self.worker))
        if done_h is None:
            return
        done = answered + timedelta(hours=done_h)
        if self.dice.random() < 0.5:
            note = "已到现场查看，正在协调处理。"
            self.agenda.at(answered + (done - answered) / 3, lambda: calls.process(self._pk(), note, actor=self.worker))
        self.agenda.at(done, self._finish)
        again = self.dice.random() < NOT_SOLVED
        if again:
            wrong = done + timedelta(hours=20)
            self.agenda.at(wrong, lambda: calls.not_solved(self._row(), words.NOT_SOLVED))
            done = wrong + timedelta(hours=5)
            self.agenda.at(done, self._finish)
        if self.dice.random() < 0.75:
            self.agenda.at(done + timedelta(hours=self.dice.uniform(0.5, 16)), self._rate)

    def hand_on(self, at: datetime) -> None:
        """It needs a department: a case of its own."""
        note = "需市政部门处置，已转办。"
        self.agenda.at(at, lambda: calls.hand_on(self._pk(), note, danger=False, actor=self.worker))

    def _call(self, at: datetime, hidden: bool) -> None:
        text, address, *_rest = self.said
        shots = []
        if self.kind in ("repair", "environment", "parking") and self.dice.random() < WITH_PHOTO * 2:
            kind = {"repair": "cover", "environment": "waste", "parking": "parking"}[self.kind]
            shots = [pictures.sight(kind, at, random.Random(str(self.uuid)))]
        calls.call(self.who, Called(
            uuid=self.uuid, kind=self.kind, text=text, address=address, is_safety=hidden, anonymous=hidden,
            photos=shots,
        ))  # fmt: skip

    def _finish(self) -> None:
        shots = []
        if self.kind in ("repair", "environment", "parking") and self.dice.random() < WITH_PHOTO * 2:
            shots = [pictures.sight("", self.cast.now, random.Random(str(self.uuid)), tidy=True)]
        calls.finish(self._pk(), self.said[3], actor=self.worker, uuid=named("done", self.uuid), photos=shots)

    def _rate(self) -> None:
        stars = self.dice.choices([5, 4, 3, 2], [60, 26, 10, 4])[0]
        calls.rate(self._row(), stars, self.dice.choice(words.RATED) if stars > 3 else "")

    def _row(self) -> ServiceCall:
        return ServiceCall.objects.get(uuid=self.uuid)

    def _pk(self) -> int:
        return self._row().pk


def plan_calls(cast: Cast, agenda: Agenda) -> None:
    """Put the calls of two months on the agenda, and those of the last hour."""
    dice = random.Random(f"{SEED}-calls")
    weights = dict(zip(words.CALLS, (22, 18, 14, 18, 9, 9, 4, 6), strict=True))
    for number in range(COUNT):
        kind = dice.choices(list(weights), list(weights.values()))[0]
        who = cast.residents[1] if number % 17 == 7 else dice.choice(cast.active)
        at = by_day(dice, cast.day(int(dice.uniform(1, DAYS))), 7, 21.5)
        drawn = dice.random()
        minutes = dice.triangular(1, 27, 6)
        if drawn < TO_STREET:
            minutes = dice.uniform(66, 80)
        elif drawn < TO_STREET + LATE:
            minutes = dice.uniform(36, 55)
        call = Call(cast, agenda, str(number), who, kind, dice.choice(words.CALLS[kind]))
        call.plan(at, answer=minutes, done_h=dice.triangular(0.5, 30, 3))
    hidden = Call(cast, agenda, "hidden", dice.choice(cast.active), "other", words.SAFETY_CALL)
    hidden.plan(by_day(dice, cast.day(9)), answer=6, done_h=3, hidden=True)
    _now(cast, agenda, dice)


def _now(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    """What a worker finds at the desk: some wait, some are held, one has been told to the secretary."""
    neighbours = cast.of(cast.home.code, cast.active)[5:]
    waiting = [(neighbours[0], "environment", 4), (neighbours[1], "parking", 9)]
    waiting += [(dice.choice(cast.active), kind, minutes) for kind, minutes in (("repair", 6), ("policy", 12))]
    for number, (who, kind, minutes) in enumerate(waiting):
        _of(cast, agenda, f"now{number}", who, kind).plan(cast.now - minutes * MINUTE, answer=None)
    held = [(cast.residents[1], "repair", 50, 8), (neighbours[2], "elderly", 35, 5),
            (dice.choice(cast.active), "other", 80, 11)]  # fmt: skip
    for number, (who, kind, minutes, answer) in enumerate(held):
        _of(cast, agenda, f"held{number}", who, kind).plan(cast.now - minutes * MINUTE, answer=answer)
    told = _of(cast, agenda, "told", neighbours[3], "repair")
    begun = cast.now - 70 * MINUTE
    told.plan(begun, answer=4)
    told.hand_on(begun + 10 * MINUTE)


def _of(cast: Cast, agenda: Agenda, number: str, who: Resident, kind: str) -> Call:
    said = random.Random(f"{SEED}-said-{number}").choice(words.CALLS[kind])
    return Call(cast, agenda, number, who, kind, said)
