"""All the rules of one truck: what is looked at, in which order. T12 is in sitedays.py, T13 is a person's word."""

from worksites.trucks import tracks as tr
from worksites.trucks.dumping import Dumping
from worksites.trucks.loading import Loading
from worksites.trucks.road import Road
from worksites.trucks.signals import Signals
from worksites.trucks.tracks import SECOND
from worksites.trucks.trips import UP


class Judge(Loading, Dumping, Road, Signals):
    """A fold that speaks up."""

    def rules_at(self, p: int, i: int) -> None:
        st = self.st
        if st.jump is not None or (p >= 0 and self.odo[i] - self.odo[p] > self.ground.rules["T10"]["jump_m"] * 100):
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
            soonest = min(soonest, st.slow[0] + int(self.ground.rules["T02"]["stop_s"] * SECOND))
        if st.up is not None and not st.up[4]:
            soonest = min(soonest, st.up[0] + int(self.ground.rules["T03"]["up_s"] * SECOND))
        return soonest
