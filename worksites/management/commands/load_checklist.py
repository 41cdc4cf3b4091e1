"""Load the shipped checklist, once: what the street published later stays as it is. May run at every start."""

from django.core.management.base import BaseCommand

from worksites.services.checklists import load_shipped


class Command(BaseCommand):
    help = "Load the shipped checklist of one-visit inspections (idempotent)."

    def handle(self, *args, **options):
        made = load_shipped()
        if options["verbosity"]:
            self.stdout.write(f"{made} items of the checklist")
