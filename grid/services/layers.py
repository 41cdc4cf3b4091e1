"""Put a drawn layer on the map, or a newer one in its place."""

from typing import Any

from django.db import transaction

from grid.models import MapLayer
from grid.roads import BadRoads, RoadNetwork
from grid.selectors_roads import LAYER, look_again
from shushanwei.common.geo import BadPosition, to_wgs84


@transaction.atomic
def put_layer(code: str, geojson: dict, *, name_zh: str, name_en: str, approximate: bool = True) -> MapLayer:
    """Keep `geojson` (a FeatureCollection in WGS-84 degrees) as layer `code`.

    Its edition rises only when something changed, so that screens fetch it again only then.
    """
    wanted = {"geojson": geojson, "name_zh": name_zh, "name_en": name_en, "approximate": approximate}
    layer, created = MapLayer.objects.select_for_update().get_or_create(code=code, defaults=wanted)
    if not created and any(getattr(layer, field) != value for field, value in wanted.items()):
        for field, value in wanted.items():
            setattr(layer, field, value)
        layer.edition += 1
        layer.save(update_fields=[*wanted, "edition"])
    return layer


def put_roads(geojson: dict[str, Any], *, crs: str = "wgs84", approximate: bool = False) -> int:
    """Keep roads (LineStrings with `kind`, `kmh`, `oneway`, `name`) and return how many joints they have.

    `crs` is the datum they come in. Raises BadRoads, naming the feature, and changes nothing then.
    """
    if not isinstance(geojson, dict) or not isinstance(geojson.get("features"), list):
        raise BadRoads("not a FeatureCollection")
    wanted = {"type": "FeatureCollection", "features": [_road(i, f, crs) for i, f in enumerate(geojson["features"])]}
    network = RoadNetwork(wanted)
    if network.is_empty:
        raise BadRoads("no road to drive on")
    put_layer(LAYER, wanted, name_zh="道路", name_en="Roads", approximate=approximate)
    look_again()
    return len(network.at)


RANKS = {"expressway": 1, "trunk": 1, "main": 2, "minor": 3, "lane": 4}


def _road(index: int, feature: Any, crs: str) -> dict[str, Any]:
    """A feature as the maps draw it: degrees in WGS-84, a rank for the width."""
    try:
        properties = dict(feature.get("properties") or {})
        geometry = feature["geometry"]
        lines = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        moved = [[list(to_wgs84(point[0], point[1], crs)) for point in line] for line in lines]
    except BadPosition as error:
        raise BadRoads(f"feature {index}: {error}") from None
    except (AttributeError, KeyError, TypeError, IndexError, ValueError):
        raise BadRoads(f"feature {index}: a road is a LineString of degrees with properties") from None
    properties.setdefault("rank", RANKS.get(properties.get("kind") or "", 3))
    many = geometry["type"] == "MultiLineString"
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry["type"], "coordinates": moved if many else moved[0]},
    }
