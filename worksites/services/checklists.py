"""Versions of the checklist: loaded, copied to a draft, edited, published. A published one is never edited."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.checklist.shipped import shipped
from worksites.lifecycle import Fix, Phase, Severity
from worksites.models import Checklist, ChecklistGroup, ChecklistItem

MOST_DAYS = 15
KEPT_FOR = timedelta(days=7)  # so long a phone without a network may go on with the version before
TEXTS = {"name_zh": 80, "name_en": 120, "serious_when_zh": 60, "serious_when_en": 80}


@transaction.atomic
def load_shipped() -> int:
    """Load the shipped version where there is no checklist yet; how many items are new."""
    if Checklist.objects.exists():
        return 0
    version, name, groups = shipped()
    sheet = Checklist.objects.create(version=version, name=name, published_at=db_now())
    made = 0
    for group in groups:
        row = ChecklistGroup.objects.create(
            checklist=sheet, code=group.code, name_zh=group.name_zh, name_en=group.name_en, lead_zh=group.lead_zh,
            lead_en=group.lead_en,
        )  # fmt: skip
        made += len(ChecklistItem.objects.bulk_create(ChecklistItem(group=row, **vars(one)) for one in group.items))
    return made


@transaction.atomic
def draft_from_published(*, actor: User) -> Checklist:
    """The draft: the one that stands, or a copy of the newest published version."""
    standing = Checklist.objects.filter(published_at=None).first()
    if standing is not None:
        return standing
    newest = Checklist.objects.filter(published_at__isnull=False).order_by("-version").first()
    if newest is None:
        raise NotFound(_("There is no published checklist."))
    last = Checklist.objects.order_by("-version").values_list("version", flat=True)[0]
    try:
        with transaction.atomic():
            draft = Checklist.objects.create(version=last + 1, name=newest.name)
            for group in newest.groups.prefetch_related("items"):
                items = list(group.items.all())
                group.pk, group.checklist = None, draft
                group._state.adding = True
                group.save()
                for item in items:
                    item.pk, item.group = None, group
                ChecklistItem.objects.bulk_create(items)
    except IntegrityError:  # somebody else began it this moment
        return Checklist.objects.get(published_at=None)
    record(draft, "checklist.drafted", actor=actor, data={"from": newest.version, "version": draft.version})
    return draft


@transaction.atomic
def change_item(item_id: int, given: dict[str, Any], *, actor: User) -> ChecklistItem:
    """Change one item of the draft: texts, `severity`, `phases`, `fix`, `fix_days`. Raises BadInput by field."""
    item = ChecklistItem.objects.select_related("group__checklist").filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such item."))
    sheet = _draft(item.group.checklist_id)
    before = {name: getattr(item, name) for name in given}
    for name, longest in TEXTS.items():
        if name in given:
            said = str(given[name] or "").strip()
            if name == "name_zh" and not said:
                raise BadInput(name, _("This must be filled in."))
            if len(said) > longest:
                raise BadInput(name, _("At most %(n)s characters.") % {"n": longest})
            setattr(item, name, said)
    if (severity := given.get("severity", item.severity)) not in Severity.values:
        raise BadInput("severity", _("Choose what it is."))
    phases = list(given.get("phases", item.phases))
    if set(phases) - set(Phase.values):
        raise BadInput("phases", _("There is no such phase."))
    fix, days = given.get("fix", item.fix), int(given.get("fix_days", item.fix_days) or 0)
    if fix not in Fix.values:
        raise BadInput("fix", _("Choose what it is."))
    if fix == Fix.BY_DATE and not 1 <= days <= MOST_DAYS:
        raise BadInput("fix_days", _("From %(least)s to %(most)s.") % {"least": 1, "most": MOST_DAYS})
    item.severity, item.phases = severity, [] if len(set(phases)) == len(Phase) else phases
    item.fix, item.fix_days = fix, days if fix == Fix.BY_DATE else 0
    item.save()
    changed = {name: [before[name], getattr(item, name)] for name in given if before[name] != getattr(item, name)}
    if changed:
        record(sheet, "checklist.changed", actor=actor, data={"item": item.code, "changed": changed})
    return item


@transaction.atomic
def publish(checklist_id: int, *, actor: User) -> Checklist:
    """From now on new inspections use this version; running ones keep theirs. Twice is once."""
    sheet = Checklist.objects.select_for_update(no_key=True).filter(pk=checklist_id).first()
    if sheet is None:
        raise NotFound(_("There is no such checklist."))
    if sheet.published_at is None:
        sheet.published_at, sheet.published_by = db_now(), actor
        sheet.save(update_fields=["published_at", "published_by"])
        record(sheet, "checklist.published", actor=actor, data={"version": sheet.version})
    return sheet


@transaction.atomic
def drop_draft(checklist_id: int, *, actor: User) -> None:
    """Throw a draft away."""
    sheet = _draft(checklist_id)
    record(sheet, "checklist.dropped", actor=actor, data={"version": sheet.version})
    sheet.delete()


def published() -> Checklist:
    """The version in use; raises Conflict where there is none."""
    found = Checklist.objects.filter(published_at__isnull=False).order_by("-version").first()
    if found is None:
        raise Conflict(_("There is no published checklist."))
    return found


def in_use_at(at: datetime, kept: int | None) -> Checklist:
    """The version for a visit begun at an instant: the one that the phone had `kept`, until a week after its successor.

    A phone without a network inspects by the list that it knows, also when a newer one is published meanwhile.
    """
    newest = published()
    if kept is None or kept == newest.pk:
        return newest
    old = Checklist.objects.filter(pk=kept, published_at__lte=at).first()
    if old is None:
        raise BadInput("checklist", _("There is no such checklist."))
    after = Checklist.objects.filter(version__gt=old.version, published_at__isnull=False).order_by("version").first()
    if after is None or after.published_at is None or after.published_at + KEPT_FOR < at:
        raise BadInput("checklist", _("This checklist is not in use any more: the phone must reach the centre once."))
    return old


def _draft(checklist_id: int) -> Checklist:
    sheet = Checklist.objects.select_for_update(no_key=True).filter(pk=checklist_id).first()
    if sheet is None:
        raise NotFound(_("There is no such checklist."))
    if sheet.published_at is not None:
        raise WrongStep(_("A published checklist is not edited: begin a new version."))
    return sheet
