"""`manage.py load_street`: the whole demonstration street, as often as you like."""

import io
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo.residents.past import load_residents_past
from demo.residents.people import load_residents
from demo.residents.rooms import load_rooms, load_roster
from demo.residents.shops import load_shops
from demo.street import layers, loading
from demo.street.duty_log import load_duty_log
from demo.street.history_writing import load_history
from demo.street.patrol_history import load_patrols, load_points
from demo.street.riders import load_rider_deeds, load_riders
from demo.street.rosters import load_rosters
from demo.street.rosters_field import load_field_rosters
from demo.street.site_needs import load_needs
from demo.street.site_papers import load_papers
from demo.street.sites import load_sites
from demo.street.teams import load_teams
from demo.street.truck_papers import load_truck_papers
from demo.street.truck_past import load_truck_past
from incidents.models import Incident


class Command(BaseCommand):
    """Loads roles, catalogue, ground, drawn layers, people, units, sources and a past; a second run changes nothing."""

    help = "Load the demonstration street (fictional people, sample sites). Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument(
            "--history-days", type=int, default=35, help="days of past to write when there is none yet; 0 for none"
        )

    def handle(self, *args, **options):
        quiet = options["verbosity"] == 0
        silent = io.StringIO()
        steps = [
            ("roles", lambda: call_command("load_roles", verbosity=0, stdout=silent)),
            ("worksites", lambda: call_command("load_worksites", verbosity=0, stdout=silent)),
            ("checklist", lambda: call_command("load_checklist", verbosity=0, stdout=silent)),
            ("catalogue", lambda: call_command("load_catalogue", verbosity=0, stdout=silent)),
            ("ground", lambda: call_command("load_ground", verbosity=0, stdout=silent)),
            ("map layers", layers.load_layers),
            ("accounts", loading.load_people),
            ("units", loading.load_units),
            ("sources", loading.load_sources),
            ("police rules", loading.load_police),
            ("rosters", load_rosters),
            ("field duty", load_field_rosters),
            ("points", load_points),
            ("teams", load_teams),
            ("riders", load_riders),
            ("truck rules", lambda: call_command("load_truck_rules", verbosity=0, stdout=silent)),
            ("sites", load_sites),
            ("truck papers", load_truck_papers),
            ("site papers", load_papers),
            ("needs", load_needs),
            ("point rules", lambda: call_command("load_points", verbosity=0, stdout=silent)),
            ("medicines", lambda: call_command("load_medicines", verbosity=0, stdout=silent)),
            ("residents", load_residents),
            ("shops", load_shops),
            ("rooms", load_rooms),
            ("roster", load_roster),
        ]
        if options["history_days"] and not Incident.objects.exists():
            steps.append(("past days", lambda: load_history(options["history_days"])))
        if options["history_days"]:
            steps.append(("patrols", load_patrols))
            steps.append(("duty log", load_duty_log))
            steps.append(("rider deeds", load_rider_deeds))
            steps.append(("truck past", load_truck_past))
            steps.append(("their past", load_residents_past))
        for name, step in steps:
            began = time.monotonic()
            count = step()
            if not quiet:
                said = f"{count} new" if isinstance(count, int) else "ready"
                self.stdout.write(f"  {name:<11} {said:<9} {time.monotonic() - began:5.2f} s")
        if not quiet:
            self.stdout.write(
                f"Sign in as seat1 with {loading.password()}; `manage.py demo_accounts` lists all accounts."
            )
