"""Words to the residents of a community or of all, on their first page for some days."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grid.models import Community
from points.models import Notice, Resident
from points.services import filled
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

POST = "points.post_notices"
LONGEST = timedelta(days=92)
AT_ONCE = 3


def post(values: dict[str, Any], *, uuid: UUID, actor: User) -> Notice:
    """Show a notice from a day to a day (both counted); the same page sent twice shows one.

    `values`: title, text, community (code; empty: all), shown_from, shown_to. Raises BadInput by field, Conflict.
    """
    first, last = values.get("shown_from"), values.get("shown_to")
    for field, day in (("shown_from", first), ("shown_to", last)):
        if not isinstance(day, date):
            raise BadInput(field, _("This must be filled in."))
    assert isinstance(first, date) and isinstance(last, date)
    filled.days(first, last, "shown_to")
    if last - first > LONGEST:
        raise BadInput("shown_to", _("At most %(most)s days.") % {"most": LONGEST.days})
    code = values.get("community") or None
    reach = reach_of(actor, POST)
    if not reach.street and code not in reach.areas:
        raise BadInput("community", _("Choose your own community."))
    if code is not None and not Community.objects.filter(pk=code).exists():
        raise BadInput("community", _("There is no such community."))
    with filled.one_change():
        kept = Notice.objects.filter(uuid=uuid).first()
        if kept is not None:
            if kept.by_id != actor.pk:
                raise Conflict(_("Somebody was faster. Load the page again."))
            return kept
        row = Notice.objects.create(
            uuid=uuid, title=filled.text("title", values.get("title"), Notice.title.field),
            text=filled.text("text", values.get("text"), Notice.text.field), community_id=code, shown_from=first,
            shown_to=last, by=actor, at=db_now(),
        )  # fmt: skip
        record(row, "notice.posted", actor=actor, data={"title": row.title, "community": code})
    return row


@transaction.atomic
def withdraw(uuid: UUID, *, actor: User) -> Notice:
    """Show it no more; twice is once. Raises NotFound, also for one out of this person's reach."""
    row = within_reach(actor).select_for_update(no_key=True, of=("self",)).filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.withdrawn_at is None:
        row.withdrawn_at = db_now()
        row.save(update_fields=["withdrawn_at"])
        record(row, "notice.withdrawn", actor=actor)
    return row


def within_reach(actor: User) -> QuerySet[Notice]:
    """The notices that this person may post and take back."""
    reach, rows = reach_of(actor, POST), Notice.objects.select_related("community", "by")
    return rows if reach.street else rows.filter(community__in=reach.areas)


def shown_to(resident: Resident | None) -> QuerySet[Notice]:
    """What the first page shows to somebody today, the newest first: what is for all, and for the own community."""
    day = db_now().astimezone(STREET).date()
    whose = Q(community=None)
    if resident is not None and resident.community_id:
        whose |= Q(community=resident.community_id)
    return Notice.objects.filter(whose, withdrawn_at=None, shown_from__lte=day, shown_to__gte=day)
