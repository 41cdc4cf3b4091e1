"""How well the rules find what a labelled month holds: `python -m demo.trucks.score --seed 2 --days 30`."""

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.trucks.diary import Label
from demo.trucks.month import tell_each
from demo.trucks.world import build, ground_of
from shushanwei.common.clock import STREET
from worksites.trucks.engine import judge

SCORED = ["T02", "T03", "T04", "T05", "T09", "T10", "T11", "T14"]
# A hit belongs to what went on within these seconds of it: a signal that was blocked tells only its ends.
SLACK_S = 300


@dataclass
class Score:
    """Of one rule: labels found and not, hits right and wrong."""

    found: int = 0
    missed: list[Label] = field(default_factory=list)
    right: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)
    same_deed: int = 0  # right, but for the deed another rule is named for as well

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + len(self.missed))


def score(labels: list[Label], hits: list[dict[str, Any]]) -> dict[str, Score]:
    """Compare; within the hours in which a rule is held back one hit stands for all its labels."""
    scores = {rule: Score() for rule in SCORED}
    by_truck: dict[tuple[str, int], list[Label]] = defaultdict(list)
    for label in labels:
        by_truck[label.rule, label.truck].append(label)
    spoke: dict[tuple[str, int], list[float]] = defaultdict(list)
    told: set[int] = set()
    for hit in hits:
        rule, truck = hit["rule"], hit["truck"]
        if rule not in scores:
            continue
        spoke[rule, truck].append(hit["detected"] / 1e6)
        since, until = hit["began"] / 1e6 - SLACK_S, (hit["ended"] or hit["began"]) / 1e6 + SLACK_S
        fits = [one for one in by_truck[rule, truck] if one.since <= until and one.until >= since]
        if fits:
            scores[rule].right += 1
            told |= {id(one) for one in fits}
        else:
            scores[rule].wrong.append(hit)
    for label in labels:
        if label.rule not in scores:
            continue
        held_s = 86_400 if label.rule in ("T11", "T14") else 7_200
        held_back = any(0 <= label.until - at < held_s for at in spoke[label.rule, label.truck])
        if label.rule == "T14":
            held_back = True  # once a night for a site, whoever drove
        if id(label) in told or held_back:
            scores[label.rule].found += 1
        else:
            scores[label.rule].missed.append(label)
    return scores


def run(seed: int, days: int, trucks: int) -> tuple[dict[str, Score], list[Label], list[Label], dict[str, float]]:
    """Tell a month, judge it truck by truck, compare: (scores, labels, innocent things, figures)."""
    world = build(seed, trucks)
    ground = ground_of(world)
    labels, notes, hits = [], [], []
    fixes = trips = 0
    took = 0.0
    for truck, told in tell_each(world, seed, days):
        whole = told.fixes[0].sorted()
        began = time.perf_counter()
        found = judge(ground, whole, told.events)[truck.id]
        took += time.perf_counter() - began
        fixes += len(whole)
        trips += len(found.trips)
        labels += told.labels
        notes += told.notes
        hits += found.hits
    return score(labels, hits), labels, notes, {"fixes": fixes, "trips": trips, "seconds": took, "hits": len(hits)}


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
    parser.add_argument("--wrong", action="store_true", help="list every miss and every wrong hit")
    options = parser.parse_args()
    scores, labels, notes, figures = run(options.seed, options.days, options.trucks)
    _say(f"seed {options.seed}: {figures['fixes']:,} fixes, {figures['trips']:,} trips, {len(labels)} labels,"
          f" {len(notes)} innocent delays; judged in {figures['seconds']:.1f} s")  # fmt: skip
    _say(f"{'rule':6}{'labels':>8}{'hits':>8}{'precision':>11}{'recall':>8}")
    for rule, one in scores.items():
        _say(
            f"{rule:6}{one.found + len(one.missed):8}{one.right + len(one.wrong):8}"
            f"{one.precision:11.3f}{one.recall:8.3f}"
        )
    seen = [label for label in scores["T04"].missed if not label.style.endswith("after black load")]
    _say(f"T04 without those that began at no registered gate: recall"
          f" {scores['T04'].found / max(1, scores['T04'].found + len(seen)):.3f}")  # fmt: skip
    for line in confusions(scores, notes):
        _say(" ", line)
    if options.wrong:
        for rule in SCORED:
            for label in scores[rule].missed:
                _say("missed", rule, label.truck, _at(label.since), _at(label.until), label.style)
            for hit in scores[rule].wrong:
                _say("wrong", rule, hit["truck"], _at(hit["began"] / 1e6), hit["facts"])


def _say(*parts: object) -> None:
    sys.stdout.write(" ".join(map(str, parts)) + "\n")


def _at(t: float) -> str:
    return datetime.fromtimestamp(t, STREET).strftime("%m-%d %H:%M:%S")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
    main()
