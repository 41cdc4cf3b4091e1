"""Who is on duty, coming and going, the duty log."""

from collections import Counter

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from grid import selectors_shifts as shifts
from grid.models import DutyLog, SignOn
from grid.services import handover, presence
from shushanwei.common.api import NewestFirst, holds
from shushanwei.common.errors import NotFound


class OnDutyLine(serializers.Serializer):
    name = serializers.CharField()
    username = serializers.CharField()
    post = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField()
    present = serializers.BooleanField()


class ShiftShape(serializers.Serializer):
    id = serializers.IntegerField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SignOnShape(serializers.Serializer):
    post = serializers.CharField()
    seat = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()
    name = serializers.CharField()


class DutyShape(serializers.Serializer):
    shift = ShiftShape(allow_null=True)
    on = OnDutyLine(many=True, help_text="the centre; those outside are counted in `field`")
    field = serializers.DictField(child=serializers.IntegerField(), help_text="post → planned now")
    mine = SignOnShape(allow_null=True)
    seats = serializers.DictField(child=serializers.CharField())
    seats_least = serializers.IntegerField()
    seats_taken = serializers.IntegerField()


class SignOnInput(serializers.Serializer):
    seat = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=20)


class LogShape(serializers.ModelSerializer):
    by = serializers.StringRelatedField()
    shift = serializers.StringRelatedField()

    class Meta:
        model = DutyLog
        fields = ["id", "at", "kind", "caller", "called", "content", "case_no", "shift", "by", "written_at"]


class LogInput(serializers.Serializer):
    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(DutyLog.Kind.choices)
    caller = serializers.CharField(max_length=60)
    called = serializers.CharField(max_length=60)
    content = serializers.CharField(max_length=4_000)
    case_no = serializers.CharField(max_length=19, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Duty(APIView):
    """Who is on duty now, who of them is present, and who holds which seat."""

    permission_classes = [holds("grid.view_roster")]

    @extend_schema(operation_id="duty_now", tags=["duty"], responses=DutyShape)
    def get(self, request):
        return Response(duty_shape(request.user))


class ComeOn(APIView):
    """Come on duty and take a seat; 409 names who holds it."""

    permission_classes = [holds("grid.sign_on")]

    @extend_schema(operation_id="duty_sign_on", tags=["duty"], request=SignOnInput, responses=SignOnShape)
    def post(self, request):
        given = SignOnInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(sign_on_shape(presence.sign_on(request.user, seat=given.validated_data["seat"])))


class GoOff(APIView):
    """Go off duty; a shift leader needs the shift's signed note first."""

    permission_classes = [holds("grid.sign_on")]

    @extend_schema(operation_id="duty_sign_off", tags=["duty"], request=None, responses={204: None})
    def post(self, request):
        presence.sign_off(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Here(APIView):
    """A sign of life of a console or phone, every 20 s; 404 for who is not signed on."""

    permission_classes = [holds("grid.sign_on")]

    @extend_schema(operation_id="duty_here", tags=["duty"], request=None, responses={204: None})
    def post(self, request):
        if not presence.hear(request.user):
            raise NotFound("You are not signed on.")
        return Response(status=status.HTTP_204_NO_CONTENT)


class DutyLogLines(APIView):
    """Orders, calls and radio exchanges, newest first; `?case_no=` those of one case."""

    def get_permissions(self):
        return [holds("grid.log_calls" if self.request.method == "POST" else "grid.view_roster")()]

    @extend_schema(operation_id="duty_log_list", tags=["duty"], responses=LogShape(many=True))
    def get(self, request):
        lines = DutyLog.objects.select_related("by", "shift__template")
        if case_no := request.query_params.get("case_no", ""):
            lines = lines.filter(case_no=case_no[:19])
        pages = NewestFirst()
        page = pages.paginate_queryset(lines, request, view=self)
        return pages.get_paginated_response(LogShape(page, many=True).data)

    @extend_schema(operation_id="duty_log_write", tags=["duty"], request=LogInput, responses={201: LogShape})
    def post(self, request):
        given = LogInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        line = handover.log_call(actor=request.user, client_uuid=values.pop("uuid"), **values)
        return Response(LogShape(line).data, status=status.HTTP_201_CREATED)


def duty_shape(user) -> dict:
    """What the console shows of the shift: {shift, on, field, mine, seats, seats_least, seats_taken}."""
    shift, least, taken = shifts.missing_seats()
    lines = list(shifts.on_duty())
    there = set(shifts.present().values_list("pk", flat=True))
    mine = SignOn.objects.filter(user=user, off_at__isnull=True).select_related("user").first()
    return {
        "shift": {
            "id": shift.pk,
            "name_zh": shift.template.name_zh,
            "name_en": shift.template.name_en,
            "starts_at": shift.period.lower,
            "ends_at": shift.period.upper,
        }
        if shift
        else None,
        "on": [
            {
                "name": str(line.user),
                "username": line.user.username,
                "post": line.post,
                "place": line.place,
                "until": line.period.upper,
                "present": line.pk in there,
            }
            for line in lines
            if line.post not in shifts.FIELD
        ],
        "field": dict(Counter(line.post for line in lines if line.post in shifts.FIELD)),
        "mine": sign_on_shape(mine) if mine else None,
        "seats": {str(seat): str(held.user) for seat, held in shifts.seats().items()},
        "seats_least": least,
        "seats_taken": taken,
    }


def sign_on_shape(sign_on: SignOn) -> dict:
    """One presence."""
    return {"post": sign_on.post, "seat": sign_on.seat, "at": sign_on.at, "name": str(sign_on.user)}
