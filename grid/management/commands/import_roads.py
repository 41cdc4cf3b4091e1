"""Import the roads that units drive on, from a GeoJSON file."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from grid.roads import BadRoads
from grid.services.layers import put_roads


class Command(BaseCommand):
    help = (
        "Import a FeatureCollection of LineStrings (WGS-84, or --crs gcj02) as the roads of the street. Properties: "
        "name, name_en, kind (expressway, trunk, main, minor, lane), kmh (instead of the kind's speed), "
        "oneway (true: in the line's direction only), entry (true: an expressway may be used)."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--crs", default="wgs84", choices=["wgs84", "cgcs2000", "gcj02", "bd09"])
        parser.add_argument("--approximate", action="store_true", help="a sketch, and labelled so on the maps")

    def handle(self, *args, **options):
        try:
            geojson = json.loads(options["file"].read_text(encoding="utf-8"))
            joints = put_roads(geojson, crs=options["crs"], approximate=options["approximate"])
        except (BadRoads, ValueError, OSError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["verbosity"]:
            self.stdout.write(f"Roads: {len(geojson['features'])} features, {joints} joints.")
