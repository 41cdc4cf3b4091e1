"""The doors of the link: the police station's own system speaks here, signed. See docs/police-link.md."""

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch.police import serializers as shapes
from dispatch.police.link import answering, inbox
from shushanwei.common.errors import BadInput, NotFound

SIGNED = [
    OpenApiParameter("X-Timestamp", str, OpenApiParameter.HEADER, required=True, description="Unix seconds"),
    OpenApiParameter("X-Signature", str, OpenApiParameter.HEADER, required=True,
                     description="v1= and HMAC-SHA256 over timestamp, full stop and body, hexadecimal"),
]  # fmt: skip
KEYED = [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)]
TAGS = ["police-link"]


class Signed(APIView):
    """Believed by its signature alone."""

    authentication_classes: list = []
    permission_classes = [AllowAny]

    def body(self, request) -> bytes:
        """The believed body; raises NotSigned, BadInput for one that is too large."""
        raw = request._request.body
        if len(raw) > inbox.LARGEST:
            raise BadInput("", _("The body is larger than %(kb)s kB.") % {"kb": inbox.LARGEST // 1024})
        # Without a body the address is what is asked for: a signature of one photo opens no other.
        signed = request.get_full_path().encode() if request.method == "GET" else raw
        inbox.believe(signed, request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", ""))
        return raw

    def taken(self, request, door: str, serializer: type[serializers.Serializer], step) -> Response:
        """Believe, check, take once."""
        raw = self.body(request)
        try:
            given = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadInput("", _("The body is no JSON.")) from None
        checked = serializer(data=given)
        checked.is_valid(raise_exception=True)
        values = dict(checked.validated_data)
        key = request.headers.get("Idempotency-Key", "")
        return Response(inbox.take_once(door, key, raw, lambda: step(values)))


class LinkTransfers(Signed):
    """A non-police 110 call for the street; the same number again changes nothing."""

    @extend_schema(operation_id="link_transfer", tags=TAGS, parameters=[*SIGNED, *KEYED], auth=[],
                   request=shapes.LinkOffer, responses=shapes.LinkTaken)  # fmt: skip
    def post(self, request):
        return self.taken(request, "transfers", shapes.LinkOffer, answering.take_offer)


class LinkVerdicts(Signed):
    """What the police or the district say of a result."""

    @extend_schema(operation_id="link_verdict", tags=TAGS, parameters=[*SIGNED, *KEYED], auth=[],
                   request=shapes.LinkVerdict, responses=shapes.LinkTaken)  # fmt: skip
    def post(self, request):
        return self.taken(request, "verdicts", shapes.LinkVerdict, answering.take_verdict)


class LinkAnswers(Signed):
    """What the police say to an escalation: accepted with a car, refused, noted."""

    @extend_schema(operation_id="link_answer", tags=TAGS, parameters=[*SIGNED, *KEYED], auth=[],
                   request=shapes.LinkAnswer, responses=shapes.LinkTaken)  # fmt: skip
    def post(self, request):
        return self.taken(request, "answers", shapes.LinkAnswer, answering.take_answer)


class LinkCars(Signed):
    """Where police cars are and what they do; positions are no versions and need no key."""

    @extend_schema(operation_id="link_cars", tags=TAGS, parameters=SIGNED, auth=[], request=shapes.LinkCars,
                   responses={(200, "application/json"): OpenApiTypes.OBJECT})  # fmt: skip
    def post(self, request):
        raw = self.body(request)
        try:
            given = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadInput("", _("The body is no JSON.")) from None
        checked = shapes.LinkCars(data=given)
        checked.is_valid(raise_exception=True)
        return Response(answering.take_cars(checked.validated_data["cars"]))


class LinkAcks(Signed):
    """Versions that the other side has taken, where it confirms later than by its answer."""

    @extend_schema(operation_id="link_acks", tags=TAGS, parameters=[*SIGNED, *KEYED], auth=[],
                   request=shapes.LinkAcks, responses=shapes.LinkTaken)  # fmt: skip
    def post(self, request):
        return self.taken(request, "acks", shapes.LinkAcks, answering.take_acks)


class LinkState(Signed):
    """Everything open as it stands now, with positions: for a start, and after a loss."""

    @extend_schema(operation_id="link_state", tags=TAGS, parameters=SIGNED, auth=[],
                   responses={(200, "application/json"): OpenApiTypes.OBJECT})  # fmt: skip
    def get(self, request):
        self.body(request)
        return Response(answering.state())


class LinkPhoto(Signed):
    """A photo of an escalated incident (JPEG), small with `?thumb=1`."""

    @extend_schema(operation_id="link_photo", tags=TAGS, parameters=[*SIGNED, OpenApiParameter("thumb", bool)],
                   auth=[], responses={(200, "image/jpeg"): OpenApiTypes.BINARY})  # fmt: skip
    def get(self, request, uuid):
        self.body(request)
        photo = answering.photo(uuid)
        if photo is None:
            raise NotFound(_("There is no such photo."))
        file = photo.thumb if request.query_params.get("thumb") and photo.thumb else photo.file
        with file.open("rb") as opened:
            return HttpResponse(opened.read(), content_type=photo.content_type)
