"""Sheets (xlsx) of the register: read into rows of text, and templates to fill in. No database here."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from worksites.workbooks import Line, Mistake, read_lines, text_of

MOST_ROWS = 1_000


class Column(NamedTuple):
    """A column of a sheet: our name, what may stand at its head (the first goes into the template), an example."""

    field: str
    heads: tuple[str, ...]
    example: str = ""
    needed: bool = False


COLUMNS: dict[str, list[Column]] = {
    "companies": [
        Column("name", ("企业名称", "名称", "name"), "示例运输有限公司", True),
        Column("kind", ("企业类型", "类型", "kind"), "运输企业", True),
        Column("credit_code", ("统一社会信用代码", "信用代码", "credit_code"), "91330109SAMPLE0001"),
        Column("contact", ("联系人", "contact"), "示例联系人"),
        Column("phone", ("联系电话", "电话", "phone"), "100-0000-0001"),
    ],
    "trucks": [
        Column("plate", ("车牌号", "车牌", "plate"), "浙A示0001", True),
        Column("company", ("运输企业", "所属企业", "company"), "示例运输有限公司", True),
        Column("plate_colour", ("车牌颜色", "plate_colour"), "黄"),
        Column("state", ("状态", "state"), "待命"),
        Column("terminal_id", ("终端号", "终端手机号", "terminal_id"), "100000000001"),
        Column("volume_m3", ("车厢容积m³", "容积", "volume_m3"), "12"),
        Column("has_lift_sensor", ("举升传感器", "has_lift_sensor"), "是"),
        Column("has_load_sensor", ("载重传感器", "has_load_sensor"), "否"),
        Column("has_cover_sensor", ("密闭传感器", "has_cover_sensor"), "否"),
    ],
    "drivers": [
        Column("name", ("姓名", "name"), "示例驾驶员", True),
        Column("licence_no", ("驾驶证号", "licence_no"), "SAMPLE-0001", True),
        Column("company", ("运输企业", "所属企业", "company"), "示例运输有限公司", True),
        Column("truck", ("驾驶车辆", "车牌号", "truck"), "浙A示0001"),
        Column("phone", ("联系电话", "电话", "phone"), "100-0000-0002"),
    ],
    "permits": [
        Column("kind", ("许可种类", "种类", "kind"), "准运证", True),
        Column("number", ("编号", "许可编号", "number"), "ZY-2026-0001", True),
        Column("holder", ("持有对象", "holder"), "浙A示0001", True),
        Column("issuer", ("发证机关", "issuer"), "示例区城市管理局"),
        Column("status", ("状态", "status"), "已批准"),
        Column("valid_from", ("有效期起", "valid_from"), "2026-01-01", True),
        Column("valid_to", ("有效期止", "valid_to"), "2026-12-31", True),
        Column("quantity_m3", ("核准方量m³", "方量", "quantity_m3"), ""),
        Column("waste_class", ("垃圾类别", "waste_class"), "工程渣土"),
        Column("sinks", ("消纳场编码", "sinks"), ""),
        Column("sites", ("工地编码", "sites"), ""),
        Column("reason", ("理由", "reason"), ""),
    ],
    "people": [
        Column("site", ("工地编码", "site"), "GD-001", True),
        Column("post", ("岗位", "职务", "post"), "项目经理", True),
        Column("name", ("姓名", "name"), "示例负责人", True),
        Column("company", ("所属企业", "单位", "company"), "示例建设有限公司"),
        Column("phone", ("联系电话", "电话", "phone"), "100-0000-0003"),
    ],
}


def read_sheet(kind: str, file: Any) -> tuple[list[Line], list[Mistake]]:
    """The rows that hold something as texts, and the cells that are too long. Raises BadSheet."""
    columns = COLUMNS[kind]
    heads = {column.field: column.heads for column in columns}
    needed = {column.field for column in columns if column.needed}
    lines, mistakes = read_lines(file, heads, needed=needed, most=MOST_ROWS)
    return [Line(row, {field: text_of(value) for field, value in said.items()}) for row, said in lines], mistakes


def template(kind: str, notes: Iterable[tuple[str, str]]) -> bytes:
    """The sheet to fill in: heads (needed ones bold and coloured), an example, `notes` (column, words) as comments."""
    book = Workbook()
    sheet = book.active
    sheet.append([column.heads[0] for column in COLUMNS[kind]])
    sheet.append([column.example for column in COLUMNS[kind]])
    said = dict(notes)
    for place, column in enumerate(COLUMNS[kind], 1):
        head = sheet.cell(1, place)
        head.font = Font(bold=column.needed)
        head.fill = PatternFill("solid", fgColor="F7C948" if column.needed else "DDE3EA")
        sheet.cell(2, place).font = Font(italic=True, color="5B6B7D")
        sheet.cell(2, place).number_format = head.number_format = "@"
        if column.field in said:
            head.comment = Comment(said[column.field], "")
        sheet.column_dimensions[get_column_letter(place)].width = max(14, 2 * len(column.heads[0]) + 4)
    sheet.freeze_panes = "A2"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def head_of(kind: str, field: str) -> str:
    """How the column is called in the template."""
    return next((column.heads[0] for column in COLUMNS[kind] if column.field == field), field)
