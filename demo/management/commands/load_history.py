"""`manage.py load_history --days 35`: a plausible past, so that reports have something to compare with."""

import time

from django.core.management.base import BaseCommand, CommandError

from demo.street.history_writing import load_history


class Command(BaseCommand):
    """Writes the past once; a second run changes nothing. The street must be loaded."""

    help = "Write past days of the demonstration street: incidents with their stories, clocks and orders."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=35, help="how many days before today (1 to 400)")

    def handle(self, *args, **options):
        if not 1 <= options["days"] <= 400:
            raise CommandError("--days must lie between 1 and 400.")
        began = time.monotonic()
        count = load_history(options["days"])
        if options["verbosity"]:
            said = f"{count} incidents of {options['days']} days" if count else "there is a past already"
            self.stdout.write(f"{said} ({time.monotonic() - began:.1f} s)")
