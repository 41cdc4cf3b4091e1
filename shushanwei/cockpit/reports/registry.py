"""Every figure once: its words, its formula and the condition that counts it and opens its list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch.models import Assignment, PoliceTransfer, Unit
from incidents.lifecycle import Status
from incidents.models import CaseReturn, Supervision
from incidents.models.alerts import SourceKind
from shushanwei.cockpit.reports import frame as frames
from shushanwei.cockpit.reports.frame import Frame

EDITION = 3  # raised when a formula changes; a frozen report keeps the number it was made with
HARD_AFTER = timedelta(hours=48)
HARD_RETURNS = 2
PUBLIC = [
    SourceKind.RESIDENT,
    SourceKind.RIDER,
    SourceKind.HOTLINE_12345,
    SourceKind.POLICE_110,
    SourceKind.PETITION,
    SourceKind.MEDIA,
    SourceKind.PROPERTY,
]
COLLECTED = [SourceKind.COLLECTOR, SourceKind.GRID, SourceKind.VIDEO_PATROL]


class Grain(StrEnum):
    """What one unit of a figure is."""

    INCIDENT = "incident"
    CLOCK = "clock"
    RETURN = "return"


@dataclass(frozen=True)
class Figure:
    """A number that can be opened. `where` is the one condition behind the number and its list."""

    code: str
    label: str | Promise
    formula: str | Promise
    where: Callable[[Frame], Q]
    grain: Grain = Grain.INCIDENT
    rises_well: bool | None = None  # whether more is better; None: neither
    with_excluded: bool = False


@dataclass(frozen=True)
class Rate:
    """Numerator ÷ denominator, both figures of the registry."""

    code: str
    label: str | Promise
    numerator: str
    denominator: str
    rises_well: bool | None


def _in_period(column: str) -> Callable[[Frame], Q]:
    return lambda f: Q(**{f"{column}__gte": f.since, f"{column}__lt": f.until})


def _ended_as(status: Status) -> Callable[[Frame], Q]:
    return lambda f: Q(status=status) & _in_period("ended_at")(f)


def _reported(f: Frame) -> Q:
    return _in_period("opened_at")(f)


def _open(f: Frame) -> Q:
    return Q(opened_at__lt=f.until) & (Q(ended_at__isnull=True) | Q(ended_at__gte=f.cutoff))


def _overdue(f: Frame) -> Q:
    return Q(overdue_at__lt=f.cutoff) | Q(next_due_at__lt=f.cutoff)


def _ordered(instants: Q) -> Q:
    orders = Assignment.objects.filter(instants, incident=OuterRef("pk"), part=Assignment.Part.MAIN)
    return Q(Exists(orders))


def _supervised(f: Frame) -> Q:
    standing = Q(cleared_at__isnull=True) | Q(cleared_at__gte=f.cutoff)
    return Q(Exists(Supervision.objects.filter(standing, incident=OuterRef("pk"), issued_at__lt=f.cutoff)))


def _both_acted(f: Frame) -> Q:
    there = Assignment.objects.filter(incident=OuterRef("pk"), arrived_at__lt=f.cutoff)
    police = there.filter(unit__kind=Unit.Kind.POLICE)
    grid_force = there.filter(unit__isnull=False).exclude(unit__kind__in=[Unit.Kind.POLICE, Unit.Kind.FIRE])
    return Q(Exists(police)) & Q(Exists(grid_force))


def _closing_returned(f: Frame) -> Q:
    sent_back = Q(returned_by_district_at__gte=f.since, returned_by_district_at__lt=f.until)
    return Q(Exists(PoliceTransfer.objects.filter(sent_back, incident=OuterRef("pk"))))


def _closed_late(f: Frame) -> Q:
    return Q(overdue_at__isnull=False, overdue_at__lte=F("closed_at"))


def _to_close(f: Frame) -> Q:
    dropped = Q(status__in=[Status.REJECTED, Status.MERGED, Status.VOIDED], ended_at__lt=f.cutoff)
    return _reported(f) & Q(filed_at__lt=f.cutoff) & ~dropped


def _to_close_closed(f: Frame) -> Q:
    return _to_close(f) & Q(closed_at__lt=f.cutoff)


COUNTS = [
    Figure("reported", pgettext_lazy("report", "Reported"), _("incidents received (E0) in the period"), _reported),
    Figure("filed", pgettext_lazy("report", "Filed"), _("incidents filed in the period"), _in_period("filed_at")),
    Figure(
        "dispatched",
        pgettext_lazy("report", "Dispatched"),
        _("incidents with an order to a main unit or department issued in the period"),
        lambda f: _ordered(Q(offered_at__gte=f.since, offered_at__lt=f.until)),
    ),
    Figure(
        "handled",
        pgettext_lazy("report", "Handled"),
        _("incidents whose scene was closed (E7) in the period"),
        _in_period("scene_closed_at"),
        rises_well=True,
    ),
    Figure(
        "closed",
        pgettext_lazy("report", "Closed"),
        _("incidents closed (E9) in the period, without those handled by their finder"),
        lambda f: _in_period("closed_at")(f) & Q(self_handled=False),
        rises_well=True,
    ),
    Figure(
        "self_handled",
        pgettext_lazy("report", "Handled by the finder"),
        _("found, handled on the spot and closed by the same person in the period"),
        lambda f: _in_period("closed_at")(f) & Q(self_handled=True),
        rises_well=True,
    ),
    Figure(
        "closed_late",
        pgettext_lazy("report", "Closed late"),
        _("closed in the period with a promise missed before closing"),
        lambda f: _in_period("closed_at")(f) & _closed_late(f),
        rises_well=False,
    ),
    Figure(
        "open",
        pgettext_lazy("report", "Open"),
        _("received before the end of the period and not ended at the cut-off"),
        _open,
        rises_well=False,
    ),
    Figure(
        "open_late",
        pgettext_lazy("report", "Open and overdue"),
        _("open at the cut-off with a promise missed before it"),
        lambda f: _open(f) & _overdue(f),
        rises_well=False,
    ),
    Figure(
        "returned",
        pgettext_lazy("report", "Returned"),
        _("incidents sent back at least once in the period"),
        lambda f: Q(
            Exists(
                CaseReturn.objects.filter(incident=OuterRef("pk"), returned_at__gte=f.since, returned_at__lt=f.until)
            )
        ),
        rises_well=False,
    ),
    Figure(
        "reworked",
        pgettext_lazy("report", "Rework cases"),
        _("received in the period, rework count ≥ 1"),
        lambda f: _reported(f) & Q(rework_count__gte=1),
        rises_well=False,
    ),
    Figure(
        "suspended",
        pgettext_lazy("report", "On hold"),
        _("open at the cut-off and on hold"),
        lambda f: _open(f) & Q(suspended_at__lt=f.cutoff),
        rises_well=False,
    ),
    Figure(
        "supervised",
        pgettext_lazy("report", "Under supervision"),
        _("with a supervision notice that was issued before the cut-off and not cleared by then"),
        _supervised,
        rises_well=False,
    ),
    Figure(
        "reopened",
        pgettext_lazy("report", "Reopened"),
        _("received in the period, opened again after closing"),
        lambda f: _reported(f) & Q(reopen_count__gte=1),
        rises_well=False,
    ),
    Figure(
        "rejected",
        pgettext_lazy("report", "Not filed"),
        _("refused with a reason in the period"),
        _ended_as(Status.REJECTED),
    ),
    Figure(
        "merged",
        pgettext_lazy("report", "Merged later"),
        _("attached to a master more than 60 s after receipt, in the period"),
        _ended_as(Status.MERGED),
    ),
    Figure("voided", pgettext_lazy("report", "Voided"), _("voided in the period"), _ended_as(Status.VOIDED)),
    Figure(
        "key",
        pgettext_lazy("report", "Key incidents"),
        _("levels Ⅰ and Ⅱ received in the period"),
        lambda f: _reported(f) & Q(level__lte=2),
    ),
    Figure(
        "diverted",
        pgettext_lazy("report", "Diverted from 110"),
        _("non-police calls that the police handed over, received in the period"),
        lambda f: _reported(f) & Q(source_kind=SourceKind.POLICE_110),
    ),
    Figure(
        "fused",
        pgettext_lazy("report", "Police and grid together"),
        _("received in the period, a police unit and a unit of the street both on the scene"),
        lambda f: _reported(f) & _both_acted(f),
    ),
    Figure(
        "closings_returned",
        pgettext_lazy("report", "Closings returned"),
        _("results of transfers that were sent back in the period as interim, too brief or wrong"),
        _closing_returned,
        rises_well=False,
    ),
    Figure(
        "hard",
        pgettext_lazy("report", "Hard problems"),
        _("open at the cut-off for more than 48 h, or sent back at least twice"),
        lambda f: _open(f) & (Q(opened_at__lt=f.cutoff - HARD_AFTER) | Q(return_count__gte=HARD_RETURNS)),
        rises_well=False,
    ),
]

# What the rates are made of, and what the reader may want to audit.
PARTS = [
    Figure(
        "filed_of_reported",
        pgettext_lazy("report", "Filed of the reported"),
        _("received in the period and filed by the cut-off"),
        lambda f: _reported(f) & Q(filed_at__lt=f.cutoff),
    ),
    Figure(
        "to_close",
        pgettext_lazy("report", "To close"),
        _("received in the period, filed by the cut-off and not rejected, merged or voided"),
        _to_close,
    ),
    Figure(
        "closed_of_due",
        pgettext_lazy("report", "Closed of these"),
        _("to close, and closed by the cut-off"),
        _to_close_closed,
    ),
    Figure(
        "closed_in_time",
        pgettext_lazy("report", "Closed in time"),
        _("closed of these without a promise missed before closing"),
        lambda f: _to_close_closed(f) & ~_closed_late(f),
    ),
    Figure(
        "ordered",
        pgettext_lazy("report", "Ordered"),
        _("received in the period, an order to a main unit or department by the cut-off"),
        lambda f: _reported(f) & _ordered(Q(offered_at__lt=f.cutoff)),
    ),
    Figure(
        "ordered_returned",
        pgettext_lazy("report", "Sent back"),
        _("ordered, and sent back at least once"),
        lambda f: _reported(f) & _ordered(Q(offered_at__lt=f.cutoff)) & Q(return_count__gte=1),
    ),
    Figure(
        "handled_of_reported",
        pgettext_lazy("report", "Handled of the reported"),
        _("received in the period, scene closed (E7) by the cut-off"),
        lambda f: _reported(f) & Q(scene_closed_at__lt=f.cutoff),
    ),
    Figure(
        "handled_reworked",
        pgettext_lazy("report", "Reworked"),
        _("handled of the reported with rework count ≥ 1"),
        lambda f: _reported(f) & Q(scene_closed_at__lt=f.cutoff, rework_count__gte=1),
    ),
    Figure(
        "by_public",
        pgettext_lazy("report", "Reported by the public"),
        _("received in the period from residents, riders, 12345, 110, petitions, media and property companies"),
        lambda f: _reported(f) & Q(source_kind__in=PUBLIC),
    ),
    Figure(
        "by_public_or_collectors",
        pgettext_lazy("report", "Reported by the public or collected"),
        _("the same, together with collectors, grids and video patrol"),
        lambda f: _reported(f) & Q(source_kind__in=[*PUBLIC, *COLLECTED]),
    ),
    Figure(
        "disordered",
        pgettext_lazy("report", "Events out of order"),
        _("received in the period, arrival before the order or feedback before arrival: for audit"),
        lambda f: (
            _reported(f) & (Q(arrived_at__lt=F("response_started_at")) | Q(first_feedback_at__lt=F("arrived_at")))
        ),
    ),
    Figure(
        "by_appointment",
        pgettext_lazy("report", "Follow-up by appointment"),
        _("scene closed (E7) in the period, the party agreed a later date"),
        lambda f: _in_period("scene_closed_at")(f) & Q(followup_due_by_appointment__isnull=False),
    ),
    Figure(
        "excluded_test",
        pgettext_lazy("report", "Tests"),
        _("received in the period and marked as a test: in no other figure"),
        lambda f: _reported(f) & frames.excluded_test(),
        with_excluded=True,
    ),
    Figure(
        "excluded_merged",
        pgettext_lazy("report", "Merged within 60 s"),
        _("received in the period and attached to a master within 60 s: in no other figure"),
        lambda f: _reported(f) & ~frames.excluded_test() & frames.excluded_merged(),
        with_excluded=True,
    ),
]

RETURNS = [
    Figure(
        "returns",
        pgettext_lazy("report", "Returns"),
        _("returns written in the period, each one counted"),
        lambda f: Q(),
        Grain.RETURN,
        rises_well=False,
    ),
]

RATES = [
    Rate("filing_rate", pgettext_lazy("report", "Filing rate"), "filed_of_reported", "reported", True),
    Rate("closing_rate", pgettext_lazy("report", "Closing rate"), "closed_of_due", "to_close", True),
    Rate("on_time_closing_rate", pgettext_lazy("report", "On-time closing rate"), "closed_in_time", "to_close", True),
    Rate("return_rate", pgettext_lazy("report", "Return rate"), "ordered_returned", "ordered", False),
    Rate("rework_rate", pgettext_lazy("report", "Rework rate"), "handled_reworked", "handled_of_reported", False),
    Rate("public_share", pgettext_lazy("report", "Public-report share"), "by_public", "by_public_or_collectors", False),
]
SMALL = 5  # below this many a rate is shown as "–"
