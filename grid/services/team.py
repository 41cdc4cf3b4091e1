"""Who belongs to the co-governance team of a grid: added, changed, leaving, called."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from grid import selectors_team as selectors
from grid.models import CoGovernanceMember
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.common.secrets import mask_phone, seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User

PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}")
TEXTS = {"name": 40, "organisation": 80, "covers": 80}


@transaction.atomic
def add_member(grid_code: str, values: dict[str, Any], *, actor: User) -> CoGovernanceMember:
    """Take somebody into the team: `values` holds type, name, phone, and organisation and covers if there are any.

    The same person in the same role of the grid is one row, however often it is sent. Raises BadInput by field,
    NotFound for a grid beyond the actor's reach.
    """
    grid = selectors.grid_for(actor, grid_code)
    known = _checked(values)
    phone = known.pop("phone")
    # Two hands that add the same person at once wait for each other here.
    selectors.locked_grid(grid.pk)
    here = CoGovernanceMember.objects.filter(grid=grid, period__contains=db_now(), type=known["type"])
    for member in here.filter(name=known["name"]):
        if unseal(member.phone_sealed) == phone:
            return member
    member = CoGovernanceMember.objects.create(
        grid=grid,
        phone_sealed=seal(phone),
        phone_masked=mask_phone(phone),
        period=DateTimeTZRange(db_now(), None),
        **known,
    )
    record(member, "team.joined", actor=actor, data={"grid": grid.pk, "type": member.type})
    return member


@transaction.atomic
def change_member(member_id: int, values: dict[str, Any], *, actor: User) -> CoGovernanceMember:
    """Correct a card; an empty phone leaves the one that is kept. Raises BadInput by field, NotFound."""
    member = _locked(member_id, actor)
    known = _checked(values, phone_needed=False)
    if phone := known.pop("phone"):
        member.phone_sealed, member.phone_masked = seal(phone), mask_phone(phone)
    for name, value in known.items():
        setattr(member, name, value)
    member.save()
    record(member, "team.changed", actor=actor, data={"grid": member.grid_id, "type": member.type})
    return member


@transaction.atomic
def retire_member(member_id: int, *, actor: User) -> CoGovernanceMember:
    """The person leaves the team now; the card stays with what happened until today."""
    member = _locked(member_id, actor)
    now = db_now()
    if member.period.upper is None or member.period.upper > now:
        member.period = DateTimeTZRange(member.period.lower, now)
        member.save(update_fields=["period"])
        record(member, "team.left", actor=actor, data={"grid": member.grid_id, "type": member.type})
    return member


@transaction.atomic
def show_phone(member_id: int, *, actor: User, about: str = "") -> str:
    """The phone in clear text, for who is about to call; that somebody looked, and about which case, is kept."""
    member = selectors.member_for(actor, member_id, "grid.call_team")
    record(member, "team.phone_shown", actor=actor, data={"grid": member.grid_id, "about": about[:40]})
    return unseal(member.phone_sealed)


def _locked(member_id: int, actor: User) -> CoGovernanceMember:
    selectors.member_for(actor, member_id, "grid.edit_team")
    member = CoGovernanceMember.objects.select_for_update(of=("self",), no_key=True).filter(pk=member_id).first()
    if member is None:
        raise NotFound(_("There is no team member %(id)s.") % {"id": member_id})
    return member


def _checked(values: dict[str, Any], *, phone_needed: bool = True) -> dict[str, Any]:
    known: dict[str, Any] = {"type": values.get("type", "")}
    if known["type"] not in CoGovernanceMember.Type.values:
        raise BadInput("type", _("Choose one of the nine roles."))
    for name, longest in TEXTS.items():
        known[name] = str(values.get(name) or "").strip()
        if len(known[name]) > longest:
            raise BadInput(name, _("At most %(n)d characters.") % {"n": longest})
    if not known["name"]:
        raise BadInput("name", _("A name is needed."))
    known["phone"] = str(values.get("phone") or "").strip()
    if (phone_needed or known["phone"]) and not PHONE.fullmatch(known["phone"]):
        raise BadInput("phone", _("This is no telephone number."))
    return known
