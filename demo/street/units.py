"""Hands and feet of the street: three patrol areas with twelve squads of four, three brigade cars, police, fire."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitPlan:
    """A unit as it is loaded; `size` people sign in as `username`-1, -2, …"""

    code: str
    name: str
    kind: str
    area: str
    size: int
    username: str
    radio_call: str
    lon: float
    lat: float
    skills: tuple[str, ...] = ()


AREAS = ["北片", "中片", "南片"]
SQUAD_POSTS = [
    (120.2262, 30.1420), (120.2400, 30.1398), (120.2520, 30.1386), (120.2660, 30.1330),
    (120.2230, 30.1290), (120.2360, 30.1262), (120.2470, 30.1240), (120.2570, 30.1215),
    (120.2205, 30.1110), (120.2370, 30.1090), (120.2500, 30.1060), (120.2330, 30.0950),
]  # fmt: skip
SKILLS = [("dispute", "rescue"), ("fire", "safety"), ("street", "traffic"), ("order", "water")]

SQUADS = [
    UnitPlan(
        code=f"SQ-{number:02d}",
        name=f"综治队{AREAS[(number - 1) // 4]}{(number - 1) % 4 + 1}班",
        kind="squad",
        area=AREAS[(number - 1) // 4],
        size=4,
        username=f"squad{number:02d}",
        radio_call=f"综治{number:02d}",
        lon=lon,
        lat=lat,
        skills=SKILLS[(number - 1) % 4],
    )
    for number, (lon, lat) in enumerate(SQUAD_POSTS, start=1)
]
OTHERS = [
    UnitPlan(
        "EN-1",
        "综合行政执法队一中队",
        "enforcement",
        AREAS[0],
        10,
        "enf1",
        "执法01",
        120.2440,
        30.1345,
        ("street", "site"),
    ),
    UnitPlan(
        "EN-2",
        "综合行政执法队二中队",
        "enforcement",
        AREAS[1],
        10,
        "enf2",
        "执法02",
        120.2395,
        30.1252,
        ("street", "site"),
    ),
    UnitPlan(
        "EN-3",
        "综合行政执法队三中队",
        "enforcement",
        AREAS[2],
        10,
        "enf3",
        "执法03",
        120.2392,
        30.1130,
        ("street", "site"),
    ),
    UnitPlan(
        "PO-1", "蜀山派出所一号巡逻车", "police", "", 2, "police1", "派01", 120.2452, 30.1262, ("order", "dispute")
    ),
    UnitPlan(
        "PO-2", "蜀山派出所二号巡逻车", "police", "", 2, "police2", "派02", 120.2300, 30.1150, ("order", "traffic")
    ),
    UnitPlan("FI-1", "消防救援站一班", "fire", "", 6, "fire1", "消01", 120.2480, 30.1310, ("fire", "rescue")),
    UnitPlan("VO-1", "快递蜀黍义警队", "volunteer", "", 4, "volunteer1", "义01", 120.2545, 30.1300, ("rescue",)),
    UnitPlan(
        "VO-2", "红蜀有为志愿者队", "volunteer", "", 4, "volunteer2", "义02", 120.2300, 30.1360, ("rescue", "dispute")
    ),
]
UNITS = [*SQUADS, *OTHERS]
