"""The incident API: list, one whole story, register, attach, alarms, catalogue."""

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents import selectors, services
from incidents import serializers as shapes
from incidents.actions import allowed
from incidents.lifecycle import Status
from incidents.models import Department, Incident, TimeRequest
from incidents.models.alerts import SourceKind
from incidents.services.registering import register
from incidents.shapes import alarm_shape, incident_shape, incident_shapes
from shushanwei.common.api import NewestFirst, holds
from shushanwei.common.errors import BadInput
from shushanwei.common.geo import to_wgs84
from shushanwei.common.wording import one_of
from shushanwei.journal.selectors import story_of

ALERTS_SHOWN = 50


class IncidentFilter(django_filters.FilterSet):
    """Filters of the list; an unknown value is a 422 that names the parameter."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    level = django_filters.MultipleChoiceFilter(choices=[(n, n) for n in (1, 2, 3, 4)])
    source_kind = django_filters.MultipleChoiceFilter(choices=SourceKind.choices)
    category = django_filters.CharFilter(field_name="category__code")
    community = django_filters.CharFilter(field_name="community_id")
    grid = django_filters.CharFilter(field_name="grid_id")
    opened_from = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_until = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")
    live = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")
    overdue = django_filters.BooleanFilter(field_name="overdue_at", lookup_expr="isnull", exclude=True)
    case_no = django_filters.CharFilter(field_name="case_no", lookup_expr="startswith")
    supervised = django_filters.BooleanFilter()
    time_request = django_filters.ChoiceFilter(choices=TimeRequest.State.choices, method="with_time_request")

    class Meta:
        model = Incident
        fields: list[str] = []

    def with_time_request(self, queryset, name, state):
        """Those with a request for time in this state: `endorsed` awaits the dispatcher."""
        return queryset.filter(pk__in=TimeRequest.objects.filter(state=state).values("incident"))


def filter_parameters(filters: type[django_filters.FilterSet]) -> list[OpenApiParameter]:
    """The schema's words for the parameters of a filter set."""
    return [OpenApiParameter(name, str, required=False) for name in filters.base_filters]


class Incidents(APIView):
    """Incidents within the data scope, newest first; a new one opens by POST."""

    @extend_schema(
        operation_id="incidents_list",
        parameters=[
            *filter_parameters(IncidentFilter),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.IncidentShape(many=True),
    )
    def get(self, request):
        filtered = IncidentFilter(request.query_params, queryset=selectors.incidents_for(request.user), request=request)
        if not filtered.is_valid():
            field, errors = next(iter(filtered.errors.items()))
            raise BadInput(field, str(errors[0]))
        pages = NewestFirst()
        page = pages.paginate_queryset(filtered.qs, request, view=self)
        return pages.get_paginated_response(incident_shapes(page))

    @extend_schema(
        operation_id="incidents_register",
        request=shapes.RegisterInput,
        responses={201: shapes.IncidentShape, 200: shapes.IncidentShape},
    )
    def post(self, request):
        if not request.user.has_perm("incidents.register_incident"):
            self.permission_denied(request)
        given = shapes.RegisterInput(data=request.data)
        given.is_valid(raise_exception=True)
        incident, opened = register(given.validated_data, actor=request.user)
        code = status.HTTP_201_CREATED if opened else status.HTTP_200_OK
        return Response(incident_shape(incident) | {"opened": opened}, status=code)


class OneIncident(APIView):
    """The whole story of one incident, and the steps that may be taken now."""

    @extend_schema(operation_id="incident_read", responses=shapes.IncidentDetail)
    def get(self, request, pk):
        incident = selectors.incident_for(request.user, pk)
        alerts = incident.alerts.select_related("source").order_by("-id")[:ALERTS_SHOWN]
        held = set(request.user.get_all_permissions())
        return Response(
            {
                "incident": incident_shape(incident),
                "story": shapes.StoryLine(story_of("incident", incident.pk)[:1_000], many=True).data,
                "alerts": shapes.AlertLine(alerts, many=True).data,
                "attachments": shapes.AttachmentShape(incident.attachments.select_related("by"), many=True).data,
                "checks": shapes.CheckShape(
                    incident.checks.select_related("collector", "done_by").order_by("pk"), many=True
                ).data,
                "returns": shapes.ReturnShape(
                    incident.returns.select_related("by", "department").order_by("pk"), many=True
                ).data,
                "time_requests": shapes.TimeRequestShape(
                    incident.time_requests.select_related("department", "asked_by", "endorsed_by", "decided_by"),
                    many=True,
                ).data,
                "supervisions": shapes.SupervisionShape(
                    incident.supervisions.select_related("department", "issued_by", "replied_by", "cleared_by"),
                    many=True,
                ).data,
                "closing": incident.closing,
                "standard": shapes.StandardShape(incident.standard).data if incident.standard else None,
                "reporter": {"name": incident.reporter_name_masked, "phone": incident.reporter_phone_masked},
                "actions": allowed(
                    incident.status,
                    held,
                    suspended=incident.suspended_at is not None,
                    scene_closed=incident.scene_closed_at is not None,
                    followed_up=incident.followup_done_at is not None,
                    reopened=incident.reopen_count > 0,
                    level=incident.level,
                    requests=selectors.open_requests(incident),
                    notices=selectors.open_notices(incident),
                ),
            }
        )


class Attachments(APIView):
    """Photos and documents of an incident: JPEG, PNG, WebP or PDF up to 10 MB."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="incident_attach",
        request={"multipart/form-data": shapes.AttachmentInput},
        responses={201: shapes.AttachmentShape},
    )
    def post(self, request, pk):
        incident = selectors.incident_for(request.user, pk)
        given = shapes.AttachmentInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        lon, lat = values["lon"], values["lat"]
        if lon is not None and lat is not None:
            lon, lat = to_wgs84(lon, lat, values["crs"])
        if values["file"].size > 11 * 1024 * 1024:
            raise BadInput("file", _("Larger than %(size)s MB.") % {"size": 10})
        attachment = services.add_attachment(
            incident.pk,
            values["file"].read(),
            kind=values["kind"],
            uuid=values["uuid"],
            actor=request.user,
            name=values["file"].name or "",
            lon=lon,
            lat=lat,
            shot_at=values["shot_at"],
        )
        return Response(shapes.AttachmentShape(attachment).data, status=status.HTTP_201_CREATED)


class Categories(APIView):
    """The classes of a scheme with their filing standards."""

    @extend_schema(
        operation_id="categories_list",
        parameters=[OpenApiParameter("scheme", str, enum=["JCZZ", "SZCG"])],
        responses=shapes.CategoryShape(many=True),
    )
    def get(self, request):
        scheme = request.query_params.get("scheme", "JCZZ")
        if scheme not in ("JCZZ", "SZCG"):
            raise BadInput("scheme", one_of(["JCZZ", "SZCG"]))
        found = selectors.active_categories(scheme).select_related("parent")
        return Response({"results": shapes.CategoryShape(found, many=True).data})


class Departments(APIView):
    """Who can be given a case."""

    @extend_schema(operation_id="departments_list", responses=shapes.DepartmentShape(many=True))
    def get(self, request):
        return Response({"results": shapes.DepartmentShape(Department.objects.filter(is_active=True), many=True).data})


class Alarms(APIView):
    """Alarms that nobody has acknowledged yet."""

    permission_classes = [holds("incidents.acknowledge_alarm")]

    @extend_schema(operation_id="alarms_list", responses=shapes.AlarmShape(many=True))
    def get(self, request):
        return Response({"results": [alarm_shape(alarm) for alarm in selectors.open_alarms(request.user)[:200]]})


class AcknowledgeAlarm(APIView):
    """Take note of an alarm."""

    permission_classes = [holds("incidents.acknowledge_alarm")]

    @extend_schema(operation_id="alarm_acknowledge", request=None, responses=shapes.AlarmShape)
    def post(self, request, pk):
        return Response(alarm_shape(services.acknowledge(pk, actor=request.user)))
