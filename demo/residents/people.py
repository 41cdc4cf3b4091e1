"""Three hundred invented residents in all communities: their names, how far they are known, what they agreed to."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from demo.street.accounts import GIVEN_FIRST, GIVEN_LAST, SURNAMES, worker_of
from grid.models import Community, Grid
from points.models import Consent, Level, Purpose, Resident
from points.services.consents import VERSIONS
from shushanwei.common.clock import db_now
from shushanwei.common.secrets import fingerprint, mask_name, mask_phone, seal
from shushanwei.journal.services import Line, record_many
from shushanwei.people.models import User

SPACE = UUID("9a3c1c52-3b0e-4a53-9d0e-6f2a5b1f7d11")
SEED, TOTAL, PILOTS = 10_12, 300, 24  # the first ones took part in the trial two years ago
HOME = "015"  # 朝阳社区, where everybody lives whom the demonstration shows
# number, nickname, who it is for the list of accounts
SHOWN = [
    (1, "朝阳王阿姨", "实名居民、党员志愿者"),
    (2, "闪达小哥阿强", "快递小哥"),
    (3, "惠民粮油小陈", "兑换商户店员"),
    (4, "银发老李", "大字模式的老年居民"),
    (5, "新来的小周", "只有手机号的居民"),
]
COURIERS, CLERKS, STAFF = range(40, 58), range(60, 68), range(70, 74)
NEWCOMER, EARLY, FIRST_DAYS = 5, (*COURIERS, *CLERKS, *STAFF), 66
CHILDREN, LOOKERS = range(80, 86), range(90, 104)
NAMES = [
    "{}阿姨", "{}师傅", "老{}", "小{}", "{}奶奶", "{}大伯", "阿{}", "{}姐", "{}哥", "爱种花的{}", "晨跑的{}",
    "{}老师", "{}妈妈", "{}爸爸", "楼上的{}",
]  # fmt: skip
SHOPS = ["蓝骑外卖", "青鸟速递", "闪达同城", "邻里生鲜", "顺路快送"]


@dataclass(frozen=True)
class Plan:
    """One resident before the row: real name only of who is verified, community code or empty."""

    number: int
    nickname: str
    name: str
    community: str
    level: int
    joined_days: int  # ago

    @property
    def uuid(self) -> UUID:
        return uuid5(SPACE, f"resident {self.number}")


def phone(number: int) -> str:
    """A number that cannot exist: no mobile number of the country begins with 100."""
    return f"1003051{number:04d}"


def plans(communities: list[str]) -> Iterator[Plan]:
    """Everybody in a fixed order; `communities` are codes."""
    home = next((code for code in communities if code.endswith(HOME)), communities[0])
    known = {number: nickname for number, nickname, _who in SHOWN}
    taken = set(known.values())
    for number in range(1, TOTAL + 1):
        dice = random.Random(f"{SEED}-{number}")
        surname = dice.choice(SURNAMES)
        name = surname + dice.choice(GIVEN_FIRST) + (dice.choice(GIVEN_LAST) if dice.random() < 0.6 else "")
        nickname = known.get(number) or _nickname(number, surname, name, dice, taken)
        taken.add(nickname)
        level = _level(number, dice)
        lives = home if number in known or number % 11 == 0 else communities[number % len(communities)]
        if level == Level.PHONE and number not in known and dice.random() < 0.15:
            lives = ""  # has not said yet where
        yield Plan(number, nickname, name, lives if level else "", level, _joined_days(number, dice))


@transaction.atomic
def load_residents() -> int:
    """Create the residents who are missing, with their consents; returns how many are new. Accounts must be there."""
    wanted = list(plans(list(Community.objects.order_by("code").values_list("code", flat=True))))
    there = set(Resident.objects.filter(uuid__in=[plan.uuid for plan in wanted]).values_list("uuid", flat=True))
    missing = [plan for plan in wanted if plan.uuid not in there]
    if not missing:
        return 0
    now = db_now()
    leaders = {user.username: user for user in User.objects.filter(username__startswith="grid-")}
    rows = Resident.objects.bulk_create([_row(plan, now, leaders) for plan in missing])
    made = {plan.number: row for plan, row in zip(missing, rows, strict=True)}
    _families(made)
    _staff(made)
    given = Consent.objects.bulk_create(_consents(made, now))
    _tell(rows, given)
    return len(rows)


def uuid_of(number: int) -> UUID:
    """The id of the n-th resident."""
    return uuid5(SPACE, f"resident {number}")


def _row(plan: Plan, now: datetime, leaders: dict[str, User]) -> Resident:
    dice = random.Random(f"{SEED}-row-{plan.number}")
    joined = now - timedelta(days=plan.joined_days, hours=dice.uniform(0, 12))
    verified = plan.level == Level.VERIFIED
    number, old = phone(plan.number), dice.random() < 0.09
    return Resident(
        uuid=plan.uuid, level=plan.level, nickname=plan.nickname, community_id=plan.community or None,
        phone_sealed=seal(number) if plan.level else "", phone_hash=fingerprint(number) if plan.level else None,
        phone_masked=mask_phone(number) if plan.level else "",
        openid_hash=None if plan.level else fingerprint(f"openid:demo-{plan.number}"),
        name_sealed=seal(plan.name) if verified else "", name_masked=mask_name(plan.name) if verified else "",
        verified_by=leaders.get(f"grid-{plan.community[-3:]}") if verified else None,
        verified_at=joined + timedelta(hours=dice.uniform(2, 20)) if verified else None,
        is_courier=plan.number == 2 or plan.number in COURIERS,
        is_child=plan.number in CHILDREN, is_party_member=verified and (plan.number == 1 or dice.random() < 0.16),
        large_type=plan.number == 4 or old, in_ranking=plan.number in (1, 2) or dice.random() > 0.12,
        created_at=joined, seen_at=max(joined, now - timedelta(days=dice.triangular(0, 75, 2))),
    )  # fmt: skip


def _joined_days(number: int, dice: random.Random) -> int:
    """The page was opened some ten weeks ago: most joined in the first days, at the tables in the communities."""
    if number == NEWCOMER:
        return 6
    if number <= PILOTS:
        return dice.randint(730, 780)
    later = number in LOOKERS or (number not in EARLY and dice.random() < 0.14)
    return dice.randint(1, FIRST_DAYS - 6) if later else dice.randint(FIRST_DAYS, FIRST_DAYS + 9)


def _level(number: int, dice: random.Random) -> int:
    if number in CLERKS or number in STAFF or number <= 4:
        return Level.VERIFIED
    if number in LOOKERS:
        return Level.BROWSE
    if number == 5 or number in CHILDREN:
        return Level.PHONE
    return Level.VERIFIED if number <= PILOTS or dice.random() < 0.62 else Level.PHONE


def _nickname(number: int, surname: str, name: str, dice: random.Random, taken: set[str]) -> str:
    for _try in range(50):
        if number in COURIERS:
            found = f"{dice.choice(SHOPS)}小哥{name[-1]}"
        elif number in STAFF:
            found = f"网格员小{surname}"
        elif number in CHILDREN:
            found = f"小小{name[-1]}同学"
        else:
            found = dice.choice(NAMES).format(name[-1] if dice.random() < 0.3 else surname)
        if found not in taken:
            return found
    return f"{name[-1]}{surname}{number}"


def _families(made: dict[int, Resident]) -> None:
    """All children but the last have a guardian who agreed."""
    children = [made[number] for number in CHILDREN if number in made]
    adults = [row for number, row in sorted(made.items()) if row.level == Level.VERIFIED and number > PILOTS]
    for child, adult in zip(children[:-1], adults, strict=False):
        child.guardian, child.community_id = adult, adult.community_id
    Resident.objects.bulk_update(children, ["guardian", "community"])


def _staff(made: dict[int, Resident]) -> None:
    """Workers of the street live there too: they earn nothing for what is duty."""
    rows = [made[number] for number in STAFF if number in made and made[number].community_id]
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL).order_by("code")
    first = {grid.community_id: grid.code for grid in grids.only("code", "community_id").reverse()}
    for row in rows:
        row.staff = User.objects.filter(username=worker_of(first[row.community_id or ""])).first()
    Resident.objects.bulk_update(rows, ["staff"])


def _consents(made: dict[int, Resident], now: datetime) -> Iterator[Consent]:
    for number, row in made.items():
        dice = random.Random(f"{SEED}-consents-{number}")
        # The present text is as old as the page: who took part in the trial agreed to it when the page opened.
        at = max(row.created_at, now - timedelta(days=dice.uniform(FIRST_DAYS, FIRST_DAYS + 9)))
        if row.level == Level.BROWSE:
            continue
        purposes = [Purpose.NOTICE]
        if number <= 4 or dice.random() < 0.8:
            purposes.append(Purpose.LOCATION)
        if number <= 4 or (row.level == Level.VERIFIED and dice.random() < 0.45):
            purposes.append(Purpose.HEALTH)
        for purpose in purposes:
            yield Consent(resident=row, purpose=purpose, version=VERSIONS[purpose], given_at=at)
        if row.guardian_id is not None:
            child = Purpose.CHILD
            yield Consent(resident=row.guardian, purpose=child, version=VERSIONS[child], about=row, given_at=at)


def _tell(rows: list[Resident], given: list[Consent]) -> None:
    lines = [Line("resident", row.pk, "resident.joined", row.created_at, {"level": min(row.level, 1)}) for row in rows]
    lines += [
        Line("consent", one.pk, "consent.given", one.given_at,
             {"resident": one.resident_id, "purpose": one.purpose, "version": one.version})
        for one in given
    ]  # fmt: skip
    for row in rows:
        if row.verified_at is not None:
            data = {"community": row.community_id, "by": row.verified_by_id}
            lines.append(Line("resident", row.pk, "resident.verified", row.verified_at, data))
    lines.sort(key=lambda line: line.at)
    newest = {}
    for line, pk in zip(lines, record_many(lines, live_push=False), strict=True):
        if line.subject_type == "resident":
            newest[line.subject_id] = pk
    for row in rows:
        row.rev = newest[row.pk]
    Resident.objects.bulk_update(rows, ["rev"])
