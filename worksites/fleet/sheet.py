"""A sheet (xlsx) of manifests read into papers; what cannot be read is named by row. No database here."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from worksites.services.manifests import Paper
from worksites.workbooks import Mistake, read_lines, text_of

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


def read_sheet(file: Any) -> tuple[list[tuple[int, Paper]], list[Mistake]]:
    """(row number, paper) of each good row, and what is wrong in the others. Raises BadSheet."""
    lines, mistakes = read_lines(file, HEADS, needed=NEEDED, most=MOST_ROWS)
    good = []
    for row, said in lines:
        paper = _paper(said)
        if isinstance(paper, str):
            mistakes.append(Mistake(row, paper, _("cannot be read")))
        else:
            good.append((row, paper))
    return good, mistakes


def _paper(said: dict[str, Any]) -> Paper | str:
    """The paper, or the name of the column that is wrong."""
    texts = {name: text_of(said.get(name)) for name in ("number", "site", "sink", "plate", "driver_name", "state")}
    if empty := [name for name in NEEDED if name not in said]:
        return empty[0]
    try:
        issued_at = _instant(said["issued_at"])
    except ValueError:
        return "issued_at"
    try:
        received_at = _instant(said["received_at"]) if "received_at" in said else None
    except ValueError:
        return "received_at"
    try:
        volume_m3 = float(said["volume_m3"]) if "volume_m3" in said else None
    except (TypeError, ValueError, OverflowError):
        return "volume_m3"
    state = STATES.get(texts["state"], texts["state"])
    return Paper(texts["number"], texts["site"], texts["sink"], texts["plate"], issued_at, texts["driver_name"],
                 volume_m3, received_at, state)  # fmt: skip


def _instant(value: Any) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(text_of(value).replace("/", "-"))
    return at if at.tzinfo else at.replace(tzinfo=STREET)
