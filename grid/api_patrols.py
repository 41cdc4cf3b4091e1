"""The patrol API: a phone's round from start to verdict, and what supervisors see of all rounds."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from grid import selectors_patrols as selectors
from grid.models import Patrol, PatrolPoint, PositionFix
from grid.patrolling import Fix
from grid.services import patrol_points, patrols
from grid.services.positions import track_of
from grid.shapes_patrols import CONDITIONS, grid_shape, keepers_shape, patrol_shape, point_shape
from shushanwei.common.api import holds
from shushanwei.common.errors import BadInput
from shushanwei.people.access import reach_of

OWN_DAYS = 31


class PatrolStartInput(serializers.Serializer):
    uuid = serializers.UUIDField()
    grid = serializers.CharField(max_length=24)
    device = serializers.CharField(max_length=64)
    started_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class PatrolFixInput(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    accuracy_m = serializers.FloatField(min_value=0, max_value=100_000)
    fix_at = serializers.DateTimeField()
    speed_kmh = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, max_value=1_000)
    mocked = serializers.BooleanField(required=False, default=False)


class PatrolTrackInput(serializers.Serializer):
    device = serializers.CharField(max_length=64)
    fixes = PatrolFixInput(many=True, allow_empty=True, max_length=patrols.MOST_FIXES)


class PatrolCheckInInput(serializers.Serializer):
    token = serializers.CharField(max_length=64)
    at = serializers.DateTimeField()
    lon = serializers.FloatField(required=False, allow_null=True, default=None)
    lat = serializers.FloatField(required=False, allow_null=True, default=None)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0)


class PatrolFinishInput(serializers.Serializer):
    ended_at = serializers.DateTimeField()
    normal = serializers.BooleanField(required=False, default=False)


class PatrolPointInput(serializers.Serializer):
    grid = serializers.CharField(max_length=24)
    name = serializers.CharField(max_length=60)
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    radius_m = serializers.IntegerField(min_value=10, max_value=200, default=30)
    place = serializers.IntegerField(min_value=1, max_value=200, default=1)
    mandatory = serializers.BooleanField(default=True)


class PatrolRouteInput(serializers.Serializer):
    line = serializers.JSONField(allow_null=True)


class PatrolShape(serializers.Serializer):
    uuid = serializers.UUIDField()
    grid = serializers.DictField()
    worker = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    day = serializers.DateField()
    seconds_inside = serializers.IntegerField()
    points_reached = serializers.IntegerField()
    points_needed = serializers.IntegerField()
    metres = serializers.IntegerField()
    items = serializers.IntegerField()
    normal = serializers.BooleanField()
    late = serializers.BooleanField()
    valid = serializers.BooleanField()
    failed = serializers.ListField(child=serializers.CharField())
    visited = serializers.DictField()


class Own(APIView):
    """What a phone needs: own grids with points and route, the open patrol, the patrols of the last month."""

    permission_classes = [holds("grid.patrol")]

    @extend_schema(operation_id="patrols_mine", tags=["patrols"], responses=dict)
    def get(self, request):
        grids = list(selectors.grids_to_patrol(request.user)[:40])
        points = selectors.points_of([grid.code for grid in grids])
        today = selectors.today()
        own = selectors.own_patrols(request.user, today - timedelta(days=OWN_DAYS - 1))
        open_one = next((patrol for patrol in own if patrol.ended_at is None), None)
        return Response(
            {
                "today": today.isoformat(),
                "conditions": CONDITIONS,
                "grids": [
                    grid_shape(grid, [p for p in points if p.grid_id == grid.code])
                    | {
                        "covered": bool(covered.covered),
                        "walked_by": [str(p.worker) for p in covered.patrols if p.valid],
                    }
                    for grid, covered in zip(grids, selectors.coverage_of(today, grids), strict=True)
                ],
                "open": patrol_shape(open_one, selectors.visits_of(open_one)) if open_one else None,
                "patrols": [patrol_shape(patrol) for patrol in own],
            }
        )


class Patrols(APIView):
    """The patrols of a grid in the last 31 days, newest first; a phone begins one by POST, under an id of its own."""

    def get_permissions(self):
        return [holds("grid.patrol" if self.request.method == "POST" else "grid.view_patrols")()]

    @extend_schema(
        operation_id="patrols_of_grid",
        tags=["patrols"],
        parameters=[OpenApiParameter("grid", str, required=True)],
        responses=PatrolShape(many=True),
    )
    def get(self, request):
        grid = selectors.grid_seen(request.user, _code(request.query_params, "grid"))
        rows = selectors.patrols_of(grid, selectors.today() - timedelta(days=OWN_DAYS - 1))
        return Response({"results": [patrol_shape(patrol) for patrol in rows]})

    @extend_schema(
        operation_id="patrol_start", tags=["patrols"], request=PatrolStartInput, responses={201: PatrolShape}
    )
    def post(self, request):
        given = PatrolStartInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        patrol = patrols.start(request.user, values.pop("grid"), **values)
        return Response(_shape(patrol), status=status.HTTP_201_CREATED)


class OnePatrol(APIView):
    """One patrol with its points and its track (while the fixes are kept: 90 days)."""

    @extend_schema(operation_id="patrol_read", tags=["patrols"], responses=PatrolShape)
    def get(self, request, uuid):
        patrol = selectors.patrol_seen(request.user, uuid)
        fixes = track_of(PositionFix.Kind.PATROL, patrol.pk)
        points = selectors.points_of([patrol.grid_id])
        return Response(
            _shape(patrol)
            | {
                "polygon": patrol.grid.polygon,
                "points": [point_shape(point) for point in points],
                "track": [[fix.lon, fix.lat, fix.fix_at.isoformat(), fix.accuracy_m, fix.mocked] for fix in fixes],
            }
        )


class Track(APIView):
    """A batch of fixes of an own patrol; twice, late and out of order are all the same."""

    permission_classes = [holds("grid.patrol")]

    @extend_schema(operation_id="patrol_track", tags=["patrols"], request=PatrolTrackInput, responses=PatrolShape)
    def post(self, request, uuid):
        given = PatrolTrackInput(data=request.data)
        given.is_valid(raise_exception=True)
        device = given.validated_data["device"]
        fixes = [
            Fix(f["fix_at"], f["lon"], f["lat"], f["accuracy_m"], f["speed_kmh"], f["mocked"], device)
            for f in given.validated_data["fixes"]
        ]
        patrol, new = patrols.take_track(request.user, uuid, fixes)
        return Response(_shape(patrol) | {"kept": new})


class CheckIn(APIView):
    """Call at a point by its QR code."""

    permission_classes = [holds("grid.patrol")]

    @extend_schema(operation_id="patrol_check_in", tags=["patrols"], request=PatrolCheckInInput, responses=PatrolShape)
    def post(self, request, uuid):
        given = PatrolCheckInInput(data=request.data)
        given.is_valid(raise_exception=True)
        patrol, point = patrols.check_in(request.user, uuid, **given.validated_data)
        return Response(_shape(patrol) | {"point": point_shape(point)})


class Finish(APIView):
    """End an own patrol, saying "normal" where nothing was found."""

    permission_classes = [holds("grid.patrol")]

    @extend_schema(operation_id="patrol_finish", tags=["patrols"], request=PatrolFinishInput, responses=PatrolShape)
    def post(self, request, uuid):
        given = PatrolFinishInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_shape(patrols.finish(request.user, uuid, **given.validated_data)))


class Day(APIView):
    """Each grid of a day within the data scope: covered, being walked, or missed and why."""

    permission_classes = [holds("grid.view_patrols")]

    @extend_schema(
        operation_id="patrols_day",
        tags=["patrols"],
        parameters=[OpenApiParameter("day", str), OpenApiParameter("community", str), OpenApiParameter("grid", str)],
        responses=dict,
    )
    def get(self, request):
        day = _day(request.query_params.get("day", ""))
        grids = _narrowed(selectors.grids_seen(request.user).defer("polygon"), request.query_params)
        coverage = selectors.coverage_of(day, grids)
        keepers = selectors.keepers_of([one.grid.code for one in coverage])
        last = selectors.last_valid([one.grid.code for one in coverage if not one.covered])
        return Response(
            {
                "day": day.isoformat(),
                "grids": [
                    {
                        "code": one.grid.code,
                        "name": one.grid.name,
                        "community": {"code": one.grid.community_id, "name": one.grid.community.short_name},
                        "state": "covered" if one.covered else "walking" if one.walking else "open",
                        "keepers": keepers_shape(keepers[one.grid.code]),
                        "last_day": last[one.grid.code].isoformat() if one.grid.code in last else None,
                        "patrols": [patrol_shape(patrol) for patrol in one.patrols],
                    }
                    for one in coverage
                ],
            }
        )


class Calendar(APIView):
    """The days of a year with how many grids were covered: the street, one community or one grid."""

    permission_classes = [holds("grid.view_patrols")]

    @extend_schema(
        operation_id="patrols_calendar",
        tags=["patrols"],
        parameters=[OpenApiParameter("community", str), OpenApiParameter("grid", str)],
        responses=dict,
    )
    def get(self, request):
        seen = _narrowed(selectors.grids_seen(request.user), request.query_params)
        whole = reach_of(request.user, "grid.view_patrols").street and not (
            request.query_params.get("community") or request.query_params.get("grid")
        )
        codes = None if whole else list(seen.values_list("pk", flat=True))
        yesterday = selectors.today() - timedelta(days=1)
        year = selectors.year_until(yesterday, codes)
        return Response(
            {
                "grids": year.grids,
                "days": [[day.isoformat(), n] for day, n in year.days.items()],
                "n": year.n,
                "met": year.met,
                "attainment": year.attainment,
                "full_days": year.full_days,
            }
        )


class Points(APIView):
    """The points and routes of grids within the scope; a new point by POST."""

    def get_permissions(self):
        needed = "grid.edit_patrol_points" if self.request.method == "POST" else "grid.view_patrols"
        return [holds(needed)()]

    @extend_schema(
        operation_id="patrol_points",
        tags=["patrols"],
        parameters=[OpenApiParameter("grid", str), OpenApiParameter("community", str)],
        responses=dict,
    )
    def get(self, request):
        grids = _narrowed(selectors.grids_seen(request.user).select_related("patrol_route"), request.query_params)[:40]
        points = selectors.points_of([grid.code for grid in grids])
        return Response({"grids": [grid_shape(grid, [p for p in points if p.grid_id == grid.code]) for grid in grids]})

    @extend_schema(operation_id="patrol_point_add", tags=["patrols"], request=PatrolPointInput, responses={201: dict})
    def post(self, request):
        given = PatrolPointInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        grid = selectors.grid_seen(request.user, values.pop("grid"), "grid.edit_patrol_points")
        point = patrol_points.add_point(grid, actor=request.user, **values)
        return Response(point_shape(point), status=status.HTTP_201_CREATED)


class OnePoint(APIView):
    """Change a point, or take it out; what was reached stays in the patrols."""

    permission_classes = [holds("grid.edit_patrol_points")]

    @extend_schema(operation_id="patrol_point_change", tags=["patrols"], request=PatrolPointInput, responses=dict)
    def patch(self, request, pk):
        self._within(request.user, pk)
        given = PatrolPointInput(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        values = {name: value for name, value in given.validated_data.items() if name != "grid"}
        return Response(point_shape(patrol_points.change_point(pk, actor=request.user, **values)))

    @extend_schema(operation_id="patrol_point_remove", tags=["patrols"], responses={204: None})
    def delete(self, request, pk):
        self._within(request.user, pk)
        patrol_points.change_point(pk, actor=request.user, is_active=False)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _within(self, user, pk):
        point = PatrolPoint.objects.filter(pk=pk).first()
        selectors.grid_seen(user, point.grid_id if point else "", "grid.edit_patrol_points")


class NewCode(APIView):
    """Give a point a new QR code: the old sheet is worth nothing from now on."""

    permission_classes = [holds("grid.edit_patrol_points")]

    @extend_schema(operation_id="patrol_point_new_code", tags=["patrols"], request=None, responses=dict)
    def post(self, request, pk):
        OnePoint()._within(request.user, pk)
        return Response(point_shape(patrol_points.renew_code(pk, actor=request.user)))


class Route(APIView):
    """The usual way through a grid: a GeoJSON LineString, or null for none."""

    permission_classes = [holds("grid.edit_patrol_points")]

    @extend_schema(operation_id="patrol_route_set", tags=["patrols"], request=PatrolRouteInput, responses=dict)
    def put(self, request, code):
        given = PatrolRouteInput(data=request.data)
        given.is_valid(raise_exception=True)
        grid = selectors.grid_seen(request.user, code, "grid.edit_patrol_points")
        return Response({"line": patrol_points.set_route(grid, given.validated_data["line"], actor=request.user)})


def _shape(patrol: Patrol) -> dict:
    return patrol_shape(patrol, selectors.visits_of(patrol))


def _day(text: str) -> date:
    if not text:
        return selectors.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("day", _("A day as YYYY-MM-DD.")) from None


def _narrowed(grids, params):
    if community := _code(params, "community"):
        grids = grids.filter(community=community)
    if grid := _code(params, "grid"):
        grids = grids.filter(code=grid)
    return grids


def _code(params, name: str) -> str:
    """A code of digits from the address; what is none finds nothing."""
    text = params.get(name, "")
    return text if text.isascii() and text.isdecimal() and len(text) <= 24 else "0" if text else ""
