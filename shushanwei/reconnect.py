"""A worker that has lost Redis looks for it every second, instead of ever more seldom up to half a minute."""

from functools import partial

from celery.worker.consumer import Consumer
from kombu import Connection


class SteadyConsumer(Consumer):
    """Celery's consumer with a steady pace of reconnecting: after a long outage work goes on at once."""

    def ensure_connected(self, conn: Connection) -> Connection:
        conn.ensure_connection = partial(conn.ensure_connection, interval_start=1, interval_step=0, interval_max=1)
        return super().ensure_connected(conn)
