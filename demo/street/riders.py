"""The courier volunteers of the street: some 220 invented riders, what they have reported and helped."""

import random
import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from demo.street.accounts import GIVEN_FIRST, GIVEN_LAST, SURNAMES
from demo.street.loading import POSTED_SINCE, password
from dispatch.models import DelayNote, HelpCall, HelpPart, Rider, RiderReport, RiderRules
from dispatch.services.delay_notes import CODE_LENGTH, LETTERS, PREFIX
from grid.models import Community
from incidents.lifecycle import ENDED, Status
from incidents.models import Incident
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import mask_phone, seal
from shushanwei.people.models import Role, RoleGrant, User

SEED, FORCE, HELPS = 110, 234, 16
PLATFORMS = ["蓝骑外卖", "青鸟速递", "闪达同城", "邻里生鲜", "顺路快送"]
AGREED = 0.6  # share of the riders who help nearby
# Words of a past report → the icon that was tapped.
ICONS = [("消防通道", "fire_lane"), ("线缆", "wires"), ("路面", "road"), ("树木", "road"), ("积水", "flood"),
         ("垃圾", "waste"), ("充电", "charging"), ("事故", "accident")]  # fmt: skip
# A word of the case → what was asked of the riders, what they did, how many people it helped.
DEEDS = [
    ("老人", "请先陪护老人，等家属和社区干部到场", "陪老人等到家属，帮忙联系了开锁", 1),
    ("占道", "摊位占道，请提醒行人靠边绕行", "在路口提醒行人绕行，直到队员到场", 3),
    ("积水", "路面积水，请在路口提醒来车", "在路口劝返来车，并搬来警示锥", 4),
    ("电瓶车", "楼道停放电瓶车，请帮忙推到车棚", "和住户一起把电瓶车推到车棚", 1),
    ("停车", "请联系车主挪车，并疏导过往行人", "找到车主挪车，疏导行人通过", 2),
    ("广场舞", "请先提醒把音量调低", "劝说后音量已调低", 5),
]


@transaction.atomic
def load_riders() -> int:
    """Create the missing riders with their accounts; returns how many are new."""
    if not RiderRules.objects.exists():
        RiderRules.objects.create(effective_from=POSTED_SINCE, cases_before=4, people_before=52, hazards_before=203)
    taken = set(Rider.objects.values_list("vest_no", flat=True))
    missing = [number for number in range(1, FORCE + 1) if vest(number) not in taken]
    if not missing:
        return 0
    places = list(Community.objects.order_by("code").values_list("short_name", flat=True))
    users = _accounts(missing)
    riders = []
    for number in missing:
        dice = random.Random(f"{SEED}-{number}")
        phone = _phone(number)
        name = users[number].display_name
        place = dice.choice(places) if places else ""
        paused = dice.random() < 0.03
        riders.append(
            Rider(
                user=users[number], vest_no=vest(number), nickname=_nickname(name, dice),
                platform=dice.choice(PLATFORMS), station=f"{place}站", area=f"{place}一带", phone_sealed=seal(phone),
                phone_masked=mask_phone(phone), joined_at=POSTED_SINCE + timedelta(days=dice.randint(0, 120)),
                helps_nearby=dice.random() < AGREED, radius_m=dice.choice([500, 1_000, 1_000, 2_000]),
                paused_at=POSTED_SINCE + timedelta(days=200) if paused else None,
                pause_reason="已离职" if paused else "",
            )
        )  # fmt: skip
    return len(Rider.objects.bulk_create(riders, batch_size=500))


@transaction.atomic
def load_rider_deeds() -> int:
    """What riders reported and helped in the past that was written; returns how much is new."""
    if RiderReport.objects.exists() or HelpCall.objects.exists():
        return 0
    riders = list(Rider.objects.filter(paused_at__isnull=True).order_by("vest_no"))
    past = list(Incident.objects.filter(source_kind="rider").order_by("id"))
    if not riders or not past:
        return 0
    dice = random.Random(SEED)
    keen = riders[:40]  # most of the work is done by a few
    RiderReport.objects.bulk_create(
        RiderReport(
            rider=dice.choice(keen if dice.random() < 0.8 else riders), uuid=_uuid(dice), hazard=_icon(incident.title),
            incident=incident, found_at=incident.opened_at, sent_at=incident.opened_at,
        )
        for incident in past
    )  # fmt: skip
    return len(past) + _helps(keen, dice)


def vest(number: int) -> str:
    """The vest number of the n-th rider."""
    return f"KD{number:03d}"


def account(number: int) -> str:
    """The user name of the n-th rider; the first is short, for whoever signs in."""
    return "rider" if number == 1 else f"rider-{vest(number).lower()}"


def _accounts(numbers: list[int]) -> dict[int, User]:
    names = {account(number): number for number in numbers}
    known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    # One hash for all: slow hashing two hundred times would take a minute and protect a published password.
    hashed = make_password(password())
    taken = set(User.objects.values_list("display_name", flat=True))
    User.objects.bulk_create(
        User(
            username=name, password=hashed, display_name=_name(random.Random(f"{SEED}-name-{number}"), taken),
            phone_masked=mask_phone(_phone(number)),
        )
        for name, number in names.items()
        if name not in known
    )  # fmt: skip
    users = {names[user.username]: user for user in User.objects.filter(username__in=names).order_by("id")}
    role = Role.objects.get(code="rider")
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=users[number], role=role) for number in numbers], ignore_conflicts=True
    )
    return users


def _helps(riders: list[Rider], dice: random.Random) -> int:
    """Requests of the past, each with a rider who came, some with a note of delay."""
    seat = User.objects.filter(username="seat1").first()
    asked_for = reduce(or_, (Q(title__contains=word) for word, *_deed in DEEDS))
    cases = Incident.objects.filter(asked_for, level__gte=3, status__in=ENDED).select_related("community")
    cases = cases.defer("community__polygon").exclude(status__in=[Status.VOIDED, Status.REJECTED])
    chosen = list(cases.order_by("-id")[: HELPS * 3 : 3])
    if seat is None or not chosen:
        return 0
    calls, parts, notes = [], [], []
    now = db_now()
    for incident in reversed(chosen):
        text, did, people = next(deed for word, *deed in DEEDS if word in incident.title)
        asked = incident.opened_at + timedelta(minutes=2)
        came = asked + timedelta(seconds=dice.randint(20, 200))
        done = came + timedelta(minutes=dice.randint(8, 35))
        if done >= now:
            continue
        call = HelpCall(
            incident=incident, uuid=_uuid(dice), status="finished", text=text, wanted=1, taken=1, asked_by=seat,
            asked_at=asked, expires_at=asked + timedelta(minutes=15), ended_at=done,
        )  # fmt: skip
        part = HelpPart(
            call=call, rider=dice.choice(riders) if calls else riders[0], status="finished",
            distance_m=dice.randint(60, 900), asked_at=asked, accepted_at=came,
            arrived_at=came + timedelta(minutes=4), finished_at=done, ended_at=done, did=did, people=people,
        )  # fmt: skip
        calls.append(call)
        parts.append(part)
        if not notes or dice.random() < 0.6:
            notes.append((part, incident, seat, done + timedelta(minutes=20)))
    HelpCall.objects.bulk_create(calls)
    HelpPart.objects.bulk_create(parts)
    DelayNote.objects.bulk_create(_notes(notes, dice))
    return len(calls)


def _notes(given: list[tuple[HelpPart, Incident, User, datetime]], dice: random.Random) -> list[DelayNote]:
    counts: dict[str, int] = {}
    made = []
    for part, incident, seat, issued_at in sorted(given, key=lambda note: note[3]):
        day = f"{issued_at.astimezone(STREET):%Y%m%d}"
        counts[day] = counts.get(day, 0) + 1
        made.append(
            DelayNote(
                rider=part.rider, uuid=_uuid(dice), number=f"{PREFIX}{day}{counts[day]:03d}",
                code="".join(dice.choice(LETTERS) for _each in range(CODE_LENGTH)), part=part,
                begun_at=part.accepted_at, ended_at=part.finished_at,
                place=incident.address or f"{incident.community or ''}附近", did=part.did, issued_by=seat,
                issued_at=issued_at,
            )
        )  # fmt: skip
    return made


def _icon(title: str) -> str:
    return next((icon for word, icon in ICONS if word in title), "cover")


def _name(dice: random.Random, taken: set[str]) -> str:
    while True:
        last = dice.choice(GIVEN_LAST) if dice.random() < 0.6 else ""
        name = dice.choice(SURNAMES) + dice.choice(GIVEN_FIRST) + last
        if name not in taken:
            taken.add(name)
            return name


def _phone(number: int) -> str:
    return f"100{random.Random(f'{SEED}-phone-{number}').randint(0, 99_999_999):08d}"  # such numbers do not exist


def _nickname(name: str, dice: random.Random) -> str:
    return dice.choice(["小{}", "老{}", "{}哥", "阿{}", "{}师傅"]).format(name[-1] if dice.random() < 0.5 else name[0])


def _uuid(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)
