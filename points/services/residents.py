"""A resident's own page and what the street may do to it: change, verify, block, show a phone, export, erase."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.models import Community
from incidents.lifecycle import LIVE
from points.models import (
    Award,
    Consent,
    LedgerTransaction,
    Level,
    MarketBan,
    Purpose,
    Redemption,
    Resident,
    ResidentReport,
    ServiceCall,
    StandingBlock,
)
from points.services import consents, ledger, mall, reports, traces, volunteering
from points.services.signing_in import check_code, clean_phone
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.common.secrets import fingerprint, mask_name, seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST_NAME, LONGEST_WHY, MOST_DAYS = 20, 200, 365
FLAGS = ("large_type", "in_ranking", "is_courier")
# Each module adds what it keeps of a resident, in plain values, and how that is erased.
OWN_DATA: list[Callable[[Resident], dict[str, Any]]] = []
ERASE: list[Callable[[Resident], None]] = []


@transaction.atomic
def change(resident: Resident, values: dict[str, Any]) -> Resident:
    """Change nickname, community (id), and FLAGS; what is not said stays. Raises BadInput by field."""
    row = _locked(resident.pk)
    if "nickname" in values:
        nickname = str(values["nickname"]).strip()
        if not 1 <= len(nickname) <= LONGEST_NAME:
            raise BadInput("nickname", _("One to %(most)s characters.") % {"most": LONGEST_NAME})
        row.nickname = nickname
    if values.get("community"):
        community = Community.objects.filter(pk=_number(values["community"], "community")).first()
        if community is None:
            raise BadInput("community", _("There is no such community."))
        if row.level >= Level.VERIFIED and community.pk != row.community_id:
            raise BadInput("community", _("Your community has confirmed where you live; ask it to change this."))
        row.community = community
    for name in FLAGS:
        if name in values:
            setattr(row, name, bool(values[name]))
    row.save(update_fields=["nickname", "community", *FLAGS])
    return row


@transaction.atomic
def agree_as_guardian(child: Resident, phone: str, code: str) -> Resident:
    """A guardian agrees with the code of his own phone, who must be a resident of age. Raises BadInput."""
    row = _locked(child.pk)
    hashed = check_code(phone, code)
    adult = Resident.objects.filter(phone_hash=hashed, erased_at=None).first()
    if adult is None or adult.is_child or adult.pk == row.pk:
        raise BadInput("phone", _("A guardian has to sign in once with this phone before."))
    row.guardian = adult
    row.save(update_fields=["guardian"])
    consents.give(adult, Purpose.CHILD, about=row)
    record(row, "resident.guardian_agreed", data={"guardian": adult.pk})
    return row


@transaction.atomic
def verify(resident_id: int, *, name: str, community_id: int, is_party_member: bool, actor: User) -> Resident:
    """The community confirms who lives there (实名认证). Raises BadInput, NotFound, Conflict for an erased one."""
    row = _locked(resident_id)
    if row.erased_at is not None or row.level < Level.PHONE:
        raise Conflict(_("This resident cannot be confirmed."))
    name = name.strip()
    if not 2 <= len(name) <= LONGEST_NAME:
        raise BadInput("name", _("Two to %(most)s characters.") % {"most": LONGEST_NAME})
    community = Community.objects.filter(pk=community_id).first()
    if community is None:
        raise BadInput("community", _("There is no such community."))
    row.name_sealed, row.name_masked, row.community = seal(name), mask_name(name), community
    row.level, row.verified_by, row.verified_at = Level.VERIFIED, actor, db_now()
    row.is_party_member = is_party_member
    row.save(update_fields=["name_sealed", "name_masked", "community", "level", "verified_by", "verified_at",
                            "is_party_member"])  # fmt: skip
    record(row, "resident.verified", actor=actor, data={"community": community.code})
    return row


@transaction.atomic
def block(resident_id: int, *, days: int, why: str, actor: User | None) -> Resident:
    """Nothing may be handed in and nothing is earned for some days; 0 ends it. Raises BadInput for `days`, `why`."""
    row = _locked(resident_id)
    why = why.strip()
    if not 0 <= days <= MOST_DAYS:
        raise BadInput("days", _("0 to %(most)s days.") % {"most": MOST_DAYS})
    if not why or len(why) > LONGEST_WHY:
        raise BadInput("why", _("One to %(most)s characters.") % {"most": LONGEST_WHY})
    row.blocked_until = db_now() + timedelta(days=days) if days else None
    row.blocked_why = why if days else ""
    row.save(update_fields=["blocked_until", "blocked_why"])
    record(row, "resident.blocked" if days else "resident.unblocked", actor=actor, note=why, data={"days": days})
    return row


@transaction.atomic
def show_phone(resident_id: int, *, why: str, actor: User) -> str:
    """The phone in clear, for who is about to call; who looked, when and why is written down.

    Raises BadInput for `why`, NotAllowed where nothing of this resident goes on.
    """
    row = _locked(resident_id)
    why = why.strip()
    if not why or len(why) > LONGEST_WHY:
        raise BadInput("why", _("Say why you need the number."))
    if not row.phone_sealed:
        raise NotFound(_("There is no such thing."))
    if not has_open_matter(row):
        raise NotAllowed(_("Nothing of this resident is open: the number is shown to nobody."))
    record(row, "resident.phone_shown", actor=actor, note=why)
    return unseal(row.phone_sealed)


def has_open_matter(resident: Resident) -> bool:
    """Whether something goes on for which somebody may have to call: a case not yet ended, a call not yet rated.

    Who says nothing for a week after the call was done says nothing any more.
    """
    calls = ServiceCall.objects.filter(resident=resident, is_anonymous=False).exclude(
        Q(status=ServiceCall.Status.RATED) | Q(done_at__lt=db_now() - timedelta(days=7), status=ServiceCall.Status.DONE)
    )
    cases = ResidentReport.objects.filter(resident=resident, incident__status__in=LIVE)
    return calls.exists() or cases.exists()


def own_data(resident: Resident) -> dict[str, Any]:
    """Everything that is kept of a resident, in plain values, for himself."""
    spendable, frozen = ledger.balances(resident.pk)
    added = {name: value for tell in OWN_DATA for name, value in tell(resident).items()}
    return {
        "nickname": resident.nickname,
        "phone": unseal(resident.phone_sealed),
        "name": unseal(resident.name_sealed),
        "level": str(resident.get_level_display()),
        "community": resident.community.name if resident.community else None,
        "joined_at": resident.created_at,
        "last_seen_at": resident.seen_at,
        "confirmed_at": resident.verified_at,
        "is_party_member": resident.is_party_member,
        "is_under_14": resident.is_child,
        "guardian": resident.guardian.nickname if resident.guardian else None,
        "children": [child.nickname for child in resident.children.filter(erased_at=None)],
        "blocked_until": resident.blocked_until,
        "blocked_why": resident.blocked_why,
        "wechat_bound": resident.openid_hash is not None,
        "settings": {name: getattr(resident, name) for name in FLAGS},
        # The browser's own name is kept as a hash only, which says nothing to anybody.
        "devices": list(resident.devices.values("first_at", "last_at")),
        "sign_ins": list(resident.sessions.values("started_at", "seen_at", "expires_at")),
        "points": {"spendable": spendable, "frozen": frozen},
        "ledger": list(
            LedgerTransaction.objects.filter(resident=resident).values("at", "kind", "points", "note", "source_type")
        ),
        **traces.data_of(resident),
        "awards": list(Award.objects.filter(resident=resident).values("at", "code", "worth", "given", "short")),
        "consents": list(
            Consent.objects.filter(resident=resident).values(
                "purpose", "version", "about__nickname", "given_at", "withdrawn_at"
            )
        ),
        "reports": reports.own_data(resident),
        "calls": list(
            ServiceCall.objects.filter(resident=resident).values(
                "called_at", "kind", "text", "address", "status", "reply", "result", "rating", "rating_note"
            )
        ),
        "redemptions": list(
            Redemption.objects.filter(resident=resident).values(
                "at", "reward__name_zh", "merchant__name", "points", "status", "ended_at"
            )
        ),
        **added,
    }


@transaction.atomic
def erase(resident: Resident) -> None:
    """Nothing of the person stays; anonymous rows of the ledger do. Twice is once. Points left are taken off.

    What waits at a merchant is given up before: its piece goes back to the shelf. Children need another guardian.
    """
    row = _locked(resident.pk)
    if row.erased_at is not None:
        return
    traces.forget(row)
    for forget in ERASE:
        forget(row)
    mall.forget(row)
    ledger.purse(row.pk)  # nothing comes in between counting and taking off
    spendable, frozen = ledger.balances(row.pk)
    if spendable + frozen:
        ledger.take_off(row.pk, spendable + frozen, ledger.Source("erase", str(row.pk)))
    row.sessions.all().delete()
    row.devices.all().delete()
    row.children.update(guardian=None)
    reports.forget_voices(row)
    now = db_now()
    Consent.objects.filter(resident=row, withdrawn_at=None).update(withdrawn_at=now)
    _keep_blocks(row, now)
    row.phone_sealed = row.phone_masked = row.name_sealed = row.name_masked = row.blocked_why = ""
    row.phone_hash = row.openid_hash = None
    row.nickname, row.level, row.community, row.guardian = _("former resident"), Level.BROWSE, None, None
    row.in_ranking, row.is_party_member, row.is_courier, row.erased_at = False, False, False, now
    row.save()
    record(row, "resident.erased")


def _keep_blocks(row: Resident, now: datetime) -> None:
    """What still holds against this resident, by the phone's hash: erasing an account ends no block."""
    held: dict[str, dict[str, Any]] = {}
    if row.blocked_until is not None:
        held[StandingBlock.Kind.ALL] = {"until": row.blocked_until, "why": row.blocked_why}
    ban = MarketBan.objects.filter(resident=row, lifted_at=None).first()
    if ban is not None:
        held[StandingBlock.Kind.MARKET] = {"until": ban.until, "why": ban.why, "by": ban.by}
    pause = volunteering.pause_of(row.pk)
    if pause is not None:
        held[StandingBlock.Kind.VOLUNTEERING] = {"until": pause}
    for kind, kept in held.items():
        if row.phone_hash and kept["until"] > now:
            StandingBlock.objects.update_or_create(phone_hash=row.phone_hash, kind=kind, defaults=kept)


def phone_owner(phone: str) -> Resident | None:
    """The resident of a phone number typed by a worker. Raises BadInput for `phone`."""
    return Resident.objects.filter(phone_hash=fingerprint(clean_phone(phone)), erased_at=None).first()


def _number(value: Any, field: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise BadInput(field, _("This is no number.")) from error


def _locked(pk: int) -> Resident:
    row = Resident.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
