"""The commands of the running system: one program for each role, the same in `make run`, in tests and in containers."""

import sys
from collections.abc import Callable
from pathlib import Path

from shushanwei.config import BASE_DIR, Config
from shushanwei.processes import Program

CELERY = [sys.executable, "-m", "celery", "-q", "-A", "shushanwei"]
WORKER = ["--pool", "threads", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning"]


def web(config: Config) -> Program:
    """Pages and API."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:shushanwei.gunicorn_conf", "shushanwei.wsgi:application"]
    return Program("web", command)


def ws(config: Config) -> Program:
    """The live connections of screens and phones."""
    command = [sys.executable, "-m", "uvicorn", "shushanwei.asgi:application"]
    command += ["--host", config.bind, "--port", str(config.ws_port), "--log-level", "warning", "--no-access-log"]
    command += ["--timeout-graceful-shutdown", "3"]
    # Packing costs more than sending: each screen would have its own copy of every message squeezed.
    command += ["--ws-per-message-deflate", "false"]
    return Program("ws", command)


def worker(config: Config) -> Program:
    """Everything that is not a clock: alerts, assignments, reports."""
    return Program("worker", [*CELERY, "worker", "-n", "worker@%h", "-Q", "default", "-c", "4", *WORKER])


def clocks(config: Config) -> Program:
    """Only the deadlines, so that a long report never delays a clock."""
    return Program("clocks", [*CELERY, "worker", "-n", "clocks@%h", "-Q", "clocks", "-c", "2", *WORKER])


def beat(config: Config) -> Program:
    """Nudges the two workers by the calendar of all rooms."""
    return Program("beat", [*CELERY, "beat", "--pidfile=", "--loglevel", "warning"])


def jt808(config: Config) -> Program:
    """The terminals of trucks, where JT808_PORT is set; its patience is the time to commit what was read."""
    return Program("jt808", manage("jt808"), patience_s=15)


ALL = [web, ws, worker, clocks, beat, jt808]


def wanted(config: Config) -> list[Callable[[Config], Program]]:
    """The roles that this configuration runs."""
    return [role for role in ALL if role is not jt808 or config.jt808_port]


def manage(*words: str) -> list[str]:
    """A management command as this Python runs it."""
    return [sys.executable, str(Path(BASE_DIR) / "manage.py"), *words]
