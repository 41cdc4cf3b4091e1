"""Run the truck rules over a period in memory and print what would have fired; nothing is written."""

import json
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput
from worksites.services.engine_trial import would_have_fired
from worksites.trucks.wording import explain


class Command(BaseCommand):
    help = "What the truck rules would have found: --since 2026-10-01 --until 2026-10-31 [--params '{\"T02\": {…}}']"

    def add_arguments(self, parser):
        parser.add_argument("--since", help="day or instant, of the street; default a month ago")
        parser.add_argument("--until", help="day or instant; default now")
        parser.add_argument("--params", default="{}", help="numbers to try, as JSON by rule")
        parser.add_argument("--hits", type=int, default=20, help="how many to print")
        parser.add_argument("--seconds", type=float, default=600, help="stop after")

    def handle(self, *args, **options):
        now = db_now()
        try:
            until = _instant(options["until"]) if options["until"] else now
            since = _instant(options["since"]) if options["since"] else until - timedelta(days=30)
            params = json.loads(options["params"])
            trial = would_have_fired(params, since, until, most_s=options["seconds"], most_hits=options["hits"])
        except (ValueError, BadInput) as bad:
            raise CommandError(str(bad)) from bad
        self.stdout.write(
            f"{trial.trucks} trucks, {trial.fixes:,} positions, {trial.trips} trips in {trial.seconds:.1f} s"
            + (" (stopped before the last truck)" if trial.is_partial else "")
        )
        for code, count in trial.counts.items():
            self.stdout.write(f"{code} {count:6}")
        for hit in trial.hits:
            self.stdout.write(f"{hit['key']}  {explain(hit)}")


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=STREET)
