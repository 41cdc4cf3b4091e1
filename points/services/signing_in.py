"""Who a resident is: a phone with a one-time code, a session of its own, and how it ends."""

import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from points.models import DeviceSeen, Level, MarketBan, PhoneCode, Purpose, Resident, ResidentSession, StandingBlock
from points.services.consents import give
from points.sms import NotSent, sender
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, TooMany
from shushanwei.common.secrets import fingerprint, mask_phone, seal
from shushanwei.journal.services import record

CODE_FOR = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=60)
MOST_TRIES = 5
# (within, so many of one phone, so many of one address): a whole block of flats may share an address.
LIMITS = [(timedelta(hours=1), 5, 60), (timedelta(days=1), 10, 300)]
SESSION_FOR = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=10)
PHONE = re.compile(r"1\d{10}")


class Sent(NamedTuple):
    """A code that was sent, and the code itself where no phone is behind the sender (else empty)."""

    phone_masked: str
    shown: str


def clean_phone(text: str) -> str:
    """Eleven digits of a mobile number. Raises BadInput for `phone`."""
    digits = re.sub(r"[\s-]", "", text or "").removeprefix("+86")
    if not PHONE.fullmatch(digits) or not digits.isascii():
        raise BadInput("phone", _("A mobile number has eleven digits."))
    return digits


def send_code(phone: str, *, address: str | None) -> Sent:
    """Send a one-time code. Raises BadInput for `phone`, TooMany, Conflict when it cannot be sent.

    The answer is the same whether the phone is known or not.
    """
    phone = clean_phone(phone)
    hashed, code = fingerprint(phone), f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        _one_at_a_time(f"code:{hashed}")  # two requests in the same instant must see each other
        now = db_now()
        _refuse_flood(hashed, address, now)
        PhoneCode.objects.create(
            phone_hash=hashed, code_hash=fingerprint(f"{hashed}:{code}"), address=address, sent_at=now,
            expires_at=now + CODE_FOR,
        )  # fmt: skip
    by = sender()
    try:
        by.send(phone, "sign-in", {"code": code, "minutes": str(int(CODE_FOR.total_seconds() // 60))})
    except NotSent as error:
        raise Conflict(_("The message could not be sent. Try again in a minute.")) from error
    return Sent(mask_phone(phone), code if by.shows_codes else "")


def check_code(phone: str, code: str) -> str:
    """The hash of a phone whose newest code this is; the code is used up. Raises BadInput for `phone` and `code`.

    Wrong tries are counted even though they are refused; after five the code is dead.
    """
    hashed = fingerprint(clean_phone(phone))
    said = (code or "").strip()
    with transaction.atomic():
        row = (
            PhoneCode.objects.select_for_update()
            .filter(phone_hash=hashed, used_at=None, expires_at__gt=db_now(), tries__lt=MOST_TRIES)
            .order_by("-sent_at")
            .first()
        )
        right = row is not None and secrets.compare_digest(row.code_hash, fingerprint(f"{hashed}:{said}"))
        if row is not None:
            if right:
                row.used_at = db_now()
            row.tries = F("tries") + 1
            row.save(update_fields=["used_at", "tries"])
    if not right:
        raise BadInput("code", _("This code is wrong or has run out."))
    return hashed


def sign_in(
    phone: str, code: str, *, agreed: bool, device: str = "", is_child: bool = False, openid: str = ""
) -> Resident:
    """The resident of a phone whose code is right, made when it is new. Raises BadInput: `phone`, `code`, `agreed`.

    `agreed`: to the privacy notice, asked before anything is kept. `is_child`: says so of himself, under fourteen.
    `openid`: of the WeChat account in whose browser this happens; it signs in by itself from then on.
    """
    if not agreed:
        raise BadInput("agreed", _("Please read the privacy notice and agree to it."))
    phone = clean_phone(phone)
    hashed = check_code(phone, code)
    return _known(phone, hashed, device, is_child, openid)


def by_open_id(openid: str) -> Resident | None:
    """The resident whose WeChat account this is, if a phone was ever bound to it."""
    return Resident.objects.filter(openid_hash=fingerprint(f"openid:{openid}"), erased_at=None).first()


def start_session(resident: Resident) -> str:
    """A new session; returns the token for the cookie, which nobody can read out of the table."""
    token, now = secrets.token_urlsafe(32), db_now()
    ResidentSession.objects.create(
        resident=resident, token_hash=fingerprint(token), started_at=now, seen_at=now, expires_at=now + SESSION_FOR
    )
    return token


def session_of(token: str) -> ResidentSession | None:
    """The session behind a cookie, prolonged by use; None when it has ended."""
    if not token or len(token) > 100:
        return None
    now = db_now()
    found = ResidentSession.objects.select_related("resident").filter(
        token_hash=fingerprint(token), expires_at__gt=now, resident__erased_at=None
    )
    row = found.first()
    if row is not None and now - row.seen_at > SEEN_EVERY:
        found.update(seen_at=now, expires_at=now + SESSION_FOR)
        Resident.objects.filter(pk=row.resident_id).update(seen_at=now)
    return row


def end_session(token: str) -> None:
    """Sign out in this browser."""
    ResidentSession.objects.filter(token_hash=fingerprint(token)).delete()


def forget_old(now: datetime) -> int:
    """Codes older than a day, sessions and blocks that have ended go; returns how many."""
    codes, _each = PhoneCode.objects.filter(sent_at__lt=now - timedelta(days=1)).delete()
    sessions, _each = ResidentSession.objects.filter(expires_at__lte=now).delete()
    blocks, _each = StandingBlock.objects.filter(until__lte=now).delete()
    return codes + sessions + blocks


@transaction.atomic
def _known(phone: str, hashed: str, device: str, is_child: bool, openid: str) -> Resident:
    _one_at_a_time(f"resident:{hashed}")  # the same phone in two browsers in the same instant
    now = db_now()
    resident = Resident.objects.select_for_update(no_key=True).filter(phone_hash=hashed).first()
    if resident is None:
        resident = Resident.objects.create(
            uuid=uuid4(), level=Level.PHONE, nickname=_("resident %(n)s") % {"n": phone[-4:]}, phone_sealed=seal(phone),
            phone_hash=hashed, phone_masked=mask_phone(phone), is_child=is_child, created_at=now, seen_at=now,
        )  # fmt: skip
        record(resident, "resident.joined", data={"level": Level.PHONE})
        _still_blocked(resident, hashed, now)
    if openid and resident.openid_hash is None and by_open_id(openid) is None:
        resident.openid_hash = fingerprint(f"openid:{openid}")
        resident.save(update_fields=["openid_hash"])
    give(resident, Purpose.NOTICE)
    if device:
        row, new = DeviceSeen.objects.get_or_create(
            resident=resident, device_hash=fingerprint(device), defaults={"first_at": now, "last_at": now}
        )
        if not new:
            row.last_at = now
            row.save(update_fields=["last_at"])
    return resident


def _still_blocked(resident: Resident, hashed: str, now: datetime) -> None:
    """Erasing an account ends no block: what was kept goes over to the new one. A pause stays with the phone."""
    kept = StandingBlock.objects.filter(phone_hash=hashed, until__gt=now)
    for one in kept.filter(kind__in=[StandingBlock.Kind.ALL, StandingBlock.Kind.MARKET]):
        until = {"until": one.until.isoformat()}
        if one.kind == StandingBlock.Kind.ALL:
            resident.blocked_until, resident.blocked_why = one.until, one.why
            resident.save(update_fields=["blocked_until", "blocked_why"])
            record(resident, "resident.blocked", note=one.why, data=until)
        elif one.by is not None:
            ban = MarketBan.objects.create(resident=resident, since=now, until=one.until, why=one.why, by=one.by)
            record(ban, "market_ban.set", note=one.why, data={"resident": resident.pk, **until})
        one.delete()


def _refuse_flood(hashed: str, address: str | None, now: datetime) -> None:
    sent = PhoneCode.objects.filter(phone_hash=hashed)
    newest = sent.order_by("-sent_at").first()
    if newest is not None and now - newest.sent_at < AGAIN_AFTER:
        wait = int((AGAIN_AFTER - (now - newest.sent_at)).total_seconds()) + 1
        raise TooMany(_("A code was just sent. Wait %(n)s seconds for another.") % {"n": wait})
    for within, of_phone, of_address in LIMITS:
        since = now - within
        from_there = PhoneCode.objects.filter(address=address, sent_at__gt=since).count() if address else 0
        if sent.filter(sent_at__gt=since).count() >= of_phone or from_there >= of_address:
            raise TooMany(_("Too many codes were asked for. Try again later."))


def _one_at_a_time(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
