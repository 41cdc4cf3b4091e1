"""Points and what they buy: what the trial of two years ago left, redemptions in every state, a settled month."""

import random
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from demo.residents.cast import Cast, by_day, clock, named
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from demo.residents.shops import MERCHANTS, rewards
from points import tasks
from points.models import LedgerAccount, LedgerTransaction, MerchantClerk, Resident, Reward
from points.services import earning, ledger, mall, reconciliation
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now

DAYS, COUNT = 58, 42
WAITING = 5  # more, of the last days
USED, GIVEN_UP, LEFT = "used", "given up", "left"
HOUR = timedelta(hours=1)
FROZEN = timedelta(days=3, minutes=5)
PILOT = "pilot"
PILOT_NOTE = "2024年积分试点结转"


def plan_points(cast: Cast, agenda: Agenda) -> None:
    """Put the points of the trial, those of meetings, and all redemptions on the agenda."""
    dice = random.Random(f"{SEED}-points")
    for place, who in enumerate(cast.pilots):
        # Kept for 24 months: some ran out in the last weeks, others do in the next ones.
        at = agenda.now - relativedelta(months=24) + timedelta(days=dice.uniform(-45, 28))
        points = dice.choice([60, 80, 100, 120, 150])
        agenda.at(at + FROZEN, tasks.release)
        agenda.at(at, ledger.put_in, who.pk, points, Source(PILOT, str(place)), at=at, note=PILOT_NOTE)
    _meetings(cast, agenda, dice)
    offered = rewards()
    for number in range(COUNT + WAITING):
        at = by_day(dice, cast.day(int(dice.uniform(0, DAYS))), 8, 21)
        if number >= COUNT:
            at = agenda.now - dice.uniform(1, 60) * HOUR
        agenda.at(at, _somebody, cast, agenda, number, offered)
    # The demonstration's resident holds one code and has fetched another.
    for number, (ago, price) in enumerate([(9, 30), (0.4, 25)]):
        reward = next((row for row in offered if row.price == price), None)
        if reward is not None:
            agenda.at(
                agenda.now - timedelta(days=ago),
                _redeem,
                cast,
                agenda,
                f"shown{number}",
                cast.residents[1],
                reward,
                LEFT if number else USED,
            )
    month = cast.today.replace(day=1)
    for number in range(len(MERCHANTS) - 2):
        agenda.at(clock(month, 10 + number / 10), reconciliation.close, named("merchant", number),
                  month - relativedelta(months=1), actor=cast.users["lead1"])  # fmt: skip


def is_lived() -> bool:
    """Whether the past of the residents was lived already: its first deeds are the points of the trial."""
    return LedgerTransaction.objects.filter(source_type=PILOT).exists()


def _meetings(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    """Residents sat together in some communities; now and then a suggestion was taken up."""
    for number in range(7):
        where = cast.home if number % 3 == 0 else dice.choice(cast.communities)
        at = clock(cast.day(3 + number * 8), 20.5)
        group = cast.of(where.code, cast.active)
        for who in dice.sample(group, min(len(group), 4)):
            source = Source("meeting", f"{number}-{who.pk}")
            agenda.at(at, earning.award, who.pk, "meeting", source)
        if number % 2 and group:
            who = dice.choice(group)
            source = Source("suggestion", str(number))
            agenda.at(at + 40 * HOUR, earning.award, who.pk, "suggestion", source)


def _somebody(cast: Cast, agenda: Agenda, number: int, offered: list[Reward]) -> None:
    """Whoever has points to spend takes something that they reach for."""
    dice = random.Random(f"{SEED}-redemption-{number}")
    rich = LedgerAccount.objects.filter(kind="spendable", balance__gte=15, resident__erased_at=None)
    purses = list(rich.order_by("id").values_list("resident_id", "balance"))
    purses = [(pk, points) for pk, points in purses if pk in cast.number_of and pk != cast.residents[1].pk]
    if not purses:
        return
    pk, points = dice.choice(sorted(purses, key=lambda purse: -purse[1])[:25])
    fits = [row for row in offered if row.price <= points and row.stock]
    who = cast.residents[cast.number_of[pk]]
    fate = GIVEN_UP if number % 10 == 8 else LEFT if number % 10 == 9 or number >= COUNT else USED
    if fits:
        _redeem(cast, agenda, str(number), who, dice.choice(fits), fate)


def _redeem(cast: Cast, agenda: Agenda, number: str, who: Resident, reward: Reward, fate: str) -> None:
    row = mall.redeem(who, reward.uuid, uuid=named("redemption", number))
    dice = random.Random(f"{SEED}-fetch-{number}")
    if fate == USED:
        clerks = MerchantClerk.objects.filter(merchant=row.merchant_id, removed_at=None).exclude(resident=who)
        clerk = clerks.order_by("id").first()
        if clerk is not None:
            # The next day or one of those after it, while the shop is open.
            day = db_now().astimezone(STREET).date() + timedelta(days=dice.randint(1, 3))
            agenda.at(by_day(dice, day, 9, 18), lambda: mall.write_off(
                clerk, row.uuid, uuid=named("written off", number)))  # fmt: skip
    elif fate == GIVEN_UP:
        agenda.at(db_now() + dice.uniform(1, 30) * HOUR, lambda: mall.cancel(who, row.uuid))
