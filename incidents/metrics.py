"""Figures of this room for Prometheus, read from the rows at the moment of asking."""

from collections.abc import Iterable

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from incidents.services.sweeping import oldest_late_s


def lateness() -> Iterable[Metric]:
    """How many seconds the oldest open promise is past due without being announced: more than two is trouble."""
    yield GaugeMetricFamily(
        "deadline_oldest_late_seconds", "How late the oldest unannounced promise is.", value=oldest_late_s()
    )
