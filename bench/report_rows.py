"""A street's past as rows, written in bulk: for measuring reports on a known number of incidents."""

import random
from datetime import datetime, timedelta

from dispatch.models import Assignment, Unit
from grid.models import Community
from incidents.lifecycle import Status
from incidents.models import CaseCategory, CaseReturn, Deadline, Department, Incident
from shushanwei.common.clock import STREET

# hour → weight: quiet nights, peaks at 08–10 and 17–22
HOURS = [2, 1, 1, 1, 1, 2, 3, 5, 9, 9, 7, 6, 5, 5, 6, 6, 7, 9, 10, 10, 9, 8, 5, 3]
SOURCES = {
    "police_110": 22,
    "hotline_12345": 10,
    "grid": 30,
    "analytics": 12,
    "resident": 9,
    "rider": 3,
    "video_patrol": 5,
}
CLOCKS = [
    ("street_30515", "R30", "E1", 30, 12, 0.975),
    ("street_30515", "A5", "E3", 300, 200, 0.915),
    ("street_30515", "S15", "E6", 900, 600, 0.885),
    ("street_30515", "F24", "E8", 86400, 40000, 0.95),
    ("city", "C60", "E1", 60, 14, 0.99),
    ("city", "C480", "E3", 480, 220, 0.97),
    ("city", "C1h", "E4", 3600, 500, 0.98),
    ("city", "C24h", "E9", 86400, 9000, 0.96),
]
BATCH = 5_000


def fill(since: datetime, until: datetime, n: int, seed: int = 30515) -> None:
    """Write `n` incidents received between two instants, with their promises, orders and returns."""
    draw = random.Random(f"{seed} {since}")
    places = list(Community.objects.all())
    small = list(CaseCategory.objects.filter(scheme="JCZZ", parent__isnull=False).order_by("code"))
    weights = [1 / (1 + k % 37) for k in range(len(small))]
    departments, units = list(Department.objects.all()), list(Unit.objects.filter(kind="squad"))
    days = max(1, (until - since).days)
    moments = sorted(
        since
        + timedelta(days=draw.randrange(days), hours=draw.choices(range(24), HOURS)[0], seconds=draw.randrange(3600))
        for _ in range(n)
    )
    moments = [at for at in moments if at < until]
    for first in range(0, len(moments), BATCH):
        _write(
            [_draft(draw, at, until, places, small, weights, departments) for at in moments[first : first + BATCH]],
            draw,
            units,
            until,
        )


def _draft(draw: random.Random, at: datetime, until: datetime, places, small, weights, departments) -> Incident:
    level = draw.choices([1, 2, 3, 4], [1, 3, 61, 35])[0]
    category = draw.choices(small, weights)[0]
    _draft.number += 1  # type: ignore[attr-defined]
    row = Incident(
        case_no=f"P{at.astimezone(STREET):%Y%m%d}{_draft.number:010}",  # type: ignore[attr-defined]
        level=level,
        category=category,
        source_kind=draw.choices(list(SOURCES), list(SOURCES.values()))[0],
        title=f"{category.name_zh}（示例）",
        lon=120.24,
        lat=30.12,
        community=draw.choice(places),
        department=category.department or draw.choice(departments),
        opened_at=at,
        filed_at=at + timedelta(seconds=5),
        is_test=draw.random() < 0.003,
        need_followup=draw.random() < 0.4,
        status=Status.HANDLING,
    )
    if draw.random() < 0.02:
        row.status, row.filed_at, row.ended_at = Status.REJECTED, None, at + timedelta(minutes=40)
    elif draw.random() < 0.02:
        row.status, row.ended_at = Status.MERGED, at + timedelta(seconds=draw.choice([20, 40, 300]))
    elif draw.random() < 0.985:
        done = at + timedelta(minutes=draw.lognormvariate(4.2, 1.1))
        row.scene_closed_at = done - timedelta(minutes=3) if done < until else None
        if done < until:
            row.status, row.closed_at, row.ended_at = Status.CLOSED, done, done
    row.rework_count = int(draw.random() < 0.03)
    return row


_draft.number = 0  # type: ignore[attr-defined]


def _write(drafts: list[Incident], draw: random.Random, units: list[Unit], until: datetime) -> None:
    promises, orders, returns = [], [], []
    ran: dict[int, datetime] = {}
    for row in drafts:
        for policy, code, stop, target, usual, share in CLOCKS:
            if (
                row.level == 4
                and code != "F24"
                or code == "S15"
                and row.level > 2
                or code == "F24"
                and not row.need_followup
            ):
                continue
            started = row.opened_at if code != "F24" else row.scene_closed_at
            if started is None or row.status in (Status.REJECTED, Status.MERGED):
                continue
            good = draw.random() < share
            took = min(target, draw.lognormvariate(0, 0.35) * usual) if good else target * (1 + draw.random())
            stopped, due = started + timedelta(seconds=took), started + timedelta(seconds=target)
            open_ = stopped >= until or (not good and draw.random() < 0.1)
            promises.append(
                Deadline(
                    incident=row,
                    policy=policy,
                    code=code,
                    stop=stop,
                    target_s=target,
                    started_at=started,
                    due_at=due,
                    work_at=due,
                    stopped_at=None if open_ else stopped,
                    met_at=None if open_ or not good else stopped,
                    missed_at=due if not good and due < until else None,
                    exempt=not good and draw.random() < 0.05,
                )
            )
            if code == "R30":
                row.response_started_at = None if open_ else stopped
            if code == "C480":
                row.arrived_at = None if open_ else stopped
            if not good and due < until:
                row.overdue_at = min(row.overdue_at or due, due)
        ran[id(row)] = row.response_started_at or row.opened_at + timedelta(minutes=5)
        if draw.random() < 0.06 and row.status not in (Status.REJECTED, Status.MERGED):
            row.return_count = 1 + (draw.random() < 0.15)
            for k in range(row.return_count):
                returns.append(
                    CaseReturn(
                        incident=row,
                        reason=draw.choices(CaseReturn.Reason.values, [6, 1, 3, 1])[0],
                        from_status="dispatched",
                        to_status="returned",
                        returned_at=row.opened_at + timedelta(minutes=20 + 30 * k),
                        department=row.department,
                    )
                )
    Incident.objects.bulk_create(drafts, batch_size=1000)
    for row in drafts:
        if row.status in (Status.REJECTED, Status.MERGED) or not units:
            continue
        orders.append(
            Assignment(
                incident=row,
                unit=draw.choice(units),
                offered_at=ran[id(row)],
                arrived_at=row.arrived_at,
                ended_at=row.closed_at or ran[id(row)] + timedelta(hours=1),
                status="finished",
            )
        )
    Deadline.objects.bulk_create(promises, batch_size=2000)
    Assignment.objects.bulk_create(orders, batch_size=2000)
    CaseReturn.objects.bulk_create(returns, batch_size=2000)
