"""Which permits a site lacks on a day, by the rule set of that day. No database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from worksites.lifecycle import OF_GATE, OF_SINK, OF_TRUCK, PermitKind, PermitStatus

SOON = timedelta(days=15)


@dataclass(frozen=True)
class PermitFact:
    """One permit: of whom it is (`subject`, e.g. "site:12"), its state, its days."""

    kind: str
    subject: str
    status: str
    valid_from: date
    valid_to: date
    number: str = ""


@dataclass(frozen=True)
class Subject:
    """Somebody or something that needs permits: "site", "truck", "sink" or "gate", and how it is called."""

    key: str
    name: str

    @property
    def type(self) -> str:
        return self.key.split(":")[0]


@dataclass(frozen=True)
class Lack:
    """A permit that is not in force: none, only applied for, refused, not yet or no longer valid.

    `why` is "no_gate", "no_truck" or "no_sink" where nobody is there whose permit it could be; `subject` has no name.
    """

    kind: str
    subject: Subject
    why: str
    until: date | None = None


@dataclass(frozen=True)
class Compliance:
    """What is missing, and what ends within fifteen days."""

    missing: list[Lack]
    ending: list[Lack]

    @property
    def whole(self) -> bool:
        return not self.missing


def needs(kind: str, digs: bool, night: bool) -> set[str]:
    """Whose permit a kind is; a site that moves no spoil needs no waste permits, a gate is filed in any case."""
    if kind in OF_GATE:
        return {"gate"}
    if kind == PermitKind.NIGHT:
        return {"site"} if night else set()
    if not digs:
        return set()
    if kind in OF_TRUCK:
        return {"truck"}
    return {"sink"} if kind in OF_SINK else {"site"}


def compliance(
    required: Iterable[str],
    subjects: Sequence[Subject],
    permits: Sequence[PermitFact],
    on: date,
    *,
    digs: bool,
    night: bool = False,
) -> Compliance:
    """What `subjects` (a site, its gates, its trucks, its sinks) lack on a day of what the rule set requires.

    Where the site is among them, a gate, truck or sink that is required and not there is missing itself.
    """
    missing: list[Lack] = []
    ending: list[Lack] = []
    kinds = [*dict.fromkeys([*required, PermitKind.GATE])]
    there = {one.type for one in subjects}
    for kind in kinds:
        types = needs(kind, digs, night)
        if "site" in there:
            missing += [Lack(kind, Subject(f"{type}:", ""), f"no_{type}") for type in sorted(types - there)]
        for subject in (one for one in subjects if one.type in types):
            own = [p for p in permits if p.subject == subject.key and p.kind == kind]
            good = [p for p in own if p.status == PermitStatus.APPROVED and p.valid_from <= on <= p.valid_to]
            if not good:
                missing.append(_lack(kind, subject, own, on))
                continue
            until = max(p.valid_to for p in good)
            later = [p for p in own if p.status == PermitStatus.APPROVED and p.valid_to > until]
            if until - on <= SOON and not later:
                ending.append(Lack(kind, subject, "ending", until))
    return Compliance(missing, ending)


def _lack(kind: str, subject: Subject, own: Sequence[PermitFact], on: date) -> Lack:
    approved = [p for p in own if p.status == PermitStatus.APPROVED]
    if approved:
        newest = max(approved, key=lambda p: p.valid_to)
        if newest.valid_from > on:
            return Lack(kind, subject, "not_yet", newest.valid_from)
        return Lack(kind, subject, "expired", newest.valid_to)
    for status in (PermitStatus.APPLIED, PermitStatus.REFUSED, PermitStatus.VOIDED):
        if any(p.status == status for p in own):
            return Lack(kind, subject, str(status))
    return Lack(kind, subject, "none")
