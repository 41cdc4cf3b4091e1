"""A sheet (xlsx) of manifests read into papers; what cannot be read is named by row. No database here."""

from datetime import datetime
from typing import Any, NamedTuple

from openpyxl import load_workbook

from shushanwei.common.clock import STREET
from worksites.services.manifests import Paper

MOST_ROWS = 5_000
HEADS = {
    "number": ("联单编号", "联单号", "编号", "number"),
    "site": ("工地编码", "工地编号", "site"),
    "sink": ("消纳场编码", "消纳场编号", "sink"),
    "plate": ("车牌号", "车牌", "plate"),
    "issued_at": ("开具时间", "issued_at"),
    "driver_name": ("驾驶员", "司机", "driver"),
    "volume_m3": ("方量", "方量(m³)", "volume_m3"),
    "received_at": ("签收时间", "received_at"),
    "state": ("状态", "state"),
}
STATES = {"已开具": "issued", "已签收": "received", "作废": "voided", "已作废": "voided"}
NEEDED = ("number", "site", "sink", "plate", "issued_at")


class BadSheet(ValueError):
    """The file as a whole cannot be read; `missing` names columns that are not there."""

    def __init__(self, missing: str = "") -> None:
        super().__init__(missing)
        self.missing = missing


class Wrong(NamedTuple):
    """A row of the sheet that cannot be read, and the column to look at."""

    row: int
    field: str


def read_sheet(file: Any) -> tuple[list[tuple[int, Paper]], list[Wrong]]:
    """(row number, paper) of each good row, and the others. Raises BadSheet."""
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=40)
        heads = [str(value or "").strip() for value in next(rows, ())]
    except Exception as error:  # a broken archive fails in a dozen ways
        raise BadSheet from error
    places = {
        name: place for name, words in HEADS.items() for place, head in enumerate(heads) if head in words
    }  # fmt: skip
    if missing := [HEADS[name][0] for name in NEEDED if name not in places]:
        raise BadSheet("、".join(missing))
    good, bad = [], []
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS + 1:
            raise BadSheet
        if not any(value not in (None, "") for value in row):
            continue
        said = {name: row[place] for name, place in places.items() if place < len(row)}
        paper = _paper(said)
        if isinstance(paper, str):
            bad.append(Wrong(number, paper))
        else:
            good.append((number, paper))
    return good, bad


def _paper(said: dict[str, Any]) -> Paper | str:
    """The paper, or the name of the column that is wrong."""
    texts = {name: _text(said.get(name)) for name in ("number", "site", "sink", "plate", "driver_name", "state")}
    for name in ("number", "site", "sink", "plate"):
        if not texts[name] or "\0" in texts[name]:
            return name
    issued, received, volume = said.get("issued_at"), said.get("received_at"), said.get("volume_m3")
    try:
        issued_at = _instant(issued)
    except ValueError:
        return "issued_at"
    try:
        received_at = _instant(received) if received not in (None, "") else None
    except ValueError:
        return "received_at"
    try:
        volume_m3 = float(volume) if volume not in (None, "") else None
    except (TypeError, ValueError):
        return "volume_m3"
    state = STATES.get(texts["state"], texts["state"])
    return Paper(texts["number"], texts["site"], texts["sink"], texts["plate"], issued_at, texts["driver_name"],
                 volume_m3, received_at, state)  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a number that looks like one is stored as one
    return "" if value is None else str(value).strip()


def _instant(value: Any) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value).replace("/", "-"))
    return at if at.tzinfo else at.replace(tzinfo=STREET)
