"""The register of sites as a spreadsheet."""

from io import BytesIO

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from worksites.models import Site

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(rows: QuerySet[Site]) -> HttpResponse:
    """The rows of the register, one sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Worksites")
    sheet.append([_("Code"), _("Site"), _("Colour"), _("Phase"), _("State"), _("Community"), _("Construction company"),
                  _("Open findings"), _("overdue"), _("Next check")])  # fmt: skip
    for site in rows:
        sheet.append([
            site.code, site.name, str(site.get_colour_display()), str(site.get_phase_display()),
            str(site.get_status_display()), site.community.short_name if site.community else "",
            site.builder.name if site.builder else "", site.open_findings, site.overdue, site.next_check,
        ])  # fmt: skip
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEFGHIJ", (12, 28, 8, 10, 10, 14, 28, 10, 8, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    buffer = BytesIO()
    book.save(buffer)
    answer = HttpResponse(buffer.getvalue(), content_type=TYPE)
    answer["Content-Disposition"] = 'attachment; filename="worksites.xlsx"'
    return answer
