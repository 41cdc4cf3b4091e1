"""The sheet of a settled month as xlsx, to be signed on paper: A4, text is always written as text."""

from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from points.services.reconciliation import Sheet
from shushanwei.common.clock import db_now
from shushanwei.common.wording import local

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTHS = (6, 20, 12, 34, 10)


def workbook(found: Sheet, taken_by: str) -> bytes:
    """The month of a merchant: lines, sum, worth in yuan, hash, and where merchant and street sign."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
    text, number = book.add_format(font), book.add_format(font | {"num_format": "#,##0"})
    money = book.add_format(font | {"num_format": "#,##0.00", "bold": True})
    title = book.add_format(font | {"bold": True, "font_size": 14})
    bold = book.add_format(font | {"bold": True})
    head = book.add_format(font | {"bold": True, "bg_color": "#E6F1F9", "bottom": 1})
    sign = book.add_format(font | {"bottom": 1})
    note = book.add_format(font | {"font_color": "#5B6B7D"})

    sheet = book.add_worksheet(f"{found.month:%Y-%m}")
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{taken_by} {local(db_now())}&R&P / &N")
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    heading = _("Settlement of redeemed points, %(month)s") % {"month": f"{found.month:%Y-%m}"}
    sheet.write_string(0, 0, heading, title)
    sheet.write_string(1, 0, f"{found.merchant.name} · {found.merchant.community} · {found.merchant.address}", text)
    sheet.write_string(2, 0, _state(found), note)
    for column, word in enumerate(
        (_("No."), _("Written off at"), _("Code ends in"), _("Reward"), pgettext("points", "Points"))
    ):
        sheet.write_string(4, column, word, head)
    at = 5
    for place, line in enumerate(found.lines, 1):
        sheet.write_number(at, 0, place, number)
        for column, name in enumerate(("at", "code", "reward"), 1):
            sheet.write_string(at, column, line[name], text)
        sheet.write_number(at, 4, line["points"], number)
        at += 1
    sheet.repeat_rows(4)
    sheet.write_string(at, 3, _("Sum in points"), bold)
    sheet.write_number(at, 4, found.points, number)
    sheet.write_string(at + 1, 3, _("Yuan, at %(worth)s a point") % {"worth": found.yuan_per_point}, bold)
    sheet.write_number(at + 1, 4, float(found.yuan), money)
    for row, who in (
        (at + 4, _("For the merchant (signature, seal)")),
        (at + 6, _("For the street (signature, seal)")),
    ):
        sheet.write_string(row, 0, who, text)
        sheet.write_blank(row, 3, None, sign)
        sheet.write_string(row, 4, _("Date"), text)
    book.close()
    return buffer.getvalue()


def _state(found: Sheet) -> str:
    if found.settlement is None:
        return _("Draft: not settled yet")
    return _("Settled by %(name)s at %(at)s · SHA-256 %(sum)s") % {
        "name": found.settlement.closed_by, "at": local(found.settlement.closed_at), "sum": found.settlement.sha256,
    }  # fmt: skip
