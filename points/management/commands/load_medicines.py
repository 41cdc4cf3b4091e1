"""Bring the shipped white list of medicines in; what was edited since stays."""

import csv
from pathlib import Path

from django.core.management.base import BaseCommand

from points.models import Medicine

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "medicines.csv"


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        """Codes and names that are not there yet are written. May run at every start."""
        known = set(Medicine.objects.values_list("code", flat=True))
        with open(SHIPPED, encoding="utf-8", newline="") as file:
            new = [Medicine(**row) for row in csv.DictReader(file) if row["code"] not in known]
        Medicine.objects.bulk_create(new, ignore_conflicts=True)
        self.stdout.write(f"{len(new)} new medicines")
