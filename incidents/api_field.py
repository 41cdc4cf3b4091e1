"""The phone in the field: what it shows, and the four things it sends; each may be sent again."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from grid.services.patrols import place
from incidents import selectors_field as selectors
from incidents.models import Attachment
from incidents.pictures import LARGEST
from incidents.serializers import Degrees, Line
from incidents.services import field
from incidents.services.closing import FOLLOW_UP_METHODS
from shushanwei.common.api import holds
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.common.geo import CRS, BadPosition, to_wgs84

Kind = Attachment.Kind
WORK = holds("incidents.work_in_field")


class PlaceFields(serializers.Serializer):
    lon = Degrees(min_value=-180, max_value=180)
    lat = Degrees(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")


class ShotFields(serializers.Serializer):
    """Photos by kind, each with the id that the phone made for it, and when they were taken."""

    photo_near = serializers.FileField(required=False)
    photo_near_uuid = serializers.UUIDField(required=False)
    photo_far = serializers.FileField(required=False)
    photo_far_uuid = serializers.UUIDField(required=False)
    photo_before = serializers.FileField(required=False)
    photo_before_uuid = serializers.UUIDField(required=False)
    photo_after = serializers.FileField(required=False)
    photo_after_uuid = serializers.UUIDField(required=False)
    shot_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class FieldReportInput(PlaceFields, ShotFields):
    uuid = serializers.UUIDField(help_text="made by the phone: sending twice reports once")
    category = serializers.CharField(max_length=24, help_text="JCZZ code, e.g. J0405")
    text = Line(required=False, allow_blank=True, default="")
    address = Line(max_length=200, required=False, allow_blank=True, default="")
    found_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    own_work = Line(
        required=False, allow_null=True, default=None, help_text="what was done, where it was handled on the spot"
    )


class FieldAnswerInput(ShotFields):
    result = serializers.ChoiceField(choices=["true", "not_found", "cannot_judge", "passed", "failed"])
    note = Line(required=False, allow_blank=True, default="")
    lon = Degrees(min_value=-180, max_value=180, required=False, allow_null=True, default=None)
    lat = Degrees(min_value=-90, max_value=90, required=False, allow_null=True, default=None)


class FieldVisitInput(serializers.Serializer):
    method = serializers.ChoiceField(choices=FOLLOW_UP_METHODS)
    result = Line()
    next_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class FieldPositionInput(PlaceFields):
    accuracy_m = serializers.FloatField(min_value=0, max_value=100_000)


class FieldState(APIView):
    """Everything the phone shows besides patrols: tasks with their limits, visits, own reports, figures, classes."""

    permission_classes = [WORK]

    @extend_schema(operation_id="field_state", tags=["field"], responses=dict)
    def get(self, request):
        user = request.user
        visits = list(selectors.visits_for(user)[: selectors.MOST])
        due = selectors.follow_up_due([incident.pk for incident in visits])
        return Response(
            {
                "now": db_now(),
                "me": {"name": str(user), "username": user.username},
                "may": {
                    "patrol": user.has_perm("grid.patrol"),
                    "follow_up": user.has_perm("incidents.follow_up"),
                    "check": user.has_perm("incidents.check_incident"),
                },
                "tasks": [_task(check) for check in selectors.tasks_for(user)[: selectors.MOST]],
                "visits": [_case(incident) | {"due_at": due.get(incident.pk)} for incident in visits],
                "reports": [_case(incident) for incident in selectors.own_reports(user)[:30]],
                "figures": selectors.figures_for(user),
                "usual": [
                    {"code": c.code, "name_zh": c.name_zh, "name_en": c.name_en} for c in selectors.usual_classes(user)
                ],
            }
        )


class Reports(APIView):
    """Report a find with its photo, or one handled on the spot with photos before and after."""

    permission_classes = [WORK, holds("incidents.register_incident")]
    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="field_report",
        tags=["field"],
        request={"multipart/form-data": FieldReportInput},
        responses={201: dict},
    )
    def post(self, request):
        given = FieldReportInput(data=request.data)
        given.is_valid(raise_exception=True)
        v = given.validated_data
        try:
            lon, lat = to_wgs84(v["lon"], v["lat"], v["crs"])
        except BadPosition as error:
            raise BadInput(error.field, str(error)) from None
        incident, opened = field.report(
            request.user,
            uuid=v["uuid"],
            category=v["category"],
            lon=lon,
            lat=lat,
            shots=_shots(v, lon, lat),
            text=v["text"],
            address=v["address"],
            found_at=v["found_at"],
            own_work=v["own_work"],
        )
        code = status.HTTP_201_CREATED if opened else status.HTTP_200_OK
        return Response(_case(incident) | {"opened": opened}, status=code)


class AnswerTask(APIView):
    """Answer a verification or a check with its photos."""

    permission_classes = [WORK]
    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="field_answer", tags=["field"], request={"multipart/form-data": FieldAnswerInput}, responses=dict
    )
    def post(self, request, pk):
        check = selectors.task_for(request.user, pk)
        given = FieldAnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        v = given.validated_data
        shots = _shots(v, v["lon"], v["lat"])
        done = field.answer_task(request.user, check.pk, result=v["result"], shots=shots, note=v["note"])
        return Response({"id": done.pk, "result": done.result, "done_at": done.done_at})


class Visit(APIView):
    """A follow-up with the party: method, result, next date."""

    permission_classes = [WORK, holds("incidents.follow_up")]

    @extend_schema(operation_id="field_visit", tags=["field"], request=FieldVisitInput, responses=dict)
    def post(self, request, pk):
        incident = selectors.visit_for(request.user, pk)
        given = FieldVisitInput(data=request.data)
        given.is_valid(raise_exception=True)
        done, now = field.visit(request.user, incident.pk, **given.validated_data)
        return Response(_case(done) | {"done_now": now})


class Position(APIView):
    """Where the person is: tasks go to the nearest one. Only the last place is kept."""

    permission_classes = [WORK]

    @extend_schema(operation_id="field_position", tags=["field"], request=FieldPositionInput, responses={204: None})
    def post(self, request):
        given = FieldPositionInput(data=request.data)
        given.is_valid(raise_exception=True)
        v = given.validated_data
        try:
            lon, lat = to_wgs84(v["lon"], v["lat"], v["crs"])
        except BadPosition as error:
            raise BadInput(error.field, str(error)) from None
        place(request.user, lon, lat, v["accuracy_m"], db_now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shots(values: dict, lon: float | None, lat: float | None) -> list[field.Shot]:
    shots = []
    for kind in (Kind.NEAR, Kind.FAR, Kind.BEFORE, Kind.AFTER):
        name = f"photo_{kind.value}"
        file = values.get(name)
        if file is None:
            continue
        if values.get(f"{name}_uuid") is None:
            raise BadInput(f"{name}_uuid", _("The photo needs an id made by the phone."))
        if file.size > LARGEST:
            raise BadInput(name, _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
        shots.append(field.Shot(kind.value, values[f"{name}_uuid"], file.read(), values["shot_at"], lon, lat))
    return shots


def _case(incident) -> dict:
    return {
        "id": incident.pk,
        "case_no": incident.case_no,
        "title": incident.title,
        "text": incident.text,
        "address": incident.address,
        "status": incident.status,
        "level": incident.level,
        "self_handled": incident.self_handled,
        "category": {"name_zh": incident.category.name_zh, "name_en": incident.category.name_en},
        "grid": incident.grid.name if incident.grid_id else "",
        "lon": incident.lon,
        "lat": incident.lat,
        "opened_at": incident.opened_at,
        "scene_closed_at": incident.scene_closed_at,
    }


def _task(check) -> dict:
    return {
        "id": check.pk,
        "kind": check.kind,
        "ordered_at": check.ordered_at,
        "due_at": check.due_at,
        "incident": _case(check.incident),
    }
