"""What the environment may set, read once and checked: one clear sentence for anything wrong.

Every name that is read here stands in `.env.example`; a test proves it.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class BadConfiguration(ImproperlyConfigured):
    """The environment holds a value that the program cannot start with."""


@dataclass(frozen=True)
class Config:
    """All settings of one installation; each field is the environment variable of the same name in capitals."""

    debug: bool
    secret_key: str
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    database_url: str
    redis_url: str
    local_dir: Path
    media_root: Path
    bind: str
    port: int
    ws_port: int
    ws_url: str
    log_level: str
    log_json: bool
    field_key: str
    behind_https: bool
    web_workers: int
    web_threads: int
    metrics_token: str
    police_link_url: str
    police_link_secret: str
    jt808_port: int
    jt808_metrics_port: int
    sms_url: str
    sms_token: str
    wechat_app_id: str
    wechat_secret: str
    wechat_api_url: str
    wechat_open_url: str
    wechat_js_url: str


def read(env: environ.Env | None = None) -> Config:
    """The checked configuration; raises `BadConfiguration` naming the variable that is wrong."""
    env = env or environ.Env()
    debug = _get(_strict_bool(env), "DEBUG", False)
    local = Path(_get(env.str, "LOCAL_DIR", str(BASE_DIR / ".local"))).expanduser().resolve()
    config = Config(
        debug=debug,
        secret_key=_get(env.str, "SECRET_KEY", "") or _kept_secret(local, "secret_key"),
        allowed_hosts=_get(env.list, "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
        csrf_trusted_origins=_get(env.list, "CSRF_TRUSTED_ORIGINS", []),
        database_url=_get(env.str, "DATABASE_URL", ""),
        redis_url=_get(env.str, "REDIS_URL", ""),
        local_dir=local,
        media_root=Path(_get(env.str, "MEDIA_ROOT", str(local / "media"))).expanduser().resolve(),
        bind=_get(env.str, "BIND", "127.0.0.1"),
        port=_port(env, "PORT", 8000),
        ws_port=_port(env, "WS_PORT", 8001),
        ws_url=_get(env.str, "WS_URL", ""),
        log_level=_get(env.str, "LOG_LEVEL", "INFO").upper(),
        log_json=_get(_strict_bool(env), "LOG_JSON", False),
        field_key=_get(env.str, "FIELD_KEY", "") or _kept_secret(local, "field_key"),
        behind_https=_get(_strict_bool(env), "BEHIND_HTTPS", False),
        web_workers=_get(env.int, "WEB_WORKERS", 2),
        web_threads=_get(env.int, "WEB_THREADS", 8),
        metrics_token=_get(env.str, "METRICS_TOKEN", ""),
        police_link_url=_get(env.str, "POLICE_LINK_URL", ""),
        police_link_secret=_get(env.str, "POLICE_LINK_SECRET", ""),
        jt808_port=_port(env, "JT808_PORT", 0, least=0),
        jt808_metrics_port=_port(env, "JT808_METRICS_PORT", 0, least=0),
        sms_url=_get(env.str, "SMS_URL", ""),
        sms_token=_get(env.str, "SMS_TOKEN", ""),
        wechat_app_id=_get(env.str, "WECHAT_APP_ID", ""),
        wechat_secret=_get(env.str, "WECHAT_SECRET", ""),
        wechat_api_url=_get(env.str, "WECHAT_API_URL", ""),
        wechat_open_url=_get(env.str, "WECHAT_OPEN_URL", ""),
        # WeChat allows its script from its own address only, so it is not shipped.
        wechat_js_url=_get(env.str, "WECHAT_JS_URL", "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"),
    )
    if config.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise BadConfiguration(f"LOG_LEVEL is {config.log_level!r}: use DEBUG, INFO, WARNING or ERROR.")
    if config.database_url and not config.database_url.startswith(("postgres://", "postgresql://")):
        raise BadConfiguration("DATABASE_URL must start with postgresql:// (no other database is supported).")
    if config.redis_url and not config.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise BadConfiguration("REDIS_URL must start with redis://, rediss:// or unix://.")
    if not 1 <= config.web_threads <= 64:
        raise BadConfiguration(f"WEB_THREADS is {config.web_threads}: use 1 to 64.")
    if not 1 <= config.web_workers <= 32:
        raise BadConfiguration(f"WEB_WORKERS is {config.web_workers}: use 1 to 32.")
    if config.police_link_url and not config.police_link_url.startswith(("http://", "https://")):
        raise BadConfiguration("POLICE_LINK_URL must start with https:// or http://.")
    if config.police_link_url and len(config.police_link_secret) < 16:
        raise BadConfiguration("POLICE_LINK_URL needs POLICE_LINK_SECRET, of at least 16 characters.")
    for name in ("sms_url", "wechat_api_url", "wechat_open_url", "wechat_js_url"):
        if (url := getattr(config, name)) and not url.startswith(("http://", "https://")):
            raise BadConfiguration(f"{name.upper()} must start with https:// or http://.")
    if config.sms_url and not config.sms_token:
        raise BadConfiguration("SMS_URL needs SMS_TOKEN.")
    if config.wechat_app_id and not config.wechat_secret:
        raise BadConfiguration("WECHAT_APP_ID needs WECHAT_SECRET.")
    if config.port == config.ws_port:
        raise BadConfiguration(f"PORT and WS_PORT are both {config.port}: pages and sockets need a port each.")
    if config.jt808_port in {config.port, config.ws_port}:
        raise BadConfiguration(f"JT808_PORT is {config.jt808_port}, in use already: terminals need their own port.")
    if config.jt808_metrics_port and config.jt808_metrics_port in {config.port, config.ws_port, config.jt808_port}:
        raise BadConfiguration(f"JT808_METRICS_PORT is {config.jt808_metrics_port}, in use already.")
    return config


def read_env_file() -> None:
    """Take what `.env` says into the environment; what is set already wins."""
    file = BASE_DIR / ".env"
    if file.exists():
        environ.Env.read_env(file, overwrite=False)


def names() -> set[str]:
    """The environment variables that `read()` looks at."""
    return {field.name.upper() for field in fields(Config)}


def _get(read_as: Callable[..., Any], name: str, default: Any) -> Any:
    try:
        return read_as(name, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        raise BadConfiguration(f"{name} cannot be read: {error}.") from error


def _strict_bool(env: environ.Env) -> Callable[..., bool]:
    def read_as(name: str, default: bool) -> bool:
        word = env.str(name, default=str(default)).strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off", ""}:
            return False
        raise ValueError(f"{word!r} is neither true nor false")

    return read_as


def _port(env: environ.Env, name: str, default: int, *, least: int = 1) -> int:
    port = _get(env.int, name, default)
    if not least <= port <= 65535:
        raise BadConfiguration(f"{name} is {port}: a port is a number from {least} to 65535.")
    return port


def _kept_secret(local: Path, name: str) -> str:
    """A secret made at the first start and kept, so that sessions outlive a restart."""
    path = local / name
    try:
        local.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text()
    except OSError as error:
        reason = error.strerror or error
        raise BadConfiguration(f"LOCAL_DIR {local} cannot be used ({reason}); set it or set {name.upper()}.") from error


def _write_once(path: Path, text: str) -> None:
    # Written whole before it gets its name: another process may look for it at this moment.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(draft, "w", opener=_private) as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
