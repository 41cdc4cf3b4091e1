"""The neighbourhood market of two months: listings of every kind, deals, what waits for a look, two market days."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from demo.residents import pictures, words
from demo.residents.cast import Cast, by_day, clock, named
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from points.models import Fair, Listing, ListingReport, Resident
from points.services import deals, fairs, market
from points.services.fairs import FairDraft
from points.services.market import ListingDraft
from shushanwei.people.models import User

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan_market(cast: Cast, agenda: Agenda) -> None:
    """Put listings, deals, reports and market days on the agenda."""
    dice = random.Random(f"{SEED}-market")
    for number, row in enumerate([*words.LISTINGS, *words.LISTINGS[::2]]):
        again = number >= len(words.LISTINGS)
        ago = dice.uniform(33, 58) if again else dice.uniform(2, 27)
        owner = dice.choice(cast.of(cast.home.code, cast.active) if number % 3 == 0 else cast.active)
        _listing(cast, agenda, number, owner, row, cast.now - ago * DAY, dice, old=again)
    for number, row in enumerate(words.TO_REVIEW):
        owner = dice.choice(cast.active) if number else cast.residents[1]
        _offered(agenda, f"review{number}", owner, row, cast.now - dice.uniform(0.2, 20) * HOUR)
    for number, (kind, title, text, why) in enumerate(words.REFUSED_LISTINGS):
        owner, uuid = dice.choice(cast.active), named("listing", f"refused{number}")
        at = by_day(dice, cast.day(5 + number))
        _offered(agenda, f"refused{number}", owner, (kind, title, text, "", False, None), at)
        agenda.at(at + 3 * HOUR, _refuse, uuid, why, cast.leader(owner.community_id))
    _offers(cast, agenda)
    _fairs(cast, agenda, dice)
    _reports(cast, agenda, dice)


def _offered(agenda: Agenda, number: str, owner: Resident, row: tuple, at: datetime) -> None:
    kind, title, text, wants, seeks, shape = row
    shot = []
    if shape:
        shot = [pictures.goods(title, shape, random.Random(f"{SEED}-{number}"))] if at < agenda.now else []
    draft = ListingDraft(kind, title, text, wants, seeks)
    agenda.at(at, lambda: market.offer(owner, draft, shot, uuid=named("listing", number)))


def _listing(
    cast: Cast, agenda: Agenda, number: int, owner: Resident, row: tuple, at: datetime, dice: random.Random, *,
    old: bool,
) -> None:  # fmt: skip
    """Offered, shown after a look, and taken, held or left."""
    # A second round of the same things would have been photographed anew: it goes without a picture.
    row = (*row[:5], None) if old else row
    uuid = named("listing", number)
    _offered(agenda, str(number), owner, row, at)
    shown = at + dice.uniform(0.5, 5) * HOUR
    agenda.at(shown, lambda: market.show(_pk(uuid), actor=cast.leader(owner.community_id)))
    held = not old and number % 8 == 2  # a neighbour holds it at this moment
    if not old and number % 2:
        return
    taker = dice.choice([who for who in cast.of(owner.community_id, cast.active) if who.pk != owner.pk] or cast.active)
    deal, wanted = named("deal", number), shown + dice.uniform(2, 20) * HOUR
    if held:
        wanted = cast.now - dice.uniform(3, 40) * HOUR
    agenda.at(wanted, lambda: deals.reserve(taker, uuid, uuid=deal))
    hello, answer = dice.choice(words.MESSAGES)
    agenda.at(wanted + 0.2 * HOUR, lambda: deals.write(taker, deal, hello, uuid=named("hello", number)))
    agenda.at(wanted + 1.5 * HOUR, lambda: deals.write(owner, deal, answer, uuid=named("answer", number)))
    if held or (old and number % 6 == 1):
        return  # of the old ones nobody came: it lapses
    if number % 12 == 4:
        agenda.at(wanted + 9 * HOUR, lambda: deals.release(taker, deal))
        return
    fetched = wanted + dice.uniform(6, 60) * HOUR
    agenda.at(fetched, lambda: deals.say_done(taker, deal))
    agenda.at(fetched + 0.4 * HOUR, lambda: deals.say_done(owner, deal))


def _offers(cast: Cast, agenda: Agenda) -> None:
    for number, (shop, title, text) in enumerate(words.OFFERS):
        draft, at = ListingDraft("offer", title, text), clock(cast.day(4 + 5 * number), 9.5)
        shot = [pictures.goods(shop, "ticket", random.Random(f"{SEED}-offer{number}"))]
        agenda.at(at, market.offer_of_merchant, draft, shot, merchant=shop, community_id=cast.home.code,
                  uuid=named("listing", f"offer{number}"), actor=cast.leader(cast.home.code))  # fmt: skip


def _fairs(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    """One that was, with those who came and one who did not; one to come whose stalls fill."""
    plans = [("past", "秋日邻里集市", 17, 24, 11), ("coming", "岁末邻里集市", -8, 4, 9)]
    actor = cast.leader(cast.home.code)
    for name, title, ago, planned, stalls in plans:
        uuid, begins = named("fair", name), clock(cast.day(ago), 9)
        draft = FairDraft(
            title=title, text="自带桌布，八点起布置摊位；不卖食品与活物，不收现金。", community_id=cast.home.code,
            address="文化广场（示例）", starts_at=begins, ends_at=begins + 5 * HOUR, stalls=16,
        )  # fmt: skip
        agenda.at(clock(cast.day(planned), 10), fairs.plan, draft, uuid=uuid, actor=actor)
        group = [cast.residents[1], *dice.sample(cast.active, stalls - 1)]
        for place, who in enumerate(dict.fromkeys(group)):
            goods, booked = dice.choice(words.STALL_GOODS), by_day(dice, cast.day(max(planned - 1 - place // 4, 0)), 8)
            agenda.at(booked, _book, who, uuid, place + 1, goods)
            if place == 5:
                agenda.at(begins - 20 * HOUR, fairs.give_back, who, uuid)
            elif place != 3:
                agenda.at(begins - dice.uniform(0.1, 0.9) * HOUR, _set_up, who, uuid)


def _reports(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    """Neighbours tell of listings: two were decided, one with a ban, two wait."""
    told = [("fraud", "说好免费，见面要收钱。", 6, True, 14), ("other", "描述与实物不符。", 9, False, 0),
            ("abuse", "留言里说话难听。", 0.1, None, 0), ("other", "联系后一直不回复。", 0.2, None, 0)]  # fmt: skip
    for number, (reason, text, ago, upheld, ban) in enumerate(told):
        uuid, at = named("listing report", number), cast.now - ago * DAY

        agenda.at(at, _tell, cast, reason, text, uuid)
        if upheld is not None:
            note = "经核实属实，下架处理。" if upheld else "双方已沟通，属误会。"
            agenda.at(at + 4 * HOUR, _decide, uuid, upheld, note, ban, cast.users["lead1"])


def _tell(cast: Cast, reason: str, text: str, uuid: UUID) -> None:
    """The newest listing of which nobody has told yet."""
    shown = Listing.objects.filter(status="shown", owner__isnull=False, reports=None).order_by("-shown_at")
    found = shown.first()
    if found is not None:
        by = next(who for who in cast.active if who.pk != found.owner_id)
        market.report(by, found.pk, reason=reason, text=text, uuid=uuid)


def _decide(uuid: UUID, upheld: bool, note: str, days: int, actor: User) -> None:
    row = ListingReport.objects.get(uuid=uuid)
    market.decide_report(row.pk, upheld=upheld, note=note, ban_days=days, actor=actor)


def _refuse(uuid: UUID, why: str, actor: User) -> None:
    market.refuse(_pk(uuid), why=why, actor=actor)


def _book(who: Resident, fair: UUID, number: int, goods: str) -> None:
    fairs.book(who, fair, number=number, goods=goods, uuid=named("stall", fair, number))


def _set_up(who: Resident, fair: UUID) -> None:
    fairs.check_in(who, fair, Fair.objects.get(uuid=fair).check_code)


def _pk(uuid: UUID) -> int:
    return Listing.objects.values_list("pk", flat=True).get(uuid=uuid)
