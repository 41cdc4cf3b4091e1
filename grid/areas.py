"""What the ground is made of while it is read and checked: areas, and what is wrong with them. No database here."""

import math
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

COMMUNITY_KINDS = ("community", "village")
GRID_KINDS = ("social", "micro", "unit", "duty", "dedicated")
TILING_KINDS = ("social", "micro", "unit")  # these fill their community; a dedicated grid lies on top
DEGREE_M = 111_195.0
SHOWN = 50  # problems told at once


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the feature's index in the file (None: the file itself) and its code."""

    message: str
    index: int | None = None
    code: str = ""
    field: str = ""

    @property
    def path(self) -> str:
        """The place as the API names it: `features[3].geometry`, or `file`."""
        if self.index is None:
            return "file"
        return f"features[{self.index}]" + (f".{self.field}" if self.field else "")

    def __str__(self) -> str:
        if self.index is None:
            return self.message
        return _("features[%(index)s] (code %(code)s): %(message)s") % {
            "index": self.index,
            "code": self.code or "?",
            "message": self.message,
        }


class Refused(ValueError):
    """The file cannot be taken; `problems` says why, in the file's order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = problems[:SHOWN]


@dataclass
class Area:
    """One polygon of the ground; `index` is its place in the file, None for one that is known already."""

    code: str
    kind: str
    name: str
    polygon: dict
    shape: BaseGeometry
    short_name: str = ""
    community: str = ""
    parent: str = ""
    population: int = 0
    households: int = 0
    label: tuple[float, float] = (0.0, 0.0)
    index: int | None = None

    def problem(self, message: str, name: str = "geometry") -> Problem:
        """A problem with this area."""
        return Problem(message, self.index, self.code, name)


@dataclass
class Ground:
    """Communities and grids by code, as read."""

    communities: dict[str, Area] = field(default_factory=dict)
    grids: dict[str, Area] = field(default_factory=dict)


def square_metres(shape: BaseGeometry) -> float:
    """The area of a shape of degrees, in its own latitude (true to about 0.5 %)."""
    if shape.is_empty:
        return 0.0
    _west, south, _east, north = shape.bounds
    return shape.area * DEGREE_M**2 * math.cos(math.radians((south + north) / 2))
