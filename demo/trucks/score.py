"""How well the rules find what a labelled month holds: `python -m demo.trucks.score --seed 2 --days 30`.

Strictly: a hit is right only for an act of its own rule and truck (T12: site, T14: truck at that site) that went on at
the instant the hit names as its beginning, give or take two reports. An act found twice is right once and wrong once.
What falls into the time for which a rule is held back by a hit that was right is left out, and said so.
"""

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.trucks.diary import Label, Told
from demo.trucks.month import tell_each
from demo.trucks.terminal import DAY_S, EVERY_S
from demo.trucks.world import FIRST_DAY, World, build, ground_of
from shushanwei.common.clock import STREET
from worksites.trucks.engine import judge
from worksites.trucks.ground import Ground
from worksites.trucks.rules import CODES
from worksites.trucks.sitedays import SiteDay, counted, mismatch

SLACK_S = 2 * EVERY_S
# T13 is a person's word: there is nothing to find.
SCORED = [code for code in CODES if code != "T13"]


@dataclass
class Score:
    """Of one rule: acts found, missed and held back; hits that were right and wrong."""

    found: list[Label] = field(default_factory=list)
    missed: list[Label] = field(default_factory=list)
    held: list[Label] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    either: int = 0  # hits of acts so short that both answers are right

    @property
    def right(self) -> int:
        return len(self.found)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))

    def among(self, *said: str) -> "Score":
        """Only acts whose style holds one of these words; wrong hits belong to none and are left out."""
        return Score(*([one for one in part if any(word in one.style for word in said)]
                       for part in (self.found, self.missed, self.held)))  # fmt: skip


@dataclass
class Run:
    """What came of a month."""

    scores: dict[str, Score]
    labels: list[Label]
    notes: list[Label]
    fixes: int = 0
    trips: int = 0
    hits: int = 0
    seconds: float = 0.0


def score(ground: Ground, labels: Iterable[Label], hits: Iterable[dict[str, Any]]) -> dict[str, Score]:
    """Compare acts and hits; see above."""
    acts: dict[tuple[str, Any], list[Label]] = defaultdict(list)
    by_who: dict[tuple[str, int], list[Label]] = defaultdict(list)
    for label in labels:
        if label.rule in SCORED:
            acts[label.rule, label.act or id(label)].append(label)
            by_who[label.rule, label.truck or label.site].append(label)
    scores = {rule: Score() for rule in SCORED}
    told: dict[tuple[str, Any], float] = {}
    spoke: dict[tuple[str, int], list[float]] = defaultdict(list)
    for hit in sorted(hits, key=lambda hit: hit["detected"]):
        rule, who, at = hit["rule"], hit["truck"] or hit["site"], hit["began"] / 1e6
        fits = [one for one in by_who[rule, who] if one.since - SLACK_S <= at <= one.until + SLACK_S]
        fresh = next((one for one in fits if one.must and (rule, one.act or id(one)) not in told), None)
        if fresh is not None:
            told[rule, fresh.act or id(fresh)] = hit["detected"] / 1e6
            scores[rule].found.append(fresh)
        elif any(not one.must for one in fits):
            scores[rule].either += 1
        else:
            scores[rule].wrong.append(hit)
            continue
        spoke[rule, who].append(hit["detected"] / 1e6)
    for (rule, act), parts in acts.items():
        one = parts[0]
        if (rule, act) in told or not one.must:
            continue
        held = _held(ground.rules[rule].suppress_s, spoke[rule, one.truck or one.site], one)
        (scores[rule].held if held else scores[rule].missed).append(one)
    return scores


def _held(suppress_s: float, spoke: list[float], act: Label) -> bool:
    if suppress_s >= DAY_S:
        return any(_day(at) == _day(act.until) for at in spoke)
    return any(act.since - at < suppress_s and at <= act.until + SLACK_S for at in spoke)


def run(seed: int, days: int, trucks: int) -> Run:
    """Tell a month, judge it truck by truck, compare."""
    world = build(seed, trucks)
    ground = ground_of(world)
    whole = Run({}, [], [])
    hits: list[dict[str, Any]] = []
    nights: set[str] = set()
    counts = SiteCounts()
    for truck, told in tell_each(world, seed, days):
        fixes = told.fixes[0].sorted()
        began = time.perf_counter()
        found = judge(ground, fixes, told.events)[truck.id]
        whole.seconds += time.perf_counter() - began
        whole.fixes += len(fixes)
        whole.trips += len(found.trips)
        whole.labels += told.labels
        whole.notes += told.notes
        hits += [hit for hit in found.hits if hit["rule"] != "T14" or hit["key"] not in nights]
        nights |= {hit["key"] for hit in found.hits if hit["rule"] == "T14"}  # as the database keeps them: once
        counts.add(told)
    whole.labels += counts.labels(world, days)
    hits += counts.hits(world, ground, days)
    whole.hits = len(hits)
    whole.scores = score(ground, whole.labels, hits)
    return whole


class SiteCounts:
    """Of each site and day: what truly left it, what its camera counted, what manifests say (T12)."""

    def __init__(self) -> None:
        self.left: Counter[tuple[int, int]] = Counter()
        self.papers: Counter[tuple[int, int]] = Counter()
        self.gate: Counter[tuple[int, int]] = Counter()
        self.passes: dict[int, list[int]] = defaultdict(list)
        self.issued: dict[tuple[int, int], list[int]] = defaultdict(list)

    def add(self, told: Told) -> None:
        """One truck's month."""
        for site, at, has_paper in told.loads:
            self.left[site, _day(at)] += 1
            self.papers[site, _day(at)] += has_paper
        for events in told.events.values():
            for event in events:
                key = event["site"], _day(event["t"] / 1e6)
                if event["what"] == "manifest":
                    self.issued[key].append(event["t"])
                elif event["site"] is not None:
                    self.passes[event["site"]].append(event["t"])
                    self.gate[key] += event["direction"] == "out" and bool(event["loaded"])

    def labels(self, world: World, days: int) -> list[Label]:
        """Days on which at least two loads, and a fifth of them, left without a manifest."""
        return [
            Label(
                "T12",
                0,
                _midnight(day),
                _midnight(day + 1) - 1,
                "no manifests" + ("" if world.sites[site - 1].camera else ", no camera"),
                f"{site} {day}",
                site,
            )
            for (site, day), left in self.left.items()
            if day < days and left - self.papers[site, day] >= max(2, 0.2 * left)
        ]

    def hits(self, world: World, ground: Ground, days: int) -> list[dict[str, Any]]:
        """What T12 says of each finished day."""
        found = []
        for site in world.sites:
            for day in range(days):
                papers = counted(self.issued[site.id, day], self.passes[site.id])
                one = SiteDay(site.id, site.name, _date(day), self.gate[site.id, day], papers, 0.0, 0.0,
                              int(_midnight(day) * 1e6))  # fmt: skip
                found.append(mismatch(ground.rules["T12"], one))
        return [hit for hit in found if hit is not None]


def _day(t: float) -> int:
    return int((t - FIRST_DAY.timestamp()) // DAY_S)


def _midnight(day: int) -> float:
    return FIRST_DAY.timestamp() + day * DAY_S


def _date(day: int) -> str:
    return (FIRST_DAY + timedelta(days=day)).date().isoformat()


def confusions(scores: dict[str, Score], notes: list[Label]) -> list[str]:
    """What was taken for what, most frequent first."""
    lines = []
    for rule, one in scores.items():
        for style, count in Counter(label.style for label in one.missed).most_common():
            lines.append(f"{rule} missed {count} × {style}")
        why: Counter[str] = Counter()
        for hit in one.wrong:
            at = hit["began"] / 1e6
            near = [n.style for n in notes if n.truck == hit["truck"] and n.since - 900 <= at <= n.until + 900]
            why[f"{hit['facts']['why']}: {near[0] if near else 'nothing special'}"] += 1
        lines += [f"{rule} wrong {count} × {what}" for what, count in why.most_common()]
    return lines


def main() -> None:
    """Print the table of a seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--trucks", type=int, default=60)
    parser.add_argument("--wrong", default="", help="list every miss and every wrong hit of these rules, T02,T03")
    options = parser.parse_args()
    month = run(options.seed, options.days, options.trucks)
    _say(f"seed {options.seed}: {month.fixes:,} fixes, {month.trips:,} trips, {len(month.labels)} labels,"
         f" {len(month.notes)} innocent delays, {month.hits} hits; judged in {month.seconds:.1f} s")  # fmt: skip
    _say(f"{'rule':26}{'acts':>7}{'found':>7}{'missed':>8}{'held':>6}{'wrong':>7}{'precision':>11}{'recall':>8}")
    for rule, one in month.scores.items():
        _row(rule, one)
    for rule in ("T03", "T05", "T09"):
        for words in ("(all)", "(lift)", "(none)"):
            _row(f"  {rule} {words}", month.scores[rule].among(words), False)
    unruled = Counter(label.style for label in month.labels if label.rule not in month.scores)
    for rule, word in (("T02", "black load"), ("T04", "dump")):
        one = month.scores[rule]
        more = sum(count for style, count in unruled.items() if style.startswith(word))
        share = one.right / max(1, one.right + len(one.missed) + more)
        _say(f"  {rule} with {more} more that no rule speaks of: recall {share:.3f}")
    for line in confusions(month.scores, month.notes):
        _say(" ", line)
    for style, count in unruled.most_common():
        _say("  no rule speaks of", count, "×", style)
    for rule in filter(None, options.wrong.split(",")):
        for label in month.scores[rule].missed:
            _say("missed", rule, label.truck, _at(label.since), _at(label.until), label.style)
        for hit in month.scores[rule].wrong:
            _say("wrong", rule, hit["truck"], _at(hit["began"] / 1e6), hit["facts"])


def _row(name: str, one: Score, whole: bool = True) -> None:
    wrong = f"{len(one.wrong):7}{one.precision:11.3f}" if whole else " " * 18
    acts = one.right + len(one.missed)
    _say(f"{name:26}{acts:7}{one.right:7}{len(one.missed):8}{len(one.held):6}{wrong}{one.recall:8.3f}")


def _say(*parts: object) -> None:
    sys.stdout.write(" ".join(map(str, parts)) + "\n")


def _at(t: float) -> str:
    return datetime.fromtimestamp(t, STREET).strftime("%m-%d %H:%M:%S")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
    main()
