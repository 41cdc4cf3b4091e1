"""Who signs a sheet: every inspector with the finger, and the site, which may refuse before a witness (拒签)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput
from worksites.checks import ink
from worksites.models import Inspection, Signature
from worksites.services.typed import typed

Role = Signature.Role
OF_SITE = [Role.OWNER, Role.MANAGER, Role.SUPERVISOR]


def sign(inspection: Inspection, given: list[dict[str, Any]], at: datetime) -> list[Signature]:
    """Write down the signatures of a sheet whose lock is held: {uuid, role, name, user, strokes, …}.

    Raises BadInput for `signatures` where an inspector or the site is missing, an inspector refuses, a refusal has no
    reason or witness, or a signature is none.
    """
    people = {person.pk: person for person in inspection.inspectors.all()}
    rows = [_row(inspection, line, people, at) for line in given]
    signed = {row.user_id for row in rows if row.role == Role.INSPECTOR}
    missing = [str(person) for pk, person in people.items() if pk not in signed]
    if missing:
        raise BadInput("signatures", _("Has not signed yet: %(names)s") % {"names": ", ".join(missing)})
    if not any(row.role in OF_SITE for row in rows):
        raise BadInput("signatures", _("The site signs too, or its refusal is written down."))
    keys = [(row.role, row.user_id, row.name) for row in rows]
    if len(set(keys)) != len(keys):
        raise BadInput("signatures", _("Nobody signs twice."))
    ids = [row.uuid for row in rows]
    if len(set(ids)) != len(ids) or Signature.objects.filter(uuid__in=ids).exists():
        raise BadInput("signatures", _("The id of a signature was used before."))
    return Signature.objects.bulk_create(rows)


def _row(inspection: Inspection, line: dict[str, Any], people: dict, at: datetime) -> Signature:
    role = line.get("role")
    if role not in Role.values:
        raise BadInput("signatures", _("Choose who signs."))
    reason = typed("signatures", line.get("refused_reason"), Signature.refused_reason.field)
    witness = typed("signatures", line.get("witness"), Signature.witness.field)
    user, name = None, typed("signatures", line.get("name"), Signature.name.field)
    if role == Role.INSPECTOR:
        user = people.get(line.get("user") or 0)
        if user is None:
            raise BadInput("signatures", _("Only the inspectors of this sheet sign as inspectors."))
        if reason:
            raise BadInput("signatures", _("An inspector does not refuse."))
        name = str(user)[:30]
    if not name and not reason:
        raise BadInput("signatures", _("Write down the name of who signs."))
    if reason and not witness:
        raise BadInput("signatures", _("A refusal needs a reason and a witness."))
    strokes = [] if reason else ink.checked(line.get("strokes"), "signatures")
    signed_at = min(line.get("at") or at, at)
    return Signature(
        inspection=inspection, uuid=line["uuid"], role=role, name=name or _("not given"), user=user, strokes=strokes,
        refused_reason=reason, witness=witness if reason else "", at=signed_at,
    )  # fmt: skip
