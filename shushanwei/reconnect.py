"""A worker that has lost Redis looks for it every second, instead of ever more seldom up to half a minute."""

from functools import partial

from celery.worker.consumer import Consumer
from kombu import Connection


class SteadyConsumer(Consumer):
    """Celery's consumer with a steady pace of reconnecting: after a long outage work goes on at once."""

    def ensure_connected(self, conn: Connection) -> Connection:
        steady = partial(conn.ensure_connection, interval_start=1, interval_step=0, interval_max=1)
        conn.ensure_connection = steady  # type: ignore[method-assign]
        return super().ensure_connected(conn)
