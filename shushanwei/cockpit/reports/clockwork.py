"""The promises of 30515 and of the city profile: in which state each one is at the cut-off."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, FloatField, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shushanwei.cockpit.reports.frame import Frame
from shushanwei.cockpit.reports.registry import Figure, Grain


@dataclass(frozen=True)
class Clock:
    """One promise; its start, stop and target are data of the policy."""

    code: str
    label: str | Promise
    denominator: str | Promise
    main: bool  # of the street's 30515


_IMMEDIATE = _("levels Ⅰ–Ⅲ that need field action")
_ATTENDED = _("levels Ⅰ–Ⅲ whose plan needs attendance")
CLOCKS = [
    Clock("R30", pgettext_lazy("report", "Response start"), _IMMEDIATE, True),
    Clock("A5", pgettext_lazy("report", "Arrival"), _ATTENDED, True),
    Clock(
        "S15",
        pgettext_lazy("report", "Reinforcement"),
        _("incidents with a request for reinforcement (E5), one for each force"),
        True,
    ),
    Clock(
        "F24",
        pgettext_lazy("report", "Follow-up"),
        _("disputes, help requests and complaints, or flagged for follow-up"),
        True,
    ),
    Clock("C60", pgettext_lazy("report", "City: response start"), _IMMEDIATE, False),
    Clock("C480", pgettext_lazy("report", "City: arrival"), _ATTENDED, False),
    Clock("C1h", pgettext_lazy("report", "City: first feedback"), _ATTENDED, False),
    Clock("C24h", pgettext_lazy("report", "City: completion"), _("all incidents of levels Ⅰ–Ⅲ"), False),
]
CODES = [clock.code for clock in CLOCKS]
MAIN = [clock.code for clock in CLOCKS if clock.main]
PATROL = ("P365", _("Patrol coverage"))  # of days and grids, not of incidents: see reports.patrols


def met(f: Frame) -> Q:
    """Kept, by what is known at the cut-off."""
    return Q(met_at__isnull=False, met_at__lt=f.cutoff)


def due(f: Frame) -> Q:
    """The target has passed at the cut-off, and no hold stopped the clock before."""
    return Q(due_at__lt=f.cutoff) & (Q(paused_at__isnull=True) | Q(missed_at__isnull=False))


def missed(f: Frame) -> Q:
    """The target passed without the stop event: late ones, and those still open, which count as missed now."""
    return due(f) & ~met(f)


def measured(f: Frame) -> Q:
    """The stop event has come."""
    return Q(stopped_at__isnull=False, stopped_at__lt=f.cutoff) | met(f)


@dataclass(frozen=True)
class Known:
    """What is known of promises at a cut-off: conditions for the database, or columns of flags in memory."""

    met: Any
    missed: Any
    measured: Any
    exempt: Any

    @property
    def judged(self) -> Any:
        """Met or missed: the denominator."""
        return self.met | self.missed


def known(f: Frame) -> Known:
    """The four facts as conditions."""
    return Known(met(f), missed(f), measured(f), Q(exempt=True))


FACTS = [field.name for field in fields(Known)]
# code: words, formula, and the state as it follows from the facts
STATES: dict[str, tuple[Any, Any, Callable[[Known], Any]]] = {
    "n": (
        pgettext_lazy("report", "n"),
        _("met + missed: promises whose clock started in the period; one still inside its target is not judged yet"),
        lambda k: k.judged,
    ),
    "met": (pgettext_lazy("report", "Met"), _("the stop event came within the target"), lambda k: k.met),
    "missed": (
        pgettext_lazy("report", "Missed"),
        _("the stop event came late, or has not come and the target has passed"),
        lambda k: k.missed,
    ),
    "open_late": (
        pgettext_lazy("report", "Missed, still open"),
        _("missed, and the stop event has not come at the cut-off"),
        lambda k: k.missed & ~k.measured,
    ),
    "exempt": (
        pgettext_lazy("report", "Exempt"),
        _("judged, and exempted by an upheld appeal; the raw value stays"),
        lambda k: k.judged & k.exempt,
    ),
    "met_counted": (
        pgettext_lazy("report", "Met, not exempt"),
        _("met and not exempt: the numerator of attainment"),
        lambda k: k.met & ~k.exempt,
    ),
    "counted": (
        pgettext_lazy("report", "n − exempt"),
        _("judged and not exempt: the denominator of attainment"),
        lambda k: k.judged & ~k.exempt,
    ),
    "running": (
        pgettext_lazy("report", "Running"),
        _("the clock runs, its target has not passed"),
        lambda k: ~k.judged,
    ),
    "measured": (
        pgettext_lazy("report", "Measured"),
        _("the stop event has come; P50, P90 and P95 are taken from these"),
        lambda k: k.measured,
    ),
}


def figure_of(code: str, state: str) -> Figure:
    """The figure `A5.missed` and its like; KeyError for what does not exist."""
    clock = {clock.code: clock for clock in CLOCKS}[code]
    label, formula, state_of = STATES[state]
    return Figure(
        f"{code}.{state}",
        format_lazy("{} {} · {}", code, clock.label, label),
        formula,
        lambda f: Q(code=code) & state_of(known(f)),
        Grain.CLOCK,
    )


class Epoch(Func):
    """Seconds of an interval as a float (EXTRACT would give a slow numeric)."""

    template = "date_part('epoch', %(expressions)s)"
    output_field = FloatField()


def seconds() -> Combinable:
    """From start to stop in seconds, for measured promises: holds are not charged, a negative span counts as 0."""
    span = ExpressionWrapper(Coalesce("stopped_at", "met_at") - F("started_at"), DurationField())
    return Greatest(Epoch(span) - Cast("paused_s", FloatField()), Value(0.0))
