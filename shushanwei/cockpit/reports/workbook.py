"""Reports and lists as xlsx: text is always written as text, and the page foot says who took it and when."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shushanwei.cockpit.reports import clockwork, definitions, present
from shushanwei.cockpit.reports.periods import Kind
from shushanwei.cockpit.reports.selectors import Reading
from shushanwei.cockpit.reports.words import clock_time, span_of, title, weekday
from shushanwei.common.clock import db_now
from shushanwei.people.models import User

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Book:
    """A workbook under way: sheets of titled tables, printed on A4."""

    def __init__(self, said: str, taken: str) -> None:
        self.buffer = BytesIO()
        self.book = xlsxwriter.Workbook(self.buffer, OPTIONS)
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        self.formats = {
            "title": self.book.add_format(font | {"bold": True, "font_size": 14}),
            "note": self.book.add_format(font | {"font_color": "#5B6B7D"}),
            "head": self.book.add_format(font | {"bold": True, "bg_color": "#E6F1F9", "bottom": 1, "text_wrap": True}),
            "text": self.book.add_format(font),
            "number": self.book.add_format(font | {"num_format": "#,##0"}),
            "decimal": self.book.add_format(font | {"num_format": "#,##0.0#"}),
            "percent": self.book.add_format(font | {"num_format": "0.0%"}),
        }
        self.said, self.taken = said, taken

    def sheet(
        self, name: str, heading: str, blocks: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]
    ) -> None:
        """One sheet with one or more tables, each (caption, heads, rows). A value (number, "percent") is a rate."""
        sheet = self.book.add_worksheet(name[:31])
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.taken}&R&P / &N")
        sheet.write_string(0, 0, heading, self.formats["title"])
        sheet.write_string(1, 0, self.said, self.formats["note"])
        widths: dict[int, int] = {}
        at = 3
        for caption, heads, rows in blocks:
            if caption:
                sheet.write_string(at, 0, caption, self.formats["title"])
                at += 1
            for column, head in enumerate(heads):
                sheet.write_string(at, column, head, self.formats["head"])
                widths[column] = max(widths.get(column, 0), _width(head))
            at += 1
            if len(blocks) == 1:
                sheet.freeze_panes(at, 1)
                sheet.repeat_rows(at - 1)
            for row in rows:
                for column, value in enumerate(row):
                    widths[column] = max(widths.get(column, 0), self._write(sheet, at, column, value))
                at += 1
            at += 1
        for column, width in widths.items():
            sheet.set_column(column, column, min(max(width + 2, 8), 60))

    def _write(self, sheet, row: int, column: int, value: Any) -> int:
        if isinstance(value, tuple):
            part, kind = value
            if part is None:
                sheet.write_string(row, column, "–", self.formats["text"])
            else:
                sheet.write_number(row, column, part, self.formats[kind])
            return 8
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(row, column, value, self.formats["number" if isinstance(value, int) else "decimal"])
            return 8
        text = "" if value is None else str(value)
        sheet.write_string(row, column, text[:32_000], self.formats["text"])
        return _width(text)

    def done(self) -> bytes:
        """The file."""
        self.book.close()
        return self.buffer.getvalue()


def report_book(reading: Reading, user: User) -> bytes:
    """The whole report, every table in full."""
    data, period = reading.figures, reading.period
    heading = f"{_('Shushan Guard')} · {title(period)} · {span_of(period)}"
    book = Book(said_of(reading), taken_by(user))
    compared = [pgettext("report", "before"), pgettext("report", "change"), _("last year"), _("change on last year")]
    book.sheet(
        _("Overview"),
        heading,
        [
            (_("30515 and the city profile"), _clock_heads(), [_clock_row(row) for row in present.clock_rows(data)]),
            (
                _("Base counts"),
                [_("figure"), _("this period"), *compared],
                [
                    [
                        row["label"],
                        row["value"],
                        row["before"],
                        _said(row["change"]),
                        row["year"],
                        _said(row["year_change"]),
                    ]
                    for row in present.count_rows(data)
                ],
            ),
            (
                _("Rates"),
                [_("rate"), _("value"), _("numerator"), _("denominator"), pgettext("report", "change")],
                [
                    [row["label"], (row["value"], "percent"), row["part"], row["whole"], _said(row["change"])]
                    for row in present.rate_rows(data)
                ],
            ),
        ],
    )
    for table in present.tables(data, limit=None):
        heads = [str(table["label"]), *_split_heads()] + ([_("per 1,000 people")] if table["per_1000"] else [])
        for code in clockwork.MAIN:
            heads += [f"{code} n", f"{code} {_('attainment')}", f"{code} P50 (s)", f"{code} P90 (s)"]
        book.sheet(str(table["label"]), heading, [("", heads, [_table_row(row, table) for row in table["rows"]])])
    moments = [
        (
            _("By hour"),
            [_("hour"), pgettext("report", "Reported")],
            [[f"{hour:02}", n] for hour, n in enumerate(data["hours"])],
        )
    ]
    if period.kind is not Kind.DAY:
        moments = [
            (
                _("Weekday × hour"),
                [_("weekday"), *(f"{hour:02}" for hour in range(24))],
                [[weekday(number + 1), *row] for number, row in enumerate(data["matrix"])],
            ),
            (
                _("By day"),
                [_("date"), pgettext("report", "Reported")],
                [[day["date"], day["reported"]] for day in data["days"]],
            ),
            *moments,
        ]
    book.sheet(pgettext("report", "Times"), heading, moments)
    book.sheet(
        _("Key and hard"),
        heading,
        [
            (
                _("Key incidents"),
                [
                    _("case number"),
                    pgettext("report", "received"),
                    _("level"),
                    pgettext("report", "place"),
                    pgettext("report", "what"),
                    _("first unit"),
                    _("minutes to arrival"),
                    pgettext("report", "state"),
                ],
                [
                    [
                        row["case_no"],
                        row["opened"],
                        row["level_text"],
                        row["community"],
                        row["what"],
                        row["unit"],
                        _minutes(row["arrival_s"]),
                        row["state"],
                    ]
                    for row in present.named_rows(data, "key")
                ],
            ),
            (
                _("Hard problems"),
                [
                    _("case number"),
                    pgettext("report", "received"),
                    pgettext("report", "what"),
                    pgettext("report", "place"),
                    pgettext("report", "owner"),
                    _("what blocks"),
                    pgettext("report", "state"),
                ],
                [
                    [
                        row["case_no"],
                        row["opened"],
                        row["what"],
                        row["community"],
                        row["owner"],
                        row["blocked"],
                        row["state"],
                    ]
                    for row in present.named_rows(data, "hard")
                ],
            ),
            (
                _("Returns by reason"),
                [_("reason"), "n", _("share")],
                [[row["label"], row["n"], row["share"]] for row in present.return_rows(data)],
            ),
            (
                _("Top ten classes by filed cases"),
                [_("class"), pgettext("report", "Filed"), _("share")],
                [[row["label"], row["filed"], row["text"]] for row in present.top_rows(data)],
            ),
        ],
    )
    book.sheet(
        _("Definitions"),
        heading,
        [
            (
                _("Promises"),
                [
                    _("code"),
                    _("name"),
                    pgettext("report", "start"),
                    pgettext("report", "stop"),
                    _("target (s)"),
                    _("denominator"),
                ],
                [
                    [d.clock.code, d.clock.label, d.start, d.stop, d.target_s, d.clock.denominator]
                    for d in definitions.promises(reading.cutoff)
                ],
            ),
            (
                "",
                [_("column"), _("name"), _("formula")],
                [[c, label, formula] for c, label, formula in definitions.states()],
            ),
            (_("Base counts"), [_("figure"), _("formula")], [[f.label, f.formula] for f in definitions.counts()]),
            (
                _("Rates"),
                [_("rate"), _("numerator"), _("denominator")],
                [[rate.label, top.label, bottom.label] for rate, top, bottom in definitions.rates()],
            ),
        ],
    )
    return book.done()


def list_book(heading: str, said: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], user: User) -> bytes:
    """The list behind a figure."""
    book = Book(said, taken_by(user))
    book.sheet(pgettext("report", "List"), heading, [("", heads, rows)])
    return book.done()


def said_of(reading: Reading) -> str:
    """The cut-off line: the instant, what is excluded, which edition."""
    data = reading.figures
    said = _(
        "Data cut-off %(at)s. Excluded: %(test)d tests, %(merged)d merged within 60 s; %(exempt)d exempt after appeal."
    ) % {
        "at": clock_time(data["cutoff"]),
        **data["exclusions"],
    }
    if reading.report is None:
        return said + " " + _("Not frozen.")
    return (
        said
        + " "
        + _("Edition %(n)d, frozen %(at)s.")
        % {
            "n": reading.report.edition,
            "at": clock_time(reading.report.computed_at),
        }
    )


def taken_by(user: User) -> str:
    """The watermark: who took the file and when."""
    # An ampersand starts a code in a page foot.
    return _("exported by %(name)s, %(at)s") % {
        "name": str(user).replace("&", "&&"),
        "at": clock_time(db_now(), seconds=True),
    }


def _clock_heads() -> list[str]:
    return [
        _("promise"),
        _("target (s)"),
        "n",
        *(str(clockwork.STATES[s][0]) for s in ("met", "missed", "open_late", "exempt", "running")),
        _("attainment"),
        _("raw attainment"),
        "P50 (s)",
        "P90 (s)",
        "P95 (s)",
        pgettext("report", "change"),
    ]


def _clock_row(row: dict[str, Any]) -> list[Any]:
    return [
        f"{row['code']} {row['label']}",
        row["target_s"],
        row["n"],
        row["met"],
        row["missed"],
        row["open_late"],
        row["exempt"],
        row["running"],
        (row["attainment"], "percent"),
        (row["attainment_raw"], "percent"),
        row["p50"],
        row["p90"],
        row["p95"],
        _said(row["change"]),
    ]


def _split_heads() -> list[str]:
    labels = {figure.code: str(figure.label) for figure in definitions.counts()}
    first, *rest = ("reported", "filed", "closed", "open", "open_late", "returned")
    return [labels[first], pgettext("report", "change"), *(labels[code] for code in rest)]


def _table_row(row: dict[str, Any], table: dict[str, Any]) -> list[Any]:
    numbers = row["counts"]
    cells = [
        row["label"],
        numbers["reported"],
        _said(row["change"]),
        *(numbers[code] for code in ("filed", "closed", "open", "open_late", "returned")),
    ]
    if table["per_1000"]:
        cells.append((row.get("per_1000"), "decimal"))
    for line in row["lines"]:
        cells += [line["n"], (line["attainment"], "percent"), line["p50"], line["p90"]]
    return cells


def _said(moved: dict | None) -> str:
    return f"{moved['arrow']} {moved['words']}" if moved else "–"


def _minutes(seconds: float | None) -> tuple:
    return (None if seconds is None else round(seconds / 60, 1), "decimal")


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)
