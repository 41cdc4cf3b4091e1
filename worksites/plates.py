"""Number plates as people and machines write them, brought to one form. No database here."""

import re

# A province, a letter of the place, then five characters, or six on plates of new-energy vehicles.
_PLATE = re.compile(r"[一-鿿][A-Z][A-Z0-9]{4,5}[A-Z0-9一-鿿]")
_FILLING = str.maketrans("", "", " ·•・.-—\t\u3000\u00a0")


def clean_plate(text: str) -> str:
    """The plate without dots and spaces, in capitals; the empty string where it is none."""
    plate = text.translate(_FILLING).upper()
    return plate if _PLATE.fullmatch(plate) else ""


def part_of_plate(text: str) -> str:
    """What somebody typed to look for a plate, in the form that plates are kept in."""
    return text.replace("\0", "").translate(_FILLING).upper()[:10]


def phone_of(text: str) -> str:
    """The number of a terminal as its frames show it: digits without leading zeros; empty where it is none."""
    digits = text.strip()
    return digits.lstrip("0") if digits.isascii() and digits.isdecimal() and len(digits) <= 20 else ""
