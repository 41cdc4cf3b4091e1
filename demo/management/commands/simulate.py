"""`manage.py simulate`: cameras, callers, units and seats at work, through the public API only."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.simulator.client import Away
from demo.simulator.run import Options, run
from demo.simulator.world import SCENARIOS
from demo.street.loading import password, secrets_file


class Command(BaseCommand):
    """Makes the street move until it is stopped (Ctrl-C or SIGTERM)."""

    help = "Simulate the street: alerts, units on the road, seats, departments."

    def add_arguments(self, parser):
        parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="normal")
        parser.add_argument("--speed", type=float, default=1.0, help="how many times as much happens (0.05 to 50)")
        parser.add_argument("--url", default="", help="address of the web server, default: this installation's")
        parser.add_argument("--ws-url", default="", help="address of the live line, default: this installation's")
        parser.add_argument("--seed", type=int, help="the same dice as another run with this number")
        parser.add_argument("--without-seats", action="store_true", help="leave all desk work to people")
        parser.add_argument("--without-units", action="store_true", help="leave the phones of the units to people")
        parser.add_argument("--without-police", action="store_true", help="leave the police desk to people or a peer")
        parser.add_argument("--without-trucks", action="store_true", help="no truck tells where it is")
        parser.add_argument("--without-inspectors", action="store_true", help="leave checks of sites to people")
        parser.add_argument("--without-residents", action="store_true", help="no resident reports, calls or redeems")

    def handle(self, *args, **options):
        if not 0.05 <= options["speed"] <= 50:
            raise CommandError("--speed must lie between 0.05 and 50.")
        config = settings.CONFIG
        url = options["url"] or f"http://127.0.0.1:{config.port}"
        ws_url = options["ws_url"] or settings.WS_URL or f"ws://{_host(url)}:{config.ws_port}"
        if not ws_url.rstrip("/").endswith("/ws/live"):
            ws_url = ws_url.rstrip("/") + "/ws/live/"
        try:
            run(
                Options(
                    url=url,
                    ws_url=ws_url,
                    password=password(),
                    secrets_file=secrets_file(),
                    tokens_file=Path(config.local_dir) / "demo_tokens.json",
                    scenario=options["scenario"],
                    speed=options["speed"],
                    seed=options["seed"],
                    with_seats=not options["without_seats"],
                    with_units=not options["without_units"],
                    with_police=not options["without_police"],
                    with_trucks=not options["without_trucks"],
                    with_inspectors=not options["without_inspectors"],
                    with_residents=not options["without_residents"],
                )
            )
        except Away as error:
            raise CommandError(str(error)) from error


def _host(url: str) -> str:
    return url.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
