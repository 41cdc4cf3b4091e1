"""An incident registered by a person: a call picked up, a report typed in, a gateway's order."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.models import CaseCategory, Incident
from incidents.services.opening import Draft, open_incident, open_or_join
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.geo import to_wgs84
from shushanwei.people.models import User


def register(values: dict, *, actor: User) -> tuple[Incident, bool]:
    """Open (or join) an incident from checked input (see `RegisterInput`); true when it was opened.

    The client's `uuid` makes it safe to send twice. Raises BadInput for `category`, `lon` and `lat`.
    """
    category = (
        CaseCategory.objects.filter(scheme="JCZZ", code=values["category"], is_active=True, parent__isnull=False)
        .select_related("department")
        .order_by("-version")
        .first()
    )
    if category is None:
        raise BadInput("category", _("There is no such class of the governance scheme."))
    before = Incident.objects.filter(client_uuid=values["uuid"]).first()
    if before is not None:
        return before, False
    lon, lat = to_wgs84(values["lon"], values["lat"], values["crs"])
    draft = Draft(
        category=category,
        level=values.get("level") or category.default_level,
        source_kind=values["source_kind"],
        title=values["title"],
        text=values["text"],
        address=values["address"],
        lon=lon,
        lat=lat,
        is_test=values["is_test"],
        reporter_name=values["reporter_name"],
        reporter_phone=values["reporter_phone"],
        need_followup=values["need_followup"],
        client_uuid=values["uuid"],
    )
    try:
        with transaction.atomic():
            if values["join"]:
                return open_or_join(draft, actor=actor)
            return open_incident(draft, actor=actor), True
    except IntegrityError as error:
        before = Incident.objects.filter(client_uuid=values["uuid"]).first()
        if before is None:
            raise Conflict(_("Somebody registered the same thing in this moment; look again.")) from error
        return before, False
