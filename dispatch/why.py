"""Why somebody was sent: facts kept with the order, said in the reader's language. No database, no clock."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dispatch.matching import Candidate, facts, told
from dispatch.models import Skill

BECAUSE: dict[str, Callable[[str], str]] = {
    "declined": lambda who: _("%(unit)s declined") % {"unit": who},
    "silent": lambda who: _("%(unit)s did not answer") % {"unit": who},
    "nobody_arrived": lambda _who: _("nobody on scene within the promised time"),
    "rework": lambda _who: _("the same as before, for rework"),
}


@dataclass(frozen=True)
class Why:
    """The facts of a choice (`matching.facts`), what happened before it (`because`, of whom), a person's own words."""

    choice: dict[str, Any] = field(default_factory=dict)
    because: str = ""
    who: str = ""
    note: str = ""

    def choosing(self, candidate: Candidate, skill: str) -> "Why":
        """The same reasons, and this unit chosen by ranking for the skill (empty for none)."""
        return Why(facts(candidate, skill), self.because, self.who, self.note)

    def kept(self) -> dict[str, Any]:
        """As JSON for the order and the story; empty where there is nothing to say."""
        return {name: value for name, value in asdict(self).items() if value}

    def aside(self) -> str:
        """What is said beside the choice, in the language of now."""
        return " · ".join(part for part in (_because(self.because, self.who), self.note) if part)

    def stored(self) -> tuple[str, str]:
        """(everything, the aside) as text that is stored: in the street's language, whoever pressed the key."""
        with translation.override(settings.LANGUAGE_CODE):
            return said(self.kept()), self.aside()


def said(kept: dict[str, Any]) -> str:
    """What `Why.kept` holds, in the reader's language; empty for nothing and for old rows."""
    choice = kept.get("choice")
    why = Why(because=kept.get("because", ""), who=kept.get("who", ""), note=kept.get("note", ""))
    parts = [told(choice, skill_label(choice.get("skill", ""))) if choice else "", why.aside()]
    return " · ".join(part for part in parts if part)


def skill_label(skill: str) -> str:
    """The skill's name in the reader's language, empty for none."""
    return str(Skill(skill).label) if skill in Skill.values else ""


def _because(code: str, who: str) -> str:
    return BECAUSE[code](who) if code in BECAUSE else ""
