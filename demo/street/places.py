"""Outline, roads, water and known places of the street, as far as they are public; sketched, not surveyed.

Degrees are (lon, lat) WGS-84. The names are real; every line is approximate and labelled so on the maps.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from shapely import LineString, MultiLineString, Polygon
from shapely.ops import transform

LABEL = (120.236927, 30.123588)
OUTLINE = [
    (120.27912, 30.12830), (120.27259, 30.13864), (120.22059, 30.14898),
    (120.20586, 30.09435), (120.22166, 30.08098), (120.24078, 30.08235),
]  # fmt: skip
# One local plane for shapes: metres east and north of the label point, true to 0.1 % across the street.
METRES_LAT = 111_195.0
METRES_LON = METRES_LAT * float(np.cos(np.radians(LABEL[1])))


def to_metres(lon, lat, _z=None):
    """Degrees to local metres; floats or arrays."""
    return (np.asarray(lon) - LABEL[0]) * METRES_LON, (np.asarray(lat) - LABEL[1]) * METRES_LAT


def to_degrees(x, y, _z=None):
    """Local metres to degrees, rounded to about 10 cm; floats or arrays."""
    return np.round(np.asarray(x) / METRES_LON + LABEL[0], 6), np.round(np.asarray(y) / METRES_LAT + LABEL[1], 6)


@dataclass(frozen=True)
class Road:
    """A named road: `rank` expressway, trunk, main or minor; `width_m` from kerb to kerb."""

    name: str
    name_en: str
    rank: str
    width_m: int
    line: tuple[tuple[float, float], ...]


ROADS = [
    Road("杭州绕城高速", "Hangzhou Ring Expressway G2504", "expressway", 34, (
        (120.2070, 30.1052), (120.2180, 30.1070), (120.2300, 30.1088), (120.2410, 30.1096), (120.2520, 30.1104),
        (120.2660, 30.1118))),
    Road("临浦快速通道", "Linpu Expressway", "trunk", 30, (
        (120.2272, 30.1480), (120.2281, 30.1370), (120.2286, 30.1250), (120.2300, 30.1130), (120.2335, 30.1000),
        (120.2372, 30.0900), (120.2395, 30.0822))),
    Road("104国道", "National Road 104", "trunk", 26, (
        (120.2068, 30.0992), (120.2190, 30.0975), (120.2340, 30.0968), (120.2460, 30.0985), (120.2560, 30.1004))),
    Road("市心南路", "Shixin South Road", "main", 28, (
        (120.2612, 30.1415), (120.2600, 30.1370), (120.2588, 30.1320), (120.2580, 30.1270), (120.2562, 30.1200),
        (120.2540, 30.1130), (120.2515, 30.1040), (120.2495, 30.0968))),
    Road("蜀山路", "Shushan Road", "main", 24, (
        (120.2365, 30.1460), (120.2372, 30.1380), (120.2380, 30.1300), (120.2384, 30.1215), (120.2390, 30.1125),
        (120.2402, 30.1040), (120.2418, 30.0985), (120.2432, 30.0880))),
    Road("风情大道", "Fengqing Avenue", "main", 32, (
        (120.2222, 30.1487), (120.2206, 30.1390), (120.2190, 30.1280), (120.2172, 30.1170), (120.2158, 30.1065),
        (120.2150, 30.0980), (120.2152, 30.0880))),
    Road("南环路", "South Ring Road", "main", 28, (
        (120.2165, 30.1322), (120.2280, 30.1330), (120.2380, 30.1336), (120.2480, 30.1338), (120.2590, 30.1332),
        (120.2690, 30.1322), (120.2757, 30.1316))),
    Road("亚太路", "Yatai Road", "main", 24, (
        (120.2118, 30.1138), (120.2240, 30.1142), (120.2390, 30.1146), (120.2500, 30.1150), (120.2640, 30.1156))),
    Road("晨晖路", "Chenhui Road", "main", 22, (
        (120.2150, 30.1240), (120.2270, 30.1246), (120.2384, 30.1252), (120.2480, 30.1254), (120.2576, 30.1252),
        (120.2700, 30.1246), (120.2770, 30.1242))),
    Road("潘水路", "Panshui Road", "main", 22, (
        (120.2192, 30.1402), (120.2290, 30.1398), (120.2373, 30.1392), (120.2480, 30.1388), (120.2603, 30.1382),
        (120.2715, 30.1376))),
    Road("萧然西路", "Xiaoran West Road", "main", 22, (
        (120.2452, 30.1440), (120.2462, 30.1370), (120.2476, 30.1290), (120.2484, 30.1215), (120.2492, 30.1140))),
    Road("萧金路", "Xiaojin Road", "main", 22, (
        (120.2500, 30.1430), (120.2585, 30.1408), (120.2660, 30.1388), (120.2722, 30.1330), (120.2752, 30.1262))),
    Road("知章路", "Zhizhang Road", "minor", 16, (
        (120.2676, 30.1392), (120.2672, 30.1322), (120.2668, 30.1250), (120.2660, 30.1172), (120.2652, 30.1130))),
    Road("沿山路", "Yanshan Road", "minor", 14, (
        (120.2130, 30.1010), (120.2140, 30.1090), (120.2141, 30.1170), (120.2150, 30.1240), (120.2164, 30.1310),
        (120.2180, 30.1390))),
    Road("萧绍路", "Xiaoshao Road", "minor", 18, (
        (120.2245, 30.1468), (120.2365, 30.1448), (120.2460, 30.1432), (120.2560, 30.1412))),
]  # fmt: skip
RAILWAY = ((120.2546, 30.1410), (120.2532, 30.1330), (120.2506, 30.1230), (120.2472, 30.1130), (120.2440, 30.1040),
           (120.2400, 30.0940), (120.2360, 30.0835))  # fmt: skip

LAKE = [
    (120.2098, 30.1080), (120.2118, 30.1092), (120.2130, 30.1120), (120.2128, 30.1160), (120.2138, 30.1195),
    (120.2142, 30.1235), (120.2134, 30.1256), (120.2110, 30.1230), (120.2100, 30.1150),
]  # fmt: skip
RIVER = ((120.2640, 30.1400), (120.2632, 30.1330), (120.2622, 30.1250), (120.2606, 30.1180), (120.2580, 30.1110),
         (120.2540, 30.1040), (120.2492, 30.0960), (120.2448, 30.0890), (120.2430, 30.0840))  # fmt: skip
CANALS = [
    ((120.2190, 30.1365), (120.2300, 30.1362), (120.2420, 30.1364), (120.2530, 30.1366), (120.2636, 30.1362)),
    ((120.2155, 30.1195), (120.2290, 30.1198), (120.2420, 30.1200), (120.2540, 30.1186), (120.2606, 30.1180)),
    ((120.2125, 30.0940), (120.2240, 30.0925), (120.2360, 30.0930), (120.2450, 30.0895)),
    ((120.2320, 30.1430), (120.2330, 30.1364), (120.2334, 30.1280), (120.2338, 30.1198), (120.2330, 30.1080)),
]  # fmt: skip
HILLS = [
    ("蜀山", [(120.2298, 30.1212), (120.2322, 30.1218), (120.2330, 30.1200), (120.2326, 30.1176), (120.2306, 30.1168),
             (120.2292, 30.1186)]),
    ("", [(120.2092, 30.0990), (120.2122, 30.1002), (120.2138, 30.0975), (120.2128, 30.0935), (120.2090, 30.0938)]),
    ("", [(120.2170, 30.0890), (120.2230, 30.0896), (120.2262, 30.0868), (120.2240, 30.0830), (120.2205, 30.0830)]),
]  # fmt: skip
# name, English, kind, lon, lat; "sample" places stand where they may roughly be
PLACES = [
    ("街道智治分中心", "Street centre", "centre", 120.2372, 30.1248),
    ("蜀山派出所", "Shushan police station", "police", 120.2452, 30.1262),
    ("蜀山", "Shushan hill", "hill", 120.2311, 30.1194),
    ("湘湖", "Xianghu lake", "lake", 120.2122, 30.1170),
    ("南门江", "Nanmen river", "river", 120.2560, 30.1075),
    ("朝阳站（示例点）", "Chaoyang metro (sample point)", "metro", 120.2580, 30.1270),
    ("曹家桥站（示例点）", "Caojiaqiao metro (sample point)", "metro", 120.2600, 30.1370),
    ("萧山南出口", "Xiaoshan South exit", "exit", 120.2410, 30.1096),
]
CENTRE = PLACES[0][3:]
POLICE_STATION = PLACES[1][3:]


def outline() -> Polygon:
    """The street's outline in local metres (approximate, 33.7 km²)."""
    return transform(to_metres, Polygon(OUTLINE))


def smooth(line, rounds: int = 2) -> list[tuple[float, float]]:
    """Cut the corners of a line (Chaikin), so that a road bends instead of breaking; its ends stay."""
    for _round in range(rounds):
        points = [line[0]]
        for (x1, y1), (x2, y2) in itertools.pairwise(line):
            points += [(0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2), (0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2)]
        line = [*points, line[-1]]
    return line


def inside(line, margin_m: float = 0) -> list[LineString]:
    """The parts of a line of degrees that lie inside the outline (less a margin), in local metres."""
    whole = transform(to_metres, LineString(smooth(line)))
    cut = whole.intersection(outline().buffer(-margin_m))
    parts = list(cut.geoms) if isinstance(cut, MultiLineString) else [cut]
    return [part for part in parts if part.length > 150]


def road_lines() -> list[tuple[Road, LineString]]:
    """Each road with its longest part inside the outline, in local metres."""
    return [(road, max(inside(road.line), key=lambda part: part.length)) for road in ROADS]
