"""What stands on the residents' first page; each module adds its line."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
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
    def mark(self) -> str:
        """The sign in the reader's script."""
        return self.letter if (get_language() or "zh").startswith("zh") else str(self.name)[:1]

    @property
    def url(self) -> str:
        return reverse(self.url_name)


# What is urgent and what is done most stands first.
TILES: list[Tile] = [
    Tile("points:report", "拍", "warm", _("Report a hazard"), _("photo, place, kind: sent in three taps")),
    Tile("points:emergency", "急", "urgent", _("Emergency"), _("110, 119, 120 and the centre")),
    Tile("points:calls", "应", "plain", _("Call the community"), _("every call is answered")),
    Tile("points:points", "分", "good", pgettext_lazy("points", "Points"), _("earned, frozen, spent")),
    Tile("points:mall", "兑", "warm", _("Points mall"), _("rewards of shops near you")),
    Tile("points:ranking", "榜", "plain", _("Ranking"), _("who did most this month")),
    Tile("points:volunteering", "志", "warm", _("Volunteering"), _("tasks, wishes and hours")),
    Tile("points:market", "集", "plain", _("Neighbourhood market"), _("give, swap, help, market days")),
    Tile("points:medicine", "药", "good", _("Medicine chest"), _("share what you do not need, ask for what you do")),
    Tile("points:health", "健", "urgent", _("Green lifeline"), _("the health officer of your community")),
    Tile("points:riders", "骑", "warm", _("Rider uncles"), _("couriers who look after the street")),
]
