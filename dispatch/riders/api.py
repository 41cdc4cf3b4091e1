"""The rider's phone: what it shows, what it reports, and the answers to a request; each may be sent again."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import services
from dispatch.api import checked
from dispatch.riders import selectors
from dispatch.riders import serializers as shapes
from dispatch.riders.shapes import part_shape, report_shape, rider_shape
from incidents.pictures import LARGEST
from shushanwei.common.api import holds
from shushanwei.common.errors import BadInput

TAGS = ["rider"]


class OnThePhone(APIView):
    """A step of a rider."""

    permission_classes = [holds("dispatch.ride")]


class RiderState(OnThePhone):
    """Everything the phone shows: icons, requests nearby, own reports, notes, the honour of the month."""

    @extend_schema(operation_id="rider_state", tags=TAGS, responses=dict)
    def get(self, request):
        return Response(selectors.phone_state(services.own_rider(request.user)))


class RiderReports(OnThePhone):
    """Report a hazard: an icon, a photo, a place."""

    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="rider_report",
        tags=TAGS,
        request={"multipart/form-data": shapes.HazardInput},
        responses={201: shapes.RiderReportShape, 200: shapes.RiderReportShape},
    )
    def post(self, request):
        given = checked(shapes.HazardInput, request)
        photo = given.pop("photo")
        if photo.size > LARGEST:
            raise BadInput("photo", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
        report, new = services.report_hazard(request.user, photo=photo.read(), **given)
        code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
        return Response(report_shape(report), status=code)


class RiderAgreement(OnThePhone):
    """Agree to be asked for help nearby, or take it back."""

    @extend_schema(operation_id="rider_agree", tags=TAGS, request=shapes.AgreeInput, responses=shapes.RiderShape)
    def post(self, request):
        return Response(rider_shape(services.agree(request.user, **checked(shapes.AgreeInput, request))))


class RiderDuty(OnThePhone):
    """Begin or end to be reachable."""

    @extend_schema(operation_id="rider_duty", tags=TAGS, request=shapes.RiderDutyInput, responses=shapes.RiderShape)
    def post(self, request):
        return Response(rider_shape(services.set_rider_duty(request.user, **checked(shapes.RiderDutyInput, request))))


class RiderPosition(OnThePhone):
    """Where the rider is; kept only while he has agreed and is on duty, and only the last place."""

    @extend_schema(operation_id="rider_position", tags=TAGS, request=shapes.RiderPositionInput, responses=dict)
    def post(self, request):
        return Response({"kept": services.place_rider(request.user, **checked(shapes.RiderPositionInput, request))})


class AcceptHelp(OnThePhone):
    """Come, if a place is free."""

    @extend_schema(operation_id="rider_help_accept", tags=TAGS, request=None, responses=shapes.HelpPartShape)
    def post(self, request, pk):
        return Response(part_shape(services.accept_help(request.user, pk)))


class DeclineHelp(OnThePhone):
    """Not come, also after having accepted."""

    @extend_schema(operation_id="rider_help_decline", tags=TAGS, request=None, responses=shapes.HelpPartShape)
    def post(self, request, pk):
        return Response(part_shape(services.decline_help(request.user, pk)))


class ArriveToHelp(OnThePhone):
    """Be there."""

    @extend_schema(operation_id="rider_help_arrive", tags=TAGS, request=None, responses=shapes.HelpPartShape)
    def post(self, request, pk):
        return Response(part_shape(services.arrive_to_help_out(request.user, pk)))


class FinishHelp(OnThePhone):
    """Have helped: what was done, and how many people."""

    @extend_schema(
        operation_id="rider_help_finish", tags=TAGS, request=shapes.RiderFinishInput, responses=shapes.HelpPartShape
    )
    def post(self, request, pk):
        given = checked(shapes.RiderFinishInput, request)
        return Response(part_shape(services.finish_help(request.user, pk, **given)))
