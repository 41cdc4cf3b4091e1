"""The people of the street: one account for every job, all invented, with the shared password of the exercise."""

from dataclasses import dataclass, field

import numpy as np

from demo.street.units import UNITS, UnitPlan
from shushanwei.common.secrets import mask_phone

SURNAMES = list(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_FIRST = list("建国志明晓春海文永德立新俊伟思雨嘉欣雅静子涵浩宇佳怡雪梅秋月慧敏振华庆云兴旺金玉成林学军丽娟艳红")
GIVEN_LAST = list("平芳强杰军霞峰琴斌燕刚英超娜勇洁毅萍波颖辉倩磊莉涛婷鹏琳飞薇洋兰凯蓉亮珍鑫岚昊彤宁璐航菲")
DEPARTMENTS = ["ENF", "MUN", "SAN", "GRN", "WTR", "PWR", "TRA", "POL", "FIRE", "HOU", "MKT", "COM", "JUS", "HRS",
               "CIV", "EMG", "HLT"]  # fmt: skip
SEED = 30515
PEOPLES = {("015", "01"), ("015", "02")}  # (community, grid) whose workers are called grid01 and grid02


@dataclass
class Account:
    """One person: user name, roles as (role, area, department), and the unit he or she rides with."""

    username: str
    roles: list[tuple[str, str, str]]
    unit: str = ""
    is_leader: bool = False
    is_kiosk: bool = False
    is_superuser: bool = False
    name: str = ""
    phone: str = ""
    grids: list[tuple[str, str]] = field(default_factory=list)  # (grid code, duty)


CENTRE = [
    ("commander", "commander"),
    ("lead1", "shift_lead"),
    ("lead2", "shift_lead"),
    ("seat1", "seat_operator"),
    ("seat2", "seat_operator"),
    ("seat3", "seat_operator"),
    ("seat4", "seat_operator"),
    ("dispatcher", "dispatcher"),
    ("video", "video_patroller"),
    ("evaluator", "evaluator"),
    ("police", "police_liaison"),
    ("leader", "leader_view"),
    ("sysadmin", "sys_admin"),
    ("secadmin", "sec_admin"),
    ("auditadmin", "audit_admin"),
    ("mediator", "mediator"),
    ("merchant", "merchant"),
    ("rider", "rider"),
    ("resident", "resident"),
]
# Behind everybody else, so that nobody's name changes.
LATER = [("lead3", "shift_lead"), ("lead4", "shift_lead")] + [(f"seat{n}", "seat_operator") for n in range(5, 9)]
LATER.append(("gateway", "car_gateway"))
LATER.append(("brigade1", "brigade_lead"))
DEPARTMENT_OF = {"brigade_lead": "ENF"}


def accounts(communities: list[str], grids: list[tuple[str, str]]) -> list[Account]:
    """Every account, in a fixed order. `communities` are codes, `grids` (code, community code) pairs."""
    people = [Account(name, [(role, "", "")]) for name, role in CENTRE]
    people.append(Account("wall", [("leader_view", "", "")], is_kiosk=True))
    people.append(Account("admin", [], is_superuser=True))
    people += _departments()
    people += _communities(communities, grids)
    for unit in UNITS:
        people += _members(unit)
    people += [Account(name, [(role, "", DEPARTMENT_OF.get(role, ""))]) for name, role in LATER]
    people += _health_officers(communities)
    rng = np.random.default_rng(SEED)
    taken: set[str] = set()
    for person in people:
        person.name = _name(rng, taken)
        person.phone = mask_phone(f"100{rng.integers(10**8):08d}")  # numbers that begin so do not exist
    _by_name(people, "wall").name = "指挥大屏"
    _by_name(people, "admin").name = "演练管理员"
    return people


def worker_of(grid: str) -> str:
    """The user name of a grid's full-time worker; the first two of 朝阳社区 are short, for whoever signs in."""
    community, number = grid[9:12], grid[-2:]
    return f"grid{number}" if (community, number) in PEOPLES else f"worker-{community}-{number}"


def _departments() -> list[Account]:
    people = [Account(f"dept-{code.lower()}", [("dept_account", "", code)]) for code in DEPARTMENTS]
    return people + [Account(f"handler-{code.lower()}", [("dept_handler", "", code)]) for code in DEPARTMENTS]


def _communities(communities: list[str], grids: list[tuple[str, str]]) -> list[Account]:
    people = []
    for code in communities:
        number = code[-3:]
        own = [grid for grid, community in grids if community == code]
        people.append(Account(f"grid-{number}", [("grid_leader", code, "")], grids=[(grid, "leader") for grid in own]))
        people.append(
            Account(f"collector-{number}", [("collector", code, "")], grids=[(grid, "collector") for grid in own])
        )
        people += [Account(worker_of(grid), [("grid_worker", grid, "")], grids=[(grid, "worker")]) for grid in own]
    first = communities[0]
    for username, role in [("part-worker", "part_grid_worker"), ("micro-worker", "micro_grid_worker"),
                           ("team-member", "team_member"), ("health", "health_officer")]:  # fmt: skip
        people.append(Account(username, [(role, first, "")]))
    return people


def _health_officers(communities: list[str]) -> list[Account]:
    """One for each community, who stands in for the colleague of the next one."""
    following = [*communities[1:], communities[0]]
    return [
        Account(f"health-{own[-3:]}", [("health_officer", own, ""), ("health_officer", other, "")])
        for own, other in zip(communities, following, strict=True)
    ]


def _members(unit: UnitPlan) -> list[Account]:
    roles = [("responder", "", "")]
    if unit.kind == "enforcement":
        roles.append(("enforcement_officer", "", "ENF"))
    return [
        Account(f"{unit.username}-{number}", list(roles), unit=unit.code, is_leader=number == 1)
        for number in range(1, unit.size + 1)
    ]


def _name(rng: np.random.Generator, taken: set[str]) -> str:
    while True:
        given = str(rng.choice(GIVEN_LAST))
        if rng.random() < 0.6:
            given = str(rng.choice(GIVEN_FIRST)) + given
        name = str(rng.choice(SURNAMES)) + given
        if name not in taken and len(set(name)) == len(name):
            taken.add(name)
            return name


def _by_name(people: list[Account], username: str) -> Account:
    return next(person for person in people if person.username == username)
