"""The demonstration street: loaded as often as one likes, with the names and numbers of the real one."""

import json
import os
import re
from collections import Counter
from datetime import timedelta

import pytest
import shapely
from django.core.management import call_command
from django.db import connection

from demo.street import layers, places
from demo.street.accounts import DEPARTMENTS
from demo.street.happenings import CHANNELS, HAPPENINGS, STORM, chances
from demo.street.loading import secrets_file
from demo.street.patrol_history import load_patrols
from demo.street.sources import CAMERAS
from dispatch.models import Rider, Unit, UnitMember
from dispatch.riders.honour import counters
from grid import selectors_patrols
from grid.models import Community, Grid, MapLayer, Patrol, Posting
from grid.services.positions import track_of
from incidents.intake.rules import level_of
from incidents.intake.senders import forget, sender_named
from incidents.models import Alert, AlertKind, LevelRule, Source
from shushanwei.common.clock import db_now
from shushanwei.people.models import RoleGrant, User
from shushanwei.people.roles import ROLES
from tests.demo.emptying import empty_street

ROADS = """
市心南路 蜀山路 南环路 晨晖路 风情大道 亚太路 潘水路 萧然西路 萧金路 临浦快速通道 104国道 杭州绕城高速
知章路 沿山路 萧绍路
"""
COMMUNITIES = """
金家埭 沈家里 联华 严家埭 安桥 联丰 戚家池 向阳 曹家桥 鲁公桥 黄家河 溪头黄 越寨 祝家桥 朝阳 湖山
山水苑 广宁 秀水 湘源 湘乐 晨晖 郡乐 晨星 品文 越章 景源 朝闻
沙里吴 桥头陈 金西 赵家墩 湖东 知章 黄家章 章潘桥
"""


@pytest.fixture(scope="module")
def street(django_db_setup, django_db_blocker):
    """The street once for all tests of this file, and gone afterwards."""
    with django_db_blocker.unblock():
        call_command("load_street", history_days=0, verbosity=0)
        yield
        empty_street()


def rows() -> dict[str, tuple]:
    """For each table: how many rows, and a sum over all that stands in them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select count(*), sum(hashtext(t::text)::bigint) from "{table}" t')
            found[table] = cursor.fetchone()
    return found


def features(code: str) -> list[dict]:
    return MapLayer.objects.get(code=code).geojson["features"]


@pytest.mark.django_db
def test_loading_the_street_twice_changes_nothing(street):
    before, secrets = rows(), secrets_file().read_text()

    call_command("load_street", history_days=0, verbosity=0)

    assert rows() == before
    assert secrets_file().read_text() == secrets


@pytest.mark.django_db
def test_a_password_that_somebody_changed_stays_changed(street):
    seat = User.objects.get(username="seat1")
    seat.set_password("something-else-30515")
    seat.save()

    call_command("load_street", history_days=0, verbosity=0)

    seat.refresh_from_db()
    assert seat.check_password("something-else-30515")


@pytest.mark.django_db
def test_the_36_communities_and_the_roads_have_their_real_names(street):
    names = {re.sub("(社区|村)$", "", name) for name in Community.objects.values_list("short_name", flat=True)}

    assert names == set(COMMUNITIES.split())
    assert {road["properties"]["name"] for road in features("roads")} == set(ROADS.split())


@pytest.mark.django_db
def test_the_street_is_as_big_as_the_real_one(street):
    assert Community.objects.count() == 36
    assert Grid.objects.filter(kind="social").count() == 150
    assert len(features("buildings")) == 2300
    assert Counter(site["properties"]["colour"] for site in features("worksites")) == {
        "white": 28, "yellow": 8, "red": 4, "finished": 5,
    }  # fmt: skip
    assert Source.objects.filter(kind="analytics").count() == CAMERAS


@pytest.mark.django_db
def test_roads_and_buildings_lie_inside_the_outline_and_buildings_stand_on_dry_ground(street):
    outline = shapely.Polygon(places.OUTLINE).buffer(0.00005)
    wet = shapely.union_all([shapely.from_geojson(json.dumps(f["geometry"])) for f in features("water")])
    houses = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features("buildings")]

    assert all(outline.covers(shapely.from_geojson(json.dumps(road["geometry"]))) for road in features("roads"))
    assert shapely.covers(outline, houses).all()
    assert not shapely.intersects(wet, houses).any()
    assert all(9 <= f["properties"]["height_m"] <= 100 for f in features("buildings"))


@pytest.mark.django_db
def test_nothing_invented_is_called_official(street):
    (outline,) = features("boundary")

    assert outline["properties"]["official"] is False
    assert not MapLayer.objects.filter(approximate=False).exists()
    assert all("示例" in site["properties"]["name"] for site in features("worksites"))


@pytest.mark.django_db
def test_twelve_squads_of_four_and_a_brigade_of_thirty(street):
    sizes = Counter(UnitMember.objects.filter(unit__kind="squad").values_list("unit__code", flat=True))

    assert sorted(sizes.values()) == [4] * 12
    assert UnitMember.objects.filter(unit__kind="enforcement").count() == 30
    assert set(Unit.objects.filter(kind="squad").values_list("area", flat=True)) == {"北片", "中片", "南片"}
    assert set(Unit.objects.values_list("kind", flat=True)) == set(Unit.Kind.values)


@pytest.mark.django_db
def test_every_role_and_every_department_has_an_account(street):
    granted = RoleGrant.objects.values_list("role__code", "department_code")

    assert {role for role, _department in granted} == {code for code, *_rest in ROLES}
    assert {department for role, department in granted if role == "dept_account"} == set(DEPARTMENTS)
    assert User.objects.filter(is_superuser=True).count() == 1
    assert User.objects.get(username="wall").is_kiosk


@pytest.mark.django_db
def test_every_grid_has_its_leader_pair_of_workers_and_collector(street):
    held = Counter(Posting.objects.values_list("duty", flat=True))

    assert held == {"leader": 150, "worker": 150, "backup": 150, "collector": 150}


@pytest.mark.django_db
def test_a_year_of_patrols_covers_97_to_100_per_cent_and_never_all(street):
    assert load_patrols() > 50_000
    assert load_patrols() == 0

    yesterday = selectors_patrols.today() - timedelta(days=1)
    year = selectors_patrols.year_until(yesterday)
    assert len(year.days) == 365
    assert 0.97 <= year.attainment < 1
    assert 0 < year.full_days < 365
    last = Patrol.objects.filter(day=yesterday, valid=True).first()
    assert last.visits.count() == last.points_reached
    assert len(track_of("patrol", last.pk)) > 40
    assert not Patrol.objects.filter(ended_at__gt=db_now()).exists()


@pytest.mark.django_db
def test_every_grid_has_points_inside_and_a_route(street):
    for grid in Grid.objects.filter(kind="social").prefetch_related("patrol_points").select_related("patrol_route"):
        ground = shapely.geometry.shape(grid.polygon)
        points = list(grid.patrol_points.all())
        assert points and all(ground.covers(shapely.Point(p.lon, p.lat)) for p in points), grid.code


@pytest.mark.django_db
def test_people_are_invented_and_their_phones_are_masked(street):
    phones = User.objects.exclude(phone_masked="").values_list("phone_masked", flat=True)

    assert all(re.fullmatch(r"100\*{4}\d{4}", phone) for phone in phones)
    assert User.objects.values("display_name").distinct().count() == User.objects.count()


@pytest.mark.django_db
def test_the_secrets_are_readable_by_the_owner_only_and_are_those_of_the_door(street):
    forget()
    secrets = json.loads(secrets_file().read_text())

    assert os.stat(secrets_file()).st_mode & 0o777 == 0o600
    assert sender_named("cam-001").key == secrets["cam-001"].encode()


@pytest.mark.django_db
@pytest.mark.parametrize("row", [*HAPPENINGS, *STORM], ids=lambda row: row.kind)
def test_what_happens_opens_at_the_level_that_the_catalogue_gives(street, row):
    kind = AlertKind.objects.select_related("category").get(code=row.kind)
    alert = Alert(kind=row.kind, title=row.titles[0], confidence=0.8)

    assert level_of(alert, kind, "grid", list(LevelRule.objects.all())) == row.level


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_something_to_tell_at_every_hour(channel):
    assert all(abs(chances(HAPPENINGS, channel, hour).sum() - 1) < 1e-9 for hour in range(24))


@pytest.mark.django_db
def test_all_layers_are_drawn(street):
    assert MapLayer.objects.count() == layers.LAYERS


def test_two_hundred_and_twenty_riders_volunteer_and_nobody_is_placed(street):
    assert Rider.objects.filter(paused_at__isnull=True).count() >= 220
    assert Rider.objects.get(user__username="rider").vest_no == "KD001"
    assert not Rider.objects.filter(fix_at__isnull=False).exists()
    assert counters()["cases"] == 4
