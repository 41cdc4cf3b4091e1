"""A nudge to the workers after a commit: coalesced, from a thread of its own, never waiting and never raising."""

import os
import threading
import time

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)
EVERY_S = 0.1
TASK = "incidents.process_alerts"
QUEUE = "default"


class _Nudger:
    """One thread a process: however many requests ask, one message every 100 ms leaves."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.wanted = threading.Event()
        threading.Thread(target=self._run, name="intake-nudger", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                # Late nudges are worthless: the sweep has been there meanwhile.
                current_app.send_task(TASK, queue=QUEUE, expires=2, retry=False, ignore_result=True)
            except Exception as error:
                log.warning("nudge_lost", error=str(error) or type(error).__name__)
                time.sleep(1)
            time.sleep(EVERY_S)


_current: _Nudger | None = None
_making = threading.Lock()


def nudge_after_commit() -> None:
    """Ask a worker to look at the waiting alerts once the present transaction has committed."""
    transaction.on_commit(nudge, robust=True)


def nudge() -> None:
    """Ask a worker to look at the waiting alerts now."""
    global _current
    # A fork takes the object along but not the thread.
    if _current is None or _current.pid != os.getpid():
        with _making:
            if _current is None or _current.pid != os.getpid():
                _current = _Nudger()
    _current.wanted.set()
