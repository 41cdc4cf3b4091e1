"""Communities and grids as GeoJSON, and the import; the answers carry the edition as their ETag."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from rest_framework.views import APIView

from grid import selectors
from grid.areas import COMMUNITY_KINDS, GRID_KINDS, Refused
from grid.models import Community, Ground
from grid.services.ground import import_ground
from shushanwei.common.api import holds
from shushanwei.common.errors import BadInput


class GeoJsonText(BaseParser):
    """Leaves the body as it came: the import reads and judges it itself."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return None


class GeoJsonMedia(GeoJsonText):
    """The same for the media type of GeoJSON."""

    media_type = "application/geo+json"


@method_decorator(gzip_page, name="dispatch")
class Communities(APIView):
    """The communities and villages as a GeoJSON FeatureCollection in WGS-84; the borders are approximate."""

    permission_classes = [holds("grid.view_ground")]

    @extend_schema(
        operation_id="communities_list",
        tags=["grid"],
        parameters=[OpenApiParameter("kind", str, enum=COMMUNITY_KINDS)],
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request):
        kind = _choice(request, "kind", COMMUNITY_KINDS)
        return _drawing(request, "communities", kind, "")


@method_decorator(gzip_page, name="dispatch")
class Grids(APIView):
    """The grids as a GeoJSON FeatureCollection in WGS-84, by kind and community; the borders are approximate."""

    permission_classes = [holds("grid.view_ground")]

    @extend_schema(
        operation_id="grids_list",
        tags=["grid"],
        parameters=[
            OpenApiParameter("kind", str, enum=GRID_KINDS),
            OpenApiParameter("community", str, description="12-digit code"),
        ],
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request):
        kind = _choice(request, "kind", GRID_KINDS)
        community = request.query_params.get("community", "")
        known = re.fullmatch("[0-9]{12}", community) and Community.objects.filter(code=community).exists()
        if community and not known:
            raise BadInput("community", _("There is no community with this code."))
        return _drawing(request, "grids", kind, community)


class ImportGround(APIView):
    """Take over a GeoJSON file: communities and grids that it mentions are replaced, nothing if anything is wrong."""

    permission_classes = [holds("grid.edit_ground")]
    parser_classes = [GeoJsonText, GeoJsonMedia]

    @extend_schema(
        operation_id="ground_import",
        tags=["grid"],
        request={"application/json": OpenApiTypes.OBJECT, "application/geo+json": OpenApiTypes.OBJECT},
        responses={
            200: inline_serializer(
                "GroundImported",
                {name: serializers.IntegerField() for name in ("added", "changed", "removed", "edition")},
            )
        },
    )
    def post(self, request):
        try:
            text = request._request.body
        except RequestDataTooBig as error:
            raise BadInput("file", _("The file is too big; send it in parts, a few communities each.")) from error
        try:
            done = import_ground(text, actor=request.user, source="API")
        except Refused as refused:
            errors: dict[str, list[str]] = {}
            for problem in refused.problems:
                errors.setdefault(problem.path, []).append(str(problem))
            raise ValidationError(errors) from refused
        counts = {word: done[word] for word in ("added", "changed", "removed")}
        return Response(counts | {"edition": selectors.edition()})


def _choice(request: Any, name: str, allowed: tuple[str, ...]) -> str:
    value = request.query_params.get(name, "")
    if value and value not in allowed:
        raise BadInput(name, _("This must be one of: %(values)s.") % {"values": ", ".join(allowed)})
    return value


def _drawing(request: Any, what: str, kind: str, community: str) -> HttpResponse:
    stamp = str(Ground.objects.values_list("edition", "changed_at").first())
    digest = sha256(f"{stamp} {kind} {community}".encode()).hexdigest()[:16]
    tag = f'"{what}-{digest}"'

    def body(_request) -> HttpResponse:
        return HttpResponse(_body(stamp, what, kind, community), content_type="application/geo+json")

    # Who asks again with the tag gets 304 and no body; asked after the permission was checked.
    answer = condition(etag_func=lambda _request: tag)(body)(request._request)
    answer["Cache-Control"] = "private, no-cache"
    return answer


@lru_cache(maxsize=64)
def _body(stamp: str, what: str, kind: str, community: str) -> bytes:
    """The bytes of one edition, written once."""
    if what == "communities":
        return selectors.communities_geojson(kind)
    return selectors.grids_geojson(kind, community)
