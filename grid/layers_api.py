"""Drawn layers for the maps, with an ETag: roads and 2,300 buildings travel once, not with each page."""

import json

from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from grid.models import MapLayer
from shushanwei.common.api import holds
from shushanwei.common.errors import NotFound


class MapLayerShape(serializers.ModelSerializer):
    """A layer's name and edition, without what it draws."""

    class Meta:
        model = MapLayer
        fields = ["code", "name_zh", "name_en", "approximate", "edition"]


class MapLayers(APIView):
    """Which layers there are."""

    permission_classes = [holds("grid.view_ground")]

    @extend_schema(operation_id="map_layers_list", tags=["grid"], responses={200: MapLayerShape(many=True)})
    def get(self, request):
        layers = MapLayer.objects.defer("geojson")
        return Response({"results": MapLayerShape(layers, many=True).data})


def edition_of(request, code: str) -> str | None:
    """The ETag of a layer: its edition, or none where there is no such layer."""
    edition = MapLayer.objects.filter(code=code).values_list("edition", flat=True).first()
    return None if edition is None else f'"{code}-{edition}"'


@method_decorator(gzip_page, name="dispatch")
class MapLayerDrawing(APIView):
    """One layer as a GeoJSON FeatureCollection in WGS-84; `approximate` ones are a sketch, not a survey."""

    permission_classes = [holds("grid.view_ground")]

    @extend_schema(operation_id="map_layer_retrieve", tags=["grid"], responses={200: OpenApiTypes.OBJECT})
    def get(self, request, code):
        # The tag is looked at only after the sign-in: a stranger learns nothing from a 304.
        answer = condition(etag_func=edition_of)(_drawing)(request._request, code)
        answer["Cache-Control"] = "private, no-cache"
        return answer


def _drawing(request, code: str) -> HttpResponse:
    row = (
        MapLayer.objects.filter(code=code)
        .annotate(text=Cast("geojson", TextField()))
        .values_list("name_zh", "name_en", "approximate", "edition", "text")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such map layer."))
    name_zh, name_en, approximate, edition, text = row
    about = {"code": code, "name_zh": name_zh, "name_en": name_en, "approximate": approximate, "edition": edition}
    # PostgreSQL keeps the drawing as text; it is passed on without being parsed and written again.
    body = json.dumps(about, ensure_ascii=False)[:-1] + ", " + text.lstrip()[1:]
    return HttpResponse(body.encode(), content_type="application/geo+json")
