"""Alerts, sources and kinds in the API: the signed door for machines, reading and steering for people."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents import selectors_intake as selectors
from incidents import shapes_intake as shapes
from incidents.api_door import receive_alerts
from incidents.intake import desk
from incidents.models import Alert, AlertKind
from shushanwei.common.api import holds
from shushanwei.common.errors import NotFound

DOOR = """
Takes **one alert** (an object), a **batch** (an array, or an object with `alerts`) of at most 1,000 in 10 MB, or
**NDJSON** (`application/x-ndjson`, one alert a line, 200 MB). Answered with 202 once the rows are committed.

Sending again is harmless: the same `external_id` with the same content counts as a duplicate, with other content it
is a conflict. Bad items are named by index (in NDJSON: line, from 0) and field in `rejected`, the good ones are kept;
422 when none is good.

`X-Signature` is `v1=` and the hexadecimal HMAC-SHA256, with the source's secret, of `X-Timestamp`, a full stop and the
body as sent. The timestamp may differ from our clock by 300 seconds. Give `X-Request-Id` to follow the alerts through
the log, the journal and the live messages.
"""


class AlertFilter(django_filters.FilterSet):
    """Filters of the list of alerts; instants in ISO 8601."""

    source = django_filters.CharFilter(field_name="source__code")
    state = django_filters.MultipleChoiceFilter(choices=Alert.State.choices)
    kind = django_filters.CharFilter()
    incident = django_filters.NumberFilter(min_value=1, max_value=2**63 - 1)
    received_from = django_filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_to = django_filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Alert
        fields = ["source", "state", "kind", "incident", "received_from", "received_to"]


def _header(name: str, text: str, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=text)


@extend_schema_view(get=extend_schema(operation_id="alerts_list", tags=["alerts"], summary="Alerts, newest first"))
class Alerts(generics.ListAPIView):
    """Reading needs a signed-in person; sending needs a source's signature and passes by the middle layers."""

    permission_classes = [holds("incidents.view_alert")]
    serializer_class = shapes.AlertShape
    filterset_class = AlertFilter

    def get_queryset(self) -> QuerySet[Alert]:
        if getattr(self, "swagger_fake_view", False):
            return Alert.objects.none()
        return selectors.alerts_for(self.request.user)  # type: ignore[arg-type]

    @extend_schema(
        operation_id="alerts_send",
        tags=["alerts"],
        summary="Send alerts (signed by the source)",
        description=DOOR,
        auth=[],
        parameters=[
            _header("X-Source", "The code of the source."),
            _header("X-Timestamp", "Unix time in whole seconds."),
            _header("X-Signature", "v1= and the HMAC-SHA256 of timestamp, full stop and body."),
            _header("X-Request-Id", "Up to 40 letters, digits, dots, dashes.", required=False),
        ],
        request={
            "application/json": shapes.AlertBody,
            "application/x-ndjson": OpenApiTypes.STR,
        },
        responses={
            202: shapes.Receipt,
            **{
                (code, "application/problem+json"): OpenApiResponse(shapes.Problem, words)
                for code, words in {
                    400: "The body cannot be read.",
                    401: "The signature is missing, late or wrong.",
                    409: "The one alert was sent before with other content.",
                    413: "The body or the batch is too large.",
                    415: "Neither JSON nor NDJSON.",
                    422: "None of the alerts can be accepted.",
                    429: "The source sends too fast; see Retry-After.",
                    503: "Not stored now; send it again.",
                }.items()
            },
        },
    )
    def post(self, request: Any) -> Response:
        """Only the description: `door()` answers before the request gets here."""
        raise NotImplementedError


_read = Alerts.as_view()


@csrf_exempt
def door(request: HttpRequest) -> HttpResponseBase:
    """One address, two doors: POST is for machines and signed, everything else is for people."""
    if request.method == "POST":
        return receive_alerts(request)
    return _read(request)


# The schema and the tests of permissions look for the class behind an address.
door.cls = Alerts  # type: ignore[attr-defined]
door.initkwargs = {}  # type: ignore[attr-defined]


@extend_schema_view(
    get=extend_schema(operation_id="alerts_retrieve", tags=["alerts"], summary="One alert with its payload")
)
class OneAlert(generics.RetrieveAPIView):
    permission_classes = [holds("incidents.view_alert")]
    serializer_class = shapes.WholeAlertShape

    def get_queryset(self) -> QuerySet[Alert]:
        if getattr(self, "swagger_fake_view", False):
            return Alert.objects.none()
        return selectors.alerts_for(self.request.user)  # type: ignore[arg-type]


class Sources(APIView):
    permission_classes = [holds("incidents.view_alert")]

    @extend_schema(
        operation_id="sources_list",
        tags=["alerts"],
        summary="Sources with their volume, joined share and confirmed share",
        responses=shapes.SourceShape(many=True),
    )
    def get(self, request: Any) -> Response:
        return Response({"results": shapes.SourceShape(selectors.sources(), many=True).data})


class MuteSource(APIView):
    permission_classes = [holds("incidents.mute_source")]

    @extend_schema(
        operation_id="sources_mute",
        tags=["alerts"],
        summary="Keep a noisy source, or one kind of it, quiet for a while",
        request=shapes.MuteBody,
        responses={201: shapes.MuteShape},
    )
    def post(self, request: Any, code: str) -> Response:
        body = shapes.MuteBody(data=request.data)
        body.is_valid(raise_exception=True)
        mute = desk.mute_source(selectors.source_named(code).pk, actor=request.user, **body.validated_data)
        return Response(shapes.MuteShape(mute).data, status=status.HTTP_201_CREATED)


class UnmuteSource(APIView):
    permission_classes = [holds("incidents.mute_source")]

    @extend_schema(
        operation_id="sources_unmute",
        tags=["alerts"],
        summary="Lift the mutes of a source, or of one kind of it",
        request=shapes.UnmuteBody,
        responses={200: shapes.Lifted},
    )
    def post(self, request: Any, code: str) -> Response:
        body = shapes.UnmuteBody(data=request.data)
        body.is_valid(raise_exception=True)
        lifted = desk.unmute_source(selectors.source_named(code).pk, actor=request.user, **body.validated_data)
        return Response({"lifted": lifted})


class KindFilter(django_filters.FilterSet):
    """`mapped=false` lists the kinds that wait for a class."""

    mapped = django_filters.BooleanFilter(field_name="category", lookup_expr="isnull", exclude=True)

    class Meta:
        model = AlertKind
        fields = ["mapped"]


@extend_schema_view(
    get=extend_schema(
        operation_id="alert_kinds_list", tags=["alerts"], summary="Kinds of alerts and the classes they stand for"
    )
)
class AlertKinds(generics.ListAPIView):
    permission_classes = [holds("incidents.view_alert")]
    serializer_class = shapes.KindShape
    filterset_class = KindFilter

    def get_queryset(self) -> QuerySet[AlertKind]:
        return selectors.kinds()


class OneAlertKind(APIView):
    permission_classes = [holds("incidents.map_kind")]

    @extend_schema(
        operation_id="alert_kinds_map",
        tags=["alerts"],
        summary="Say which class a kind stands for; its waiting alerts are processed then",
        request=shapes.MapBody,
        responses={200: shapes.KindShape},
    )
    def patch(self, request: Any, pk: int) -> Response:
        body = shapes.MapBody(data=request.data)
        body.is_valid(raise_exception=True)
        desk.map_kind(pk, actor=request.user, **body.validated_data)
        kind = selectors.kinds().filter(pk=pk).first()
        if kind is None:
            raise NotFound("There is no such kind of alert.")
        return Response(shapes.KindShape(kind).data)
