"""The Chinese of the interface: compiles each room's catalogue and finds what has no Chinese yet.

`python -m shushanwei.common.messages` compiles `locale/<room>/zh_Hans/LC_MESSAGES/*.po` where the text changed,
with a pure-Python library, so that no gettext tools are needed. `--check` lists what is untranslated or fuzzy.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from shushanwei.config import BASE_DIR

LANGUAGE = "zh_Hans"
ROOMS = ["demo", "dispatch", "grid", "incidents", "points", "shushanwei", "worksites"]
PYTHON: dict[Any, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
SCRIPT: dict[Any, Any] = {"_": None, "gettext": None, "n_": (1, 2), "ngettext": (1, 2)}
TEXT = r"""(u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))"""
CALL = re.compile(rf"\b(n?p?n?gettext)\({TEXT}(?:,\s*{TEXT})?")
SCRIPT_OPTIONS: Any = {"encoding": "utf-8", "parse_template_string": True}
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@dataclass(frozen=True)
class Said:
    """One message id and where it is said."""

    domain: str  # django or djangojs
    text: str
    context: str | None
    place: str


def catalogues(base: Path = BASE_DIR) -> list[Path]:
    """Every room's `.po` files."""
    return sorted(base.glob(f"locale/*/{LANGUAGE}/LC_MESSAGES/*.po"))


def compile_changed(base: Path = BASE_DIR) -> list[Path]:
    """Compile the catalogues that are newer than their `.mo`; returns those compiled."""
    done = []
    for path in catalogues(base):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Whole or not at all: a server may be reading the old one.
        fresh = target.with_suffix(f".{id(path)}.tmp")
        with open(fresh, "wb") as file:
            write_mo(file, _read(path))
        fresh.replace(target)
        done.append(path)
    return done


def said(base: Path = BASE_DIR) -> Iterator[Said]:
    """Every message id in code, templates and scripts."""
    for room in ROOMS:
        for path in sorted((base / room).rglob("*.py")):
            yield from _from_python(path, base)
        for path in sorted((base / room).rglob("templates/**/*.*")):
            yield from _from_template(path, base)
    for path in sorted((base / "templates").rglob("*.*")):
        yield from _from_template(path, base)
    for path in sorted((base / "static" / "js").rglob("*.js")):
        with open(path, "rb") as file:
            for line, function, texts, _ in extract_javascript(file, SCRIPT, [], SCRIPT_OPTIONS):
                yield from _pick("djangojs", SCRIPT[function], texts, f"{path.relative_to(base)}:{line}")


def faults(base: Path = BASE_DIR) -> list[str]:
    """One line for each message without Chinese, fuzzy, said in two ways, or with other placeholders."""
    chinese: dict[tuple[str, str, str | None], tuple[str, Path]] = {}
    found = []
    for path in catalogues(base):
        room = path.relative_to(base)
        for message in _read(path):
            if not message.id:
                continue
            text, translated = _first(message.id), _first(message.string)
            if message.fuzzy:
                found.append(f"fuzzy: {text!r} in {room}")
            if not translated:
                continue
            if set(PLACE.findall(text)) != set(PLACE.findall(translated)) and not isinstance(message.id, tuple):
                found.append(f"other placeholders: {text!r} → {translated!r} in {room}")
            key = (path.stem, text, message.context)
            if key in chinese and chinese[key][0] != translated:
                other = chinese[key][1].relative_to(base)
                found.append(f"said in two ways: {text!r} → {translated!r} in {room}, {chinese[key][0]!r} in {other}")
            chinese[key] = (translated, path)
    missing: dict[tuple[str, str], str] = {}
    for item in said(base):
        if (item.domain, item.text, item.context) not in chinese:
            missing.setdefault((item.domain, item.text), item.place)
    return found + [f"no Chinese ({domain}): {text!r} at {place}" for (domain, text), place in missing.items()]


def _first(forms: Any) -> str:
    """The text of a message, or the first of its plural forms."""
    return forms[0] if isinstance(forms, list | tuple) else forms


def _read(path: Path) -> Catalog:
    with open(path, "rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def _from_python(path: Path, base: Path) -> Iterator[Said]:
    source = path.read_bytes()
    if b"gettext" not in source:
        return
    for line, function, texts, _ in extract_python(io.BytesIO(source), PYTHON, [], {}):
        yield from _pick("django", PYTHON[function], texts, f"{path.relative_to(base)}:{line}")


def _from_template(path: Path, base: Path) -> Iterator[Said]:
    if path.suffix not in {".html", ".txt", ".xml", ".svg"}:
        return
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for call in CALL.finditer(code):
        function, first, second = call.groups()
        texts = [ast.literal_eval(text.removeprefix("u")) for text in (first, second) if text]
        line = code.count("\n", 0, call.start()) + 1
        context = texts.pop(0) if function == "pgettext" else None
        if texts[0]:
            yield Said("django", texts[0], context, f"{path.relative_to(base)}:{line}")


def _pick(domain: str, form: tuple | None, texts, place: str) -> Iterator[Said]:
    """`form` says which arguments are a context or a plural, as in babel's keywords."""
    texts = [texts] if isinstance(texts, str) else list(texts)
    context = texts.pop(0) if form and isinstance(form[0], tuple) and texts else None
    if texts and texts[0]:
        yield Said(domain, texts[0], context, place)


def main(arguments: list[str]) -> int:
    """Compile, or with `--check` list what is missing; returns the exit status."""
    if "--check" in arguments:
        lines = faults()
        print("\n".join(lines) or "Every message has its Chinese.")
        return 1 if lines else 0
    for path in compile_changed():
        print(f"compiled {path.relative_to(BASE_DIR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
