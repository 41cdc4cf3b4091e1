"""The ground under the residents' small map: the whole street once, and the buildings of each community by itself."""

import json
from functools import lru_cache
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from grid.models import Community, MapLayer
from grid.selectors import edition

STREET = "street"
BUILDINGS = "buildings"
# layer → what its features are called here, and which of their properties a phone draws or says
DRAWN = {
    "green": ("green", ()),
    "water": ("water", ()),
    "roads": ("road", ("name", "name_en", "rank")),
    "places": ("place", ("name", "name_en")),
}
# About a metre: a resident finds the place all the same, and the answer is half as large.
GRAIN, PLACES = 0.00001, 5
Feature = dict[str, Any]


@gzip_page
@require_GET
def ground(request: HttpRequest, code: str) -> HttpResponse:
    """GeoJSON in WGS-84 degrees; each feature says its `layer`.

    `street`: communities with code and name, roads, water, green and known places. A community's code: its buildings.
    """
    if code != STREET and not Community.objects.filter(pk=code).exists():
        raise Http404
    wanted = DRAWN if code == STREET else [BUILDINGS]
    layers = MapLayer.objects.filter(code__in=wanted).order_by("code").values_list("code", "edition")
    body = _drawing(code, edition(), tuple(layers))
    answer = HttpResponse(body, content_type="application/geo+json")
    patch_cache_control(answer, public=True, max_age=86_400)
    return answer


@lru_cache(64)
def _drawing(code: str, _ground: int, layers: tuple[tuple[str, int], ...]) -> bytes:
    """The answer as it is sent; drawn anew when the edition of the ground or of a layer has changed."""
    found = {row.code: row.geojson.get("features", []) for row in MapLayer.objects.filter(code__in=dict(layers))}
    features = _street(found) if code == STREET else _buildings(code, found.get(BUILDINGS, []))
    whole = {"type": "FeatureCollection", "approximate": True, "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _street(found: dict[str, list[Feature]]) -> list[Feature]:
    drawn = [
        _feature("community", {"code": row.code, "name": row.short_name}, row.polygon)
        for row in Community.objects.order_by("code")
    ]
    for code, (layer, names) in DRAWN.items():
        for one in found.get(code, []):
            told = one.get("properties") or {}
            drawn.append(_feature(layer, {name: told[name] for name in names if name in told}, one["geometry"]))
    return drawn


def _buildings(code: str, features: list[Feature]) -> list[Feature]:
    """Those that stand in the community, wherever the layer says that they belong."""
    area = shapely.geometry.shape(Community.objects.get(pk=code).polygon)
    shapely.prepare(area)
    standing = [
        one for one in features if area.contains(shapely.geometry.shape(one["geometry"]).representative_point())
    ]
    return [
        _feature("building", {"name": (one.get("properties") or {}).get("name", "")}, one["geometry"])
        for one in standing
    ]


def _feature(layer: str, properties: dict[str, Any], geometry: dict[str, Any]) -> Feature:
    small = shapely.geometry.shape(geometry).simplify(GRAIN)
    return {
        "type": "Feature",
        "properties": {"layer": layer, **properties},
        "geometry": {"type": small.geom_type, "coordinates": _rounded(shapely.geometry.mapping(small)["coordinates"])},
    }


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list | tuple):
        return [_rounded(one) for one in coordinates]
    return round(coordinates, PLACES)
