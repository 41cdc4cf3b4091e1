"""The centre's side of the volunteer force: asking riders, their list, phones, notes of delay, the honour list."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import services
from dispatch.api import checked, must_hold
from dispatch.riders import selectors
from dispatch.riders import serializers as shapes
from dispatch.riders.honour import counters, honour, month_of
from dispatch.riders.shapes import call_shape, note_shape, rider_shape
from incidents.selectors import incident_for
from shushanwei.common.api import NewestFirst, holds

LIST = [OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)]
TAGS = ["volunteers"]


class IncidentHelp(APIView):
    """Requests to the riders near an incident; POST asks them."""

    permission_classes = [holds("dispatch.call_riders")]

    @extend_schema(operation_id="incident_help_list", tags=TAGS, responses=shapes.HelpCallShape(many=True))
    def get(self, request, pk):
        incident = incident_for(request.user, pk)
        return Response([call_shape(call) for call in selectors.calls_of(incident.pk)])

    @extend_schema(
        operation_id="incident_help",
        tags=TAGS,
        request=shapes.AskRidersInput,
        responses={201: shapes.AskedShape, 200: shapes.AskedShape},
    )
    def post(self, request, pk):
        incident = incident_for(request.user, pk)
        given = checked(shapes.AskRidersInput, request)
        call, new = services.ask_riders(incident.pk, actor=request.user, **given)
        return Response(call_shape(call) | {"near": call.parts.count()}, status=201 if new else 200)


class WithdrawHelp(APIView):
    """Take a request back; the riders are told."""

    permission_classes = [holds("dispatch.call_riders")]

    @extend_schema(operation_id="help_withdraw", tags=TAGS, request=None, responses=shapes.HelpCallShape)
    def post(self, request, pk):
        return Response(call_shape(services.withdraw_help(pk, actor=request.user)))


class Riders(APIView):
    """The riders, their phones masked."""

    permission_classes = [holds("dispatch.view_riders")]

    @extend_schema(operation_id="riders_list", tags=TAGS, parameters=LIST, responses=shapes.RiderShape(many=True))
    def get(self, request):
        pages = NewestFirst()
        found = pages.paginate_queryset(selectors.riders_for(request.user), request, view=self)
        return pages.get_paginated_response([rider_shape(rider) for rider in found])


class CallRider(APIView):
    """The phone of a rider, for who is about to call; it is written down that it was shown."""

    permission_classes = [holds("dispatch.view_riders")]

    @extend_schema(operation_id="rider_call", tags=TAGS, request=None, responses=shapes.RiderPhoneShape)
    def post(self, request, pk):
        rider = selectors.rider_for(request.user, pk)
        return Response({"phone": services.show_rider_phone(rider.pk, actor=request.user)})


class VolunteerForce(APIView):
    """The four counters and the honour list of `?month=2026-11`."""

    permission_classes = [holds("dispatch.view_riders")]

    @extend_schema(
        operation_id="volunteer_force",
        tags=TAGS,
        parameters=[OpenApiParameter("month", str)],
        responses=shapes.ForceShape,
    )
    def get(self, request):
        month = month_of(request.query_params.get("month"))
        lines = [
            {"rank": line.rank, "vest_no": line.rider.vest_no, "nickname": line.rider.nickname,
             "reports": line.reports, "helps": line.helps, "people": line.people}
            for line in honour(month)
        ]  # fmt: skip
        return Response(counters() | {"month": f"{month:%Y-%m}", "honour": lines})


class DelayNotes(APIView):
    """Certificates of delay, newest first; POST issues one."""

    permission_classes = [holds("dispatch.view_riders")]

    @extend_schema(
        operation_id="delay_notes_list", tags=TAGS, parameters=LIST, responses=shapes.DelayNoteShape(many=True)
    )
    def get(self, request):
        pages = NewestFirst()
        found = pages.paginate_queryset(selectors.notes(), request, view=self)
        return pages.get_paginated_response([note_shape(note) for note in found])

    @extend_schema(
        operation_id="delay_note_issue",
        tags=TAGS,
        request=shapes.DelayNoteInput,
        responses={201: shapes.DelayNoteShape, 200: shapes.DelayNoteShape},
    )
    def post(self, request):
        must_hold(request.user, "dispatch.issue_delay_note")
        given = checked(shapes.DelayNoteInput, request)
        note, new = services.issue_note(
            given.pop("rider"), part_id=given.pop("part"), report_id=given.pop("report"), actor=request.user, **given
        )
        return Response(note_shape(note), status=201 if new else 200)
