"""The shared medicine chest: white list, offers of residents, decisions of officers, what is hidden and disposed of."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.pictures import Clean, clean
from points.medicine_lifecycle import HIDDEN_DAYS, MOST_OFFERS, NEXT_OF_ITEM, ItemStatus, last_good_day
from points.models import HealthRoom, Level, Medicine, MedicineItem, MedicinePhoto, Resident
from points.services import earning
from points.services.health_rooms import APPROVE, rooms_for
from points.services.ledger import Source
from points.services.standing import blocked
from points.services.typed import chosen, counted, day, typed
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_UNITS = 500  # of one pack
MOST_DOSE = 200  # units in three days
RULE = "medicine-shared"


@transaction.atomic
def save_medicine(pk: int | None, values: dict[str, Any], *, actor: User) -> Medicine:
    """Write a line of the white list, a new one without `pk`: code, name_zh, name_en, use, form, most, is_listed.

    A form stays what it was once something is counted in it. Raises NotFound, BadInput by field.
    """
    row = Medicine.objects.select_for_update(no_key=True).filter(pk=pk).first() if pk else Medicine()
    if row is None:
        raise NotFound(_("There is no such thing."))
    name = typed("name_zh", values.get("name_zh"), 40)
    form = chosen("form", values.get("form"), Medicine.Form.values)
    if row.pk and form != row.form and row.items.exists():
        raise BadInput("form", _("Packs of this form are in the chests: add another line instead."))
    if Medicine.objects.filter(name_zh=name).exclude(pk=row.pk).exists():
        raise BadInput("name_zh", _("This name is on the list already."))
    row.name_zh, row.form = name, form
    row.name_en = typed("name_en", values.get("name_en"), 80)
    row.use = chosen("use", values.get("use"), Medicine.Use.values)
    row.most = counted("most", values.get("most"), 1, MOST_DOSE)
    row.is_listed = bool(values.get("is_listed"))
    row.changed_by, row.changed_at = actor, db_now()
    row.code = row.code or f"own-{uuid4().hex[:12]}"
    row.save()
    record(row, "medicine_list.saved", actor=actor, data={"name": name, "most": row.most, "listed": row.is_listed})
    return row


def chest_of(resident: Resident) -> HealthRoom | None:
    """The health room with a chest of a resident's community."""
    return HealthRoom.objects.filter(community=resident.community_id, has_chest=True).first()


def on_shelf(room: HealthRoom) -> QuerySet[MedicineItem]:
    """What a chest shows: approved, not near its expiry (whether the sweep has been or not), some of it left."""
    today = db_now().astimezone(STREET).date()
    return MedicineItem.objects.filter(
        room=room, status=ItemStatus.APPROVED, left__gt=0, medicine__is_listed=True,
        expires_on__gt=today + timedelta(days=HIDDEN_DAYS),
    ).select_related("medicine", "room")  # fmt: skip


def items_for(user: User) -> QuerySet[MedicineItem]:
    """The shared medicines that a health officer decides about."""
    return MedicineItem.objects.filter(room__in=rooms_for(user, APPROVE)).select_related(
        "medicine", "room__community", "giver", "decided_by", "disposed_by"
    )


def offer(
    resident: Resident, *, uuid: UUID, values: dict[str, Any], front: bytes, back: bytes
) -> tuple[MedicineItem, bool]:
    """Offer a pack to the chest of the own community: (the row, whether it is new). The same id twice is once.

    `values`: medicine (id of the white list), brand, batch, expires_on, packing, amount in units of the form; `front`
    and `back` are pictures. Raises BadInput by field, NotAllowed for a blocked resident, Conflict for a used id.
    """
    medicine = Medicine.objects.filter(pk=counted("medicine", values.get("medicine"), 1, 10**9), is_listed=True).first()
    if medicine is None:
        raise BadInput("medicine", _("Only medicines of the list are taken."))
    packing = chosen("packing", values.get("packing"), MedicineItem.Packing.values)
    if packing == MedicineItem.Packing.BLISTER and medicine.form not in Medicine.SINGLE:
        raise BadInput("packing", _("Liquids, ointments and sprays are only taken unopened."))
    given: dict[str, Any] = {
        "medicine": medicine,
        "brand": typed("brand", values.get("brand"), 40),
        "batch": typed("batch", values.get("batch"), 30),
        "expires_on": day("expires_on", values.get("expires_on")),
        "packing": packing,
        "amount": counted("amount", values.get("amount"), 1, MOST_UNITS),
    }
    pictures = {"front": _picture("front", front), "back": _picture("back", back)}
    if pictures["front"].sha256 == pictures["back"].sha256:
        raise BadInput("back", _("This is the same picture as the front."))
    with transaction.atomic():
        person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
        before = MedicineItem.objects.filter(uuid=uuid).first()
        if before is not None:
            if before.giver_id != person.pk:
                raise Conflict(_("This id was used for something else."))
            return before, False
        now = db_now()
        room = _may_offer(person, given["expires_on"], now)
        item = MedicineItem.objects.create(
            uuid=uuid, giver=person, room=room, left=given["amount"], offered_at=now, **given
        )
        for side, tidy in pictures.items():
            _keep(item, side, tidy)
        record(item, "medicine.offered", data={"resident": person.pk, "medicine": medicine.code, "room": room.pk})
    return item, True


@transaction.atomic
def withdraw(uuid: UUID, resident: Resident) -> MedicineItem:
    """Take an offer back before it is decided; twice is once. Raises NotFound, WrongStep."""
    item = MedicineItem.objects.select_for_update(no_key=True).filter(uuid=uuid, giver=resident).first()
    if item is None:
        raise NotFound(_("There is no such thing."))
    if item.status == ItemStatus.WITHDRAWN:
        return item
    step(item, ItemStatus.WITHDRAWN)
    item.save(update_fields=["status"])
    record(item, "medicine.withdrawn", data={"resident": resident.pk})
    return item


@transaction.atomic
def approve(item_id: int, *, amount: Any, actor: User) -> MedicineItem:
    """The officer holds the pack and has counted it: it shows from now on, and its giver earns points once.

    Raises NotFound, BadInput for `amount`, WrongStep, Conflict where it is too near its expiry by now.
    """
    item = _locked(item_id)
    if item.status == ItemStatus.APPROVED:
        return item
    number, now = counted("amount", amount, 1, MOST_UNITS), db_now()
    if item.expires_on <= now.astimezone(STREET).date() + timedelta(days=HIDDEN_DAYS):
        raise Conflict(_("It is too near its expiry by now: refuse it."))
    _decide(item, ItemStatus.APPROVED, actor, now)
    item.amount = item.left = number
    item.save(update_fields=["status", "amount", "left", "decided_at", "decided_by", "reason"])
    record(item, "medicine.approved", actor=actor, data={"amount": number})
    try:
        earning.award(item.giver_id, RULE, Source("medicine", str(item.pk)), at=now)
    except NotFound:
        pass  # the street has no such rule in force: approved all the same
    return item


@transaction.atomic
def refuse(item_id: int, *, reason: str, actor: User) -> MedicineItem:
    """It is not taken; the giver reads why. Raises NotFound, BadInput for `reason`, WrongStep."""
    item, reason = _locked(item_id), typed("reason", reason, 200)
    if item.status == ItemStatus.REFUSED:
        return item
    _decide(item, ItemStatus.REFUSED, actor, db_now(), reason)
    item.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    record(item, "medicine.refused", actor=actor, note=reason)
    return item


@transaction.atomic
def take_out(item_id: int, *, reason: str, actor: User) -> MedicineItem:
    """It goes from the shelf to the disposal list (damaged, recalled). Raises NotFound, BadInput, WrongStep."""
    item, reason = _locked(item_id), typed("reason", reason, 200)
    if item.status == ItemStatus.TO_DISPOSE:
        return item
    step(item, ItemStatus.TO_DISPOSE)
    item.hidden_at, item.reason = db_now(), reason
    item.save(update_fields=["status", "hidden_at", "reason"])
    record(item, "medicine.taken_out", actor=actor, note=reason)
    return item


@transaction.atomic
def dispose(item_id: int, *, how: str, actor: User) -> MedicineItem:
    """Write down how it was disposed of. NotFound, BadInput for `how`, WrongStep, Conflict while some is asked."""
    item, how = _locked(item_id), typed("how", how, 200)
    if item.status == ItemStatus.DISPOSED:
        return item
    step(item, ItemStatus.DISPOSED)
    if item.requests.filter(status="ready").exists():
        raise Conflict(_("Some of it waits to be picked up: it can be disposed of when that has ended."))
    item.disposed_at, item.disposed_by, item.disposed_how = db_now(), actor, how
    item.save(update_fields=["status", "disposed_at", "disposed_by", "disposed_how"])
    record(item, "medicine.disposed", actor=actor, note=how, data={"left": item.left})
    return item


def due_to_hide(now: datetime) -> list[int]:
    """What is in the chests and expires within thirty days."""
    until = now.astimezone(STREET).date() + timedelta(days=HIDDEN_DAYS)
    due = MedicineItem.objects.filter(status=ItemStatus.APPROVED, expires_on__lte=until)
    return list(due.values_list("pk", flat=True)[:1_000])


@transaction.atomic
def hide(item_id: int) -> bool:
    """It goes to the disposal list; false when it is not due or went before."""
    item, now = _locked(item_id), db_now()
    if item.status != ItemStatus.APPROVED:
        return False
    if item.expires_on > now.astimezone(STREET).date() + timedelta(days=HIDDEN_DAYS):
        return False
    step(item, ItemStatus.TO_DISPOSE)
    item.hidden_at = now
    item.save(update_fields=["status", "hidden_at"])
    record(item, "medicine.hidden", data={"left": item.left})
    return True


def step(item: MedicineItem, to: ItemStatus) -> None:
    """Move a locked row one step along its life; the caller saves. Raises WrongStep."""
    if to not in NEXT_OF_ITEM[ItemStatus(item.status)]:
        raise WrongStep(_("This cannot be done any more: %(status)s.") % {"status": item.get_status_display()})
    item.status = to


def _decide(item: MedicineItem, to: ItemStatus, actor: User, now: datetime, reason: str = "") -> None:
    step(item, to)
    item.decided_at, item.decided_by, item.reason = now, actor, reason


def _may_offer(person: Resident, expires_on: Any, now: datetime) -> HealthRoom:
    if why := blocked(person):
        raise NotAllowed(why)
    if person.level < Level.PHONE:
        raise NotAllowed(_("You cannot hand anything in at the moment."))
    room = chest_of(person)
    if room is None:
        raise BadInput("community", _("Your community has no medicine chest yet."))
    if expires_on <= last_good_day(now.astimezone(STREET).date()):
        raise BadInput("expires_on", _("It must be good for more than three months."))
    if person.medicines.filter(status=ItemStatus.OFFERED).count() >= MOST_OFFERS:
        raise BadInput("medicine", _("%(n)s of your offers wait for approval already.") % {"n": MOST_OFFERS})
    return room


def _picture(side: str, raw: bytes) -> Clean:
    if not raw:
        raise BadInput(side, _("A photo of this side is needed."))
    try:
        return clean(raw, photo=True)
    except BadInput as error:
        raise BadInput(side, error.message) from error


def _keep(item: MedicineItem, side: str, tidy: Clean) -> None:
    """Bytes before the row: a crash leaves a file that nobody names, never a name without a file."""
    photo = MedicinePhoto(uuid=uuid4(), item=item, side=side, sha256=tidy.sha256)
    photo.file.save(f"{photo.uuid}{tidy.suffix}", ContentFile(tidy.content), save=False)
    photo.thumb.save(f"{photo.uuid}_s.jpg", ContentFile(tidy.thumb or b""), save=False)
    photo.save(force_insert=True)


def _locked(item_id: int) -> MedicineItem:
    item = MedicineItem.objects.select_for_update(no_key=True).filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such thing."))
    return item
