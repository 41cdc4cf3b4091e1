"""The gateway of JT/T 808 terminals, in the foreground until SIGTERM (docs/jt808.md)."""

import asyncio
import os
import signal

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from worksites.jt808.figures import tell_figures
from worksites.jt808.server import Gateway, Limits
from worksites.services.fixes import FUTURE, KEPT_DAYS
from worksites.services.gateway import Keeper


class Command(BaseCommand):
    help = "Listen for JT/T 808 terminals of trucks (TCP)."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=settings.CONFIG.bind)
        parser.add_argument("--port", type=int, default=settings.CONFIG.jt808_port, help="else JT808_PORT")
        parser.add_argument("--connections", type=int, default=Limits.connections)
        parser.add_argument("--per-address", type=int, default=Limits.per_address)
        parser.add_argument("--idle", type=float, default=Limits.idle_s, help="seconds without a frame")

    def handle(self, *args, host: str, port: int, **options):
        if not port:
            raise CommandError("Set JT808_PORT, or give --port.")
        if metrics := settings.CONFIG.jt808_metrics_port:
            try:
                tell_figures(host, metrics)
            except OSError as error:
                raise CommandError(
                    f"JT808_METRICS_PORT {metrics} cannot be used: {error.strerror or error}."
                ) from error
        limits = Limits(
            connections=options["connections"], per_address=options["per_address"], idle_s=options["idle"],
            ahead_s=FUTURE.total_seconds(), behind_s=KEPT_DAYS * 86_400,
        )  # fmt: skip
        connections.close_all()
        gateway = Gateway(Keeper(), limits)
        try:
            uvloop.run(self.serve(gateway, host, port))
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror or error}.") from error
        if gateway.is_held:
            os._exit(1)  # Python would wait for the thread, and that for a database which may never answer

    async def serve(self, gateway: Gateway, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, gateway.stop)

        def ready() -> None:
            self.stdout.write(f"jt808 listens on {host}:{gateway.port}")
            self.stdout.flush()  # who started it may wait for this line on a pipe

        await gateway.run(host, port, ready=ready)
