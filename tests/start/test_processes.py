"""Programs are restarted with patience, stopped with all they started, and end with their starter."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from shushanwei import processes
from shushanwei.config import BASE_DIR
from shushanwei.processes import Manager, Program
from tests.stack import wait_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A program that starts one of its own, tells its number and waits.
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(c.pid, flush=True); time.sleep(600)",
]


@pytest.fixture
def lines():
    return []


@pytest.fixture
def manager(lines):
    kept = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    manager = Manager(say=lines.append)
    yield manager
    manager.stop()
    for sign, handler in kept.items():
        signal.signal(sign, handler)


def alive(number):
    return psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE


def test_a_fallen_program_is_started_again(manager, lines):
    program = Program("sleeper", SLEEP)
    manager.start(program)
    first = program.process.pid
    os.kill(first, signal.SIGKILL)

    assert manager.watch_until(lambda: program.process.pid != first and program.process.poll() is None, 5)
    assert lines[0] == "sleeper ended (signal SIGKILL); starting it again in 0.5 s."


def test_a_program_that_keeps_falling_is_tried_more_and_more_seldom(manager, lines, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_WAIT_S", 0.1)
    program = Program("faller", [sys.executable, "-c", "raise SystemExit(3)"])
    program.wait_s = 0.1
    manager.start(program)

    manager.watch_until(lambda: len(lines) >= 3, 10)
    assert [line.rsplit("in ", 1)[1] for line in lines[:3]] == ["0.1 s.", "0.2 s.", "0.4 s."]


def test_a_killed_program_takes_its_own_children_along(manager, lines):
    program = Program("parent", PARENT)
    manager.start(program)
    manager.watch_until(lambda: bool(lines), 5)
    grandchild = int(lines[0].rsplit("|", 1)[1])
    os.kill(program.process.pid, signal.SIGKILL)

    manager.watch_until(lambda: len(lines) > 1, 5)
    wait_for(lambda: not alive(grandchild), 5, "the grandchild to end")


def test_stopping_ends_what_was_started_and_nothing_else(manager, lines):
    stranger = subprocess.Popen(SLEEP)
    programs = [Program("one", PARENT), Program("base", SLEEP, needed=True)]
    for program in programs:
        manager.start(program)
    manager.watch_until(lambda: bool(lines), 5)
    grandchild = int(lines[0].rsplit("|", 1)[1])
    try:
        manager.stop()

        assert all(program.process.poll() is not None for program in programs)
        wait_for(lambda: not alive(grandchild), 5, "the grandchild to end")
        assert stranger.poll() is None
        assert lines[1:] == ["Stopping one …", "Stopping base …"]
    finally:
        stranger.kill()
        stranger.wait()


def test_a_program_that_ignores_the_request_is_killed_after_its_patience(manager):
    deaf = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)",
    ]
    program = Program("deaf", deaf, patience_s=0.5)
    manager.start(program)
    manager.watch_until(lambda: False, 0.6)
    began = time.monotonic()
    manager.stop()

    assert program.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 3


def test_a_program_ends_with_its_killed_starter():
    code = (
        "import sys, time; from shushanwei.processes import launch;"
        f"print(launch({SLEEP!r}).pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    child = int(starter.stdout.readline())
    assert alive(child)
    starter.kill()
    starter.wait()

    wait_for(lambda: not alive(child), 5, "the child to end with its starter")


def test_a_signal_ends_the_watch(manager):
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()

    assert manager.watch() == signal.SIGTERM
