"""The register of sinks: entered, corrected, closed."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.models import Company, Sink
from worksites.services.sites import checked_boundary

FIELDS = ("name", "kind", "capacity_m3", "is_active")


@transaction.atomic
def save_sink(values: dict[str, Any], *, actor: User | None, sink_id: int | None = None) -> Sink:
    """Enter a sink (`code`, `boundary` and what FIELDS name, company as id or none) or correct it; its code stays.

    The same values again write nothing. Raises BadInput by field, NotFound.
    """
    if sink_id is None:
        sink = Sink.objects.select_for_update(no_key=True).filter(code=values["code"]).first() or Sink()
    else:
        found = Sink.objects.select_for_update(no_key=True).filter(pk=sink_id).first()
        if found is None:
            raise NotFound(_("There is no such sink."))
        sink = found
    wanted = {name: values[name] for name in FIELDS if values.get(name) is not None}
    if not (wanted.get("name") or sink.name).strip():
        raise BadInput("name", _("This must be filled in."))
    if wanted.get("kind", sink.kind) not in Sink.Kind.values:
        raise BadInput("kind", _("There is no such kind of sink."))
    if "company" in values:
        wanted["company_id"] = values["company"]
        if values["company"] is not None and not Company.objects.filter(pk=values["company"]).exists():
            raise BadInput("company", _("There is no such company."))
    if sink.pk is None or values.get("boundary"):
        boundary, lon, lat = checked_boundary(values.get("boundary"))
        wanted |= {"boundary": boundary, "lon": lon, "lat": lat}
    changed = [name for name, value in wanted.items() if getattr(sink, name) != value]
    if sink.pk is not None and not changed:
        return sink
    if sink.pk is not None and sink_id is None:
        raise BadInput("code", _("There is a sink with this code."))
    is_new, now = sink.pk is None, db_now()
    for name in changed:
        setattr(sink, name, wanted[name])
    if is_new:
        sink.code, sink.registered_at = values["code"], now
    if "is_active" in changed or not sink.is_active and is_new:
        sink.closed_at = None if sink.is_active else now
    try:
        with transaction.atomic():
            sink.save()
    except IntegrityError as error:
        raise BadInput("code", _("There is a sink with this code.")) from error
    data = {"code": sink.code, "name": sink.name} | ({} if is_new else {"fields": changed})
    record(sink, "sink.registered" if is_new else "sink.changed", actor=actor, data=data)
    return sink
