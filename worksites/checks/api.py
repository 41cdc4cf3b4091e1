"""The inspector's phone: what it keeps for a day without a network, and the steps of a visit; each is safe twice."""

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.pictures import LARGEST
from shushanwei.common.api import holds
from shushanwei.common.errors import BadInput
from worksites.checks import phone, serializers
from worksites.checks.shapes import inspection_shape
from worksites.services import inspections, photos

TAGS = ["inspections"]


def checked(serializer, request) -> dict:
    """The validated input; a 422 names the field otherwise."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class OnTheSite(APIView):
    """A step of an inspector."""

    permission_classes = [holds("worksites.inspect")]


class PhoneState(OnTheSite):
    """Everything the phone keeps: plan, sites, the checklist, colleagues, fresh conduct codes, own sheets."""

    @extend_schema(operation_id="inspection_phone", tags=TAGS, responses=dict)
    def get(self, request):
        return Response(phone.state(request.user, request.build_absolute_uri("/")))


class Inspections(OnTheSite):
    """Begin a visit."""

    @extend_schema(
        operation_id="inspection_begin", tags=TAGS, request=serializers.BeginInput,
        responses={201: serializers.InspectionShape, 200: serializers.InspectionShape},
    )  # fmt: skip
    def post(self, request):
        given = inspections.Begin(**checked(serializers.BeginInput, request))
        inspection, new = inspections.begin(request.user, given)
        return Response(inspection_shape(inspection), status=_code(new))


class Results(OnTheSite):
    """Write down what was seen so far."""

    @extend_schema(
        operation_id="inspection_results", tags=TAGS, request=serializers.ResultsInput,
        responses=serializers.InspectionShape,
    )  # fmt: skip
    def post(self, request, uuid):
        given = checked(serializers.ResultsInput, request)
        return Response(inspection_shape(inspections.save_results(request.user, uuid, given["results"])))


class Photos(OnTheSite):
    """Add a photo of an item."""

    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="inspection_photo", tags=TAGS, request={"multipart/form-data": serializers.PhotoInput},
        responses={201: serializers.PhotoShape, 200: serializers.PhotoShape},
    )  # fmt: skip
    def post(self, request, uuid):
        given = checked(serializers.PhotoInput, request)
        photo, item = given.pop("photo"), given.pop("item")
        if photo.size > LARGEST:
            raise BadInput("photo", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
        with transaction.atomic():
            sheet = inspections.own_inspection(request.user, uuid)
            kept, new = photos.add_to_sheet(request.user, sheet, photo.read(), item_id=item, **given)
        return Response({"uuid": str(kept.uuid), "sha256": kept.sha256}, status=_code(new))


class Locks(OnTheSite):
    """Lock the sheet by its signatures."""

    @extend_schema(
        operation_id="inspection_lock", tags=TAGS, request=serializers.LockInput,
        responses={201: serializers.InspectionShape, 200: serializers.InspectionShape},
    )  # fmt: skip
    def post(self, request, uuid):
        given = checked(serializers.LockInput, request)
        lines = {name: [dict(line) for line in given.get(name, [])] for name in ("results", "fixes", "signatures")}
        inspection, new = inspections.lock(request.user, uuid, inspections.Lock(**(given | lines)))
        return Response(inspection_shape(inspection), status=_code(new))


class Drops(OnTheSite):
    """Give up a visit that nobody has signed."""

    @extend_schema(
        operation_id="inspection_drop", tags=TAGS, request=serializers.DropInput, responses=serializers.InspectionShape
    )
    def post(self, request, uuid):
        given = checked(serializers.DropInput, request)
        return Response(inspection_shape(inspections.drop(request.user, uuid, given["reason"])))


def _code(new: bool) -> int:
    return status.HTTP_201_CREATED if new else status.HTTP_200_OK
