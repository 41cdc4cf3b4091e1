"""Load the starter rules of automatic dispatch; rows that were edited stay as they are. May run at every start."""

from django.core.management.base import BaseCommand

from dispatch.defaults import FORCES, RULES, SKILLS
from dispatch.models import DispatchRule, ForceRule, SkillRule


class Command(BaseCommand):
    help = "Load the starter dispatch rules and skills (idempotent)."

    def handle(self, *args, **options):
        made = 0
        for level, columns in RULES.items():
            made += DispatchRule.objects.get_or_create(level=level, defaults=columns)[1]
        for force, columns in FORCES.items():
            made += ForceRule.objects.get_or_create(force=force, defaults=columns)[1]
        # An administrator may have taken a skill rule away: only an empty table is filled.
        if not SkillRule.objects.exists():
            rows = [SkillRule(scheme=scheme, prefix=prefix, skill=skill) for scheme, prefix, skill in SKILLS]
            made += len(SkillRule.objects.bulk_create(rows))
        self.stdout.write(f"{made} new dispatch rules")
