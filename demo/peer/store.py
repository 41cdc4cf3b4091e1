"""The peer's memory: a file of JSON lines that only grows. A line is on the disk before anything is answered."""

import json
import os
import threading
from pathlib import Path
from typing import Any


class Store:
    """What the peer knows, rebuilt from its file: the street's subjects, keys it has taken, and what it has to say."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.subjects: dict[str, dict[str, Any]] = {}
        self.keys: set[str] = set()
        self.revs: dict[str, int] = {}  # versions of our own book, by subject
        self.outbox: dict[str, dict[str, Any]] = {}  # by key, in the order written
        self.spoken: set[str] = set()  # every key that was ever said
        self.refused: list[dict[str, Any]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._read(path)
        self.file = open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115 - it is open as long as the peer lives
        # A line that a kill has cut in the middle was never answered: it is sent again.
        self.file.truncate(whole)
        self.file.seek(whole)

    def write(self, **line: Any) -> None:
        """Append one line, and take it into memory once it is on the disk."""
        with self.lock:
            self.file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self._take(line)

    def take(self, message: dict[str, Any]) -> tuple[bool, int]:
        """A message of the street: (whether it was news, the version known now)."""
        with self.lock:
            known = self.subjects.get(message["subject"], {}).get("rev", 0)
            if message["key"] in self.keys:
                return False, known
            kept = {name: message[name] for name in ("key", "subject", "rev", "event", "data")}
            self.write(do="heard", **kept)
            return message["rev"] > known, max(known, message["rev"])

    def say(self, door: str, subject: str, body: dict[str, Any], *, key: str) -> None:
        """Put a message for the street into the outbox; `rev` counts up within its subject."""
        with self.lock:
            rev = self.revs.get(subject, 0) + 1
            self.write(do="say", key=key, door=door, subject=subject, body=body | {"rev": rev}, rev=rev)

    def said(self, key: str, status: int, why: str = "") -> None:
        """The street has taken a message, or refused it for good."""
        self.write(do="said", key=key, status=status, why=why)

    def waiting(self) -> list[dict[str, Any]]:
        """The first waiting message of each subject: within a subject the order stays."""
        with self.lock:
            first: dict[str, dict[str, Any]] = {}
            for line in self.outbox.values():
                first.setdefault(line["subject"], line)
            return list(first.values())

    def _read(self, path: Path) -> int:
        whole = 0
        if path.exists():
            with path.open("rb") as file:
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break
                    whole += len(raw)
                    self._take(json.loads(raw))
        return whole

    def _take(self, line: dict[str, Any]) -> None:
        match line["do"]:
            case "heard":
                self.keys.add(line["key"])
                if line["rev"] > self.subjects.get(line["subject"], {}).get("rev", 0):
                    self.subjects[line["subject"]] = {name: line[name] for name in ("rev", "event", "data")}
            case "say":
                self.revs[line["subject"]] = line["rev"]
                self.spoken.add(line["key"])
                self.outbox[line["key"]] = line
            case "said":
                told = self.outbox.pop(line["key"], None)
                if told is not None and line["status"] >= 400:
                    self.refused.append(told | {"status": line["status"], "why": line["why"]})
