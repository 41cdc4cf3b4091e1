"""Load the starter numbers of the truck rules; a rule that has a row is left as it is. May run at every start."""

from django.core.management.base import BaseCommand

from shushanwei.common.clock import db_now
from worksites.models import TruckRule
from worksites.trucks.rules import CODES, DEFAULTS


class Command(BaseCommand):
    help = "Load the starter truck rules (idempotent)."

    def handle(self, *args, **options):
        known = set(TruckRule.objects.values_list("code", flat=True))
        now = db_now()
        rows = [
            TruckRule(
                code=code, effective_from=now, level=DEFAULTS[code].level, suppress_s=DEFAULTS[code].suppress_s,
                params=dict(DEFAULTS[code].params),
            )
            for code in CODES
            if code not in known
        ]  # fmt: skip
        # Two starting at once: the second finds the rows of the first.
        TruckRule.objects.bulk_create(rows, ignore_conflicts=True)
        self.stdout.write(f"{len(rows)} new truck rules")
