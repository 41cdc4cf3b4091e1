"""Sheets to bring in, good ones and such as somebody means harm with."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile
from zlib import crc32

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def sheet(*rows) -> SimpleUploadedFile:
    """An xlsx file with these rows."""
    book, buffer = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return SimpleUploadedFile("rows.xlsx", buffer.getvalue())


def bomb(*rows) -> SimpleUploadedFile:
    """A few kilobytes that declare more than anybody unpacks."""
    return _packed(rows, {STRINGS: lambda _raw: b"<si><t/></si>" * 1_000_000})


def lying_bomb(*rows, unpacked: int) -> SimpleUploadedFile:
    """The same, with a member that declares what is good of it and goes on for `unpacked` bytes."""
    buffer = BytesIO(_packed(rows, {BOOK: lambda raw: raw + bytes(unpacked)}).read())
    with ZipFile(buffer) as archive:
        raw = archive.read(BOOK).rstrip(b"\0")
    with ZipFile(buffer, "a") as archive:
        archive.getinfo(BOOK).file_size, archive.getinfo(BOOK).CRC = len(raw), crc32(raw)
        archive.comment = b"the directory is written anew"
    return SimpleUploadedFile("rows.xlsx", buffer.getvalue())


def entity_bomb(*rows) -> SimpleUploadedFile:
    """A sheet whose cells repeat a word that its document type declares."""
    head = b'<!DOCTYPE worksheet [<!ENTITY a "' + b"a" * 10_000 + b'">]>'
    return _packed(rows, {SHEET: lambda raw: head + raw})


def strange(*rows) -> SimpleUploadedFile:
    """Packed in a way that spreadsheets do not know."""
    return _packed(rows, {}, ZIP_BZIP2)


def broken(*rows) -> SimpleUploadedFile:
    """A whole archive whose sheet breaks off in the middle of its last row."""
    return _packed(rows, {SHEET: lambda raw: raw[: raw.rindex(b"<row") + 30]})


def endless(*rows) -> SimpleUploadedFile:
    """A sheet in which each 7 has four hundred digits."""
    return _packed(rows, {SHEET: lambda raw: raw.replace(b"<v>7<", b"<v>" + b"7" * 400 + b"<")})


def _packed(rows, changes: dict[str, Callable[[bytes], bytes]], how: int = ZIP_DEFLATED) -> SimpleUploadedFile:
    buffer = BytesIO()
    with ZipFile(sheet(*rows)) as plain, ZipFile(buffer, "w", how) as packed:
        members = {name: plain.read(name) for name in plain.namelist()}
        for name in members | changes:
            packed.writestr(name, changes.get(name, bytes)(members.get(name, b"")))
    return SimpleUploadedFile("rows.xlsx", buffer.getvalue())
