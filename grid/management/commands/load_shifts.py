"""Load the shifts of the day and lay them out five weeks ahead; may run as often as one likes."""

from django.core.management.base import BaseCommand

from grid.services.templates import lay_out_ahead, load_templates


class Command(BaseCommand):
    help = "The three shipped shifts, where there are none yet, and their days five weeks ahead."

    def handle(self, *args, **options):
        templates, days = load_templates(), lay_out_ahead()
        if options["verbosity"]:
            self.stdout.write(f"Shifts: {templates} templates, {days} shifts added.")
