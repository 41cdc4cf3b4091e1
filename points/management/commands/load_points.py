"""Bring the shipped rules of earning and their numbers in; what was edited since stays."""

from datetime import UTC, datetime

from django.core.management.base import BaseCommand

from points.models import PointPolicy, PointRule
from points.shipped import RULES

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        """Codes that no version exists of are written; the policy only where there is none."""
        known = set(PointRule.objects.values_list("code", flat=True))
        new = [PointRule(version=1, valid_from=SINCE, **rule) for rule in RULES if rule["code"] not in known]
        PointRule.objects.bulk_create(new, ignore_conflicts=True)
        if not PointPolicy.objects.exists():
            PointPolicy.objects.get_or_create(effective_from=SINCE)
        self.stdout.write(f"{len(new)} new point rules")
