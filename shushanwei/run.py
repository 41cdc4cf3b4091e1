"""`python -m shushanwei.run`: the whole system on one machine, from nothing to a page that can be opened."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg2
import redis

from shushanwei import devservices, roles
from shushanwei.addresses import Services
from shushanwei.config import BASE_DIR, BadConfiguration, Config, read, read_env_file
from shushanwei.only_one import only_one
from shushanwei.processes import Manager, Program, end_with_parent

# Commands that an installation may have beside the product: scenery, its moving parts, and who may sign in.
SCENERY, MOTION, ACCOUNTS = "load_street", "simulate", "demo_accounts"


def main() -> int:
    """Run until Ctrl-C or SIGTERM, which is a good end; 2 when the configuration makes a start impossible."""
    if os.environ.get("MAKELEVEL"):
        end_with_parent(signal.SIGTERM)  # a killed make must not leave a street running
    manager = Manager()
    options = parser().parse_args()
    try:
        read_env_file()
        config = read()
        with only_one(config.local_dir) as place:
            try:
                # What a killed run leaves behind ends by itself, but not in the same instant.
                return run(config, manager, bare=options.bare, patience_s=0 if place.clean else 15)
            finally:
                place.ending()
                manager.stop()
    except BadConfiguration as error:
        print(error, file=sys.stderr)
        return 2
    except PermissionError as error:
        print(f"{error.filename} cannot be used: {error.strerror}. Another user may have made it.", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m shushanwei.run", description=__doc__)
    parser.add_argument("--bare", action="store_true", help="no scenery and no simulator: only the product, empty")
    return parser


def run(config: Config, manager: Manager, *, bare: bool, patience_s: float) -> int:
    """Services, preparation, programs, then the watch over all of them."""
    os.chdir(BASE_DIR)
    ports = {"PORT": config.port, "WS_PORT": config.ws_port, "JT808_PORT": config.jt808_port}
    for name, port in ((name, port) for name, port in ports.items() if port):
        refuse_taken_port(config.bind, name, port, patience_s)
    manager.heed_signals()
    os.environ |= start_services(config, manager).as_env() | shared_counters(config)
    if not prepare([] if bare else [SCENERY]):
        return 2 if manager.stopped_by is None else 0
    for role in roles.wanted(config):
        if manager.stopped_by is None:
            program = role(config)
            say(f"Starting {program.name} …")
            manager.start(program)
    if manager.watch_until(lambda: is_up(config), patience_s=90):
        commands = set() if bare else known_commands()
        if MOTION in commands:
            manager.start(Program("simulator", roles.manage(MOTION)))
        greet(config, commands)
    elif manager.stopped_by is None:
        say("The web server does not answer yet; the lines above may say why. Trying on; Ctrl-C stops.")
    manager.watch()
    return 0


def start_services(config: Config, manager: Manager) -> Services:
    """The addresses of the database and Redis; starts private ones for what the environment leaves open."""
    private = Services(
        "" if config.database_url else start_postgres(config, manager),
        "" if config.redis_url else start_redis(config, manager),
    )
    services = Services(config.database_url or private.database_url, config.redis_url or private.redis_url)
    refuse_silent_services(services)
    devservices.write_down(config.local_dir, private)
    return services


def start_postgres(config: Config, manager: Manager) -> str:
    """The address of the private PostgreSQL, running and with its database."""
    postgres, _ = devservices.services_in(config.local_dir)
    if devservices.wait_for_running(postgres):
        say("PostgreSQL runs already.")
    else:
        say(f"Starting PostgreSQL in {postgres.home} …")
        postgres.prepare()
        manager.start(
            Program(
                "postgres",
                postgres.command(),
                user=postgres.user,
                log=postgres.log,
                stop_signal=signal.SIGINT,
                patience_s=30,
                needed=True,
                before=postgres.clear_stale,
            )
        )
        devservices.wait_until_ready(postgres)
    postgres.make_database()
    return postgres.url()


def start_redis(config: Config, manager: Manager) -> str:
    """The address of the private Redis, running."""
    _, store = devservices.services_in(config.local_dir)
    if store.answers():
        say("Redis runs already.")
    else:
        say(f"Starting Redis in {store.home} …")
        store.prepare()
        manager.start(Program("redis", store.command(), log=store.log, needed=True))
        devservices.wait_until_ready(store)
    return store.url()


def refuse_silent_services(services: Services) -> None:
    """Raises `BadConfiguration` when an address from the environment does not answer."""
    try:
        psycopg2.connect(services.database_url, connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise BadConfiguration(f"The database of DATABASE_URL cannot be used: {reason}.") from error
    try:
        redis.Redis.from_url(services.redis_url, socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, OSError) as error:
        raise BadConfiguration(f"The Redis of REDIS_URL cannot be used: {error}.") from error


def shared_counters(config: Config) -> dict[str, str]:
    """A fresh folder in which all processes keep their Prometheus counters."""
    folder = config.local_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def prepare(also: list[str]) -> bool:
    """Bring tables, files and reference data up to date; false when that failed (the reason is printed)."""
    say("Preparing:")
    done = subprocess.run(roles.manage("prepare", *(f"--also={name}" for name in also)))
    return done.returncode == 0


def refuse_taken_port(host: str, name: str, port: int, patience_s: float) -> None:
    """Raises `BadConfiguration` when something listens there already, for longer than `patience_s`."""
    until = time.monotonic() + patience_s
    while reason := why_not_bound(host, port):
        if time.monotonic() >= until:
            raise BadConfiguration(
                f"Port {port} cannot be used ({reason}): stop what runs there or set {name} to another."
            )
        time.sleep(0.2)


def why_not_bound(host: str, port: int) -> str:
    """Why nobody could listen there now, or nothing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def is_up(config: Config) -> bool:
    """Whether the web server answers."""
    try:
        with urlopen(f"http://{_host(config)}:{config.port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def known_commands() -> set[str]:
    """The names of all management commands of this installation."""
    folders = [path for path in Path(BASE_DIR).glob("**/management/commands") if ".venv" not in path.parts]
    return {file.stem for folder in folders for file in folder.glob("*.py") if file.stem != "__init__"}


def greet(config: Config, commands: set[str]) -> None:
    """Where to look now, and who may sign in."""
    address = f"http://{_host(config)}:{config.port}"
    say("")
    say(f"Shushan Guard (蜀山卫) runs at {address}/ after {time.monotonic() - BEGAN:.0f} s.")
    for path, what in {"/console/": "console", "/screen/": "wall", "/reports/": "reports"}.items():
        say(f"  {what:<10}{address}{path}")
    say(f"  {'API':<10}{address}/api/v1/docs/")
    if config.jt808_port:
        say(f"  {'terminals':<10}{_host(config)}:{config.jt808_port} (JT/T 808 over TCP)")
    if ACCOUNTS in commands:
        sys.stdout.flush()
        subprocess.run(roles.manage(ACCOUNTS))
    say("Ctrl-C stops everything.")


def say(line: str) -> None:
    print(line, flush=True)


def _host(config: Config) -> str:
    return "127.0.0.1" if config.bind in {"0.0.0.0", ""} else config.bind


BEGAN = time.monotonic()

if __name__ == "__main__":
    sys.exit(main())
