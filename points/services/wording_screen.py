"""What may not be said among neighbours: forbidden goods, contact details, abuse; found in any spelling.

The words lie in `points/data/market_words.toml`, by category; what the street itself wrote down (`StreetWord`) goes
before them. A text is read the way a sly writer means it: without spaces and signs, in half width and lower case, with
digits however they are written.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import ahocorasick
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from points.models import StreetWord
from shushanwei.common.errors import BadInput

WORDS = Path(__file__).resolve().parent.parent / "data" / "market_words.toml"
DIGITS = str.maketrans("零〇一二三四五六七八九壹贰貳叁肆伍陆陸柒捌玖幺两", "0012345678912234566789" + "12")
MOBILE, LANDLINE = re.compile(r"(?<!\d)(?:86)?1\d{10}(?!\d)"), re.compile(r"(?<!\d)0571\d{7,8}(?!\d)")
ADDRESS = re.compile(r"(?:https?://|www\.|[a-z0-9-]{2,}\.(?:com|cn|net|top|xyz|cc|vip|shop)(?![a-z]))")
# A word for a messenger, and soon behind it what looks like a name in it.
HANDLE = re.compile(
    r"(?:微信|威信|薇信|v信|vx|wx|wechat|weixin|加v|qq|扣扣|企鹅)[^a-z0-9]{0,4}[a-z0-9][a-z0-9_-]{4,19}"
)
# Not the colon: “10:00-12:00” is no number.
WRITTEN_APART = re.compile(r"(?<=[0-9])[\s\-.,·•_*/|~—–;'\"()]+(?=[0-9])")
# An amount: nothing is sold here for money. “一块布” is a piece, “50元素” is no sum.
PRICE = re.compile(
    r"[￥¥]\s*\d|(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)\s*(?:元(?!素|宵|旦|件|气)|块钱|rmb)"
    r"|\d+\s*块(?![布板砖地木石糖肉表])|[二三四五六七八九]?十[一二三四五六七八九]?块(?![布板砖地木石糖肉表])"
)
EXCEPT = "except:"
ADULTS = {"alcohol", "tobacco"}


class Hit(NamedTuple):
    """A word of the list that a text holds: its category and the word."""

    category: str
    word: str


@dataclass(frozen=True)
class Verdict:
    """What was found in a text: what turns it away, and what a reviewer has to see."""

    refused: list[Hit] = field(default_factory=list)
    review: list[Hit] = field(default_factory=list)

    @property
    def for_adults(self) -> bool:
        """Whether children must not see it."""
        return any(hit.category in ADULTS for hit in self.review)


def screen(text: str) -> Verdict:
    """What a text holds that may not be said, each word once, in the order in which it was found."""
    squeezed = squeeze(text)
    refused: dict[Hit, None] = {}
    review: dict[Hit, None] = {}
    if _has_contact(text):
        refused[Hit("contact", "")] = None
    own = {row.squeezed: row for row in StreetWord.objects.filter(removed_at=None)}
    if price := PRICE.search(unicodedata.normalize("NFKC", text).lower()):
        review[Hit("money", price.group())] = None
    found = [
        (end - len(word) + 1, end, category, word)
        for end, (categories, word) in _words().iter(squeezed)
        for category in categories
        if word not in own
    ]
    spared = [(start, end, of.removeprefix(EXCEPT)) for start, end, of, _word in found if of.startswith(EXCEPT)]
    for word, row in own.items():
        places = [(at, at + len(word) - 1) for at in range(len(squeezed)) if squeezed.startswith(word, at)]
        if row.act == StreetWord.Act.SPARE:
            spared += [(start, end, "") for start, end in places]
        elif places:
            (refused if row.act == StreetWord.Act.REFUSE else review)[Hit(row.category, row.word)] = None
    for start, end, category, word in found:
        if category.startswith(EXCEPT) or any(a <= start and end <= b and of in ("", category) for a, b, of in spared):
            continue
        (refused if _acts()[category] == "refuse" else review)[Hit(category.removesuffix("_doubt"), word)] = None
    return Verdict(list(refused), list(review))


def shipped() -> dict[str, tuple[list[str], list[str]]]:
    """What comes with the product: by category the words that are turned away and those a reviewer sees."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for category, said in _lists().items():
        both = found.setdefault(category.removesuffix("_doubt"), ([], []))
        both[0 if said["act"] == "refuse" else 1].extend(said["words"])
    return found


def squeeze(text: str) -> str:
    """Half width, lower case, letters and digits only: how a text is searched."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LN")


def checked(field_name: str, text: str, *, least: int = 0, most: int) -> str:
    """The text without what surrounds it; raises BadInput for `field_name` when empty, too long or not storable."""
    text = text.strip()
    if len(text) < least:
        raise BadInput(field_name, _("This must be filled in."))
    if len(text) > most:
        raise BadInput(field_name, _("At most %(most)s characters.") % {"most": most})
    if "\0" in text:
        raise BadInput(field_name, _("This cannot be stored."))
    return text


def clean_words(fields: dict[str, str], *, lenient: Iterable[str] = (), strict: Iterable[str] = ()) -> Verdict:
    """What is left for a reviewer of the texts of a form. Raises BadInput for the first that may not be said.

    `lenient`: categories that are only shown to the reviewer here: to fetch a medicine for somebody is no trade.
    `strict`: categories that are turned away here even where a reviewer might let them pass: there is none.
    """
    review: dict[Hit, None] = {}
    for name, text in fields.items():
        verdict = screen(text)
        refused = [hit for hit in verdict.refused if hit.category not in lenient]
        refused += [hit for hit in verdict.review if hit.category in strict]
        if refused:
            raise BadInput(name, refusal(refused[0]))
        review |= dict.fromkeys([*verdict.refused, *verdict.review])
    return Verdict(review=list(review))


def refusal(hit: Hit) -> str:
    """Why a text is turned away."""
    if hit.category == "contact":
        return _("No phone numbers, accounts or links: neighbours write to each other in here.")
    if hit.category == "abuse":
        return _("Please say it in a friendly way.")
    return _("“%(word)s” is not allowed here (%(category)s).") % {
        "word": hit.word, "category": category_name(hit.category)
    }  # fmt: skip


def category_name(category: str) -> str:
    """A category in the reader's language."""
    names = {
        "medicine": pgettext("screen", "medicine"),
        "device": pgettext("screen", "medical devices and aids"),
        "food": pgettext("screen", "food"),
        "animal": pgettext("screen", "animals"),
        "alcohol": pgettext("screen", "alcohol"),
        "tobacco": pgettext("screen", "tobacco"),
        "weapon": pgettext("screen", "knives and weapons"),
        "invoice": pgettext("screen", "invoices and papers"),
        "account": pgettext("screen", "accounts and credit"),
        "dangerous": pgettext("screen", "dangerous or against the law"),
        "money": pgettext("screen", "money"),
        "contact": pgettext("screen", "contact details"),
        "abuse": pgettext("screen", "abuse"),
    }
    return names.get(category, category)


def _has_contact(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).lower()
    digits = WRITTEN_APART.sub("", _seen(plain).translate(DIGITS))
    if MOBILE.search(digits) or LANDLINE.search(digits) or ADDRESS.search(plain):
        return True
    return bool(HANDLE.search(_seen(plain).replace(" ", "")))


def _seen(text: str) -> str:
    """Without what nobody sees: joiners, marks of direction."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Mn"))


@cache
def _lists() -> dict[str, dict]:
    with open(WORDS, "rb") as file:
        return tomllib.load(file)


@cache
def _acts() -> dict[str, str]:
    return {category: said["act"] for category, said in _lists().items()}


@cache
def _words() -> ahocorasick.Automaton:
    kinds: dict[str, set[str]] = {}
    for category, said in _lists().items():
        for kind, words in ((category, said["words"]), (f"{EXCEPT}{category}", said.get("except", []))):
            for word in _each(words):
                kinds.setdefault(word, set()).add(kind)
    found = ahocorasick.Automaton()
    for word, of in kinds.items():
        found.add_word(word, (sorted(of), word))
    found.make_automaton()
    return found


def _each(words: Iterable[str]) -> Iterable[str]:
    return (squeeze(word) for word in words)
