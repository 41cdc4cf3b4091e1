"""Electronic manifests (电子联单): issued, received, voided; told by a platform or read from a sheet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.models import Manifest, Sink, Site, Truck
from worksites.plates import clean_plate
from worksites.services.typed import typed

FUTURE = timedelta(hours=24)
OLDEST_YEAR = 2000  # what a cell holds by mistake may lie before anything that a database can give back
MOST_M3 = 60
RANK = {Manifest.State.ISSUED: 0, Manifest.State.RECEIVED: 1, Manifest.State.VOIDED: 2}


class Paper(NamedTuple):
    """One manifest as it is told: codes of site and sink, a plate, aware instants."""

    number: str
    site: str
    sink: str
    plate: str
    issued_at: datetime
    driver_name: str = ""
    volume_m3: float | None = None
    received_at: datetime | None = None
    state: str = ""


class Outcome(NamedTuple):
    """`what` is new, changed, repeated, bad or conflict; for the last two `field` and `message` say why."""

    what: str
    field: str = ""
    message: str = ""


@transaction.atomic
def keep_manifests(papers: Sequence[Paper], *, actor: User | None = None, by: str = "") -> list[Outcome]:
    """Keep each manifest that is good, in one transaction; `by` names a source. Sending again changes nothing.

    A manifest goes on (issued → received → voided) and never back; its site, sink, truck and issue stay.
    """
    now = db_now()
    sites = dict(Site.objects.filter(code__in={paper.site for paper in papers}).values_list("code", "pk"))
    sinks = dict(Sink.objects.filter(code__in={paper.sink for paper in papers}).values_list("code", "pk"))
    plates = {paper.plate: clean_plate(paper.plate) for paper in papers}
    trucks = dict(Truck.objects.filter(plate__in=set(plates.values())).values_list("plate", "pk"))
    numbers = sorted({paper.number.strip() for paper in papers})
    known = {
        row.number: row
        for row in Manifest.objects.select_for_update(no_key=True).filter(number__in=numbers).order_by("number")
    }
    outcomes = []
    for paper in papers:
        paper = paper._replace(number=paper.number.strip(), site=paper.site.strip(), sink=paper.sink.strip())
        ids = sites.get(paper.site), sinks.get(paper.sink), trucks.get(plates[paper.plate])
        wrong = _wrong(paper, ids, now)
        outcome = wrong or _keep(paper, ids, known, actor, by)
        outcomes.append(outcome)
    return outcomes


def _wrong(paper: Paper, ids: tuple[int | None, int | None, int | None], now: datetime) -> Outcome | None:
    site, sink, truck = ids
    if not paper.number or len(paper.number) > 40:
        return Outcome("bad", "number", _("A number of 1 to 40 characters."))
    if site is None:
        return Outcome("bad", "site", _("There is no site with this code."))
    if sink is None:
        return Outcome("bad", "sink", _("There is no sink with this code."))
    if truck is None:
        return Outcome("bad", "plate", _("There is no truck with this plate."))
    try:
        typed("driver_name", paper.driver_name, Manifest.driver_name.field)
    except BadInput as error:
        return Outcome("bad", "driver_name", error.message)
    if paper.issued_at.year < OLDEST_YEAR:
        return Outcome("bad", "issued_at", _("Lies before the year %(year)s.") % {"year": OLDEST_YEAR})
    if paper.issued_at > now + FUTURE:
        return Outcome("bad", "issued_at", _("Lies more than 24 hours in the future."))
    if paper.received_at is not None and not paper.issued_at <= paper.received_at <= now + FUTURE:
        return Outcome("bad", "received_at", _("Not before it was issued, and not in the future."))
    if paper.volume_m3 is not None and not 0 < paper.volume_m3 <= MOST_M3:
        return Outcome("bad", "volume_m3", _("More than 0, at most %(most)s.") % {"most": MOST_M3})
    if paper.state and paper.state not in Manifest.State.values:
        return Outcome("bad", "state", _("There is no such state."))
    if paper.state == Manifest.State.RECEIVED and paper.received_at is None:
        return Outcome("bad", "received_at", _("A manifest that was received says when."))
    return None


def _keep(paper: Paper, ids: tuple, known: dict[str, Manifest], actor: User | None, by: str) -> Outcome:
    site, sink, truck = ids
    state = paper.state or (Manifest.State.RECEIVED if paper.received_at else Manifest.State.ISSUED)
    row = known.get(paper.number)
    if row is None:
        row, made = Manifest.objects.get_or_create(
            number=paper.number,
            defaults={
                "site_id": site, "sink_id": sink, "truck_id": truck, "issued_at": paper.issued_at, "state": state,
                "driver_name": paper.driver_name.strip(), "volume_m3": paper.volume_m3,
                "received_at": paper.received_at,
            },
        )  # fmt: skip
        known[paper.number] = row
        if made:
            record(row, "manifest.issued", actor=actor, data={"number": row.number, "state": state, "by": by})
            return Outcome("new")
    for field, mine, theirs in (
        ("site", row.site_id, site),
        ("sink", row.sink_id, sink),
        ("plate", row.truck_id, truck),
        ("issued_at", row.issued_at, paper.issued_at),
    ):
        if mine != theirs:
            return Outcome("conflict", field, _("This number was told before with another value."))
    if RANK[Manifest.State(state)] <= RANK[Manifest.State(row.state)]:
        return Outcome("repeated")
    row.state, row.received_at = state, paper.received_at or row.received_at
    row.volume_m3 = paper.volume_m3 or row.volume_m3
    row.save(update_fields=["state", "received_at", "volume_m3"])
    record(row, f"manifest.{state}", actor=actor, data={"number": row.number, "by": by})
    return Outcome("changed")
