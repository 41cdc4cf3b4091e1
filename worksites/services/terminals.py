"""Terminals: they register themselves, are believed with their token, belong to a truck by people's word."""

import hmac
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.secrets import seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.jt808.messages import NO_TERMINAL, REGISTERED_OK, TERMINAL_TAKEN, Registration
from worksites.jt808.vendors import Rule
from worksites.models import HeldFix, Terminal, Truck, VendorItem
from worksites.services.fixes import Kept, hand_over
from worksites.services.typed import typed

MOST_STRANGERS = 5_000  # terminals without a truck: whoever can reach the port can register
STRANGER_DAYS = 30
CRS = ("wgs84", "gcj02")


class Known(NamedTuple):
    """What the gateway must know of a terminal, read from the rows every few seconds."""

    id: int
    truck_id: int | None
    crs: str
    has_load: bool
    rules: tuple[Rule, ...]
    blocked: bool


def book() -> dict[str, Known]:
    """Every terminal by its number."""
    rules: dict[str, list[Rule]] = {}
    for item in VendorItem.objects.order_by("vendor", "item_id", "offset"):
        rules.setdefault(item.vendor, []).append(Rule(item.item_id, item.offset, item.meaning, item.values))
    names = ("phone", "pk", "truck_id", "crs", "truck__has_load_sensor", "vendor", "maker", "blocked_at")
    return {
        phone: Known(pk, truck, crs, bool(has_load), tuple(rules.get(vendor or maker, ())), blocked is not None)
        for phone, pk, truck, crs, has_load, vendor, maker, blocked in Terminal.objects.values_list(*names)
    }


@transaction.atomic
def register(phone: str, version: int, told: Registration) -> tuple[int, str]:
    """(result of 0x8100, token) for a terminal that says who it is; twice is once, with the same token.

    A number that another device holds is refused until somebody releases it or the device logs out. A truck that
    people gave this number to gets it.
    """
    terminal = Terminal.objects.select_for_update(no_key=True).filter(phone=phone).first()
    if terminal is None:
        expected = Truck.objects.filter(terminal_id=phone).exists()
        if not expected and Terminal.objects.filter(truck=None).count() >= MOST_STRANGERS:
            return NO_TERMINAL, ""
        with connection.cursor() as cursor:  # the same number on two lines at once
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 808))", [phone])
        terminal = Terminal.objects.filter(phone=phone).first() or Terminal(phone=phone)
    if terminal.blocked_at is not None:
        return NO_TERMINAL, ""
    if terminal.registered_at is not None and terminal.serial != told.serial:
        return TERMINAL_TAKEN, ""
    new = terminal.registered_at is None
    terminal.province, terminal.city, terminal.maker, terminal.model = told.province, told.city, told.maker, told.model
    terminal.serial, terminal.plate_told, terminal.colour_told = told.serial, told.plate, told.colour
    terminal.version = version
    if new:
        terminal.registered_at, terminal.token_sealed = db_now(), seal(secrets.token_hex(8))
    terminal.save()
    if new:
        record(terminal, "terminal.registered", data={"phone": phone, "plate": told.plate, "serial": told.serial})
    if terminal.truck_id is None:
        truck = Truck.objects.filter(terminal_id=phone).first()
        if truck is not None and not Terminal.objects.filter(truck=truck).exists():
            _join(terminal, truck, actor=None)
    return REGISTERED_OK, unseal(terminal.token_sealed)


def token_fits(phone: str, token: str) -> bool:
    """Whether the terminal may speak: registered, not shut out, and with the token that it was given."""
    terminal = Terminal.objects.filter(phone=phone, registered_at__isnull=False, blocked_at=None).first()
    if terminal is None or not terminal.token_sealed:
        return False
    try:
        return hmac.compare_digest(unseal(terminal.token_sealed).encode(), token.encode())
    except ValueError:
        return False  # sealed with another key: it registers anew after a release


@transaction.atomic
def log_out(phone: str) -> None:
    """The device gives its number back (0x0003); its truck keeps it."""
    terminal = Terminal.objects.select_for_update(no_key=True).filter(phone=phone, registered_at__isnull=False).first()
    if terminal is not None:
        terminal.registered_at, terminal.token_sealed = None, ""
        terminal.save(update_fields=["registered_at", "token_sealed"])
        record(terminal, "terminal.logged_out", data={"phone": phone})


def note_heard(heard: Mapping[str, tuple[int, int]]) -> None:
    """Add (frames, bad frames) to each terminal and say that it was heard now."""
    if not heard:
        return
    phones = sorted(heard)
    with connection.cursor() as cursor:
        cursor.execute(
            "update worksites_terminal t set frames = t.frames + h.good, bad_frames = t.bad_frames + h.bad,"
            " seen_at = statement_timestamp()"
            " from unnest(%s::text[], %s::bigint[], %s::bigint[]) as h(phone, good, bad) where t.phone = h.phone",
            [phones, [heard[phone][0] for phone in phones], [heard[phone][1] for phone in phones]],
        )


@transaction.atomic
def bind(terminal_id: int, truck_id: int | None, *, actor: User | None) -> tuple[Terminal, Kept]:
    """Give a terminal to a truck, with what it said before, or to none; returns what was handed over."""
    terminal = _locked(terminal_id)
    if terminal.truck_id == truck_id:
        return terminal, Kept()
    truck = None
    if truck_id is not None:
        truck = Truck.objects.select_for_update(no_key=True).filter(pk=truck_id).first()
        if truck is None:
            raise BadInput("truck", _("There is no such truck."))
        if Terminal.objects.filter(truck=truck).exists():
            raise Conflict(_("%(plate)s has a terminal already; take it off first.") % {"plate": truck.plate})
    if terminal.truck_id is not None:
        Truck.objects.filter(pk=terminal.truck_id, terminal_id=terminal.phone).update(terminal_id=None)
    if truck is None:
        terminal.truck = None
        terminal.save(update_fields=["truck"])
        record(terminal, "terminal.taken_off", actor=actor, data={"phone": terminal.phone})
        return terminal, Kept()
    return terminal, _join(terminal, truck, actor=actor)


def join_truck(truck: Truck, *, actor: User | None) -> Kept:
    """After a truck got a terminal's number: bind that terminal where it is known and free. In its transaction."""
    terminal = Terminal.objects.select_for_update(no_key=True).filter(phone=truck.terminal_id or "").first()
    if terminal is None or terminal.truck_id is not None or Terminal.objects.filter(truck=truck).exists():
        return Kept()
    return _join(terminal, truck, actor=actor)


def _join(terminal: Terminal, truck: Truck, *, actor: User | None) -> Kept:
    terminal.truck = truck
    terminal.save(update_fields=["truck"])
    if truck.terminal_id != terminal.phone:
        Truck.objects.filter(terminal_id=terminal.phone).exclude(pk=truck.pk).update(terminal_id=None)
        truck.terminal_id = terminal.phone
        truck.save(update_fields=["terminal_id"])
    kept = hand_over(terminal.phone, truck.pk)
    data = {"phone": terminal.phone, "plate": truck.plate, "handed_over": kept.new}
    record(terminal, "terminal.bound", actor=actor, data=data)
    return kept


@transaction.atomic
def set_up(terminal_id: int, *, vendor: str, crs: str, actor: User) -> Terminal:
    """Say whose extra items a terminal sends and in which datum."""
    if crs not in CRS:
        raise BadInput("crs", _("One of %(names)s.") % {"names": ", ".join(CRS)})
    vendor = typed("vendor", vendor, Terminal.vendor.field)
    terminal = _locked(terminal_id)
    terminal.vendor, terminal.crs = vendor, crs
    terminal.save(update_fields=["vendor", "crs"])
    record(terminal, "terminal.changed", actor=actor, data={"vendor": terminal.vendor, "crs": crs})
    return terminal


@transaction.atomic
def release(terminal_id: int, *, actor: User) -> Terminal:
    """Another device may register with this number; the token of the present one stops."""
    terminal = _locked(terminal_id)
    terminal.registered_at, terminal.token_sealed = None, ""
    terminal.save(update_fields=["registered_at", "token_sealed"])
    record(terminal, "terminal.released", actor=actor, data={"phone": terminal.phone, "serial": terminal.serial})
    return terminal


@transaction.atomic
def block(terminal_id: int, *, blocked: bool, actor: User) -> Terminal:
    """Shut a terminal out, or let it in again. Twice is once."""
    terminal = _locked(terminal_id)
    if blocked == (terminal.blocked_at is not None):
        return terminal
    at: datetime | None = db_now() if blocked else None
    terminal.blocked_at = at
    terminal.save(update_fields=["blocked_at"])
    verb = "terminal.blocked" if blocked else "terminal.admitted"
    record(terminal, verb, actor=actor, data={"phone": terminal.phone})
    return terminal


def joined(phones: Collection[str]) -> dict[str, int]:
    """The truck of each of these terminals that has one."""
    found = Terminal.objects.filter(phone__in=phones, truck__isnull=False).values_list("phone", "truck_id")
    return {phone: truck for phone, truck in found if truck}


@transaction.atomic
def hand_over_rest() -> int:
    """What was kept aside in the instant in which its terminal got a truck goes there; returns how many rows."""
    waiting = list(HeldFix.objects.values_list("phone", flat=True).distinct())
    return sum(hand_over(phone, truck).new for phone, truck in sorted(joined(waiting).items()))


def forget_strangers() -> int:
    """Terminals that belong to no truck and were not heard for `STRANGER_DAYS` go; who is shut out stays shut out."""
    silent = db_now() - timedelta(days=STRANGER_DAYS)
    gone = Terminal.objects.filter(truck=None, blocked_at=None, registered_at__lt=silent)
    return gone.exclude(seen_at__gte=silent).delete()[0]


def _locked(terminal_id: int) -> Terminal:
    terminal = Terminal.objects.select_for_update(no_key=True).filter(pk=terminal_id).first()
    if terminal is None:
        raise NotFound(_("There is no such terminal."))
    return terminal
