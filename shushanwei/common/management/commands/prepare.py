"""Everything between an empty database and a system that may start; a second run finds little to do."""

import hashlib
import io
import json
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shushanwei.common import messages

# One installation is prepared by one process at a time, however many containers start at once.
LOCK = 3_051_500


class Command(BaseCommand):
    help = "Bring tables, translations, static files and reference data up to date."
    requires_system_checks = []  # they load every page; `make lint` runs them

    def add_arguments(self, parser):
        parser.add_argument("--also", action="append", default=[], help="a further command to run at the end")

    def handle(self, *args, also, **options):
        self.step("Translations", lambda: f"{len(messages.compile_changed())} compiled")
        self.step("Static files", self.collect_static)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            self.step("Database", self.migrate)
            for name in [*settings.LOADERS, *also]:
                if name in get_commands():
                    self.step(name, lambda name=name: quiet(name))
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def step(self, title, work):
        """Run one step, saying how it went and how long it took."""
        began = time.monotonic()
        self.stdout.write(f"  {title} … ", ending="")
        self.stdout.flush()
        told = work()
        self.stdout.write(f"{told or 'done'} ({time.monotonic() - began:.1f} s)")

    def migrate(self) -> str:
        executor = MigrationExecutor(connection)
        count = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        call_command("migrate", interactive=False, verbosity=0)
        return f"{count} changes applied" if count else "up to date"

    def collect_static(self) -> str:
        mark = Path(settings.STATIC_ROOT) / ".collected"
        print_ = fingerprint()
        if mark.exists() and mark.read_text() == print_:
            return "up to date"
        mark.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        mark.write_text(print_)
        return "collected"


def quiet(name: str) -> str:
    """Run a command and return the last line it wrote."""
    written = io.StringIO()
    call_command(name, stdout=written)
    return (written.getvalue().strip().splitlines() or [""])[-1]


def fingerprint() -> str:
    """A hash over name, size and time of every static file that the finders see."""
    seen = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            info = Path(storage.path(path)).stat()
            seen.append([getattr(storage, "prefix", "") or "", path, info.st_size, info.st_mtime_ns])
    return hashlib.sha256(json.dumps(sorted(seen)).encode()).hexdigest()
