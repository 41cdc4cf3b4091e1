"""What departments want looked at: several on one site ride on its next check, one is urgent, one was taken back."""

from datetime import timedelta
from uuid import uuid5

from django.db import transaction

from demo.street.site_past import SPACE
from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.models import CheckNeed, PlannedCheck
from worksites.services import needs

# (number of the site in the order of their checks, department, items, what to look for, asked so many hours ago)
NEEDS = [
    (0, "FIRE", ["0801", "0803"], "材料堆场旁消防通道是否畅通，近期动火作业审批是否齐全", 30),
    (0, "HRS", ["1001", "1002"], "核对实名制考勤与工资专户发放记录", 26),
    (0, "WTR", ["1103"], "排水许可有效期及沉淀池出水口", 9),
    (1, "HRS", ["1004", "1005"], "有工人来电反映工资未按月发放", 21),
    (1, "FIRE", ["0805"], "生活区电动自行车集中充电点", 51),
    (2, "WTR", ["1101", "1102"], "雨后下游排口浑浊，查有无泥浆直排", 12),
    (2, "TRA", ["1202"], "出场车辆有无超载，抽看当日过磅单", 45),
    (3, "FIRE", ["0802", "0804"], "高层临时消防用水和易燃材料堆放", 70),
    (4, "TRA", ["1201"], "占道围挡的许可期限", 33),
    (5, "HRS", ["1003"], "农民工工资专用账户是否正常使用", 15),
    (6, "WTR", ["1103"], "排水许可证", 60),
]
URGENT = (2, "WTR")
WHY_URGENT = "连日降雨，南门江断面水质告警"
URGENT_DAYS = 3
TAKEN_BACK = (6, "WTR")
WHY_TAKEN_BACK = "企业已补办，许可证已核验"


@transaction.atomic
def load_needs() -> int:
    """File the needs of the departments once; returns how many."""
    if CheckNeed.objects.exists():
        return 0
    open_ones = PlannedCheck.objects.filter(done_at=None, missed_at=None, dropped_at=None)
    sites = list(open_ones.order_by("on", "site__code").values_list("site_id", flat=True))
    now, made = db_now(), 0
    for number, code, items, text, hours_ago in NEEDS:
        if number >= len(sites):
            continue
        at, clerk = now - timedelta(hours=hours_ago), User.objects.get(username=f"dept-{code.lower()}")
        urgent = (number, code) == URGENT
        need, new = needs.file_need(
            uuid=uuid5(SPACE, f"need{number}{code}"), site_id=sites[number], items=items, text=text, actor=clerk, at=at,
            department=Department.objects.get(code=code), urgent_reason=WHY_URGENT if urgent else "",
            urgent_by=at.astimezone(STREET).date() + timedelta(days=URGENT_DAYS) if urgent else None,
        )  # fmt: skip
        made += new
        if (number, code) == TAKEN_BACK:
            needs.withdraw_need(need.pk, WHY_TAKEN_BACK, actor=clerk)
    return made
