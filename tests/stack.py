"""The real system in real processes, started by the program behind `make run`, with a hand on each of them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import psycopg2
import redis

from shushanwei import roles
from shushanwei.addresses import Services
from shushanwei.config import BASE_DIR
from shushanwei.processes import end, launch
from tests.shell import Shell

# How each program is told from the others by its command line.
MARKS = {
    "web": "shushanwei.wsgi:application",
    "ws": "shushanwei.asgi:application",
    "worker": "worker@%h",
    "clocks": "clocks@%h",
    "beat": "beat",
    "postgres": "-D",
    "simulator": "simulate",
}


class Stack:
    """One installation under `local`: `start()`, `kill("worker")`, `wait_ready()`, `sql(…)`, `stop()`.

    The programs are watched by the product's own manager, so a killed one comes back without a hand.
    """

    def __init__(self, local: Path, **env: str) -> None:
        self.local = local
        self.port, self.ws_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.ws_port}/ws/live/"
        self.log = local / "run.log"
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        self.env = kept | {
            "LOCAL_DIR": str(local),
            "PORT": str(self.port),
            "WS_PORT": str(self.ws_port),
            "WEB_WORKERS": "1",
            "DJANGO_SETTINGS_MODULE": "shushanwei.settings",
        }
        self.env |= env
        self.process: subprocess.Popen[bytes] | None = None
        self.others: list[subprocess.Popen[bytes]] = []
        self.shell: Shell | None = None

    def start(self, *options: str, patience_s: float = 300) -> "Stack":
        """Start everything (`--bare` unless options are given) and wait until `/readyz` says yes."""
        self.local.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "shushanwei.run", *(options or ["--bare"])]
        with self.log.open("ab") as log:
            self.process = launch(command, env=self.env, cwd=BASE_DIR, output=log)
        self.wait_ready(patience_s)
        return self

    def stop(self) -> None:
        """Stop everything, as Ctrl-C would."""
        for other in self.others:
            end(other)
        self.others.clear()
        if self.shell is not None:
            self.shell.close()
            self.shell = None
        if self.process:
            end(self.process, signal.SIGINT, patience_s=60)
            self.process = None

    def pid(self, name: str) -> int:
        """The number of the running program `name` (see MARKS, and `redis`); raises LookupError when it is down."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            try:
                words = child.cmdline()
            except psutil.Error:
                continue
            if name == "redis" and "redis-server" in " ".join(words[:1]):
                return child.pid
            if name in MARKS and MARKS[name] in words:
                return child.pid
        raise LookupError(f"{name} is not running")

    def kill(self, name: str, sign: int = signal.SIGKILL) -> int:
        """Send `sign` to one program; returns its number, so that its successor can be told from it."""
        number = self.pid(name)
        os.kill(number, sign)
        return number

    def wait_restarted(self, name: str, old: int, patience_s: float = 30) -> float:
        """Wait for the successor of `old`; returns the seconds that took."""
        return wait_for(lambda: self._new_pid(name, old), patience_s, f"{name} to come back")

    def also(self, role: Callable, **env: str) -> subprocess.Popen[bytes]:
        """Start one more program of a role (`roles.web`, …) beside the watched ones, with its own environment."""
        from shushanwei.config import read

        program = role(read())
        with self.log.open("ab") as log:
            process = launch(program.command, env=self.full_env() | env, cwd=BASE_DIR, output=log)
        self.others.append(process)
        return process

    def full_env(self) -> dict[str, str]:
        """The environment of a program of this installation, addresses included."""
        shared = {"PROMETHEUS_MULTIPROC_DIR": str(self.local / "metrics")}
        return self.env | self.services().as_env() | shared

    def services(self) -> Services:
        return Services(**json.loads((self.local / "services.json").read_text()))

    def manage(self, *words: str, text: str | None = None) -> str:
        """Run a management command on this installation; returns what it wrote."""
        done = subprocess.run(
            roles.manage(*words), env=self.full_env(), cwd=BASE_DIR, capture_output=True, text=True, input=text
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def django(self, code: str) -> str:
        """Run Python with Django set up on this installation, in a shell that stays open; returns what it printed."""
        if self.shell is None:
            self.shell = Shell(self.full_env(), str(BASE_DIR))
        return self.shell.run(code)

    def sql(self, query: str, *values: object) -> list[tuple]:
        """Rows of one query on this installation's database (a change is committed)."""
        connection = psycopg2.connect(self.services().database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.services().redis_url, decode_responses=True)

    def readiness(self) -> dict:
        """What `/readyz` says now; {} while there is no answer."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return json.load(answer)
        except HTTPError as error:
            said = error.read()
            return json.loads(said) if said.startswith(b"{") else {"answer": said[:500].decode(errors="replace")}
        except (URLError, OSError, ValueError):
            return {}

    def wait_ready(self, patience_s: float = 60) -> float:
        """Wait until everything is at work; returns the seconds that took."""

        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the system ended:\n{self.tail()}")
            return bool(self.readiness().get("ready"))

        return wait_for(ready, patience_s, lambda: f"readiness, {self.readiness()}\n{self.tail()}")

    def tail(self, lines: int = 40) -> str:
        """The last lines that the programs wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _new_pid(self, name: str, old: int) -> bool:
        try:
            return self.pid(name) != old
        except LookupError:
            return False


def wait_for(condition: Callable[[], object], patience_s: float, what: str | Callable[[], str]) -> float:
    """Poll until `condition()` is true; returns the seconds that took; raises AssertionError naming `what`."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience_s:
            raise AssertionError(f"waited {patience_s:g} s for {what() if callable(what) else what}")
        time.sleep(0.05)
    return time.monotonic() - began


def slowness() -> float:
    """How much longer things may take because this machine does other work as well: 1 when it is at rest."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
