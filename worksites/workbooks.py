"""Sheets (xlsx) that people bring in: read whole before anybody looks at a row. No database here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MOST_UNPACKED_MB = 10  # all members together; 5,000 full rows are 3 MB, and to read 40 MB of a bomb takes minutes
LAST_ROW, MOST_COLUMNS = 1_048_576, 40  # the format has no more rows
MOST_TEXT = 300  # characters of a cell; what a column takes is its service's business


class BadSheet(ValueError):
    """The file as a whole cannot be read; the message says why."""


class Mistake(NamedTuple):
    """What is wrong in a row of the sheet, and in which column."""

    row: int
    field: str
    message: str


class Line(NamedTuple):
    """A row that holds something: its number in the sheet, and column → value without the columns that are empty."""

    row: int
    said: dict[str, Any]


def read_lines(
    file: Any, heads: Mapping[str, Sequence[str]], *, needed: Collection[str], most: int
) -> tuple[list[Line], list[Mistake]]:
    """The rows under the head, and the cells whose text is too long; a row with such a cell is no line.

    `heads` is column → what may stand at its head, `most` the rows at a time. Raises BadSheet.
    """
    rows = _rows(file, most + 1)
    if len(rows) > most + 1:
        raise BadSheet(_("At most %(n)s rows at a time.") % {"n": most})
    places = _places(rows[0][1] if rows else (), heads)
    if missing := [heads[field][0] for field in heads if field in needed and field not in places]:
        raise BadSheet(_("Columns are missing: %(names)s.") % {"names": "、".join(missing)})
    lines, mistakes = [], []
    for number, row in rows[1:]:
        said = {field: value for field, place in places.items() if (value := _tidy(row[place])) not in (None, "")}
        long = [field for field, value in said.items() if isinstance(value, str) and len(value) > MOST_TEXT]
        mistakes += [Mistake(number, field, _("At most %(n)s characters.") % {"n": MOST_TEXT}) for field in long]
        if said and not long:
            lines.append(Line(number, said))
    if not lines and not mistakes:
        raise BadSheet(_("There is no row under the head."))
    return lines, mistakes


def text_of(value: Any) -> str:
    """A cell as text: a day as 2026-11-27, yes and no in Chinese, a whole number without its point."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a number that looks like one is stored as one
    return "" if value is None else str(value)


def _rows(file: Any, most: int) -> list[tuple[int, Sequence[Any]]]:
    """The first row and those that hold something, with their numbers; one more than `most` where there are more."""
    try:
        book = load_workbook(_unpacked(file), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=LAST_ROW, max_col=MOST_COLUMNS)
        held = (
            (number, row)
            for number, row in enumerate(rows, 1)
            if number == 1 or any(value not in (None, "") for value in row)
        )
        return list(islice(held, most + 1))
    except BadSheet:
        raise
    except Exception as error:  # a broken archive fails in a dozen ways, some of them in the middle of a row
        raise BadSheet(_("This is no xlsx file that can be read.")) from error


def _unpacked(file: Any) -> BytesIO:
    """The same archive with its members stored as they are, so that none grows any more while it is read.

    A member may declare little and unpack to gigabytes: each is read up to what it declares, and its checksum decides.
    """
    plain = BytesIO()
    with ZipFile(file) as packed, ZipFile(plain, "w") as stored:
        members = packed.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED_MB * 1024 * 1024:
            raise BadSheet(_("Unpacked, it is larger than %(size)s MB.") % {"size": MOST_UNPACKED_MB})
        if not {member.compress_type for member in members} <= {ZIP_STORED, ZIP_DEFLATED}:
            raise ValueError("packed in a way that the format does not know, and that unpacks in one go")
        for member in members:
            with packed.open(member) as content:
                raw = content.read(member.file_size)
            # The format forbids it; what it declares may repeat itself beyond all measure.
            if b"<!DOCTYPE" in raw.replace(b"\0", b""):
                raise ValueError("holds a document type")
            stored.writestr(member.filename, raw)
    return plain


def _places(head: Sequence[Any], heads: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Column → its place; of two columns with the same head the first counts."""
    fields = {word: field for field, words in heads.items() for word in words}
    places: dict[str, int] = {}
    for place, value in enumerate(head):
        if (word := text_of(value).strip()) in fields:
            places.setdefault(fields[word], place)
    return places


def _tidy(value: Any) -> Any:
    return value.replace("\0", "").strip() if isinstance(value, str) else value
