"""Load the rule sets of permits and the numbers of the three colours; edited rows stay. May run at every start."""

from django.core.management.base import BaseCommand

from worksites.models import ColourRules, PermitRuleSet
from worksites.services.fixes import PARTITIONS
from worksites.shipped import COLOURS_FROM, RULE_SETS


class Command(BaseCommand):
    help = "Load rule sets of permits and the numbers of the three colours (idempotent)."

    def handle(self, *args, **options):
        made = 0
        for row in RULE_SETS:
            made += PermitRuleSet.objects.get_or_create(effective_from=row["effective_from"], defaults=row)[1]
        if not ColourRules.objects.exists():
            made += ColourRules.objects.get_or_create(effective_from=COLOURS_FROM)[1]
        PARTITIONS.ensure()
        self.stdout.write(f"{made} new rules of worksites")
