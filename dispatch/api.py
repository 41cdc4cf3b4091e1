"""The dispatch API of the centre: who could go, ordering, reinforcement, units and orders."""

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import selectors, services
from dispatch import serializers as shapes
from dispatch.matching import proposed
from dispatch.models import Assignment, Reinforcement, Unit
from dispatch.selectors_reach import reach_now
from dispatch.shapes import CALL_RELATED, candidate_shape, read_assignment, reinforcement_shape, unit_shape
from incidents.api import filter_parameters
from incidents.selectors import incident_for
from shushanwei.common.api import NewestFirst, holds
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotAllowed

CANDIDATES_SHOWN = 20


class UnitFilter(django_filters.FilterSet):
    """Filters of the units."""

    kind = django_filters.MultipleChoiceFilter(choices=Unit.Kind.choices)
    on_duty = django_filters.BooleanFilter(field_name="on_duty_since", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Unit
        fields: list[str] = []


class AssignmentFilter(django_filters.FilterSet):
    """Filters of the orders; `live` are those that have not ended."""

    incident = django_filters.NumberFilter(field_name="incident_id", min_value=1, max_value=shapes.LARGEST_ID)
    unit = django_filters.NumberFilter(field_name="unit_id", min_value=1, max_value=shapes.LARGEST_ID)
    department = django_filters.CharFilter(field_name="department__code")
    status = django_filters.MultipleChoiceFilter(choices=Assignment.Status.choices)
    live = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")

    class Meta:
        model = Assignment
        fields: list[str] = []


class Candidates(APIView):
    """Units that could go to an incident, ranked, each with one sentence that explains it."""

    permission_classes = [holds("dispatch.view_unit")]

    @extend_schema(operation_id="incident_candidates", responses=shapes.CandidatesShape)
    def get(self, request, pk):
        incident = incident_for(request.user, pk)
        found = selectors.candidates_for(incident, db_now())
        best = proposed(found)
        skill = selectors.skill_for(incident)
        return Response(
            {
                "proposed": best.unit.id if best else None,
                "reason_needed": selectors.rule_for(incident.level).reason_needed,
                "candidates": [candidate_shape(c, skill) for c in found[:CANDIDATES_SHOWN]],
            }
        )


class Dispatch(APIView):
    """Order a unit (without a name: the proposed one) or give the case to a department."""

    @extend_schema(operation_id="incident_dispatch", request=shapes.OrderInput, responses={201: shapes.AssignmentShape})
    def post(self, request, pk):
        incident = incident_for(request.user, pk)
        given = checked(shapes.OrderInput, request)
        if given["unit"] is not None and given["department"] is not None:
            raise BadInput("department", _("Either a unit or a department."))
        if given["department"] is not None:
            must_hold(request.user, "dispatch.order_department")
            order = services.order_department(
                incident.pk, given["department"], actor=request.user, reason=given["reason"]
            )
        else:
            must_hold(request.user, "dispatch.order_unit")
            order = services.order_unit(
                incident.pk, given["unit"], actor=request.user, reason=given["reason"], part=given["part"]
            )
        return Response(read_assignment(order), status=201)


class Reinforcements(APIView):
    """Calls for another force."""

    @extend_schema(operation_id="incident_reinforcements", responses=shapes.ReinforcementShape(many=True))
    def get(self, request, pk):
        incident = incident_for(request.user, pk)
        calls = Reinforcement.objects.filter(incident=incident).select_related(*CALL_RELATED).order_by("id")
        return Response([reinforcement_shape(call) for call in calls])

    @extend_schema(
        operation_id="incident_reinforcement",
        request=shapes.ReinforcementInput,
        responses={201: shapes.ReinforcementShape},
    )
    def post(self, request, pk):
        must_hold(request.user, "dispatch.request_reinforcement")
        incident = incident_for(request.user, pk)
        given = checked(shapes.ReinforcementInput, request)
        if ("force" in given) == ("forces" in given):
            raise BadInput("force", _("Name one force, or several as forces."))
        about = {"actor": request.user, "reason": given["reason"], "department_id": given["department"]}
        if "force" in given:
            call = services.request_reinforcement(incident.pk, given["force"], **about)
            return Response(reinforcement_shape(call), status=201)
        calls = services.request_forces(incident.pk, given["forces"], **about)
        return Response({"results": [reinforcement_shape(call) for call in calls]}, status=201)


class Units(APIView):
    """All units with duty, position and order."""

    permission_classes = [holds("dispatch.view_unit")]

    @extend_schema(
        operation_id="units_list",
        parameters=[
            *filter_parameters(UnitFilter),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.UnitShape(many=True),
    )
    def get(self, request):
        found = filtered(UnitFilter, request, Unit.objects.filter(is_active=True).select_related("position"))
        pages = NewestFirst()
        units = pages.paginate_queryset(found, request, view=self)
        live = Assignment.objects.filter(unit__in=units, ended_at__isnull=True)
        doing = {order.unit_id: order for order in live}
        now = db_now()
        return pages.get_paginated_response([unit_shape(unit, now, doing.get(unit.pk)) for unit in units])


class Reach(APIView):
    """Where the free squads on duty can be within five minutes, the holes, and proposals where to stand by.

    Shapes are GeoJSON in WGS-84; shares lie between 0 and 1. The picture is at most ten seconds old.
    """

    permission_classes = [holds("dispatch.view_unit")]

    @extend_schema(operation_id="dispatch_reach", responses=shapes.ReachShape)
    def get(self, request):
        return Response(reach_now())


class Assignments(APIView):
    """Orders within the data scope, newest first."""

    @extend_schema(
        operation_id="assignments_list",
        parameters=[
            *filter_parameters(AssignmentFilter),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=shapes.AssignmentShape(many=True),
    )
    def get(self, request):
        found = filtered(AssignmentFilter, request, selectors.assignments_for(request.user))
        pages = NewestFirst()
        return pages.get_paginated_response(
            [read_assignment(order) for order in pages.paginate_queryset(found, request, view=self)]
        )


class OneAssignment(APIView):
    """One order."""

    @extend_schema(operation_id="assignment_read", responses=shapes.AssignmentShape)
    def get(self, request, pk):
        return Response(read_assignment(selectors.assignment_for(request.user, pk)))


def checked(serializer, request) -> dict:
    """The validated input; a 422 names the field otherwise."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def filtered(filters, request, queryset):
    """The rows that the query string asks for; raises BadInput naming the parameter."""
    found = filters(request.query_params, queryset=queryset, request=request)
    if not found.is_valid():
        field, errors = next(iter(found.errors.items()))
        raise BadInput(field, str(errors[0]))
    return found.qs


def must_hold(user, permission: str) -> None:
    """Raise NotAllowed for who does not hold `permission`."""
    if not user.has_perm(permission):
        raise NotAllowed(_("This needs the permission %(code)s.") % {"code": permission})
