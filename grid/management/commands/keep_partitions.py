"""Lay the partitions of position fixes out ahead and drop the old ones; may run as often as one likes."""

from django.core.management.base import BaseCommand

from grid.services.positions import drop_old_partitions, ensure_partitions


class Command(BaseCommand):
    help = "Two weeks of partitions for position fixes ahead, none older than 90 days."

    def handle(self, *args, **options):
        made, dropped = ensure_partitions(), drop_old_partitions()
        if options["verbosity"]:
            self.stdout.write(f"Partitions of position fixes: {made} made, {dropped} dropped.")
