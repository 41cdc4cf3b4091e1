"""What stands on the residents' first page; each module adds its line."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Tile:
    """One door of the first page: its address, a sign of one character and its tone, a name, half a sentence."""

    url_name: str
    letter: str
    sign: str  # plain, warm, good, urgent
    name: str | Promise
    says: str | Promise

    @property
    def url(self) -> str:
        return reverse(self.url_name)


TILES: list[Tile] = [
    Tile("points:points", "分", "good", _("Points"), _("earned, frozen, spent")),
]
TILES += [
    Tile("points:volunteering", "志", "warm", _("Volunteering"), _("tasks, wishes and hours")),
    Tile("points:market", "集", "plain", _("Neighbourhood market"), _("give, swap, help, market days")),
]
