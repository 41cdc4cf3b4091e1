"""Child processes kept running: started, watched, restarted with back-off, and ended with their parent."""

import ctypes
import os
import pwd
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

# Loaded before any fork: between fork and exec nothing may be imported or allocated that is not there yet.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 5.0
SETTLED_S = 20.0


def end_with_parent(sign: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process `sign` when its parent dies, even by kill -9 (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, sign)


def launch(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    output: IO[bytes] | int | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session, so that Ctrl-C reaches it through us only, and bound to our life."""
    parent = os.getpid()

    def bind() -> None:
        end_with_parent(death_signal)
        if os.getppid() != parent:  # the parent died before the kernel was asked
            os._exit(1)

    return subprocess.Popen(
        list(command),
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=bind,
        **as_user(user),
    )


def end(process: subprocess.Popen[bytes], sign: int = signal.SIGTERM, patience_s: float = 10.0) -> None:
    """Ask a launched process to stop; after `patience_s` seconds kill it and all that it started."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            pass
    sweep_group(process)
    process.wait()


def sweep_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the session of a launched process, such as workers whose master was killed."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def as_user(user: str | None) -> dict[str, Any]:
    """What makes `subprocess` start a program as `user` with nothing but that user's own group."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@dataclass
class Program:
    """One long-running command. `log` is a file for its output; without it each line is printed with the name.

    `before` runs ahead of each start; a `needed` program is stopped when those that use it are gone.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] | None = None
    user: str | None = None
    log: Path | None = None
    stop_signal: int = signal.SIGTERM
    patience_s: float = 10.0
    before: Callable[[], None] | None = None
    needed: bool = False

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    wait_s: float = field(default=FIRST_WAIT_S, init=False)
    restart_at: float | None = field(default=None, init=False)
    rest: bytes = field(default=b"", init=False)


class Manager:
    """Starts programs in order, restarts what falls, stops everything it started and nothing else."""

    def __init__(self, say: Callable[[str], None] = lambda line: print(line, flush=True)) -> None:
        self.programs: list[Program] = []
        self.say = say
        self._selector = selectors.DefaultSelector()
        self.stopped_by: int | None = None

    def start(self, program: Program) -> None:
        """Start `program` now and keep it running from here on (while `watch()` runs)."""
        self.programs.append(program)
        self._launch(program)

    def watch(self) -> int:
        """Keep everything running until SIGINT, SIGTERM or SIGHUP; returns that signal's number."""
        self.heed_signals()
        self.watch_until(lambda: False)
        return self.stopped_by or 0

    def watch_until(self, condition: Callable[[], bool], patience_s: float = float("inf")) -> bool:
        """Keep everything running until `condition()` holds (true), a signal came or the time is over (false)."""
        until = time.monotonic() + patience_s
        while self.stopped_by is None and time.monotonic() < until:
            if condition():
                return True
            self._print_output(timeout=0.2)
            for program in self.programs:
                self._look_after(program)
        return False

    def heed_signals(self) -> None:
        """From here on SIGINT, SIGTERM and SIGHUP end the watching instead of the program."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._remember)

    def stop(self) -> None:
        """Stop all programs at once, and those that the others need when these are gone. A second call does nothing."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, signal.SIG_IGN)
        for needed in (False, True):
            self._finish([program for program in self.programs if program.needed is needed and program.process])
        self.programs.clear()

    def _finish(self, programs: list[Program]) -> None:
        running = {program.name: program for program in programs if program.process and program.process.poll() is None}
        if running:
            self.say(f"Stopping {', '.join(running)} …")
        for program in running.values():
            program.process.send_signal(program.stop_signal)  # type: ignore[union-attr]
        began = time.monotonic()
        while any(p.process.poll() is None and time.monotonic() - began < p.patience_s for p in running.values()):  # type: ignore[union-attr]
            self._print_output(timeout=0.05)
        for program in programs:
            assert program.process is not None
            end(program.process, program.stop_signal, patience_s=0.1)
            self._forget_output(program)

    def _remember(self, sign: int, _frame: object) -> None:
        self.stopped_by = sign

    def _launch(self, program: Program) -> None:
        if program.before:
            program.before()
        program.restart_at = None
        program.started_at = time.monotonic()
        if program.log:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            with program.log.open("ab") as log:
                program.process = launch(program.command, env=program.env, user=program.user, output=log)
            return
        process = launch(program.command, env=program.env, user=program.user, output=subprocess.PIPE)
        program.process = process
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, program)

    def _look_after(self, program: Program) -> None:
        now = time.monotonic()
        if program.restart_at is not None:
            if now >= program.restart_at:
                self._relaunch(program)
            return
        process = program.process
        if process is None or process.poll() is None:
            return
        sweep_group(process)
        self._forget_output(program)
        if now - program.started_at >= SETTLED_S:
            program.wait_s = FIRST_WAIT_S
        self.say(f"{program.name} ended ({_ending(process.returncode)}); starting it again in {program.wait_s:g} s.")
        program.restart_at = now + program.wait_s
        program.wait_s = min(program.wait_s * 2, LONGEST_WAIT_S)

    def _relaunch(self, program: Program) -> None:
        try:
            self._launch(program)
        except OSError as error:
            self.say(f"{program.name} cannot be started: {error}.")
            program.restart_at = time.monotonic() + program.wait_s
            program.wait_s = min(program.wait_s * 2, LONGEST_WAIT_S)

    def _print_output(self, timeout: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout)
            return
        for key, _events in self._selector.select(timeout):
            self._print_lines(key.data, key.fileobj)

    def _print_lines(self, program: Program, pipe) -> None:
        try:
            chunk = os.read(pipe.fileno(), 65536)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(pipe)
            return
        *lines, program.rest = (program.rest + chunk).split(b"\n")
        for line in lines:
            self.say(f"{program.name:<10}| {line.decode(errors='replace')}")

    def _forget_output(self, program: Program) -> None:
        pipe = program.process.stdout if program.process else None
        if pipe is None:
            return
        if pipe in {key.fileobj for key in self._selector.get_map().values()}:
            self._print_lines(program, pipe)
            if pipe in {key.fileobj for key in self._selector.get_map().values()}:
                self._selector.unregister(pipe)
        pipe.close()
        program.rest = b""


def _ending(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
