"""A private PostgreSQL and a private Redis for a machine that has none: their files, addresses, start and stop.

Both come from Python wheels and keep everything under one folder. PostgreSQL listens on a socket file that only
its own user may reach; Redis on a loopback port behind a password. `python -m shushanwei.devservices` shows the use.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil

from shushanwei.addresses import Services
from shushanwei.config import BASE_DIR, BadConfiguration
from shushanwei.devservices.files import last_line, private, tail
from shushanwei.devservices.postgres import Postgres
from shushanwei.devservices.store import Redis
from shushanwei.processes import as_user, launch

__all__ = ["Postgres", "Redis", "Services", "ensure", "services_in", "stop"]


def services_in(local: Path, *, durable: bool = True) -> tuple[Postgres, Redis]:
    """The two services that keep their files under `local` (started or not)."""
    return Postgres(local / "postgres", durable=durable), Redis(local / "redis")


def ensure(local: Path | None = None, *, durable: bool = True, keep: bool = True) -> Services:
    """Start what does not run yet and return the addresses. Safe to call twice and from two programs at once.

    `keep=False` ends the services with the calling process; else they run until `stop()`.
    """
    local = local or _local()
    postgres, store = services_in(local, durable=durable)
    with _alone(local):
        if not wait_for_running(postgres):
            postgres.prepare()
            _start(postgres, keep=keep, death_signal=signal.SIGINT)
            wait_until_ready(postgres)
        postgres.make_database()
        if not store.answers():
            store.prepare()
            _start(store, keep=keep, death_signal=signal.SIGTERM)
            wait_until_ready(store)
        found = Services(postgres.url(), store.url())
        write_down(local, found)
    return found


def stop(local: Path | None = None) -> None:
    """End the services that keep their files under `local`; nothing happens where none run."""
    local = local or _local()
    postgres, store = services_in(local)
    with _alone(local):
        for service, sign in ((store, signal.SIGTERM), (postgres, signal.SIGINT)):
            number = service.pid()
            if number is not None:
                _end(number, sign)
        (local / "services.json").unlink(missing_ok=True)
        if postgres.sockets.parent != postgres.home:
            shutil.rmtree(postgres.sockets, ignore_errors=True)


def write_down(local: Path, services: Services) -> None:
    """Leave the addresses for the commands of other terminals (`addresses.known()`), readable by the owner only."""
    (local / "services.json").unlink(missing_ok=True)
    with open(local / "services.json", "x", opener=private) as file:
        json.dump(asdict(services), file)


def wait_for_running(postgres: Postgres, patience_s: float = 30) -> bool:
    """Whether the server runs already; one that is just shutting down is waited for."""
    until = time.monotonic() + patience_s
    while postgres.pid() is not None and time.monotonic() < until:
        if postgres.answers():
            return True
        time.sleep(0.1)
    return False


def wait_until_ready(service: Postgres | Redis, patience_s: float = 60) -> None:
    """Return when the service answers; raises `BadConfiguration` with its last words when it does not."""
    began = time.monotonic()
    while not service.answers():
        waited = time.monotonic() - began
        if waited > patience_s or (waited > 5 and service.pid() is None):
            raise BadConfiguration(f"{type(service).__name__} does not start: {last_line(tail(service.log))}")
        time.sleep(0.05)


def _start(service: Postgres | Redis, *, keep: bool, death_signal: int) -> None:
    user = service.user if isinstance(service, Postgres) else None
    with service.log.open("ab") as log:
        if keep:
            subprocess.Popen(
                service.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                **as_user(user),
            )
        else:
            launch(service.command(), user=user, output=log, death_signal=death_signal, cwd=Path("/"))


def _end(number: int, sign: int, patience_s: float = 15) -> None:
    try:
        process = psutil.Process(number)
        process.send_signal(sign)
        until = time.monotonic() + patience_s
        # A server whose starter is gone is buried by the system, sometimes late: dead is enough.
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > until:
                process.kill()
            time.sleep(0.02)
    except psutil.NoSuchProcess:
        return


@contextmanager
def _alone(local: Path) -> Iterator[None]:
    local.mkdir(parents=True, exist_ok=True)
    with open(local / "services.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _local() -> Path:
    return Path(os.environ.get("LOCAL_DIR") or BASE_DIR / ".local").expanduser().resolve()
