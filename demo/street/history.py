"""Five weeks of past days: how many things, when, where and how each of them went, drawn with fixed dice."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from demo.street import places
from demo.street.happenings import CHANNELS, HAPPENINGS, HOURS, Happening, chances, title_of
from demo.street.sources import cameras
from shushanwei.common.clock import STREET

ITEMS_A_DAY = (75, 105)
# How the street keeps its promises: share of each that is met.
R30_MET, A5_MET, S15_MET, F24_MET = 0.975, 0.912, 0.89, 0.955
FALSE_ALARM, REJECTED, RETURNED, REWORK, HANDLED_LATE, ON_HOLD = 0.012, 0.05, 0.07, 0.03, 0.07, 0.008


@dataclass
class Item:
    """One thing that happened: what, where, through whom, and how quickly each step came (seconds)."""

    row: Happening
    channel: str
    camera: str
    opened_at: datetime
    title: str
    text: str
    lon: float
    lat: float
    signals: int
    steps: dict[str, float] = field(default_factory=dict)
    fate: str = ""  # false_alarm, rejected, returned, rework, on_hold, or nothing unusual

    @property
    def immediate(self) -> bool:
        return self.row.level <= 3


def items(days: int, now: datetime, homes: list[tuple[str, float, float]], seed: int = 35) -> Iterator[Item]:
    """All items of the `days` before today and of today so far, in the order of time."""
    today = now.astimezone(STREET).date()
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        # Each day has its own dice: a day looks the same however many days are asked for.
        dice, rng = random.Random(f"{seed}-{day}"), np.random.default_rng([seed, day.toordinal()])
        yield from sorted(_items_of(day, now, homes, dice, rng), key=lambda item: item.opened_at)


def _items_of(day: date, now: datetime, homes, dice: random.Random, rng: np.random.Generator) -> Iterator[Item]:
    weekend = day.weekday() >= 5
    shape = np.array(HOURS) / sum(HOURS)
    spots = cameras()
    for hour in rng.choice(24, dice.randint(*ITEMS_A_DAY), p=shape):
        at = datetime.combine(day, time(int(hour)), STREET) + timedelta(seconds=dice.uniform(0, 3599))
        channel = dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        row = HAPPENINGS[int(rng.choice(len(HAPPENINGS), p=chances(HAPPENINGS, channel, int(hour), weekend)))]
        spot = dice.choice(spots)
        if row.indoors and homes and channel != "cameras":
            name, lon, lat = dice.choice(homes)
        else:
            lon, lat = _near(dice, spot.lon, spot.lat, 30 if channel == "cameras" else 80)
            name = spot.spot_name + ("" if channel == "cameras" else "附近")
        title = title_of(rng, row, name)
        signals = 1 + (dice.randint(1, 4) if channel == "cameras" and dice.random() < 0.45 else 0)
        item = Item(row, channel, spot.code, at, title, f"{title}，请尽快处理。", lon, lat, signals)
        item.steps, item.fate = _immediate_steps(item, dice) if item.immediate else _case_steps(dice)
        # What happened an hour ago at the earliest is over; the present belongs to the live street.
        if at < now - timedelta(minutes=100):
            yield item


def _immediate_steps(item: Item, dice: random.Random) -> tuple[dict[str, float], str]:
    """Seconds after the step before: start, accept, arrive (after start), tell, end, check, close, follow up."""
    late_start, late_arrival = dice.random() > R30_MET, dice.random() > A5_MET
    heavy = 1.8 if item.row.level <= 2 else 1.0
    steps = {
        "start": dice.uniform(32, 75) if late_start else min(6 + dice.lognormvariate(1.9, 0.55), 29.5),
        "accept": dice.uniform(3, 18),
        "arrive": dice.uniform(305, 640) if late_arrival else dice.triangular(70, 298, 190),
        "tell": dice.uniform(15, 90),
        "end": dice.uniform(240, 1500) * heavy,
        "check": dice.uniform(40, 600),
        "close": dice.uniform(60, 1500),
        "follow": dice.uniform(25, 34) * 3600 if dice.random() > F24_MET else dice.triangular(0.4, 20, 3) * 3600,
        "help": dice.uniform(905, 1500) if dice.random() > S15_MET else dice.triangular(260, 890, 520),
        "help_after": dice.uniform(30, 115),
    }
    asks = item.row.level == 1 or (item.row.level == 2 and dice.random() < 0.6)
    if not asks:
        del steps["help_after"]
        if not late_arrival:
            del steps["help"]
    # A missed arrival asks the next force by itself: the arrival of the next force is measured as well.
    false_alarm = item.channel == "cameras" and item.row.level == 3 and dice.random() < FALSE_ALARM * 6
    return steps, "false_alarm" if false_alarm else ""


def _case_steps(dice: random.Random) -> tuple[dict[str, float], str]:
    """Seconds, or shares of the limit (handle, check, accept), of the steps of a case file."""
    drawn = dice.random()
    bounds = [("rejected", REJECTED), ("returned", RETURNED), ("rework", REWORK), ("on_hold", ON_HOLD)]
    fate = ""
    for name, share in bounds:
        if drawn < share:
            fate = name
            break
        drawn -= share
    steps = {
        "look": dice.uniform(120, 1500) if dice.random() < 0.95 else dice.uniform(1900, 3000),
        "verify": dice.uniform(1200, 9000),
        "file": dice.uniform(60, 900),
        "dispatch": dice.uniform(60, 1300) if dice.random() < 0.95 else dice.uniform(1900, 4000),
        "accept": dice.uniform(0.05, 0.8) if dice.random() < 0.95 else dice.uniform(1.05, 1.5),
        "handle": dice.uniform(1.05, 1.6) if dice.random() < HANDLED_LATE else dice.triangular(0.12, 0.97, 0.4),
        "check": dice.uniform(0.08, 0.9),
        "close": dice.uniform(0.05, 0.9),
        "follow": dice.uniform(25, 34) * 3600 if dice.random() > F24_MET else dice.triangular(0.4, 20, 3) * 3600,
    }
    return steps, fate


def _near(dice: random.Random, lon: float | None, lat: float | None, metres: float) -> tuple[float, float]:
    x, y = places.to_metres(lon, lat)
    angle, away = dice.uniform(0, 2 * math.pi), metres * math.sqrt(dice.random())
    there = places.to_degrees(x + away * math.cos(angle), y + away * math.sin(angle))
    return float(there[0]), float(there[1])
