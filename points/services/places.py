"""Where something is, as a phone says it: a position in a named system, or a community and some words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from grid.models import Community
from grid.selectors import grid_at
from points.models import ResidentReport
from shushanwei.common.errors import BadInput
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.common.wording import one_of

LONGEST = 100
EDGE = 0.005  # degrees, about 500 m: the outline of the street is a sketch
PlaceBy = ResidentReport.PlaceBy


@dataclass(frozen=True)
class Place:
    """`by`: phone, map or community; degrees in the system `crs`; `community`: a code."""

    by: str
    lon: float | None = None
    lat: float | None = None
    crs: str = "wgs84"
    accuracy_m: float | None = None
    community: str = ""
    address: str = ""

    @property
    def is_position(self) -> bool:
        """Whether it is a position rather than words."""
        return self.by in (PlaceBy.PHONE, PlaceBy.MAP)


@dataclass(frozen=True)
class Where:
    """A place as it is stored: WGS-84 degrees and the words about it."""

    lon: float
    lat: float
    address: str


def where(place: Place) -> Where:
    """The place in WGS-84; of a community its middle. Raises BadInput: `place`, `community`, `address`.

    A position more than about 500 m off the street is refused.
    """
    address = place.address.strip()
    if len(address) > LONGEST:
        raise BadInput("address", _("At most %(most)s characters.") % {"most": LONGEST})
    if place.by not in PlaceBy.values:
        raise BadInput("place", one_of(PlaceBy.values))
    if not place.is_position:
        community = Community.objects.filter(code=place.community).first()
        if community is None:
            raise BadInput("community", _("Choose a community."))
        if not address:
            raise BadInput("address", _("Say where it is."))
        return Where(community.label_lon, community.label_lat, f"{community.short_name} {address}")
    if place.lon is None or place.lat is None:
        raise BadInput("place", _("There is no position yet: tap the map, or choose a community."))
    try:
        lon, lat = to_wgs84(place.lon, place.lat, place.crs)
    except BadPosition as error:
        raise BadInput("place", str(error)) from None
    if not any(grid_at(lon + EDGE * dx, lat + EDGE * dy) for dx in (0, -1, 1) for dy in (0, -1, 1)):
        raise BadInput("place", _("This place is not in Shushan. Call 12345 for other places."))
    return Where(lon, lat, address)
