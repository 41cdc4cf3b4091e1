"""Who plays in the residents' past: residents by what they may do, workers by where they work, and fixed dice."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from demo.residents.people import CHILDREN, COURIERS, FIRST_DAYS, HOME, PILOTS, SPACE, STAFF, TOTAL, uuid_of
from grid.models import Community
from points.models import Consent, Level, Purpose, Resident
from points.services.consents import VERSIONS
from shushanwei.common.clock import STREET
from shushanwei.common.geo import distance_m
from shushanwei.people.models import User


class Cast:
    """Everybody who was loaded and has not left since; `now` is the present."""

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(STREET)
        self.today = self.now.date()
        numbers = {uuid_of(number): number for number in range(1, TOTAL + 1)}
        rows = Resident.objects.filter(uuid__in=numbers, erased_at=None).order_by("id")
        self.residents = {numbers[row.uuid]: row for row in rows}
        self.number_of = {row.pk: number for number, row in self.residents.items()}
        # Who came later has no past yet.
        begun = now - timedelta(days=FIRST_DAYS)
        grown = [
            row for number, row in sorted(self.residents.items())
            if row.level >= Level.PHONE and number not in CHILDREN and number not in STAFF and row.created_at < begun
        ]  # fmt: skip
        located, healthy = self._agreed(Purpose.LOCATION), self._agreed(Purpose.HEALTH)
        self.active = [row for row in grown if row.community_id]
        self.verified = [row for row in self.active if row.level == Level.VERIFIED]
        self.helpers = [row for row in self.verified if row.pk in located]
        self.patients = [row for row in self.verified if row.pk in healthy]
        self.pilots = [row for row in grown if self.number_of[row.pk] <= PILOTS]
        self.couriers = [row for row in self.active if self.number_of[row.pk] in (2, *COURIERS)]
        self.communities = list(Community.objects.order_by("code").defer("polygon"))
        self.home = next((one for one in self.communities if one.code.endswith(HOME)), self.communities[0])
        names = ["lead1", "lead2", "evaluator", "commander", "seat1"]
        places = [one.code[-3:] for one in self.communities]
        names += [f"{kind}-{place}" for kind in ("grid", "health") for place in places]
        self.users = {user.username: user for user in User.objects.filter(username__in=names)}

    def leader(self, community: str | None) -> User:
        """Who leads the grids of a community and works behind its residents' pages."""
        return self.users[f"grid-{(community or self.home.code)[-3:]}"]

    def officer(self, community: str) -> User:
        """The health officer of a community."""
        return self.users[f"health-{community[-3:]}"]

    def of(self, community: str | None, rows: Iterable[Resident]) -> list[Resident]:
        """Those of the rows who live in a community."""
        return [row for row in rows if row.community_id == community]

    def around(self, community: str | None) -> list[Community]:
        """A community and the three next to it, the own one first; a case off the street has the home's."""
        own = next((one for one in self.communities if one.code == community), self.home)
        middle = own.label_lon, own.label_lat
        return sorted(self.communities, key=lambda one: float(distance_m(*middle, one.label_lon, one.label_lat)))[:4]

    def near(self, community: str | None) -> list[Resident]:
        """Who lives in a community or next to it, the own people first."""
        return [row for one in self.around(community) for row in self.of(one.code, self.active)]

    def day(self, ago: int) -> date:
        """The day so many days ago; below zero it is to come."""
        return self.today - timedelta(days=ago)

    def _agreed(self, purpose: Purpose) -> set[int]:
        held = Consent.objects.filter(purpose=purpose, version=VERSIONS[purpose], withdrawn_at=None, about=None)
        return set(held.values_list("resident_id", flat=True))


def named(*parts: object) -> UUID:
    """The id of something of the past, the same at every load."""
    return uuid5(SPACE, " ".join(map(str, parts)))


def clock(day: date, hour: float) -> datetime:
    """An instant of the street's day; `hour` may have a fraction, as 9.5 for half past nine."""
    return datetime.combine(day, time(0), STREET) + timedelta(hours=hour)


def by_day(dice: random.Random, day: date, first: float = 8, last: float = 20) -> datetime:
    """Some instant of a day between two hours."""
    return clock(day, dice.uniform(first, last))


def shared_out(dice: random.Random, rows: list[Resident], keen: int = 45) -> Resident:
    """Somebody: most of what is done is done by a few."""
    groups: dict[bool, list[Resident]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[place < keen].append(row)
    return dice.choice(groups[True] if dice.random() < 0.7 or not groups[False] else groups[False])
