"""The rules that a new street starts with (handed out for what others pay for the same; edited as data)."""

from typing import Any

RULES: list[dict[str, Any]] = [
    {"code": "report-filed", "name_zh": "随手拍立案", "name_en": "report filed", "points": 5, "times_a_day": 5},
    {"code": "report-serious", "name_zh": "重大隐患首报", "name_en": "first report of a serious hazard", "points": 20},
    {"code": "report-again", "name_zh": "补充在办事件", "name_en": "adds to a case", "points": 1, "times_a_day": 3},
    {"code": "report-malicious", "name_zh": "恶意上报", "name_en": "malicious report", "points": -10, "cap": "none"},
    {"code": "volunteer-hour", "name_zh": "志愿服务时长", "name_en": "volunteering", "points": 10, "per": "hour",
     "cap": "volunteer"},
    {"code": "suggestion", "name_zh": "建议被采纳", "name_en": "suggestion adopted", "points": 20, "cap": "none"},
    {"code": "neighbour-help", "name_zh": "邻里互助", "name_en": "helped a neighbour", "points": 5, "times_a_day": 2},
    {"code": "charity-sale", "name_zh": "义卖参与", "name_en": "gave to a charity sale", "points": 5, "times_a_day": 1},
    {"code": "medicine-shared", "name_zh": "共享药品", "name_en": "medicine shared", "points": 5, "times_a_day": 2},
    {"code": "meeting", "name_zh": "参加议事会", "name_en": "took part in a meeting", "points": 5, "times_a_day": 1},
]  # fmt: skip
