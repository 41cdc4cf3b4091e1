"""One row at a time: a sweep lists what is due, a step handles each, a bad row never stops the line."""

from collections.abc import Callable, Iterable

import structlog
from django.db import connection

log = structlog.get_logger(__name__)


def drain(
    ids: Iterable[int], step: Callable[[int], object], on_error: Callable[[int, Exception], object] | None = None
) -> int:
    """Run `step` for each id; returns how many it did. A failure is logged and handed to `on_error`.

    `step` locks its row, looks again and does nothing when somebody was faster: it returns something false.
    """
    done = 0
    for id_ in ids:
        try:
            done += bool(step(id_))
        except Exception as error:
            log.exception("step_failed", step=getattr(step, "__name__", str(step)), id=id_)
            if connection.needs_rollback:
                connection.rollback()
            if on_error is not None:
                try:
                    on_error(id_, error)
                except Exception:
                    log.exception("push_back_failed", id=id_)
    return done
