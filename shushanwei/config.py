"""What the environment may set, read once and checked: one clear sentence for anything wrong.

Every name that is read here stands in `.env.example`; a test proves it.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class BadConfiguration(ImproperlyConfigured):
    """The environment holds a value that the program cannot start with."""


@dataclass(frozen=True)
class Config:
    """All settings of one installation. `source` names the variable each one came from."""

    debug: bool
    secret_key: str
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    database_url: str
    redis_url: str
    local_dir: Path
    media_root: Path
    port: int
    ws_port: int
    ws_url: str
    log_level: str
    log_json: bool
    field_key: str
    behind_https: bool
    web_threads: int
    metrics_token: str


def read(env: environ.Env | None = None) -> Config:
    """The checked configuration; raises `BadConfiguration` naming the variable that is wrong."""
    env = env or environ.Env()
    debug = _get(env.bool, "DEBUG", False)
    secret = _get(env.str, "SECRET_KEY", "")
    local = Path(_get(env.str, "LOCAL_DIR", str(BASE_DIR / ".local"))).expanduser().resolve()
    config = Config(
        debug=debug,
        secret_key=secret or _kept_secret(local, "secret_key"),
        allowed_hosts=_get(env.list, "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
        csrf_trusted_origins=_get(env.list, "CSRF_TRUSTED_ORIGINS", []),
        database_url=_get(env.str, "DATABASE_URL", ""),
        redis_url=_get(env.str, "REDIS_URL", ""),
        local_dir=local,
        media_root=Path(_get(env.str, "MEDIA_ROOT", str(local / "media"))).expanduser().resolve(),
        port=_port(env, "PORT", 8000),
        ws_port=_port(env, "WS_PORT", 8001),
        ws_url=_get(env.str, "WS_URL", ""),
        log_level=_get(env.str, "LOG_LEVEL", "INFO").upper(),
        log_json=_get(env.bool, "LOG_JSON", False),
        field_key=_get(env.str, "FIELD_KEY", "") or _kept_secret(local, "field_key"),
        behind_https=_get(env.bool, "BEHIND_HTTPS", False),
        web_threads=_get(env.int, "WEB_THREADS", 8),
        metrics_token=_get(env.str, "METRICS_TOKEN", ""),
    )
    if config.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise BadConfiguration(f"LOG_LEVEL is {config.log_level!r}: use DEBUG, INFO, WARNING or ERROR.")
    if config.database_url and not config.database_url.startswith(("postgres://", "postgresql://")):
        raise BadConfiguration("DATABASE_URL must start with postgresql:// (no other database is supported).")
    if config.redis_url and not config.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise BadConfiguration("REDIS_URL must start with redis://, rediss:// or unix://.")
    if not 1 <= config.web_threads <= 64:
        raise BadConfiguration(f"WEB_THREADS is {config.web_threads}: use 1 to 64.")
    return config


def names() -> set[str]:
    """The environment variables that `read()` looks at."""
    return {field.name.upper() for field in fields(Config)}


def _get(read_as, name, default):
    try:
        return read_as(name, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        raise BadConfiguration(f"{name} cannot be read: {error}.") from error


def _port(env, name, default):
    port = _get(env.int, name, default)
    if not 1 <= port <= 65535:
        raise BadConfiguration(f"{name} is {port}: a port is a number from 1 to 65535.")
    return port


def _kept_secret(local: Path, name: str) -> str:
    """A secret made at the first start and kept, so that sessions outlive a restart."""
    from django.core.management.utils import get_random_secret_key

    path = local / name
    try:
        local.mkdir(parents=True, exist_ok=True)
        with open(path, "x", opener=_private) as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    except OSError as error:
        raise BadConfiguration(f"LOCAL_DIR {local} cannot be written ({error}); set it or set {name.upper()}.") from error
    return path.read_text()


def _private(path, flags):
    import os

    return os.open(path, flags, 0o600)
