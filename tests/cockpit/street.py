"""Rows of a street, written directly: incidents, their promises, orders and returns at known instants."""

from datetime import datetime, timedelta
from itertools import count

from dispatch.models import Assignment, Unit
from grid.models import Community
from incidents.lifecycle import Status
from incidents.models import CaseCategory, CaseReturn, Deadline, Incident, Supervision
from shushanwei.common.clock import STREET
from shushanwei.people.models import User

TARGETS = {"R30": 30, "A5": 300, "S15": 900, "F24": 86400, "C60": 60, "C480": 480, "C1h": 3600, "C24h": 86400}
POLICY = {code: "street_30515" if code in ("R30", "A5", "S15", "F24") else "city" for code in TARGETS}
STOPS = {"R30": "E1", "A5": "E3", "S15": "E6", "F24": "E8", "C60": "E1", "C480": "E3", "C1h": "E4", "C24h": "E9"}
NUMBERS = count(1)


def at(text: str) -> datetime:
    """`2026-11-23 09:00:18` in the street's time."""
    return datetime.fromisoformat(text).replace(tzinfo=STREET)


def category(code: str = "J0501", parent: str = "J05") -> CaseCategory:
    """A small class under a big one."""
    big, _ = CaseCategory.objects.get_or_create(
        scheme="JCZZ", version="T", code=parent, defaults={"name_zh": "矛盾纠纷", "name_en": "disputes"}
    )
    small, _ = CaseCategory.objects.get_or_create(
        scheme="JCZZ", version="T", code=code, defaults={"name_zh": f"小类{code}", "name_en": code, "parent": big}
    )
    return small


def community(code: str = "330109003018") -> Community:
    """A community with a thousand people."""
    made, _ = Community.objects.get_or_create(
        code=code,
        defaults={"name": f"{code[-3:]}社区", "short_name": f"社{code[-3:]}", "kind": "community", "population": 1000,
                  "polygon": {}, "label_lon": 120.24, "label_lat": 30.12},
    )  # fmt: skip
    return made


def incident(
    opened: datetime, *, level: int = 3, source: str = "analytics", of=None, where=None, **columns
) -> Incident:
    """One incident, received at `opened`."""
    number = next(NUMBERS)
    columns.setdefault("status", Status.HANDLING)
    columns.setdefault("title", f"事件{number}")
    return Incident.objects.create(
        case_no=f"T{number:017}", level=level, source_kind=source, opened_at=opened, lon=120.24, lat=30.12,
        category=of or category(), community=where or community(), **columns,
    )  # fmt: skip


def promise(
    of: Incident, code: str, started: datetime, stopped: datetime | None = None, *, announced: bool = False, **columns
) -> Deadline:
    """One promise of an incident, met or missed by when it stopped; an open one stays open."""
    due = started + timedelta(seconds=TARGETS[code])
    met = stopped is not None and stopped <= due
    return Deadline.objects.create(
        incident=of, policy=POLICY[code], code=code, stop=STOPS[code], target_s=TARGETS[code], started_at=started,
        due_at=due, work_at=due, stopped_at=stopped, met_at=stopped if met else None,
        missed_at=due if (stopped and not met) or announced else None, **columns,
    )  # fmt: skip


def unit(code: str = "S01") -> Unit:
    """A patrol squad."""
    made, _ = Unit.objects.get_or_create(code=code, defaults={"name": f"班组{code}"})
    return made


def order(to: Unit, of: Incident, offered: datetime, status: str = "finished", **columns) -> Assignment:
    """A main order that has ended unless said otherwise."""
    columns.setdefault("ended_at", offered + timedelta(minutes=30))
    return Assignment.objects.create(incident=of, unit=to, offered_at=offered, status=status, **columns)


def sent_back(of: Incident, when: datetime, reason: str = "not_our_duty") -> CaseReturn:
    """A return with its reason; the incident counts it."""
    of.return_count += 1
    of.save(update_fields=["return_count"])
    return CaseReturn.objects.create(
        incident=of, reason=reason, from_status="dispatched", to_status="returned", returned_at=when
    )


def notice(of: Incident, issued: datetime, cleared: datetime | None = None, level: int = 1) -> Supervision:
    """A supervision notice of an incident, open unless it was cleared."""
    lead, _ = User.objects.get_or_create(username="lead")
    return Supervision.objects.create(
        incident=of, number=f"督〔T〕{next(NUMBERS):04}", level=level, trigger="overdue", issued_by=lead,
        issued_at=issued, reply_due_at=issued + timedelta(hours=4), cleared_at=cleared,
    )  # fmt: skip
