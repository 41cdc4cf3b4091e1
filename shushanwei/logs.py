"""Structured logs: one line an event, with the request or alert id that runs from intake to push."""

import logging
from typing import Any

import structlog

# The same steps for our own events and for those of libraries, so that every line has the same shape.
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
    structlog.processors.StackInfoRenderer(),
]


class OneLine(logging.Filter):
    """Without Redis beat fails at every nudge: the sentence is enough, the same traceback each second is not."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


def configure(level: str, *, json: bool) -> dict:
    """Django's LOGGING dictionary; also sets up structlog for `structlog.get_logger()`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Plain tracebacks: the decorated ones print local variables, and those hold names and keys.
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    logging.captureWarnings(True)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "event": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {"one_line": {"()": OneLine}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django_structlog": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # A nudge that expired in the queue is made good by the next one.
            "django_structlog.celery.receivers": {"level": "ERROR"},
            "celery.beat": {"filters": ["one_line"]},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
        },
    }
