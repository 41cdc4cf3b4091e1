"""A site as it was from one instant to the next: what is filed or changed today says nothing of yesterday."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from worksites.trucks.ground import FOREVER, Gate, SiteGround


@dataclass(frozen=True)
class GatePast:
    """A gate, since when (µs UTC) it is on the map, and since when it is filed."""

    gate: Gate
    since: int
    filed: int = FOREVER


def editions(site: SiteGround, gates: Sequence[GatePast], idle_since: int = FOREVER) -> list[SiteGround]:
    """The site once for each stretch of its time in which neither its gates nor whether spoil leaves it changed.

    A gate that is entered after it was filed was there from its filing on.
    """
    instants = {idle_since, *(at for one in gates for at in (one.since, one.filed))}
    cuts = [site.since, *sorted(at for at in instants if site.since < at < site.until), site.until]
    return [
        replace(
            site, since=since, until=until, digs=site.digs and since < idle_since,
            gates=tuple(
                replace(one.gate, filed=one.filed <= since) for one in gates if min(one.since, one.filed) <= since
            ),
        )
        for since, until in pairwise(cuts) if since < until
    ]  # fmt: skip
