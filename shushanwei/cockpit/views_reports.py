"""Pages of the reports: the report, the list behind a figure, the definitions, and both as workbooks."""

from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shushanwei.cockpit.reports import (
    access,
    counts,
    definitions,
    duty,
    lists,
    patrols,
    present,
    rows,
    selectors,
    services,
    workbook,
)
from shushanwei.cockpit.reports.dimensions import read_by
from shushanwei.cockpit.reports.frame import Frame
from shushanwei.cockpit.reports.periods import SHAPES, Kind, Period, containing, current, parse
from shushanwei.cockpit.reports.words import clock_time, local, span_of, title, weekday
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError, NotFound

PAGE = 50
EXPORTED = 20_000


def reads_reports(view):
    """Signed in, with the permission; a refusal of the rules becomes a page that says why."""

    @login_required
    @permission_required(access.VIEW, raise_exception=True)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, access.reader_of(request.user), *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from None
        except DomainError as error:
            return render(request, "cockpit/reports_refused.html", {"error": error}, status=error.status)

    return guarded


@require_safe
@reads_reports
def report(request: HttpRequest, reader: access.Reader) -> HttpResponse:
    """The report of a period; `?period=week:2026-W47`, or `?kind=week&date=2026-11-23` from the form."""
    now = db_now()
    if "kind" in request.GET:
        return redirect(f"{request.path}?{urlencode({'period': _picked(request, now).slug})}")
    if not request.GET.get("period"):
        return redirect(f"{request.path}?{urlencode({'period': _first_shown(now).slug})}")
    period = _period(request.GET["period"], now)
    reading = selectors.reading(reader, period, _edition(request))
    data = reading.figures
    link = partial(address, data, period)
    patrol = patrols.row(period, reader)
    watch = duty.block(selectors.frame_of(reader, period)) if reader.whole_street else None
    return render(
        request,
        "cockpit/reports.html",
        {
            "reading": reading, "data": data, "period": period, "title": title(period), "span": span_of(period),
            "said": workbook.said_of(reading), "cutoff": clock_time(data["cutoff"], seconds=data["running"]),
            "kinds": [(kind, title(containing(kind, period.last)), containing(kind, _anchor(period, now)).slug)
                      for kind in Kind],
            "following": period.following if period.following.start <= now else None,
            "duty": watch,
            "cards": present.cards(data, patrol), "patrol": patrol,
            "clocks": present.clock_rows(data), "counts": present.count_rows(data),
            "rates": present.rate_rows(data), "tables": present.tables(data), "top": present.top_rows(data),
            "returns": present.return_rows(data), "key": present.named_rows(data, "key"),
            "hard": present.named_rows(data, "hard"), "charts": present.charts(data, period, link),
            "before": span_of(period.previous) if data["before"] else "",
            "editions": list(selectors.editions(period).defer("figures")) if reader.whole_street else [],
            "may_recompute": reading.report is not None and request.user.has_perm(access.RECOMPUTE),
            "may_open_cases": request.user.has_perm("cockpit.view_console"), "today": now.astimezone(STREET).date(),
        },
    )  # fmt: skip


@require_safe
@reads_reports
def report_xlsx(request: HttpRequest, reader: access.Reader, slug: str) -> HttpResponse:
    """The report as a workbook; who takes it stands in the journal."""
    period = _period(slug, db_now())
    reading = selectors.reading(reader, period, _edition(request))
    body = workbook.report_book(reading, request.user)
    services.note_export(request.user, period, "report")
    return _file(body, f"{title(period)}-{period.key}.xlsx")


@require_safe
@reads_reports
def figure_list(request: HttpRequest, reader: access.Reader) -> HttpResponse:
    """The rows behind a figure: `?period=…&figure=A5.missed&source=resident&page=2&sort=-ran`."""
    frame, cell = _asked(request, reader)
    grain = cell.figure.grain
    part = Paginator(lists.behind(frame, cell), PAGE).get_page(request.GET.get("page"))
    said = request.GET.get("said", "")
    return render(
        request,
        "cockpit/reports_list.html",
        {
            "period": frame.period, "span": span_of(frame.period), "title": title(frame.period), "cell": cell,
            "words": _words(cell), "cutoff": clock_time(frame.cutoff, seconds=True), "part": part,
            "heads": _heads(request, rows.heads(grain, reader.sees_cases), cell.sort or lists.DEFAULT_SORT[grain]),
            "rows": list(rows.cells(part.object_list, grain, reader.sees_cases, short=True)),
            "said": int(said) if said.isdecimal() and len(said) < 9 and int(said) != part.paginator.count else None,
            "export": f"{reverse('cockpit:report-list-xlsx')}?{_without(request, 'page', 'said')}",
            "query": _without(request, "page"), "sees_cases": reader.sees_cases,
            "may_open_cases": reader.sees_cases and request.user.has_perm("cockpit.view_console"),
        },
    )  # fmt: skip


@require_safe
@reads_reports
def figure_list_xlsx(request: HttpRequest, reader: access.Reader) -> HttpResponse:
    """The same list as a workbook, up to 20,000 rows; who takes it stands in the journal."""
    frame, cell = _asked(request, reader)
    grain = cell.figure.grain
    total = lists.size(frame, cell)
    found = lists.behind(frame, cell)[:EXPORTED]
    said = _("Data cut-off %(at)s.") % {"at": clock_time(frame.cutoff, seconds=True)}
    if total > EXPORTED:
        said += " " + _("The first %(n)d of %(total)d rows.") % {"n": EXPORTED, "total": total}
    words = "; ".join(f"{label}: {value}" for label, value in _words(cell))
    body = workbook.list_book(
        f"{cell.figure.label} · {span_of(frame.period)}{' · ' if words else ''}{words}", said,
        [head for _key, head in rows.heads(grain, reader.sees_cases)],
        (row["cells"] for row in rows.cells(found.iterator(chunk_size=1000), grain, reader.sees_cases)),
        request.user,
    )  # fmt: skip
    services.note_export(request.user, frame.period, cell.figure.code, total)
    return _file(body, f"{frame.period.key}-{cell.figure.code}.xlsx")


@require_safe
@reads_reports
def definitions_page(request: HttpRequest, reader: access.Reader) -> HttpResponse:
    """What each figure means: generated from what counts it."""
    return render(
        request,
        "cockpit/reports_definitions.html",
        {
            "promises": definitions.promises(db_now()), "states": definitions.states(), "counts": definitions.counts(),
            "parts": definitions.parts(), "rates": definitions.rates(), "edition": definitions.registry.EDITION,
            "small": definitions.registry.SMALL,
        },
    )  # fmt: skip


@require_POST
@reads_reports
def recompute(request: HttpRequest, reader: access.Reader) -> HttpResponse:
    """Draw up a frozen report again, as a new edition with a reason."""
    period = _period(request.POST.get("period", ""), db_now())
    try:
        made = services.recompute(period, actor=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("Edition %(n)d has been drawn up.") % {"n": made.edition})
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, error.message)
    return redirect(f"{reverse('cockpit:reports')}?{urlencode({'period': period.slug})}")


def address(data: dict[str, Any], period: Period, figure: str, said: int | None = None, **by) -> str:
    """Where the list behind a figure of this report is."""
    query: dict[str, Any] = {"period": period.slug, "figure": figure}
    if datetime.fromisoformat(data["cutoff"]) < period.cutoff:
        query["cutoff"] = data["cutoff"]
    if said is not None:
        query["said"] = said
    return f"{reverse('cockpit:report-list')}?{urlencode(query | by)}"


def _asked(request: HttpRequest, reader: access.Reader) -> tuple[Frame, lists.Cell]:
    now = db_now()
    period = _period(request.GET.get("period", ""), now)
    try:
        figure = lists.figure(request.GET.get("figure", ""))
        by = read_by(request.GET.dict())
    except (KeyError, ValueError) as error:
        raise Http404(f"no such figure: {error}") from None
    try:
        cutoff = parse_datetime(request.GET.get("cutoff", "")) or now
    except ValueError:
        cutoff = now
    if cutoff.tzinfo is None:
        cutoff = cutoff.replace(tzinfo=STREET)
    reason = request.GET.get("reason", "")[:20].replace("\x00", "")
    cell = lists.Cell(figure, by, reason, request.GET.get("sort", ""))
    return selectors.frame_of(reader, period, min(cutoff, now)), cell


def _period(slug: str, now: datetime) -> Period:
    try:
        period = parse(slug)
    except ValueError as error:
        raise Http404(str(error)) from None
    if period.start > now:
        raise Http404(_("This period has not begun."))
    return period


def _picked(request: HttpRequest, now: datetime) -> Period:
    kind = request.GET.get("kind", "")
    try:
        day = date.fromisoformat(request.GET.get("date", ""))
        picked = containing(kind if kind in SHAPES else "day", day)
    except (ValueError, OverflowError):
        return _first_shown(now)
    return picked if picked.start <= now and picked.first.year >= 2000 else current(picked.kind, now)


def _first_shown(now: datetime) -> Period:
    """Yesterday, which the morning meeting studies; today, as long as the street is younger than that."""
    today = current(Kind.DAY, now)
    first = counts.first_instant()
    return today.previous if first is not None and first < today.start else today


def _anchor(period: Period, now: datetime) -> date:
    return min(period.last, now.astimezone(STREET).date())


def _edition(request: HttpRequest) -> int | None:
    asked = request.GET.get("edition", "")
    if asked and (not asked.isdecimal() or not 0 < int(asked[:6]) < 32_768):
        raise Http404("no such edition")
    return int(asked) if asked else None


def _words(cell: lists.Cell) -> list[tuple[str, str]]:
    said = []
    for label, value in lists.words_of(cell):
        if isinstance(value, dict):
            value = local(value)
        elif label == lists.MOMENT_LABELS["weekday"] and 1 <= value <= 7:
            value = weekday(value)
        said.append((str(label), str(value)))
    if cell.reason:
        said.append((_("reason"), dict(rows.CaseReturn.Reason.choices).get(cell.reason, cell.reason)))
    return said


def _heads(request: HttpRequest, columns: list[tuple[str, str]], sort: str) -> list[dict[str, str]]:
    answer = []
    for key, words in columns:
        held = sort.removeprefix("-") == key
        turned = f"-{key}" if not (held and sort.startswith("-")) else key
        answer.append(
            {
                "words": words,
                "url": f"?{_without(request, 'page', 'sort')}&{urlencode({'sort': turned})}" if key else "",
                "sort": ("descending" if sort.startswith("-") else "ascending") if key and held else "",
            }
        )
    return answer


def _without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


def _file(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=workbook.MIME)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
