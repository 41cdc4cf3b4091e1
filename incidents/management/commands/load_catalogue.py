"""Load the starter catalogue; may run as often as one likes."""

from django.core.management.base import BaseCommand, CommandError

from grid.services.calendar import load_calendar
from incidents.catalogue.loading import load_catalogue
from incidents.catalogue.reading import CatalogueError


class Command(BaseCommand):
    help = (
        "Add the shipped categories, filing standards, departments, alert kinds, level rules and policies "
        "that are missing. Rows that exist are left as they are."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--reset-texts",
            action="store_true",
            help="set edited names and conditions of shipped rows back to the shipped words",
        )

    def handle(self, *args, **options):
        try:
            written = load_catalogue(reset_texts=options["reset_texts"])
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        written += load_calendar()
        if options["verbosity"]:
            counts = ", ".join(f"{count} {name}" for name, count in sorted(written.items()))
            self.stdout.write(f"Catalogue: {counts or 'nothing to add'}.")
