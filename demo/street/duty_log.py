"""The duty log of the last days: what the seats said to the squads, and who rang the centre."""

import random
import uuid
from datetime import timedelta

from django.db import transaction

from dispatch.models import Assignment
from grid.models import DutyLog, DutyShift, Post, RosterLine
from shushanwei.common.clock import db_now

LINES = 60
RADIO = [
    "请赶赴现场，注意着装和记录仪",
    "请尽快前往，到场后回复",
    "到达后先稳控现场，及时反馈",
    "现场需要警戒带，请携带",
]
CALLS = [
    ("供电所值班室", "询问停电范围，约一小时内恢复"),
    ("街道总值班室", "通知明日重点巡查出租房消防通道"),
    ("社区居委会", "反映楼道堆物，已告知走随手拍或网格员上报"),
    ("市级指挥中心", "转来群众诉求一件，请核实"),
    ("水务值守", "闸站水位正常，继续观察"),
]
SPACE = uuid.UUID("8f2b7c0e-3051-5305-8305-153051530515")


@transaction.atomic
def load_duty_log() -> int:
    """Lines for the newest orders and some calls, unless the log has any; returns how many were written."""
    if DutyLog.objects.exists():
        return 0
    dice = random.Random(30515)
    now = db_now()
    orders = Assignment.objects.filter(unit__isnull=False, offered_at__lt=now).select_related("unit", "incident")
    lines = []
    for number, order in enumerate(orders.order_by("-offered_at")[:LINES]):
        said = f"{order.incident.title}，{dice.choice(RADIO)}"
        lines.append((order.offered_at, "radio", "指挥中心坐席", order.unit.radio_call or order.unit.name, said,
                      order.incident.case_no))  # fmt: skip
        if number % 4 == 0:
            who, what = dice.choice(CALLS)
            lines.append((order.offered_at + timedelta(minutes=dice.randint(3, 40)), "call", who, "指挥中心", what, ""))
    shifts = list(DutyShift.objects.filter(period__startswith__lte=now).order_by("-period")[:200])
    seats = {
        line.shift_id: line.user_id
        for line in RosterLine.objects.filter(shift__in=shifts, post=Post.SEAT, state=RosterLine.State.PLANNED)
    }
    rows = []
    for number, (at, kind, caller, called, content, case_no) in enumerate(lines):
        shift = next((one for one in shifts if one.period.lower <= at < one.period.upper), None)
        if shift is None or shift.pk not in seats or at > now:
            continue
        rows.append(
            DutyLog(
                client_uuid=uuid.uuid5(SPACE, str(number)),
                at=at,
                kind=kind,
                caller=caller,
                called=called,
                content=content,
                case_no=case_no,
                shift=shift,
                by_id=seats[shift.pk],
                written_at=at,
            )  # fmt: skip
        )
    return len(DutyLog.objects.bulk_create(rows))
