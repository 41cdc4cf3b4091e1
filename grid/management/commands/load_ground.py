"""Load communities, grids and micro-grids; may run as often as one likes."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from grid.areas import Refused
from grid.services.calendar import load_calendar
from grid.services.ground import load_ground, load_shipped_ground


class Command(BaseCommand):
    help = (
        "Without a file: the ground that the product comes with, where there is none yet, and the working calendar. "
        "With --file: import that GeoJSON file (WGS-84)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--file", type=Path, help="a GeoJSON FeatureCollection in WGS-84 degrees")

    def handle(self, *args, **options):
        load_calendar()
        try:
            done = load_ground(options["file"]) if options["file"] else load_shipped_ground()
        except Refused as refused:
            raise CommandError("\n".join(map(str, refused.problems))) from refused
        except OSError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            counts = ", ".join(f"{count} {word}" for word, count in done.items())
            self.stdout.write(f"Ground: {counts or 'nothing changed'}.")
