"""Answers worth keeping for a few seconds, in this process's memory: a dead Redis must not take a page along."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def kept_for(seconds: float) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep a function's answer for `seconds`, by its positional arguments. One thread computes, the others wait.

    The undecorated function stays reachable as `.__wrapped__`; `.forget()` empties the memory.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        answers: dict[tuple, tuple[float, T]] = {}
        lock = threading.Lock()

        @wraps(function)
        def kept(*args: P.args, **kwargs: P.kwargs) -> T:
            held = answers.get(args)
            if held and time.monotonic() < held[0]:
                return held[1]
            with lock:
                held = answers.get(args)
                if held and time.monotonic() < held[0]:
                    return held[1]
                answer = function(*args, **kwargs)
                if len(answers) > 64:
                    answers.clear()
                answers[args] = (time.monotonic() + seconds, answer)
                return answer

        kept.forget = answers.clear  # type: ignore[attr-defined]
        return kept

    return decorate
