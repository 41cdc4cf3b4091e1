"""Put a drawn layer on the map, or a newer one in its place."""

from django.db import transaction

from grid.models import MapLayer


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
