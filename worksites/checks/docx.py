"""A signed sheet as a document for Word: A4, Chinese fonts named, signatures and the code as pictures."""

import io
from typing import Any

import segno
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from worksites.checks import ink, sheet_page
from worksites.models import Inspection

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEAD, LATIN = "宋体", "黑体", "Times New Roman"
FILL = "F2F4F7"


def document(inspection: Inspection, base: str) -> bytes:
    """The bytes of the .docx; `base` is the address that the QR code leads to."""
    said = sheet_page.context(inspection, "")
    paper = Document()
    _page(paper)
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, said["sheet"]["checklist"]["name"] if sheet_page.chinese() else _("Inspection sheet"), 18, bold=True)
    code = paper.add_paragraph()
    code.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(code, f"{_('Conduct code')} {inspection.conduct_code}　{_('Version')} {inspection.version}", 10)
    picture = io.BytesIO()
    address = base.rstrip("/") + reverse("worksites:conduct", args=[inspection.conduct_code])
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    place = paper.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.add_run().add_picture(picture, width=Cm(2.6))
    _facts(paper, said)
    for group in said["groups"]:
        _group(paper, group)
    if said["findings"]:
        _heading(paper, _("Findings and limits"))
        rows = [
            [one["number"], one["item"], one["text"] + (f"（{_('repeated')}）" if one["repeated"] else ""),
             str(one["severity_words"]), str(one["fix_words"]), _time(one["due"])]
            for one in said["findings"]
        ]  # fmt: skip
        heads = [_("Number"), _("Item"), _("What is wrong"), _("Severity"), _("Rectification"), _("By when")]
        _table(paper, heads, rows, [3.4, 1.3, 5.6, 1.6, 2.2, 3.1])
    _signatures(paper, said)
    foot = paper.add_paragraph()
    _run(foot, f"SHA-256 {inspection.sha256}", 7.5)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.9)
    section.top_margin = section.bottom_margin = Cm(1.8)
    _fonts(paper.styles["Normal"].element, BODY)
    paper.styles["Normal"].font.size = Pt(10)


def _fonts(element: Any, chinese: str) -> None:
    """Word takes Chinese letters from `eastAsia` alone; without it each machine chooses another font."""
    properties = element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{name}"), value)


def _run(paragraph: Any, text: str, size: float = 10, *, bold: bool = False) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = Pt(size), bold
    _fonts(run._element, HEAD if bold else BODY)


def _heading(paper: Any, text: str) -> None:
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(3)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, 11.5, bold=True)


def _facts(paper: Any, said: dict[str, Any]) -> None:
    site = said["sheet"]["site"]
    rows = [
        (_("Site"), f"{site['name']}（{site['code']}）"), (_("Address"), site["address"]),
        *said["companies"],
        (_("Phase and colour"), f"{said['phase']} · {said['colour']}"), (_("Kind of check"), str(said["kind"])),
        (_("Inspectors"), said["inspectors"]), (_("Code shown"), _time(said["shown_at"])),
        (_("From – until"), f"{_time(said['started_at'])} – {_time(said['ended_at'])}"),
        (pgettext("sheet", "Result"), "　".join(f"{words} {count}" for words, count, _code in said["totals"])),
        (_("Needs of departments"), "\n".join(said["needs"])),
        (_("Remarks"), said["sheet"]["note"]),
    ]  # fmt: skip
    table = paper.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for words, value in rows:
        if value:
            cells = table.add_row().cells
            _cell(cells[0], words, 3.2, shaded=True)
            _cell(cells[1], value, 14)


def _group(paper: Any, group: dict[str, Any]) -> None:
    _heading(paper, f"{group['code']} {group['name']}（{group['lead']}）")
    rows = []
    for item in group["items_"]:
        photos = len(item["photos"])
        note = item["note"] + (f"　[{_('photos')} {photos}]" if photos else "")
        result = str(item["result_words"])
        if item["result"] == "fails" and item["serious_words"]:
            result += f"（{item['serious_words']}）"
        rows.append([item["code"], item["name"], result, note])
    _table(
        paper, [_("Item"), _("What is looked at"), pgettext("sheet", "Result"), _("Remarks")], rows, [1.3, 8.6, 3, 4.3]
    )


def _signatures(paper: Any, said: dict[str, Any]) -> None:
    _heading(paper, _("Signatures"))
    table = paper.add_table(rows=0, cols=3)
    table.style = "Table Grid"
    for one in said["signatures"]:
        cells = table.add_row().cells
        _cell(cells[0], f"{one['role_words']}\n{one['name']}", 4, shaded=True)
        if one["strokes"]:
            cells[1].width = Cm(7)
            cells[1].paragraphs[0].add_run().add_picture(io.BytesIO(ink.png(one["strokes"])), width=Cm(4))
        else:
            _cell(cells[1], _("Refused: %(why)s Witness: %(name)s")
                  % {"why": one["refused_reason"], "name": one["witness"]}, 7)  # fmt: skip
        _cell(cells[2], _time(one["time"]), 4)


def _table(paper: Any, heads: list[str], rows: list[list[str]], widths: list[float]) -> None:
    table = paper.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    first = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    first.append(repeat)
    for cell, head, width in zip(table.rows[0].cells, heads, widths, strict=True):
        _cell(cell, head, width, shaded=True)
    for row in rows:
        line = table.add_row()
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, value, width in zip(line.cells, row, widths, strict=True):
            _cell(cell, value, width)


def _cell(cell: Any, text: str, width: float, *, shaded: bool = False) -> None:
    cell.width = Cm(width)
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph, text, 9, bold=shaded)
    if shaded:
        fill = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", FILL)):
            fill.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(fill)


def _clean(text: str) -> str:
    """XML knows no control characters."""
    return "".join(letter for letter in str(text) if letter >= " " or letter in "\n\t")


def _time(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "—"
