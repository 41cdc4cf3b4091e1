"""All the rules of one truck: what is looked at, in which order. T12 is in sitedays.py, T13 is a person's word."""

from collections.abc import Sequence
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.dumping import Dumping
from worksites.trucks.ground import Card, Ground
from worksites.trucks.loading import Loading
from worksites.trucks.road import Road
from worksites.trucks.signals import Signals
from worksites.trucks.state import State
from worksites.trucks.tracks import SECOND
from worksites.trucks.trips import UP


class Judge(Loading, Dumping, Road, Signals):
    """A fold that speaks up."""

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        super().__init__(ground, card, state, columns)
        # Asked at every look, so they are read once.
        self.jump_cm = ground.rules["T10"]["jump_m"] * 100
        self.loading_us = int(ground.rules["T02"]["stop_s"] * SECOND)
        self.up_us = int(ground.rules["T03"]["up_s"] * SECOND)

    def rules_at(self, p: int, i: int) -> None:
        st = self.st
        if st.jump is not None or (p >= 0 and self.odo[i] - self.odo[p] > self.jump_cm):
            self.jumped(p, i)
        if st.loading is not None:
            self.still_loading(self.t[i])
        if st.up is not None or self.sig[i] >> tr.LIFT & 3 == UP:
            self.body(p, i)
        self.on_the_road(p, i)

    def rules_due(self) -> int:
        st, soonest = self.st, self.road_due()
        if st.jump is not None:
            return 0
        if st.loading is not None and st.slow is not None:
            soonest = min(soonest, st.slow[0] + self.loading_us)
        if st.up is not None and not st.up[4]:
            soonest = min(soonest, st.up[0] + self.up_us)
        return soonest
