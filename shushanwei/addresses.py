"""Where the database and Redis are: from the environment, or from the private services that run beside us."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import environ

from shushanwei.config import Config


@dataclass(frozen=True)
class Services:
    """The addresses of the two services, as DATABASE_URL and REDIS_URL take them."""

    database_url: str
    redis_url: str

    def as_env(self) -> dict[str, str]:
        return {name.upper(): value for name, value in asdict(self).items()}


# Nothing listens here: commands that need no database work, the others say that there is none.
NOWHERE = Services("postgresql://shushanwei@127.0.0.1:1/shushanwei", "redis://127.0.0.1:1/0")


def find(config: Config) -> Services:
    """What the environment says; for what it leaves open, the private services of LOCAL_DIR."""
    private = known(config.local_dir) or Services("", "")
    return Services(
        config.database_url or private.database_url or NOWHERE.database_url,
        config.redis_url or private.redis_url or NOWHERE.redis_url,
    )


def known(local: Path) -> Services | None:
    """The addresses written down by the program that runs the private services now; empty for a service of others."""
    try:
        return Services(**json.loads((local / "services.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def database(url: str) -> dict:
    """A DATABASE_URL as Django's dictionary; a socket folder may be given as `?host=/folder`."""
    settings = environ.Env.db_url_config(url)
    options = {"connect_timeout": 5} | settings.get("OPTIONS", {})
    settings["HOST"] = options.pop("host", settings["HOST"])
    return settings | {"OPTIONS": options}


def redis_number(url: str) -> int:
    """The number of the Redis database that the address names (0 without one)."""
    parts = urlsplit(url)
    word = parse_qs(parts.query).get("db", [""])[0] if parts.scheme == "unix" else parts.path.strip("/")
    return int(word) if word.isdigit() else 0


def broker(url: str) -> str:
    """A REDIS_URL as Celery spells it: only socket files are written differently there."""
    if not url.startswith("unix://"):
        return url
    return f"redis+socket://{urlsplit(url).path}?virtual_host={redis_number(url)}"
