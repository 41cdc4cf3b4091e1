"""Who and what the past is made with: people, units, classes, promises in force, read once."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from dispatch.models import Unit, UnitMember
from grid.working import work_calendar
from incidents.models import AlertKind, CaseCategory, CategoryMap, Department, FilingStandard, Incident, Source
from incidents.services.clocks import policies_in_force
from shushanwei.common.clock import STREET
from shushanwei.common.geo import distance_m
from shushanwei.common.worktime import WorkCalendar
from shushanwei.people.models import User

SHIFTS = {0: ("seat3", "seat4"), 1: ("seat1", "seat2"), 2: ("seat3", "seat2")}
HELPERS = ("PO-1", "PO-2", "EN-2")


@dataclass
class Book:
    """Everything that the lives look up; `now` is where the past ends."""

    now: datetime
    calendar: WorkCalendar = field(default_factory=work_calendar)

    def __post_init__(self) -> None:
        people = Q(username__regex=r"^(seat\d|lead1|dispatcher|dept-.*|collector-.*|grid-\d+|.*-1)$")
        self.users: dict[str, User] = {user.username: user for user in User.objects.filter(people)}
        self.lead, self.dispatcher = self.users["lead1"], self.users["dispatcher"]
        self.units: dict[str, Unit] = {unit.code: unit for unit in Unit.objects.all()}
        self.squads = [unit for unit in self.units.values() if unit.kind == Unit.Kind.SQUAD]
        members = UnitMember.objects.filter(is_leader=True).select_related("user")
        self.members: dict[int, User] = {member.unit_id: member.user for member in members}
        self.departments: dict[str, Department] = {row.code: row for row in Department.objects.all()}
        self.sources: dict[str, Source] = {row.code: row for row in Source.objects.all()}
        self.kinds: dict[str, AlertKind] = {
            row.code: row
            for row in AlertKind.objects.select_related("category__department", "szcg_category").exclude(category=None)
        }
        self.sla = policies_in_force(self.now)
        self.stage = {clock["code"]: clock for clock in self.sla if clock["policy"] == "stage"}
        self._standards: dict[int, list[FilingStandard]] = {}
        for row in FilingStandard.objects.select_related("category__department"):
            self._standards.setdefault(row.category_id, []).append(row)
        self._szcg: dict[int, list[CaseCategory]] = {}
        maps = CategoryMap.objects.filter(is_default=True, from_category__scheme="SZCG")
        for row in maps.select_related("from_category"):
            self._szcg.setdefault(row.to_category_id, []).append(row.from_category)

    def seat_at(self, at: datetime, dice: random.Random) -> User:
        """One of the two seats of the shift."""
        return self.users[dice.choice(SHIFTS[at.astimezone(STREET).hour // 8])]

    def unit_for(self, lon: float, lat: float, dice: random.Random) -> tuple[Unit, User, float]:
        """(a near squad, who holds its phone, metres from its post)."""
        near = sorted(
            (float(distance_m(lon, lat, unit.home_lon, unit.home_lat)), unit.pk, unit) for unit in self.squads
        )
        metres, _pk, unit = dice.choices(near[:3], (6, 3, 1))[0]
        return unit, self.members[unit.pk], min(metres, 1500.0)

    def helper(self, dice: random.Random) -> Unit:
        """A unit of another force."""
        return self.units[dice.choice(HELPERS)]

    def szcg_of(self, category: CaseCategory) -> CaseCategory | None:
        """The SZCG class where exactly one maps to this one."""
        mapped = self._szcg.get(category.pk, [])
        return mapped[0] if len(mapped) == 1 else None

    def standard_for(self, incident: Incident, dice: random.Random) -> FilingStandard | None:
        """A standard of the incident's class, or of one of the SZCG classes that map to it."""
        classes = [incident.szcg_category, incident.category, *self._szcg.get(incident.category_id, [])]
        for category in classes:
            if category is not None and self._standards.get(category.pk):
                first_stage = [row for row in self._standards[category.pk] if row.stage_no == 1]
                return dice.choice(first_stage)
        return None

    def department_user(self, department: Department) -> User:
        """The account at a department's desk."""
        return self.users[f"dept-{department.code.lower()}"]

    def other_department(self, department: Department) -> Department:
        """Who gets a case that was sent back."""
        return self.departments["COM" if department.code != "COM" else "ENF"]

    def collector_of(self, community: str | None) -> User | None:
        """The collector of a community."""
        return self.users.get(f"collector-{community[-3:]}") if community else None

    def leader_of(self, community: str | None) -> User | None:
        """The grid leader of a community."""
        return self.users.get(f"grid-{community[-3:]}") if community else None
