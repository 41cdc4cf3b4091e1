"""A past that is lived, not written: the services of the product run step by step, and each believes it is then.

They ask the database for the time. Here the question is answered with the instant of the step, so that no service
has to know of it; the rows of the past come about as they would have, in the order of time.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from shushanwei.common.errors import DomainError

ASKED = "select statement_timestamp()"
log = structlog.get_logger(__name__)


@contextmanager
def back_then(at: datetime) -> Iterator[None]:
    """Within this block `db_now()` is `at`, in this process and on this connection only."""

    def answer(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict) -> Any:
        if sql == ASKED:
            return execute("select %s::timestamptz", [at], many, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(answer):
        yield


class Agenda:
    """What happens when. A step may put later steps on it; those after `now` are left to the living street."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.done = self.refused = 0
        self._due: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._count = itertools.count()

    def at(self, at: datetime, step: Callable[..., Any], /, *given: Any, **named: Any) -> None:
        """Have `step` happen at an instant, with what is given; one that has not come yet is dropped."""
        if at < self.now:
            due: tuple[datetime, int, Callable[[], Any]] = (at, next(self._count), partial(step, *given, **named))
            heapq.heappush(self._due, due)

    def live(self) -> int:
        """Everything in the order of time; what a service refuses has not happened. Returns how many steps were."""
        while self._due:
            at, _turn, step = heapq.heappop(self._due)
            with back_then(at):
                try:
                    step()
                    self.done += 1
                except (DomainError, ObjectDoesNotExist) as error:
                    # A cap, a full task, or what would have followed from something that was refused.
                    self.refused += 1
                    log.debug("refused in the past", at=at.isoformat(), why=str(error))
        return self.done
