"""The rows of a list as words, the same for the page and the workbook; a totals scope gets no words of cases."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from incidents.lifecycle import Status
from incidents.models import CaseReturn, Incident
from incidents.models.alerts import SourceKind
from shushanwei.cockpit.reports.present import ROMAN
from shushanwei.cockpit.reports.registry import Grain
from shushanwei.cockpit.reports.words import clock_time, is_chinese, span

SOURCES = dict(SourceKind.choices)


def heads(grain: Grain, sees_cases: bool) -> list[tuple[str, str]]:
    """(sort key or "", words) of each column."""
    what = [("", pgettext("report", "what"))] if sees_cases else []
    case = [
        ("", _("case number")),
        ("opened_at", pgettext("report", "received")),
        ("level", _("level")),
        ("", _("source")),
        ("", _("class")),
        *what,
        ("", pgettext("report", "place")),
        ("", pgettext("report", "department")),
        ("status", pgettext("report", "state")),
    ]
    if grain is Grain.CLOCK:
        return [
            *case,
            ("started_at", pgettext("report", "started")),
            ("", pgettext("report", "due")),
            ("", pgettext("report", "stopped")),
            ("ran", pgettext("report", "took")),
            ("", _("result")),
        ]
    if grain is Grain.RETURN:
        return [
            *case,
            ("returned_at", pgettext("report", "sent back")),
            ("", _("reason")),
            *([("", pgettext("report", "note"))] if sees_cases else []),
        ]
    return [*case, ("closed_at", _("closed at"))]


def cells(rows: Iterable[Any], grain: Grain, sees_cases: bool, *, short: bool = False) -> Iterator[dict[str, Any]]:
    """{incident, cells, tone} for each row; `short` leaves the years out, for a page that names its period."""
    when = partial(clock_time, seconds=True, short=short)
    for row in rows:
        incident: Incident = row if grain is Grain.INCIDENT else row.incident
        said = [
            incident.case_no,
            when(incident.opened_at),
            ROMAN[incident.level],
            str(SOURCES.get(incident.source_kind, incident.source_kind)),
            _named(incident.category),
            *([incident.title] if sees_cases else []),
            str(incident.community) if incident.community_id else _("none"),
            _named(incident.department) if incident.department_id else _("none"),
            str(Status(incident.status).label),
        ]
        tone = ""
        if grain is Grain.CLOCK:
            said += [
                when(row.started_at),
                when(row.due_at),
                when(row.stopped_at),
                span(row.ran) if row.is_measured else span(None),
                _result(row),
            ]
            tone = "missed" if row.is_missed else "ok" if row.is_met else ""
        elif grain is Grain.RETURN:
            said += [when(row.returned_at), str(CaseReturn.Reason(row.reason).label)]
            said += [row.note] if sees_cases else []
        else:
            said += [when(incident.closed_at)]
        yield {"incident": incident, "cells": said, "tone": tone}


def _result(row) -> str:
    if row.is_met:
        result = pgettext("report", "kept")
    elif row.is_missed:
        result = pgettext("report", "late") if row.is_measured else _("missed, still open")
    else:
        result = pgettext("report", "running")
    return _("%(result)s (exempt)") % {"result": result} if row.exempt else result


def _named(thing) -> str:
    return thing.name_zh if is_chinese() else thing.name_en or thing.name_zh
