"""How a rule speaks: what a hit holds, and when one is held back."""

from datetime import date, timedelta
from typing import Any

from worksites.trucks.fold import Fold
from worksites.trucks.rules import DAY_S
from worksites.trucks.tracks import DAY_US, EPOCH, SECOND, ZONE_US

SURE = ("sensor", "camera", "manifest")  # what makes a load known


class Speaker(Fold):
    """A fold that can raise hits; the rules are in the files beside it."""

    def hit(self, code: str, began: int, at: int, place: list, why: str, points: list, **facts: Any) -> bool:
        """Raise one, unless the rule is off or spoke lately; level, site, sink, ended and key may be given."""
        rule, st = self.ground.rules[code], self.st
        if not rule.is_active:
            return False
        if st.trip is not None and code not in st.trip["hits"]:
            st.trip["hits"].append(code)
            self.keep(st.trip)
        last = st.told.get(code)
        if last is not None:
            if rule.suppress_s >= DAY_S:
                if day_of(last) == day_of(at):
                    return False
            elif at - last < rule.suppress_s * SECOND:
                return False
        st.told[code] = at
        trip = st.trip
        self.hits.append({
            "rule": code, "level": facts.pop("level", rule.level),
            "key": facts.pop("key", f"{code}:{self.card.id}:{began // SECOND}"), "truck": self.card.id,
            "site": facts.pop("site", trip["site"] if trip else None), "sink": facts.pop("sink", None),
            "began": began, "ended": facts.pop("ended", None), "detected": at, "lon": place[0], "lat": place[1],
            "trip": trip["load_start"] if trip else None,
            "facts": {"why": why, "plate": self.card.plate, "points": points, **facts},
        })  # fmt: skip
        return True


def day_of(t: int) -> date:
    """The street's day of an instant, µs UTC."""
    return EPOCH + timedelta(days=(t + ZONE_US) // DAY_US)


def metres(away: float) -> int | None:
    """A distance as facts keep it: None for infinitely far."""
    return None if away == float("inf") else round(away)
