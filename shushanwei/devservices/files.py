"""Files and folders of the private services: who may read them, and what the programs said last."""

import os
from importlib.util import find_spec
from pathlib import Path

from shushanwei.config import BadConfiguration


def wheel(name: str) -> Path:
    """The folder of an installed wheel, without running its code: only the programs inside are used."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise BadConfiguration(f"The Python package {name} is missing: `make run` installs it.")
    return Path(spec.origin).parent


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
