"""Merchants, their clerks and their rewards, as workers keep them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from grid.models import Community
from incidents.pictures import Clean, clean
from points.models import Merchant, MerchantClerk, Resident, Reward
from points.services import filled
from points.services.signing_in import clean_phone
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.secrets import mask_phone, seal
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_STOCK, DEAREST, MOST_A_MONTH = 100_000, 100_000, 100


def save_merchant(values: dict[str, Any], *, uuid: UUID, actor: User) -> Merchant:
    """Write a merchant down under the id that the page made, or change it.

    `values`: name, community (code), address, phone (empty keeps what is there), opening_hours, is_active.
    Raises BadInput by field, Conflict.
    """
    with filled.one_change():
        return _save_merchant(values, uuid, actor)


@transaction.atomic
def add_clerk(merchant_uuid: UUID, resident: Resident | None, *, actor: User) -> MerchantClerk:
    """Let a resident write rewards off for a merchant; twice is once.

    Raises BadInput for `phone` where nobody is meant, NotFound, and Conflict for who works for another one.
    """
    if resident is None:
        raise BadInput("phone", _("Nobody signed in with this phone yet."))
    merchant = _merchant(merchant_uuid)
    Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    held = MerchantClerk.objects.filter(resident=resident, removed_at=None).select_related("merchant").first()
    if held is not None:
        if held.merchant_id != merchant.pk:
            raise Conflict(_("This person works for %(name)s.") % {"name": held.merchant.name})
        return held
    row = MerchantClerk.objects.create(merchant=merchant, resident=resident, added_by=actor, added_at=db_now())
    record(merchant, "merchant.clerk_added", actor=actor, data={"resident": resident.pk})
    return row


@transaction.atomic
def remove_clerk(merchant_uuid: UUID, clerk_id: int, *, actor: User) -> MerchantClerk:
    """From now on this person writes nothing off; twice is once. Raises NotFound."""
    merchant = _merchant(merchant_uuid)
    row = MerchantClerk.objects.select_for_update(no_key=True).filter(pk=clerk_id, merchant=merchant).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.removed_at is None:
        row.removed_at = db_now()
        row.save(update_fields=["removed_at"])
        record(merchant, "merchant.clerk_removed", actor=actor, data={"resident": row.resident_id})
    return row


def save_reward(
    merchant_uuid: UUID, values: dict[str, Any], *, uuid: UUID, actor: User, raw: bytes | None = None
) -> Reward:
    """Write a reward down under the id that the page made, or change it; what is taken already keeps its price.

    `values`: name_zh, name_en, description, price, stock (of a new one), a_month (empty: no quota), valid_from,
    valid_to, is_active. `raw`: a photo. Raises BadInput by field, NotFound.
    """
    photo = picture(raw) if raw else None  # re-encoding takes a while: not under the lock
    first, last = values.get("valid_from"), values.get("valid_to")
    for field, day in (("valid_from", first), ("valid_to", last)):
        if not isinstance(day, date):
            raise BadInput(field, _("This must be filled in."))
    with filled.one_change():
        merchant = _merchant(merchant_uuid)
        row = Reward.objects.select_for_update(no_key=True).filter(uuid=uuid).first()
        new = row is None
        if row is None:
            stock = filled.number("stock", values.get("stock"), least=0, most=MOST_STOCK)
            row = Reward(uuid=uuid, merchant=merchant, created_at=db_now(), stock=stock)
        elif row.merchant_id != merchant.pk:
            raise NotFound(_("There is no such thing."))
        row.name_zh = filled.text("name_zh", values.get("name_zh"), Reward.name_zh.field)
        row.name_en = filled.text("name_en", values.get("name_en"), Reward.name_en.field)
        row.description = filled.text(
            "description", values.get("description"), Reward.description.field, may_be_empty=True
        )
        row.price = filled.number("price", values.get("price"), least=1, most=DEAREST)
        quota = values.get("a_month")
        row.a_month = None if quota in (None, "") else filled.number("a_month", quota, least=1, most=MOST_A_MONTH)
        filled.days(first, last, "valid_to")  # type: ignore[arg-type]
        row.valid_from, row.valid_to, row.is_active = first, last, bool(values.get("is_active", True))  # type: ignore[assignment]
        if photo is not None:
            # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
            row.picture.save(f"{photo.sha256[:40]}.jpg", ContentFile(photo.content), save=False)
            row.thumb.save(f"{photo.sha256[:40]}_s.jpg", ContentFile(photo.thumb or b""), save=False)
        row.save()
        record(row, "reward.added" if new else "reward.changed", actor=actor,
               data={"name": row.name_zh, "price": row.price, "stock": row.stock, "active": row.is_active})  # fmt: skip
    return row


@transaction.atomic
def restock(reward_uuid: UUID, *, seen: int, now_there: int, actor: User) -> Reward:
    """Set how many are left, for who saw `seen` on the page; twice is once.

    Raises BadInput for `stock`, NotFound, and Conflict where some were taken or given back since.
    """
    count = filled.number("stock", now_there, least=0, most=MOST_STOCK)
    row = Reward.objects.select_for_update(no_key=True).filter(uuid=reward_uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.stock == count:
        return row
    if row.stock != seen:
        raise Conflict(_("There are %(n)s now. Look again and count anew.") % {"n": row.stock})
    row.stock = count
    row.save(update_fields=["stock"])
    record(row, "reward.restocked", actor=actor, data={"before": seen, "after": count})
    return row


def picture(raw: bytes) -> Clean:
    """A photo made storable, without EXIF. Raises BadInput for `picture`."""
    try:
        return clean(raw, photo=True)
    except BadInput as error:
        raise BadInput("picture", error.message) from None


def _save_merchant(values: dict[str, Any], uuid: UUID, actor: User) -> Merchant:
    row = Merchant.objects.select_for_update(no_key=True).filter(uuid=uuid).first()
    new = row is None
    row = row or Merchant(uuid=uuid, created_at=db_now())
    row.name = filled.text("name", values.get("name"), Merchant.name.field)
    row.address = filled.text("address", values.get("address"), Merchant.address.field)
    hours = filled.text("opening_hours", values.get("opening_hours"), Merchant.opening_hours.field, may_be_empty=True)
    row.opening_hours, row.is_active = hours, bool(values.get("is_active", True))
    community = Community.objects.filter(pk=values.get("community") or "").first()
    if community is None:
        raise BadInput("community", _("There is no such community."))
    row.community = community
    if phone := (values.get("phone") or "").strip():
        phone = clean_phone(phone)
        row.phone_sealed, row.phone_masked = seal(phone), mask_phone(phone)
    row.save()
    record(row, "merchant.added" if new else "merchant.changed", actor=actor,
           data={"name": row.name, "active": row.is_active})  # fmt: skip
    return row


def _merchant(uuid: UUID) -> Merchant:
    row = Merchant.objects.select_for_update(no_key=True).filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
