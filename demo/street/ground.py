"""The ground of the demonstration street: 36 real names on drawn cells, 150 grids, 790 micro-grids.

Names and codes of the communities are real; every line, population and household figure is an example 示例.

`python -m demo.street.ground FILE` writes them as the GeoJSON file that an installation starts with.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo.street.partition import Ring, cells_of, centre, scattered, with_shared_corners
from demo.street.places import LABEL, METRES_LAT, METRES_LON, OUTLINE

STREET = "330109003"
SEED = 330109003
MICRO_GRIDS = 790
PEOPLE = 115_000
DECIMALS = 10  # a hundredth of a millimetre: the parts add up to the whole
MEAN_PEOPLE = {"village": 2000, "converted": 3000, "estate": 4250}
GRIDS = {"village": 3, "converted": 4, "estate": 5}
EXTRA_GRIDS = ("015", "238")  # 朝阳 and 章潘桥 have one more
KNOWN_PEOPLE = {"238": 3805, "224": 1281}
KNOWN_HOUSEHOLDS = {"238": 1019, "224": 365}
PEOPLE_IN_A_HOUSEHOLD = 2.7

# unit, name, lon, lat, square kilometres: the cell lies about here and is about this big.
UNITS = [
    ("001", "金家埭", 120.2572, 30.1395, 0.70), ("002", "沈家里", 120.2490, 30.1412, 0.72),
    ("003", "联华", 120.2420, 30.1425, 0.75), ("004", "严家埭", 120.2352, 30.1438, 0.80),
    ("005", "安桥", 120.2322, 30.1372, 0.80), ("006", "联丰", 120.2302, 30.1306, 0.85),
    ("007", "戚家池", 120.2690, 30.1345, 0.80), ("008", "向阳", 120.2620, 30.1330, 0.75),
    ("009", "曹家桥", 120.2660, 30.1395, 0.70), ("010", "鲁公桥", 120.2725, 30.1275, 0.85),
    ("011", "黄家河", 120.2668, 30.1222, 0.95), ("012", "溪头黄", 120.2590, 30.1150, 1.05),
    ("013", "越寨", 120.2250, 30.1250, 0.95), ("014", "祝家桥", 120.2285, 30.1180, 1.00),
    ("015", "朝阳", 120.2530, 30.1090, 1.35), ("016", "湖山", 120.2262, 30.1425, 2.42),
    ("017", "山水苑", 120.2190, 30.1320, 0.55), ("018", "广宁", 120.2362, 30.1245, 0.45),
    ("019", "秀水", 120.2372, 30.1312, 0.45), ("020", "湘源", 120.2436, 30.1362, 0.42),
    ("021", "湘乐", 120.2500, 30.1358, 0.40), ("022", "晨晖", 120.2440, 30.1258, 0.40),
    ("023", "郡乐", 120.2502, 30.1300, 0.40), ("024", "晨星", 120.2500, 30.1242, 0.40),
    ("025", "品文", 120.2560, 30.1300, 0.40), ("026", "越章", 120.2572, 30.1228, 0.42),
    ("027", "景源", 120.2434, 30.1310, 0.38), ("028", "朝闻", 120.2562, 30.1350, 0.40),
    ("214", "沙里吴", 120.2225, 30.0960, 1.75), ("221", "桥头陈", 120.2250, 30.1030, 1.60),
    ("223", "金西", 120.2440, 30.1185, 1.20), ("224", "赵家墩", 120.2376, 30.1128, 0.754),
    ("230", "湖东", 120.2165, 30.1150, 1.90), ("236", "知章", 120.2462, 30.1035, 1.55),
    ("237", "黄家章", 120.2360, 30.1020, 1.45), ("238", "章潘桥", 120.2330, 30.0880, 3.15),
]  # fmt: skip


@dataclass(frozen=True)
class GroundFeatures:
    """Three GeoJSON FeatureCollections in WGS-84 degrees; the parts of each fill those of the one before."""

    communities: dict
    grids: dict
    micro_grids: dict

    @property
    def whole(self) -> dict:
        """All of them in one collection, as the import reads it."""
        features = [f for part in (self.communities, self.grids, self.micro_grids) for f in part["features"]]
        return {"type": "FeatureCollection", "features": features}


@dataclass
class Cell:
    """An area on its way to a feature."""

    code: str
    ring: Ring
    properties: dict


def build_ground() -> GroundFeatures:
    """Build the street's polygons; the same in every run, about two seconds."""
    rng = np.random.default_rng(SEED)
    communities = _communities(rng)
    grids = [grid for community in communities for grid in _grids(community, rng)]
    micro_grids = _micro_grids(grids, rng)
    everything = [*communities, *grids, *micro_grids]
    for cell, ring in zip(everything, with_shared_corners(cell.ring for cell in everything), strict=True):
        cell.ring = ring
    return GroundFeatures(*(_collection(part) for part in (communities, grids, micro_grids)))


def era_of(unit: str) -> str:
    """Village, converted village (撤村建居) or estate, by the unit's number (unverified)."""
    return "village" if unit >= "200" else "converted" if unit <= "016" else "estate"


def _communities(rng: np.random.Generator) -> list[Cell]:
    outline = [_metres(*at) for at in OUTLINE]
    if sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True)) < 0:
        outline.reverse()
    rings = cells_of(outline, [_metres(row[2], row[3]) for row in UNITS], [row[4] for row in UNITS], rounds=150)
    people = _people(rng)
    cells = []
    for (unit, name, *_rest), ring in zip(UNITS, rings, strict=True):
        village = era_of(unit) == "village"
        households = KNOWN_HOUSEHOLDS.get(unit) or round(people[unit] / PEOPLE_IN_A_HOUSEHOLD)
        properties = {
            "kind": "village" if village else "community",
            "name": f"{name}村委会" if village else f"{name}社区",
            "short_name": f"{name}村" if village else f"{name}社区",
            "population": people[unit],
            "households": households,
        }
        cells.append(Cell(STREET + unit, ring, properties))
    return cells


def _people(rng: np.random.Generator) -> dict[str, int]:
    """People of each unit: the means of the eras hold, the known figures stand, the sum is 115,000."""
    people: dict[str, int] = {}
    for era, mean in MEAN_PEOPLE.items():
        units = [row[0] for row in UNITS if era_of(row[0]) == era]
        known = {unit: KNOWN_PEOPLE[unit] for unit in units if unit in KNOWN_PEOPLE}
        rest = [unit for unit in units if unit not in known]
        total = mean * len(units) - sum(known.values())
        people |= known | dict(zip(rest, _shares(total, rng.uniform(0.75, 1.25, len(rest))), strict=True))
    assert sum(people.values()) == PEOPLE  # the means were chosen so
    return people


def _grids(community: Cell, rng: np.random.Generator) -> list[Cell]:
    unit = community.code[-3:]
    count = GRIDS[era_of(unit)] + (unit in EXTRA_GRIDS)
    rings = _in_reading_order(_cut(community.ring, count, rng))
    name = community.properties["short_name"]
    households = _shares(community.properties["households"], rng.uniform(0.85, 1.15, count))
    return [
        Cell(
            f"{community.code}{number:02d}",
            ring,
            {
                "kind": "social",
                "name": f"{name}第{number}网格",
                "community": community.code,
                "households": households[number - 1],
            },
        )
        for number, ring in enumerate(rings, 1)
    ]


def _micro_grids(grids: list[Cell], rng: np.random.Generator) -> list[Cell]:
    households = np.array([grid.properties["households"] for grid in grids], float)
    # Three at least; the rest go where the people live.
    counts = 3 + np.array(_shares(MICRO_GRIDS - 3 * len(grids), households))
    cells = []
    for grid, count in zip(grids, counts, strict=True):
        rings = _in_reading_order(_cut(grid.ring, int(count), rng))
        shares = _shares(grid.properties["households"], rng.uniform(0.85, 1.15, int(count)))
        for number, (ring, share) in enumerate(zip(rings, shares, strict=True), 1):
            properties = {
                "kind": "micro",
                "name": f"{grid.properties['name']}第{number}微网格",
                "community": grid.properties["community"],
                "parent": grid.code,
                "households": share,
            }
            cells.append(Cell(f"{grid.code}{number:02d}", ring, properties))
    return cells


def _cut(ring: Ring, count: int, rng: np.random.Generator) -> list[Ring]:
    return cells_of(ring, scattered(ring, count, rng), rng.uniform(0.8, 1.2, count), rounds=25)


def _in_reading_order(rings: list[Ring]) -> list[Ring]:
    """Left to right and top to bottom, in rows about one cell high."""
    centres = {id(ring): centre(ring) for ring in rings}
    top = max(y for _x, y in centres.values())
    height = (top - min(y for _x, y in centres.values())) / max(1.0, len(rings) ** 0.5) or 1.0
    return sorted(rings, key=lambda ring: (int((top - centres[id(ring)][1]) / height), centres[id(ring)][0]))


def _shares(total: int, weights) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total` (largest remainders)."""
    exact = np.asarray(weights, float) / np.sum(weights) * total
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: total - shares.sum()]] += 1
    return shares.tolist()


def _metres(lon: float, lat: float) -> tuple[float, float]:
    return (lon - LABEL[0]) * METRES_LON, (lat - LABEL[1]) * METRES_LAT


def _degrees(x: float, y: float, decimals: int = DECIMALS) -> list[float]:
    return [round(x / METRES_LON + LABEL[0], decimals), round(y / METRES_LAT + LABEL[1], decimals)]


def _collection(cells: list[Cell]) -> dict:
    features = []
    for cell in cells:
        corners = [_degrees(*at) for at in cell.ring]
        label = _degrees(*centre(cell.ring), decimals=7)
        features.append(
            {
                "type": "Feature",
                "properties": {"code": cell.code, **cell.properties, "label_lon": label[0], "label_lat": label[1]},
                "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def write(path: Path) -> None:
    """Write all polygons as GeoJSON, one feature a line."""
    features = build_ground().whole["features"]
    lines = [json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features]
    head = '{"type":"FeatureCollection","name":"ground, approximate 示意边界","features":['
    path.write_text(head + "\n" + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
