"""A shift at work on the running system: seats and crews take every open incident a step further, by chance."""

import random
import time
from collections import Counter
from collections.abc import Callable

from django.contrib.auth.models import AbstractUser

from dispatch.models import Assignment, Unit, UnitMember
from dispatch.services import answers, orders
from dispatch.services.positions import RawFix, take_positions
from incidents import services
from incidents.lifecycle import ENDED
from incidents.models import Alarm, Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError
from shushanwei.journal import live
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.browser.acts import LAT, LON, crew, happens, people, quiet

CREWS = 8
DRIVE_S = 2
MOST_OPEN = 90
FOUND = {"found": "占道摆摊两处", "contacted": "摊主", "done": "当场劝离，地面清扫干净，并约定不再占用人行道经营"}


def ready() -> tuple[int, str]:
    """Eight crews on duty beside the people of the page tests, and a first incident: its id and case number."""
    people()
    quiet()
    for name, role in (("page-lead", "shift_lead"), ("page-head", "commander")):
        user, _ = User.objects.get_or_create(username=name, defaults={"display_name": name})
        grant(user, role)
    for number in range(CREWS):
        unit, _ = Unit.objects.get_or_create(code=f"SHIFT{number}", defaults={"name": f"第{number + 1}班"})
        driver, _ = User.objects.get_or_create(username=f"shift-{number}")
        grant(driver, "responder")
        UnitMember.objects.get_or_create(unit=unit, user=driver, defaults={"is_leader": True})
    _drive([(LON, LAT + number / 1_000) for number in range(CREWS)])
    return happens("线路断续时的事件", 3)


def work(seconds: float, seed: int, pause_s: float = 0.2) -> dict[str, int]:
    """Work on whatever is open for so many seconds; how often each step succeeded."""
    draw, until, done = random.Random(seed), time.monotonic() + seconds, Counter()
    places = [(LON, LAT + number / 1_000) for number in range(CREWS)]
    driven_at = 0.0
    while time.monotonic() < until:
        if time.monotonic() - driven_at > DRIVE_S:
            driven_at = time.monotonic()
            places = [(lon + draw.uniform(-1, 1) * 1e-4, lat + draw.uniform(-1, 1) * 1e-4) for lon, lat in places]
            _drive(places)
        step, incident = _next(draw)
        try:
            step(incident)
            done[step.__name__] += 1
        except (DomainError, Assignment.DoesNotExist):
            done["refused"] += 1  # somebody else was faster, or it is not its turn
        time.sleep(pause_s * draw.random())
    live.flush()
    return done


def _next(draw: random.Random) -> tuple[Callable[[Incident], None], Incident]:
    """What is done next, and to what; the oldest ends when there is more than a crowded street has open."""
    open_ones = Incident.objects.exclude(status__in=ENDED)
    if open_ones.count() > MOST_OPEN:
        return by_order, open_ones.earliest("id")
    chance = draw.random()
    if chance < 0.03 and (closed := Incident.objects.filter(status="closed", reopen_count=0).order_by("-id").first()):
        return reopen, closed
    incident = open_ones.order_by("?").first()
    if chance > 0.9 or incident is None:
        return acknowledge, Incident.objects.latest("id")
    return draw.choice(STEPS.get(incident.status, [by_order])), incident


def _drive(places: list[tuple[float, float]]) -> None:
    now = db_now()
    Unit.objects.filter(code__startswith="SHIFT").update(on_duty_since=now)
    for number, (lon, lat) in enumerate(places):
        take_positions(User.objects.get(username=f"shift-{number}"), [RawFix(lon, lat, 8, now)])


def _seat(name: str = "page-a") -> AbstractUser:
    return User.objects.get(username=name)


def answer(incident: Incident) -> None:
    services.answer(incident.pk, actor=_seat())


def order(incident: Incident) -> None:
    free = Unit.objects.filter(code__startswith="SHIFT").order_by("?").first()
    orders.order_unit(incident.pk, free.pk, actor=_seat(), reason="就近")


def void(incident: Incident) -> None:
    services.void(incident.pk, actor=_seat(), reason="误报")


def merge(incident: Incident) -> None:
    master = Incident.objects.filter(pk__lt=incident.pk).exclude(status__in=ENDED).order_by("-id").first()
    if master is not None:
        services.merge(incident.pk, master.pk, actor=_seat())


def level(incident: Incident) -> None:
    services.set_level(incident.pk, incident.pk % 3 + 1, actor=_seat(), reason="看过现场")


def crew_goes_on(incident: Incident) -> None:
    """The crew accepts, arrives or finishes, whichever is next."""
    mine = Assignment.objects.get(incident=incident, ended_at=None, part="main")
    crew(incident.pk, {"offered": "accept", "accepted": "arrive"}.get(mine.status, "finish"), mine.unit.code)


def decline(incident: Incident) -> None:
    mine = Assignment.objects.get(incident=incident, ended_at=None, part="main")
    answers.decline(mine.pk, actor=_seat("page-crew"), reason="车辆故障")


def recall(incident: Incident) -> None:
    mine = Assignment.objects.get(incident=incident, ended_at=None, part="main")
    orders.recall(mine.pk, actor=_seat(), reason="误派")


def checked(incident: Incident) -> None:
    services.finish_check(incident.pk, actor=_seat("page-b"), passed=True)


def not_done(incident: Incident) -> None:
    services.finish_check(incident.pk, actor=_seat("page-b"), passed=False, note="摊位仍在")


def close(incident: Incident) -> None:
    services.close(incident.pk, actor=_seat(), closing=FOUND)


def reopen(incident: Incident) -> None:
    services.reopen(incident.pk, actor=_seat(), reason="又摆出来了")


def by_order(incident: Incident) -> None:
    """What chance has led into a corner ends by order."""
    services.force_close(incident.pk, actor=_seat("page-lead"), second=_seat("page-head"), reason="上级指令")


def acknowledge(_incident: Incident) -> None:
    alarm = Alarm.objects.filter(acknowledged_at=None).order_by("?").first()
    if alarm is not None:
        services.acknowledge(alarm.pk, actor=_seat("page-b"))


STEPS: dict[str, list[Callable[[Incident], None]]] = {
    "pending_dispatch": [answer, order, order, order, level, void, merge],
    "dispatched": [crew_goes_on, crew_goes_on, crew_goes_on, decline, recall],
    "handling": [crew_goes_on, crew_goes_on, crew_goes_on, crew_goes_on, level, by_order],
    "pending_check": [checked, checked, not_done],
    "checking": [checked],
    "pending_close": [close],
}
