"""The street's own words for the market's screen: put on the list, taken off, each with its reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import StreetWord
from points.services.wording_screen import checked, shipped, squeeze
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST_WORD, SHORTEST, LONGEST_WHY = 20, 2, 200


@transaction.atomic
def put(word: str, category: str, act: str, *, why: str, actor: User) -> StreetWord:
    """A word on the list; the same once more is the row that stands.

    Raises BadInput for `word`, `category`, `act` and `why`, Conflict where the word stands there otherwise.
    """
    word = checked("word", word, least=1, most=LONGEST_WORD)
    squeezed = squeeze(word)
    if not SHORTEST <= len(squeezed) <= LONGEST_WORD:
        raise BadInput("word", _("At least two letters: one alone stands in too many words."))
    if category not in shipped():
        raise BadInput("category", _("Choose what it is."))
    if act not in StreetWord.Act.values:
        raise BadInput("act", _("Choose what happens."))
    why = checked("why", why, least=1, most=LONGEST_WHY)
    said = {"word": word, "category": category, "act": act, "why": why, "by": actor, "at": db_now()}
    row, new = StreetWord.objects.get_or_create(squeezed=squeezed, removed_at=None, defaults=said)
    if not new:
        if (row.category, row.act) == (category, act):
            return row
        raise Conflict(_("“%(word)s” is on the list already. Take it off first.") % {"word": row.word}, field="word")
    record(row, "street_word.put", actor=actor, note=why, data={"word": word, "category": category, "act": act})
    return row


@transaction.atomic
def take_off(pk: int, *, actor: User) -> StreetWord:
    """A word off the list; twice is once. Raises NotFound."""
    row = StreetWord.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.removed_at is None:
        row.removed_at = db_now()
        row.save(update_fields=["removed_at"])
        record(row, "street_word.taken_off", actor=actor, data={"word": row.word})
    return row
