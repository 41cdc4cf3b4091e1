"""Every test runs on a real PostgreSQL and a real Redis of its own: started here, before Django reads its settings."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests import emptying, migrated

HERE = "SSW_TEST_DIR"  # set by the first process of a run; the workers of pytest-xdist inherit it


def _start_services() -> None:
    from shushanwei import devservices

    local = Path(tempfile.mkdtemp(prefix="ssw-test-"))
    atexit.register(shutil.rmtree, local, ignore_errors=True)
    services = devservices.ensure(local, durable=False, keep=False)
    atexit.register(devservices.stop, local)
    os.environ |= services.as_env() | {HERE: str(local), "LOCAL_DIR": str(local)}


def _next_number(folder: Path) -> int:
    for number in range(1, 16):
        try:
            (folder / f"process{number}").mkdir()
        except FileExistsError:
            continue
        return number
    raise RuntimeError("Redis has sixteen databases: run at most fourteen workers")


def _start_django() -> None:
    # A Redis database for each process: queues and caches of parallel tests must not meet, nor what they write for
    # themselves (secrets, tokens, pictures). Workers learn their names only later, so each takes the next number.
    number = _next_number(Path(os.environ[HERE]))
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{number}"
    os.environ["LOCAL_DIR"] = str(Path(os.environ[HERE]) / f"process{number}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "shushanwei.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser of the page tests runs a loop of its own
    os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
    for name in ("PORT", "WS_PORT", "WS_URL", "DEBUG", "SECRET_KEY", "BEHIND_HTTPS", "METRICS_TOKEN", "MEDIA_ROOT"):
        os.environ.pop(name, None)
    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    # Workers inherit the environment; with this in it their settings would be read before they have their numbers.
    os.environ.pop("DJANGO_SETTINGS_MODULE")


if HERE not in os.environ:
    _start_services()
_start_django()

pytest_plugins = ["tests.fixtures"]


@pytest.hookimpl(tryfirst=True)  # the marks must be there before -m is looked at
def pytest_collection_modifyitems(items):
    """One running system a machine is enough: all tests that need it go to the same worker."""
    for item in items:
        if "live_stack" in item.fixturenames:
            item.add_marker(pytest.mark.stack)
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Every process of the run copies its database from the one that is migrated already."""
    from django.conf import settings

    emptying.quickly()
    template = migrated.template(os.environ["DATABASE_URL"], Path(os.environ[HERE]) / "template.lock")
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database; the tests that empty tables between them may, the journal's other guards stay."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '%no_truncate'")
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(autouse=True)
def _empty_redis():
    """Caches, lockouts and queues start empty for each test that can reach them."""
    import redis
    from django.conf import settings

    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def pytest_terminal_summary(terminalreporter):
    """Name what only came right at the second try, with what was wrong at the first: a line each."""
    for report in terminalreporter.stats.get("rerun", []):
        crash = getattr(report.longrepr, "reprcrash", None)
        said = (crash.message if crash else str(report.longrepr)).strip()
        lines = [line for line in said.splitlines() if line.strip()]
        terminalreporter.write_line(f"AGAIN {report.nodeid} - {' | '.join(lines)[:600]}")
