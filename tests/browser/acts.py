"""What people and things do on the running system of the page tests, through its own services."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from dispatch.models import ArrivalProof, Assignment, Reinforcement, Rider, Unit, UnitMember, UnitPosition
from dispatch.services import answers, rider_help
from grid.models import Grid, Patrol
from grid.patrolling import Fix
from grid.selectors import grid_at
from grid.services import patrols
from grid.services.patrol_points import add_point
from incidents import services
from incidents.models import CaseCategory, Deadline, Incident
from incidents.services import Draft
from shushanwei.common.clock import db_now
from shushanwei.journal import live
from shushanwei.people.models import User
from shushanwei.people.services import grant

PASSWORD = "Ein-Kanal-30515"
PEOPLE = [
    ("page-a", "seat_operator", "甲坐席"),
    ("page-b", "seat_operator", "乙坐席"),
    ("page-crew", "responder", "班组组长"),
    ("page-wall", "leader_view", "大屏"),
    ("page-police", "police_liaison", "派出所联络员"),
    ("page-car", "police_liaison", "巡逻车组"),
]
LON, LAT = 120.2369, 30.1236


def people() -> None:
    """Two seats, a crew with a unit on duty, and an account for the wall."""
    for name, role, shown in PEOPLE:
        user, _ = User.objects.get_or_create(username=name, defaults={"display_name": shown})
        user.set_password(PASSWORD)
        user.save()
        grant(user, role)
    unit, _ = Unit.objects.get_or_create(code="PAGE1", defaults={"name": "页面测试班", "kind": "squad"})
    leader = User.objects.get(username="page-crew")
    UnitMember.objects.get_or_create(unit=unit, user=leader, defaults={"is_leader": True})
    heard()


def heard() -> None:
    """The unit is on duty and was heard this moment, a hundred metres from the scene."""
    now = db_now()
    Unit.objects.filter(code="PAGE1").update(on_duty_since=now, seen_at=now)
    place = {"lon": LON, "lat": LAT + 0.001, "accuracy_m": 8, "fix_at": now, "received_at": now}
    UnitPosition.objects.update_or_create(unit=Unit.objects.get(code="PAGE1"), defaults=place)


def quiet() -> None:
    """What earlier stories left open is over, and their units are at home: nothing orders the unit of the next one."""
    now = db_now()
    Assignment.objects.filter(ended_at=None).update(status=Assignment.Status.RECALLED, ended_at=now)
    Reinforcement.objects.filter(ended_at=None).update(status=Reinforcement.Status.CANCELLED, ended_at=now)
    Deadline.objects.filter(stopped_at=None).update(stopped_at=now)
    Incident.objects.filter(ended_at=None).update(status="closed", ended_at=now, closed_at=now)
    Unit.objects.update(on_duty_since=None)


def police_car() -> int:
    """A police car on duty, heard this moment, a kilometre south of the scene; its id."""
    now = db_now()
    unit, _ = Unit.objects.get_or_create(code="PAGEP", defaults={"name": "派出所页面车", "kind": "police"})
    UnitMember.objects.get_or_create(
        unit=unit, user=User.objects.get(username="page-car"), defaults={"is_leader": True}
    )
    Unit.objects.filter(pk=unit.pk).update(on_duty_since=now, seen_at=now)
    place = {"lon": LON, "lat": LAT - 0.009, "accuracy_m": 8, "fix_at": now, "received_at": now}
    UnitPosition.objects.update_or_create(unit=unit, defaults=place)
    return unit.pk


def happens(title: str, level: int) -> tuple[int, str]:
    """Open an incident between people; (id, case number)."""
    category = CaseCategory.objects.filter(scheme="JCZZ", need_followup=True, is_active=True).order_by("code").first()
    assert category is not None
    incident = services.open_incident(Draft(category, level, "analytics", title, LON, LAT, need_followup=True))
    live.flush()
    return incident.pk, incident.case_no


def crew(incident_id: int, step: str, unit: str = "PAGE1") -> None:
    """The unit accepts, arrives or finishes."""
    leader = User.objects.get(username="page-crew")
    order = Assignment.objects.get(incident_id=incident_id, ended_at=None, unit__code=unit)
    if step == "accept":
        answers.mark_delivered(order.pk, actor=leader)
        answers.accept(order.pk, actor=leader)
    elif step == "arrive":
        with transaction.atomic():
            incident, order = answers.locked_order(order.pk)
            proof = ArrivalProof(
                assignment=order, method="geofence", lon=LON, lat=LAT, accuracy_m=8, distance_m=3, proven_at=db_now()
            )
            answers.set_arrived(incident, order, proof, actor=leader)
    else:
        found, done = "两户因楼道堆物争吵", "当场劝解，双方清走杂物并握手言和"
        answers.finish(order.pk, actor=leader, facts={"found": found, "contacted": "双方当事人", "done": done})
    live.flush()


def answered(incident_id: int, name: str) -> None:
    """Another seat takes the incident."""
    services.answer(incident_id, actor=User.objects.get(username=name))
    live.flush()


def grid_worker() -> dict:
    """A worker of the grid at the scene with three points: {grid, lon, lat, points: [[lon, lat]], token}."""
    grid = Grid.objects.get(code=grid_at(LON, LAT).grid_code)
    user, _ = User.objects.get_or_create(username="page-worker", defaults={"display_name": "页面网格员"})
    user.set_password(PASSWORD)
    user.save()
    grant(user, "grid_worker", area=grid.code)
    if not grid.patrol_points.exists():
        for n in range(3):
            add_point(grid, actor=None, name=f"{n + 1}号点", lon=grid.label_lon + n * 1e-4, lat=grid.label_lat)
    points = list(grid.patrol_points.order_by("place"))
    places = [[point.lon, point.lat] for point in points]
    return {"grid": grid.code, "lon": grid.label_lon, "lat": grid.label_lat, "points": places, "token": points[2].token}


def rider() -> dict:
    """A volunteer rider at the scene who has agreed to nothing yet: {lon, lat}."""
    user, made = User.objects.get_or_create(username="page-rider", defaults={"display_name": "页面骑手"})
    if made:  # not anew: a password set again would sign the phone out
        user.set_password(PASSWORD)
        user.save()
    grant(user, "rider")
    card = {"vest_no": "PAGE1", "nickname": "小页", "platform": "蓝骑外卖", "joined_at": db_now()}
    Rider.objects.get_or_create(user=user, defaults=card)
    return {"lon": LON, "lat": LAT}


def ask_riders(incident_id: int) -> None:
    """A seat asks the riders near an incident."""
    seat = User.objects.get(username="page-a")
    rider_help.ask_riders(incident_id, uuid=uuid4(), text="请先陪护老人", wanted=1, actor=seat)
    live.flush()


def becomes(incident_id: int, level: int) -> None:
    """The level changes."""
    services.set_level(incident_id, level, actor=User.objects.get(username="page-a"))
    live.flush()


def long_ago(uuid: str) -> bool:
    """Put sixteen minutes of walking past the points in front of a running patrol; whether it is valid then."""
    patrol = Patrol.objects.select_related("worker", "grid").get(uuid=uuid)
    start = patrol.started_at - timedelta(minutes=16)
    Patrol.objects.filter(pk=patrol.pk).update(started_at=start)
    # Not by `grid_worker()`: a password set anew would sign the phone out.
    places = [[point.lon, point.lat] for point in patrol.grid.patrol_points.order_by("place")]
    fixes = [
        Fix(start + timedelta(seconds=10 * n), *places[n // 12 % 2], 8.0, None, False, patrol.device) for n in range(96)
    ]
    return patrols.take_track(patrol.worker, patrol.uuid, fixes)[0].valid
