"""One run of the system for each folder: a lock that also tells how the run before it ended."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shushanwei.config import BadConfiguration

RUNNING, ENDING, ENDED = "running", "ending", ""


class Place:
    """The place in `local` that this process holds; `clean` is false when the run before was killed."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.clean = self.read() == ENDED
        self.write(RUNNING)

    def ending(self) -> None:
        """From here on a run that comes next waits instead of giving up."""
        self.write(ENDING)

    def write(self, word: str) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(word)
        self._file.flush()

    def read(self) -> str:
        self._file.seek(0)
        return self._file.read()


@contextmanager
def only_one(local: Path, patience_s: float = 60) -> Iterator[Place]:
    """Hold the place in `local`; raises `BadConfiguration` when another run holds it and is not about to end."""
    with open(local / "run.lock", "a+") as file:
        until = time.monotonic() + patience_s
        while not _try_lock(file):
            file.seek(0)
            if file.read() != ENDING or time.monotonic() > until:
                raise BadConfiguration(f"The system in {local} runs already: stop it or set LOCAL_DIR.")
            time.sleep(0.1)
        place = Place(file)
        try:
            yield place
        finally:
            place.write(ENDED)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
