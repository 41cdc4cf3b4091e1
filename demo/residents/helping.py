"""Volunteering of two months: tasks of the communities, wishes of neighbours, hours, thanks and certificates."""

import random
from datetime import datetime, timedelta

from demo.residents import words
from demo.residents.cast import Cast, clock, named, shared_out
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from grid.models import Community
from points.models import Claim, Resident, VolunteerTask
from points.services import volunteer_hours, volunteering, wishes
from points.services.volunteer_hours import Here
from points.services.volunteering import TaskDraft
from shushanwei.people.models import User

DAYS, COUNT, COMING = 58, 20, 8
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NO_SHOW, LEAVES, REFUSED, NO_PHONE = 0.05, 0.05, 0.04, 0.03


class Task:
    """One task and everybody who helps in it."""

    def __init__(self, cast: Cast, agenda: Agenda, number: str, where: Community) -> None:
        self.cast, self.agenda, self.number, self.where = cast, agenda, number, where
        self.uuid = named("task", number)
        self.dice = random.Random(f"{SEED}-task-{number}")
        self.actor: User = cast.leader(where.code)
        self.asker: Resident | None = None

    def draft(self, row: tuple, starts: datetime) -> TaskDraft:
        """What the community publishes; its place lies near the middle of the community."""
        kind, title, text, place, skill, hours, slots = row
        return TaskDraft(
            kind=kind, title=title, text=text, community_id=self.where.code, starts_at=starts,
            address=place, ends_at=starts + hours * HOUR, slots=slots, skill=skill,
            lon=round(self.where.label_lon + self.dice.uniform(-0.001, 0.001), 6),
            lat=round(self.where.label_lat + self.dice.uniform(-0.001, 0.001), 6),
            minors_allowed=slots > 4 and kind != "emergency", risk="medium" if kind == "emergency" else "low",
        )  # fmt: skip

    def publish(self, at: datetime, draft: TaskDraft) -> None:
        """The community publishes it."""
        self.agenda.at(at, lambda: volunteering.publish(draft, uuid=self.uuid, actor=self.actor))

    def helped_by(self, who: Resident, at: datetime, draft: TaskDraft, *, known: bool = False) -> None:
        """Somebody claims it, is taken on, comes, goes, and both say how it was; a few do not get so far."""
        dice, uuid = self.dice, named("claim", self.number, who.pk)
        self.agenda.at(at, lambda: volunteering.claim(who, self.uuid, uuid=uuid))
        fate = dice.random()
        decided = at + dice.uniform(1, 9) * HOUR
        if fate < REFUSED:
            why = "名额优先本社区居民，欢迎下次参加。"
            self.agenda.at(decided, lambda: volunteering.refuse(_pk(uuid), why=why, actor=self.actor))
            return
        self.agenda.at(decided, lambda: volunteering.accept(_pk(uuid), is_known=known, actor=self.actor))
        if fate < REFUSED + LEAVES:
            self.agenda.at(decided + HOUR, lambda: volunteering.give_back(who, uuid))
            return
        if fate < REFUSED + LEAVES + NO_SHOW:
            return
        came = draft.starts_at + dice.uniform(-9, 4) * MINUTE
        self.agenda.at(came, lambda: volunteer_hours.check_in(who, uuid, self._here()))
        went = draft.ends_at + dice.uniform(1, 12) * MINUTE
        if fate < REFUSED + LEAVES + NO_SHOW + NO_PHONE:
            whole = int((draft.ends_at - draft.starts_at) / MINUTE) // 15 * 15
            vouch = went + 3 * HOUR
            self.agenda.at(vouch, lambda: volunteer_hours.vouch(
                _pk(uuid), minutes=whole, why=words.VOUCHED, actor=self.actor))  # fmt: skip
            went = vouch
        else:
            self.agenda.at(went, lambda: volunteer_hours.check_out(who, uuid, self._here()))
        self._said(who, uuid, went)

    def _said(self, who: Resident, uuid, went: datetime) -> None:
        dice, thanks = self.dice, self.dice.choice(words.THANKS)
        stars, theirs = dice.choices([5, 4], [80, 20])[0], dice.choices([5, 4, 3], [75, 20, 5])[0]
        if dice.random() < 0.85:
            said = dice.choice(words.TASK_WORDS)
            self.agenda.at(went + dice.uniform(0.2, 8) * HOUR,
                           lambda: volunteer_hours.rate_task(who, uuid, stars=stars, words=said))  # fmt: skip
        by = {"by": self.asker} if self.asker is not None else {"actor": self.actor}
        self.agenda.at(went + dice.uniform(1, 20) * HOUR, lambda: volunteer_hours.rate_volunteer(
            _pk(uuid), stars=theirs, words=thanks, **by))  # type: ignore[arg-type]  # fmt: skip

    def _here(self) -> Here:
        task = VolunteerTask.objects.get(uuid=self.uuid)
        return Here(task.check_code, task.lon or 0, task.lat or 0, 15)


def plan_helping(cast: Cast, agenda: Agenda) -> None:
    """Put tasks, wishes and certificates on the agenda."""
    dice = random.Random(f"{SEED}-helping")
    for number in range(COUNT):
        where = cast.home if number % 5 == 0 else dice.choice(cast.communities)
        row = words.TASKS[number % len(words.TASKS)]
        _task(cast, agenda, f"past{number}", where, row, clock(cast.day(1 + number * DAYS // COUNT), _begins(dice)))
    for number in range(COMING):
        where = cast.home if number % 3 == 0 else dice.choice(cast.communities)
        row = words.TASKS[(number * 3) % len(words.TASKS)]
        _task(cast, agenda, f"coming{number}", where, row, clock(cast.day(-1 - number), _begins(dice)))
    # One is going on at this moment.
    starts = (cast.now - 40 * MINUTE).replace(second=0, microsecond=0)
    _task(cast, agenda, "running", cast.home, words.TASKS[1], starts)
    _called_off(cast, agenda)
    _wishes(cast, agenda, dice)
    _certificates(cast, agenda)


def _begins(dice: random.Random) -> float:
    return dice.choice([8.5, 9, 9.5, 13.5, 14, 15, 16])


def _task(cast: Cast, agenda: Agenda, number: str, where: Community, row: tuple, starts: datetime) -> None:
    task = Task(cast, agenda, number, where)
    draft = task.draft(row, starts)
    # What is far ahead was published yesterday; what has been, some days before it began.
    published = min(starts - task.dice.uniform(60, 120) * HOUR, cast.now - task.dice.uniform(8, 30) * HOUR)
    task.publish(published, draft)
    group = cast.of(where.code, cast.helpers) + cast.helpers[:40]
    count = min(draft.slots, task.dice.randint(2, 4))
    people = [shared_out(task.dice, group, 30) for _each in range(count)]
    if where == cast.home:
        people.append(cast.residents[1])
    for who in dict.fromkeys(people):
        task.helped_by(who, published + task.dice.uniform(1, 7) * HOUR, draft)


def _called_off(cast: Cast, agenda: Agenda) -> None:
    task = Task(cast, agenda, "rain", cast.home)
    draft = task.draft(words.TASKS[0], clock(cast.day(12), 9))
    task.publish(clock(cast.day(16), 10), draft)
    why = "预报大雨，活动取消，另行通知。"
    agenda.at(clock(cast.day(13), 17), lambda: volunteering.withdraw(_task_pk(task), why=why, actor=task.actor))


def _wishes(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    askers = [row for row in cast.verified if row not in cast.helpers[:30]]
    fates = ["done"] * 5 + ["open"] * 3 + ["asked"] * 4 + ["refused", "withdrawn"]
    for number, fate in enumerate(fates):
        row = words.WISHES[number % len(words.WISHES)]
        who = cast.residents[4] if number in (0, 9) else dice.choice(askers)
        _wish(cast, agenda, f"wish{number}", who, row, fate, dice)


def _wish(
    cast: Cast, agenda: Agenda, number: str, who: Resident, row: tuple, fate: str, dice: random.Random
) -> None:  # fmt: skip
    kind, title, text, place, at_home = row
    where = next(one for one in cast.communities if one.code == who.community_id)
    task = Task(cast, agenda, number, where)
    task.asker = who
    ago = {"done": dice.uniform(8, 50), "open": dice.uniform(0.5, 1.5), "asked": dice.uniform(0.05, 0.6)}
    asked = cast.now - ago.get(fate, 15) * DAY
    starts = clock((asked + 3 * DAY).date(), 14)
    draft = TaskDraft(
        kind=kind, title=title, text=text, community_id=where.code, address=place, starts_at=starts,
        ends_at=starts + 2 * HOUR, at_home=at_home, slots=2 if at_home else 1,
    )  # fmt: skip
    agenda.at(asked, lambda: wishes.ask(who, draft, uuid=task.uuid))
    shown = asked + dice.uniform(1, 6) * HOUR
    if fate == "asked":
        return
    if fate == "refused":
        agenda.at(shown, lambda: wishes.refuse_wish(
            _task_pk(task), why="搬运贵重家具请联系正规搬家公司。", actor=task.actor))  # fmt: skip
        return
    if fate == "withdrawn":
        agenda.at(shown, lambda: wishes.withdraw_wish(who, task.uuid))
        return
    placed = task.draft((kind, title, text, place, "", 2, draft.slots), starts)
    approved = TaskDraft(**{**vars(draft), "lon": placed.lon, "lat": placed.lat})
    agenda.at(shown, lambda: wishes.approve(_task_pk(task), approved, actor=task.actor))
    if fate == "done":
        near = [row for row in cast.of(where.code, cast.helpers) + cast.helpers[:20] if row.pk != who.pk]
        for helper in list(dict.fromkeys(near))[: draft.slots]:
            task.helped_by(helper, shown + dice.uniform(1, 5) * HOUR, approved, known=at_home)


def _certificates(cast: Cast, agenda: Agenda) -> None:
    first, last = cast.day(DAYS), cast.day(6)
    for number, who in enumerate([cast.residents[1], *cast.helpers[5:8]]):
        agenda.at(clock(cast.day(5), 10 + number), volunteer_hours.certify, who, from_day=first, to_day=last,
                  uuid=named("certificate", number))  # fmt: skip


def _pk(uuid) -> int:
    return Claim.objects.values_list("pk", flat=True).get(uuid=uuid)


def _task_pk(task: Task) -> int:
    return VolunteerTask.objects.values_list("pk", flat=True).get(uuid=task.uuid)
