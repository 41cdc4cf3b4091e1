"""The medicine chests of two months, who asked for what, and what was asked of the health officers."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta

from demo.residents import pictures, words
from demo.residents.cast import Cast, by_day, named, shared_out
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from demo.residents.rooms import WITHOUT_CHEST
from points.models import Consultation, Medicine, MedicineItem, MedicineRequest, Resident
from points.services import health, medicine, medicine_requests
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User

DAYS, PACKS, WAITING, REQUESTS = 58, 22, 5, 15
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WANTED = ["ganmaoling", "banlangen", "smectite", "ambroxol-30", "loratadine-10", "jianwei-xiaoshi", "calamine",
          "huoxiang-zhengqi-liquid", "watermelon-frost-lozenge", "ibuprofen-200", "lactasin", "urea"]  # fmt: skip
ANSWERS = {"age": "adult", "pregnant": "no", "allergic": "no", "allergy": ""}


def plan_chest(cast: Cast, agenda: Agenda) -> None:
    """Put packs, requests and consultations on the agenda."""
    dice = random.Random(f"{SEED}-chest")
    listed = {row.code: row for row in Medicine.objects.filter(code__in=WANTED, is_listed=True)}
    kinds = [listed[code] for code in WANTED if code in listed]
    givers = [row for row in cast.active if (row.community_id or "")[-3:] not in WITHOUT_CHEST]
    at_home = cast.of(cast.home.code, givers)
    if not kinds:
        return
    for number in range(PACKS + WAITING):
        giver = dice.choice(at_home if number % 3 == 0 else givers)
        if number in (PACKS, PACKS + 1):
            giver = at_home[number - PACKS]
        _pack(cast, agenda, dice, number, giver, kinds[number % len(kinds)])
    for number in range(REQUESTS):
        at = by_day(dice, cast.day(int(dice.uniform(0, DAYS - 12))), 8, 20)
        agenda.at(at, _ask, cast, agenda, number, cast.patients, dice)
    agenda.at(cast.now - 5 * HOUR, lambda: _ask(cast, agenda, 900, [cast.residents[1]], dice))
    agenda.at(cast.now - 3 * HOUR, lambda: _ask(cast, agenda, 901, [cast.residents[4]], dice))
    _consultations(cast, agenda, dice)


def _pack(
    cast: Cast, agenda: Agenda, dice: random.Random, number: int, giver: Resident, kind: Medicine
) -> None:  # fmt: skip
    """Offered with both sides photographed, counted and approved by the officer; some near their expiry."""
    waits = number >= PACKS
    at = cast.now - dice.uniform(0.5, 30) * HOUR if waits else by_day(dice, cast.day(int(dice.uniform(3, DAYS))), 9, 18)
    soon = at.date() + relativedelta(months=3) + timedelta(days=2)
    expires = soon if number % 6 == 1 else soon + timedelta(days=dice.randint(20, 500))
    batch = f"{expires:%y%m}{dice.randint(100, 999)}"
    uuid, officer = named("pack", number), cast.officer(giver.community_id or "")
    values = {
        "medicine": kind.pk, "brand": dice.choice(words.BRANDS), "batch": batch, "expires_on": f"{expires:%Y-%m-%d}",
        "packing": "sealed", "amount": max(kind.most, dice.choice([kind.most, 24, 36]) if kind.most > 2 else 1),
    }  # fmt: skip

    def offer() -> None:
        sides = [pictures.pack(kind.name_zh, batch, f"{expires:%Y-%m-%d}", number, back=back) for back in (False, True)]
        medicine.offer(giver, uuid=uuid, values=values, front=sides[0], back=sides[1])

    agenda.at(at, offer)
    if waits:
        return
    decided = at + dice.uniform(2, 26) * HOUR
    if number % 9 == 4:
        agenda.at(decided, lambda: medicine.refuse(_pk(uuid), reason=words.REFUSED_ITEM, actor=officer))
    elif number == 7:
        agenda.at(decided, lambda: medicine.withdraw(uuid, giver))
    else:
        agenda.at(decided, lambda: medicine.approve(_pk(uuid), amount=values["amount"], actor=officer))
    if number == 10:
        agenda.at(decided + 20 * DAY, lambda: medicine.take_out(_pk(uuid), reason="外盒受潮", actor=officer))
        agenda.at(decided + 22 * DAY, lambda: medicine.dispose(_pk(uuid), how=words.DISPOSED, actor=officer))


def _ask(cast: Cast, agenda: Agenda, number: int, group: list[Resident], dice: random.Random) -> None:
    """Somebody of a community whose chest has something asks for a little of it, and mostly fetches it."""
    shelves = set(MedicineItem.objects.filter(status="approved", left__gt=0).values_list("room__community", flat=True))
    who = shared_out(dice, [row for row in group if row.community_id in shelves] or group)
    room = medicine.chest_of(who)
    item = medicine.on_shelf(room).order_by("?" if len(group) > 1 else "id").first() if room else None
    if item is None:
        return
    uuid, at = named("request", number), db_now()
    amount = min(item.medicine.most, item.left, dice.choice([2, 3, 6]))
    answers = ANSWERS | {"trouble": dice.choice(words.TROUBLES)}
    medicine_requests.ask(who, item.uuid, uuid=uuid, amount=amount, answers=answers)
    officer, fate = cast.officer(who.community_id or ""), dice.random()
    if number >= 900 or number % 5 == 4:
        return  # waits, or is never fetched
    if fate < 0.1:
        agenda.at(at + 3 * HOUR, lambda: medicine_requests.cancel(uuid, who))
    elif fate < 0.2:
        agenda.at(at + 5 * HOUR, lambda: medicine_requests.refuse(
            _request(uuid), reason="与正在服用的药可能重复，请先问医生。", actor=officer))  # fmt: skip
    else:
        # The room is open by day; a code is good for three days.
        agenda.at(by_day(dice, at.astimezone(STREET).date() + DAY, 9, 17), _hand_out, uuid, officer)


def _hand_out(uuid: UUID, officer: User) -> None:
    medicine_requests.look(_request(uuid), actor=officer)
    medicine_requests.hand_out(_request(uuid), actor=officer)


def _consultations(cast: Cast, agenda: Agenda, dice: random.Random) -> None:
    """Six of the past, one that goes on, two that wait for an officer now."""
    people = [cast.residents[4], cast.residents[1], *dice.sample(cast.patients[5:], 5)]
    for number, (asked, answer, over) in enumerate(words.CONSULTS):
        who = people[number % len(people)]
        at = by_day(dice, cast.day(4 + number * 8), 8, 17)
        thread = _talk(cast, agenda, f"past{number}", who, asked, at, [(dice.uniform(4, 25) / 60, answer)])
        if over:
            officer = cast.officer(who.community_id or "")
            agenda.at(at + 2 * HOUR, _hand_over, thread, over, officer)
        else:
            agenda.at(at + 26 * HOUR, _leave, thread, who)
    talk = "谢谢！那大概要贴几天？"
    begun = cast.now - 3 * HOUR
    thread = _talk(cast, agenda, "running", cast.residents[1], words.CONSULTS[3][0], begun,
                   [(0.2, words.CONSULTS[3][1])])  # fmt: skip
    agenda.at(begun + HOUR, health.ask, cast.residents[1], talk, uuid=named("more"))
    more = "一般三天内看效果，皮肤发红就揭下。"
    agenda.at(begun + 1.2 * HOUR, _answer, thread, more, named("more answered"), cast.officer(cast.home.code))
    for number, text in enumerate(words.NOW_CONSULTS):
        who = cast.residents[4] if number == 0 else dice.choice(cast.patients[8:])
        minutes = timedelta(minutes=7 + 6 * number)
        agenda.at(cast.now - minutes, health.ask, who, text, uuid=named("now asked", number))


def _talk(
    cast: Cast, agenda: Agenda, number: str, who: Resident, asked: str, at: datetime, answers: list[tuple[float, str]]
) -> Callable[[], Consultation]:
    """Ask at an instant, answered so many hours later; returns how the consultation is found."""
    agenda.at(at, lambda: health.ask(who, asked, uuid=named("asked", number)))

    def thread() -> Consultation:
        return Consultation.objects.select_related("room").get(messages__uuid=named("asked", number))

    officer = cast.officer(who.community_id or "")
    for place, (later, text) in enumerate(answers):
        agenda.at(at + later * HOUR, _answer, thread, text, named("answered", number, place), officer)
    return thread


def _answer(thread: Callable[[], Consultation], text: str, uuid: UUID, officer: User) -> None:
    health.answer(thread().pk, text, uuid=uuid, actor=officer)


def _hand_over(thread: Callable[[], Consultation], text: str, officer: User) -> None:
    health.hand_over(thread().pk, text, uuid=named("over", text), actor=officer)


def _leave(thread: Callable[[], Consultation], who: Resident) -> None:
    """The resident ends it content."""
    found = thread()
    health.leave(found.uuid, who)
    health.rate(found.uuid, who, "5")


def _pk(uuid: UUID) -> int:
    return MedicineItem.objects.values_list("pk", flat=True).get(uuid=uuid)


def _request(uuid: UUID) -> int:
    return MedicineRequest.objects.values_list("pk", flat=True).get(uuid=uuid)
