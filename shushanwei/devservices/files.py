"""Files and folders of the private services: who may read them, and what the programs said last."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from shushanwei.config import BadConfiguration


def wheel(name: str) -> Path | None:
    """The folder of an installed wheel, without running its code: only the programs inside are used."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def program(wheel_name: str, inner: str) -> Path:
    """The program `inner` of a wheel, or the machine's own of that name; raises `BadConfiguration` without any."""
    folder = wheel(wheel_name)
    if folder and (folder / inner).exists():
        return folder / inner
    name = Path(inner).name
    own = shutil.which(name)
    if own is None:
        raise BadConfiguration(f"There is no {name} on this machine: install it, or set DATABASE_URL and REDIS_URL.")
    return Path(own)


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def tail(path: Path) -> str:
    try:
        return path.read_text(errors="replace")[-4000:]
    except OSError:
        return ""


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
