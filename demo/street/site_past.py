"""Two months of each site: planned as the street plans, visited on the day drawn, put right or not, day after day.

Nothing here writes a colour: what the visits find leads to it by the rules alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from demo.simulator.pictures import photo
from demo.street import wording_sites as words
from demo.street.haulage import SEED
from shushanwei.common.clock import STREET
from shushanwei.common.secrets import seal
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.checks import codes
from worksites.lifecycle import UNCORRECTED, Severity
from worksites.models import ChecklistItem, Draw, Finding, Inspection, PlannedCheck, Site
from worksites.planning import ALGORITHM, NUMBER_BYTES, commitment
from worksites.services import findings, inspections, photos, plan
from worksites.services.colours import recolour
from worksites.services.inspections import Begin, Lock

SPACE = UUID("5b0f6f0e-7c1c-4d0d-8a57-0a9b3c1d2e45")
COUNTS = timedelta(days=30)  # as long as what was found colours a site
CANTEEN = "09"  # the group of items that a site without one has none of
STROKES = [[[120, 220], [210, 120], [300, 260], [380, 140], [470, 250], [600, 170]]]
DRAWN_AT = time(0, 10)


@dataclass
class Brigade:
    """Who inspects, and who judges what is handed in."""

    officers: list[User]
    lead: User


def write_draws(since: date, now: datetime) -> None:
    """The draws of the months from `since` to now as if each had been made when its month began.

    The numbers come from the seed of the exercise: its past can be repeated. Later months are drawn by the street.
    """
    month = since.replace(day=1)
    while month <= now.astimezone(STREET).date():
        period = f"{month:%Y-%m}"
        at = min(datetime.combine(month, DRAWN_AT, tzinfo=STREET), now)
        number = sha256(f"{SEED}|{period}".encode()).hexdigest()[: 2 * NUMBER_BYTES]
        draw, made = Draw.objects.get_or_create(period=period, defaults={
            "algorithm": ALGORITHM, "number_sealed": seal(number), "commitment": commitment(number), "made_at": at,
        })  # fmt: skip
        if made:
            data = {"period": period, "algorithm": ALGORITHM, "commitment": draw.commitment}
            record(draw, "draw.made", data=data, at=at)
        month = (month + timedelta(days=31)).replace(day=1)


class SitePast:
    """The past of one site that ends in `colour`; `misses` is the age in days within which a check is missed."""

    def __init__(
        self, site: Site, colour: str, brigade: Brigade, now: datetime, *, turn: int, misses: range = range(0)
    ) -> None:
        self.site, self.colour, self.brigade, self.now, self.misses = site, colour, brigade, now, misses
        self.by_neglect = colour == "red" and turn % 2 == 1  # red for what nobody mends, not for one grave thing
        self.dice = random.Random(f"{SEED}past{site.code}")
        self.at = site.watched_since
        self.fades: list[datetime] = []  # when a finding ceases to count
        self.coloured = False  # the visit that gives the colour has been
        self.has_canteen = self.dice.random() < 0.6

    def write(self) -> None:
        """Live through it: the next that falls due happens, until today."""
        today = self.now.astimezone(STREET).date()
        while True:
            check = PlannedCheck.objects.filter(
                site=self.site, done_at=None, missed_at=None, dropped_at=None
            ).first()  # fmt: skip
            coming = self._next_month() if check is None else self._visit_at(check)
            fade = min(self.fades, default=None)
            if fade is not None and fade < min(coming, self.now):
                self.fades.remove(fade)
                self.at = max(self.at, fade)
                recolour(self.site.pk, at=fade)
            elif coming >= self.now or coming.date() >= today:
                return
            elif check is None:
                self.at = coming
                plan.plan_site(self.site.pk, at=coming)
            elif (today - check.on).days in self.misses:
                self.at, self.misses = check.due_at, range(0)
                plan.miss(check.pk, at=check.due_at)
            else:
                self._checked(check, coming)

    def _next_month(self) -> datetime:
        first = (self.at.astimezone(STREET).date().replace(day=1) + timedelta(days=31)).replace(day=1)
        return datetime.combine(first, DRAWN_AT, tzinfo=STREET)

    def _visit_at(self, check: PlannedCheck) -> datetime:
        """On the drawn day; what is counted in days may be visited a little earlier, not at the weekend."""
        dice, day = random.Random(f"{SEED}{self.site.code}{check.on}"), check.on
        if check.kind != PlannedCheck.Kind.RANDOM:
            day -= timedelta(days=max(dice.randint(0, 2), day.weekday() - 4))
        at = datetime.combine(day, time(dice.randint(9, 16), dice.randint(0, 59)), tzinfo=STREET)
        return max(at, self.at + timedelta(hours=20))

    # a visit and what follows from it

    def _checked(self, check: PlannedCheck, at: datetime) -> None:
        team = list(check.inspectors.order_by("username"))
        team = team if len(team) > 1 else self.brigade.officers[:2]
        serious, minors = self._wrong((self.now - at).days)
        sheet = self._visit(team, at, serious, minors)
        self.at = sheet.locked_at or at
        new = list(sheet.findings.order_by("id"))
        self.fades += [one.confirmed_at + COUNTS + timedelta(minutes=1) for one in new]
        for one in new:
            self._follow(one)
        if any(one.fix == "stop" for one in new):
            self._check_again(team)

    def _wrong(self, age: int) -> tuple[int, int]:
        """How many (serious, minor) things a visit of this age in days finds, so that the site ends in its colour."""
        dice = self.dice
        if self.colour == "white":
            return 0, int(age > 34 and dice.random() < 0.4)
        if self.colour == "yellow":
            wrong = age > 12 or not self.coloured
            self.coloured |= age < 29
            return 0, dice.choice([1, 1, 2]) if wrong else 0
        if age >= 29 or self.coloured:
            return 0, int(age >= 29)
        self.coloured = True
        self.by_neglect &= age > 9  # a limit that has not passed yet reddens nobody
        return int(not self.by_neglect), dice.choice([1, 2])

    def _visit(
        self, team: list[User], at: datetime, serious: int = 0, minors: int = 0, *, again: bool = False
    ) -> Inspection:  # fmt: skip
        dice, site = self.dice, self.site
        one, uuid = team[0], uuid5(SPACE, f"{site.code}{at.isoformat()}")
        sheet, _new = inspections.begin(one, Begin(
            uuid=uuid, site=site.pk, conduct_code=codes.issue(at), code_shown_at=at, started_at=at, recheck=again,
            inspectors=[who.pk for who in team[:2]], lon=site.lon, lat=site.lat))  # fmt: skip
        items = inspections.items_of(sheet)
        open_ = Finding.objects.filter(site=site, status__in=UNCORRECTED)
        still = set(open_.values_list("item_code", flat=True))
        live = set(Finding.objects.filter(site=site, ended_at=None).values_list("item_code", flat=True))
        wrong = [item for item in items if item.code in still]
        may = [item for item in items if item.code in words.WRONG.keys() - live and not self._is_none(item)]
        for severity, count in ((Severity.SERIOUS, serious), (Severity.MINOR, minors)):
            wrong += dice.sample([item for item in may if item.severity == severity], count)
        shots = [self._shot(one, uuid, item, at) for item in wrong]
        given = Lock(
            ended_at=at + timedelta(minutes=dice.randint(35, 80)), results=self._results(items, wrong, at),
            signatures=self._signatures(uuid, team[:2]), photos=shots,
        )  # fmt: skip
        return inspections.lock(one, uuid, given)[0]

    def _is_none(self, item: ChecklistItem) -> bool:
        return item.code.startswith(CANTEEN) and not self.has_canteen

    def _shot(self, who: User, uuid: UUID, item: ChecklistItem, at: datetime) -> UUID:
        name, site = uuid5(SPACE, f"{uuid}{item.code}"), self.site
        shot = photo(f"{site.code} {item.name_zh}", at, tidy=False)
        photos.add_to_sheet(who, inspections.own_inspection(who, uuid), shot, uuid=name, item_id=item.pk,
                            when="before", lon=site.lon, lat=site.lat, shot_at=at, at=at)  # fmt: skip
        return name

    def _results(self, items: list[ChecklistItem], wrong: list[ChecklistItem], at: datetime) -> list[dict[str, Any]]:
        bad = {item.pk for item in wrong}
        lines = []
        for item in items:
            result = "fails" if item.pk in bad else "na" if self._is_none(item) else "ok"
            note = words.WRONG.get(item.code, "") if item.pk in bad else ""
            lines.append({"item": item.pk, "result": result, "serious": False, "note": note, "at": at})
        return lines

    def _signatures(self, uuid: UUID, team: list[User]) -> list[dict[str, Any]]:
        signed: list[dict[str, Any]] = [
            {"uuid": uuid5(SPACE, f"{uuid}{who.pk}"), "role": "inspector", "user": who.pk, "name": "",
             "strokes": STROKES}
            for who in team
        ]  # fmt: skip
        manager = self.site.people.filter(post="manager").first()
        line = {"uuid": uuid5(SPACE, f"{uuid}site"), "role": "manager", "name": manager.name if manager else "项目经理"}
        if self.dice.random() < 0.04:
            return [*signed, line | {"refused_reason": words.REFUSED, "witness": words.WITNESS}]
        return [*signed, line | {"strokes": STROKES}]

    # what becomes of a finding

    def _follow(self, finding: Finding) -> None:
        """Handed in by the site, now and then sent back once, passed; or left lying until its limit has passed."""
        dice, due = self.dice, finding.due_at
        if self.by_neglect and self.coloured:
            if due is not None and due < self.now:
                findings.miss(finding.pk, at=due)
            return
        begun = finding.confirmed_at
        at = begun + timedelta(hours=dice.uniform(8, 16) if finding.fix == "stop" else dice.uniform(18, 23))
        if not self._do(at, lambda: self._hand_in(finding, at, 1)):
            return
        if finding.fix != "stop" and dice.random() < 0.15:
            at += timedelta(hours=3)
            why = dice.choice(words.REJECTED)
            if not self._do(at, lambda: findings.reject_evidence(finding.pk, why, 2, actor=self.brigade.lead, at=at)):
                return
            at += timedelta(hours=20)
            if not self._do(at, lambda: self._hand_in(finding, at, 2)):
                return
        if self.colour == "yellow" and self.now - begun < timedelta(days=15) and dice.random() < 0.6:
            return  # waits for its verdict
        at += timedelta(hours=dice.uniform(2, 6))
        self._do(at, lambda: findings.pass_evidence(finding.pk, actor=self.brigade.lead, note="照片与现场相符", at=at))

    def _do(self, at: datetime, step: Callable[[], Any]) -> bool:
        """Whether it has happened yet."""
        if at >= self.now:
            return False
        step()
        return True

    def _hand_in(self, finding: Finding, at: datetime, attempt: int) -> None:
        shot = photo(f"{finding.number} 整改后", at, tidy=True)
        name = uuid5(SPACE, f"after{finding.uuid}{attempt}{finding.site_id}{finding.item_code}{at.isoformat()}")
        findings.hand_in(finding.pk, [(name, shot)], self.dice.choice(words.MENDED), by_site=True, at=at)

    def _check_again(self, team: list[User]) -> None:
        """Two days later the same two look whether the work may go on."""
        at = self.at + timedelta(hours=self.dice.uniform(44, 52))
        waiting = Finding.objects.filter(site=self.site, ended_at=None)
        if at < self.now and waiting.exists():
            self._visit(team, at, again=True)
            self.at = at + timedelta(hours=2)
