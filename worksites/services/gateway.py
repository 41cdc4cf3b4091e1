"""What the JT/T 808 gateway asks of the database, in its threads: positions kept, terminals known."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from shushanwei.common.geo import gcj02_to_wgs84
from shushanwei.common.health import note_seen
from worksites.jt808.line import Report
from worksites.jt808.messages import IGNITION, POSITIONED, Position, Registration
from worksites.jt808.server import Unavailable
from worksites.jt808.vendors import Told
from worksites.models import TruckFix
from worksites.models.tracks import EMPTY, UNKNOWN
from worksites.services import terminals
from worksites.services.fixes import Fix, hold_fixes, keep_fixes
from worksites.services.terminals import Known

T = TypeVar("T")
PART = "jt808"
NAN = float("nan")


class Keeper:
    """`worksites.jt808.server.Keeper` on PostgreSQL. A cut connection is taken up again once; then Unavailable."""

    def __init__(self, *, heartbeat: bool = True) -> None:
        self.heartbeat = heartbeat

    def book(self) -> dict[str, Known]:
        """Every terminal; says on the way that the gateway is at work."""
        found = _firmly(terminals.book)
        if self.heartbeat:
            _firmly(lambda: note_seen(PART))
        return found

    def register(self, phone: str, version: int, told: Registration) -> tuple[int, str]:
        return _firmly(lambda: terminals.register(phone, version, told))

    def token_fits(self, phone: str, token: str) -> bool:
        return _firmly(lambda: terminals.token_fits(phone, token))

    def log_out(self, phone: str) -> None:
        _firmly(lambda: terminals.log_out(phone))

    def note(self, heard: Mapping[str, tuple[int, int]]) -> None:
        _firmly(lambda: terminals.note_heard(heard))

    def close(self) -> None:
        """Give up the connection of this thread."""
        connection.close()

    def keep(self, reports: Sequence[Report]) -> dict[str, int]:
        """Commit the positions of trucks, and aside those of terminals without one. Safe to do again."""
        rows: list[Fix] = []
        held: list[Fix] = []
        strangers: dict[str, int] = {}
        # Who was given to a truck since the book was read must not wait aside: nobody would fetch it there.
        nameless = {report.phone for report in reports if report.truck_id is None}
        joined = _firmly(lambda: terminals.joined(nameless)) if nameless else {}
        for report in reports:
            truck_id = report.truck_id or joined.get(report.phone)
            if truck_id is None:
                number = strangers.setdefault(report.phone, len(strangers))
                held += [as_fix(number, report, *one) for one in report.fixes]
            else:
                rows += [as_fix(truck_id, report, *one) for one in report.fixes]
        outcome = {"new": 0, "repeated": 0, "refused": 0}
        if rows:
            outcome = _firmly(lambda: keep_fixes(rows, source=TruckFix.Source.JT808))._asdict()
        if held:
            outcome["held"] = _firmly(lambda: hold_fixes(list(strangers), held))
        return outcome


def as_fix(truck_id: int, report: Report, position: Position, told: Told) -> Fix:
    """A position report in our columns; vendor items go before the bits of the standard."""
    status = position.status
    lon, lat = position.lon, position.lat
    if report.crs == "gcj02" and status & POSITIONED:
        lon, lat = gcj02_to_wgs84(lon, lat)
    load = told.load or position.load
    if load == EMPTY and not told.load and not report.load_known:
        load = UNKNOWN  # a terminal without a sensor leaves the bits at zero, which would mean empty
    return Fix(
        truck_id,
        position.at_us,
        lon,
        lat,
        position.speed_kmh,
        position.heading,
        min(position.altitude_m, 32_767),
        bool(status & IGNITION),
        bool(status & POSITIONED),
        load,
        told.lift,
        told.cover,
        NAN if position.mileage_km is None else position.mileage_km,
        position.alarm,
        status,
    )


def _firmly(step: Callable[[], T]) -> T:
    """Run `step`, on a new connection when the old one turns out dead; raises Unavailable when that fails too."""
    try:
        try:
            return step()
        except (OperationalError, InterfaceError):
            connection.close()
            return step()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise Unavailable(str(error).strip().splitlines()[0] if str(error) else type(error).__name__) from error
