"""What the engine remembers of a truck between two fixes: small, and whole as JSON."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERSION = 3
MOST_STOPS = 30
MOST_SLOWS = 4
MOST_GAPS = 12
MOST_PAPERED = 8


@dataclass
class State:
    """Instants are µs since 1970 UTC; sites, gates and sinks are named by their ids; `None` means: not now.

    A *quote* is [lon, lat, t, km/h, load, lift], a position as a hit repeats it.
    """

    prev: list[Any] | None = None  # the last position: [t, lon, lat, speed, load, lift, cover, ignition]
    odo: int = 0  # centimetres driven since the beginning
    phase: str = "idle"  # idle, at_source, loaded, at_sink, returning
    src: list[Any] | None = None  # near a source: [site, since, lon, lat, was inside]
    sink: list[Any] | None = None  # in a sink: [sink, since, lon, lat, load at entry, judged]
    out: list[Any] | None = None  # has left the sink: [left its area at, far away since or None, load at entry]
    load: int = 0  # believed load: 0 unknown, 1 empty, 2 half, 3 full
    cand: list[Any] | None = None  # a change of load that has not lasted: [load, since, after, sig, before, sig before]
    up: list[Any] | None = None  # body lifted where it should not be: [since, quote, load then, t before, told]
    stop: list[Any] | None = None  # standing: [since, lon, lat, sig, last lon, last lat, until or None]
    slow: list[Any] | None = None  # below the speed of loading: [since, until or None, lon, lat, sig]
    slows: list[list[Any]] = field(default_factory=list)  # and the last times before
    stops: list[list[Any]] = field(default_factory=list)  # since a source or sink: [t0, t1, lon, lat, sig, moved]
    gaps: list[list[Any]] = field(default_factory=list)  # [t0, lon0, lat0, t1, lon1, lat1, off at both ends]
    loading: list[Any] | None = (
        None  # loaded at an unregistered point, its stop still lasts: [after, before, since, cover shut]
    )
    lifted: list[Any] | None = None  # body last seen up: [since, until or None, near a sink]
    left: list[Any] | None = None  # the last source: [site, left at, there since]
    gate: list[Any] | None = None  # what a gate camera said: [t, loaded, gate, site]
    back: list[Any] | None = None  # a gate camera saw it come in: [t, site, loaded]
    passed: list[Any] | None = None  # the last gate camera that read its plate: [t, site]
    paper: list[Any] | None = None  # the last manifest: [t, id, site, sink]
    papered: list[int] = field(default_factory=list)  # the last sites that gave it one
    shut: int | None = None  # since when the cover has been seen closed
    once: list[Any] | None = None  # body seen lifted by one fix only: [quote, seconds]; counts if no sink follows
    cargo: bool = False  # carries what it took at a sink
    clay: bool = False  # was unloaded at a sink, though its sensor says that something is left
    trip: dict[str, Any] | None = None
    off: list[Any] | None = None  # off its routes: [since, quote, told, waits so much longer, µs]
    fast: list[Any] | None = None  # [since, quote, told], and so the next
    open: list[Any] | None = None
    drive: list[Any] | None = None  # has driven without a rest: [since, told]
    echo: int | None = None  # the last step further than its speed allows: its position may be an echo
    barred: list[Any] | None = None  # on the road at a forbidden hour: [last, now]
    jump: list[Any] | None = None  # a jump that may be a glitch: [quote before, quote after]
    told: dict[str, int] = field(default_factory=dict)  # rule → when it last spoke

    def as_json(self) -> dict[str, Any]:
        """A dictionary of plain values; what is empty is left out."""
        kept = {name: value for name, value in asdict(self).items() if value not in (None, False, [], {}, 0)}
        return {"v": VERSION, **kept}

    @classmethod
    def of_json(cls, kept: dict[str, Any] | None) -> "State":
        """The state that `as_json` gave; a new one for nothing and for what an older engine wrote."""
        if not kept or kept.get("v") != VERSION:
            return cls()
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})
