"""Who was responsible: the shifts of a period with their leaders, hand-over notes and R30 (值守情况)."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grid.models import DutyShift, Handover, Post, RosterLine
from grid.selectors_shifts import unconfirmed_among
from shushanwei.cockpit.reports import clockwork
from shushanwei.cockpit.reports.frame import Frame, clocks
from shushanwei.cockpit.reports.promises import ratio
from shushanwei.cockpit.reports.words import percent

LISTED = 30  # of a month's shifts without a confirmed note


@dataclass
class Watch:
    """One shift in the report; `state` of its note: confirmed, signed, missing, or open while the shift runs."""

    shift: DutyShift
    leads: list[str] = field(default_factory=list)
    seats: list[str] = field(default_factory=list)
    state: str = "missing"
    n: int = 0
    met: int = 0

    @property
    def missed(self) -> int:
        return self.n - self.met

    @property
    def attainment_text(self) -> str:
        return percent(ratio(self.met, self.n))


def block(frame: Frame) -> dict[str, Any]:
    """The shifts that began in the period and before the cut-off.

    {shifts: all of a day, in longer periods those whose note is not confirmed; count, unconfirmed: numbers,
    templates: [(template, n, met, text)]}. Read anew each time: a note may be confirmed later.
    """
    watches = _watches(frame)
    _count(frame, watches)
    loose = [watch for watch in watches if watch.state in ("missing", "signed")]
    per: dict[int, list[Watch]] = {}
    for watch in watches:
        per.setdefault(watch.shift.template_id, []).append(watch)
    templates = [
        {
            "template": some[0].shift.template,
            "count": len(some),
            "n": sum(watch.n for watch in some),
            "missed": sum(watch.missed for watch in some),
            "text": percent(ratio(sum(watch.met for watch in some), sum(watch.n for watch in some))),
        }
        for some in sorted(per.values(), key=lambda some: some[0].shift.template.starts)
    ]
    daily = frame.period.first == frame.period.last
    return {
        "shifts": watches if daily else loose[:LISTED],
        "count": len(watches),
        "unconfirmed": len(loose),
        "templates": templates,
        "daily": daily,
    }


def _watches(frame: Frame) -> list[Watch]:
    shifts = list(
        DutyShift.objects.filter(period__startswith__gte=frame.since, period__startswith__lt=frame.until)
        .select_related("template")
        .order_by("period")
    )
    watches = {shift.pk: Watch(shift) for shift in shifts}
    lines = RosterLine.objects.filter(
        shift__in=shifts, state=RosterLine.State.PLANNED, is_backup=False, post__in=[Post.SHIFT_LEAD, Post.SEAT]
    )
    for line in lines.select_related("user").order_by("place", "id"):
        assert line.shift_id is not None
        watch = watches[line.shift_id]
        (watch.leads if line.post == Post.SHIFT_LEAD else watch.seats).append(str(line.user))
    loose = {shift.pk for shift in unconfirmed_among(shifts)}
    signed = set(Handover.objects.filter(shift__in=loose, signed_at__isnull=False).values_list("shift_id", flat=True))
    for watch in watches.values():
        over = watch.shift.period.upper <= frame.cutoff
        if watch.shift.pk not in loose:
            watch.state = "confirmed"
        elif not over:
            watch.state = "open"
        elif watch.shift.pk in signed:
            watch.state = "signed"
    return list(watches.values())


def _count(frame: Frame, watches: list[Watch]) -> None:
    """R30 belongs to the shift in which its clock started."""
    judged = clockwork.STATES["n"][2](clockwork.known(frame))
    kept = clockwork.STATES["met"][2](clockwork.known(frame))
    started = {watch.shift.period.lower: watch for watch in watches}
    begins = sorted(started)
    for only, name in ((judged, "n"), (kept, "met")):
        for at in clocks(frame).filter(only, code="R30").values_list("started_at", flat=True):
            watch = _at(begins, started, at)
            if watch is not None:
                setattr(watch, name, getattr(watch, name) + 1)


def _at(begins: list[datetime], started: dict[datetime, Watch], at: datetime) -> Watch | None:
    place = bisect_right(begins, at) - 1
    watch = started[begins[place]] if place >= 0 else None
    return watch if watch is not None and at < watch.shift.period.upper else None
