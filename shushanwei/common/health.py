"""Is it alive, can it work, and how much does it do: `/healthz`, `/readyz` and `/metrics`."""

import hmac
import ipaddress
from collections.abc import Iterable, Iterator

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from shushanwei.common.models import Heartbeat

log = structlog.get_logger(__name__)
PARTS = ["worker", "clocks", "beat", *(["jt808"] if settings.JT808_PORT else [])]
FRESH_S = 10.0


def note_seen(*parts: str) -> None:
    """Write down that these parts of the system are at work now (by the database's clock)."""
    rows = [Heartbeat(part=part, at=Now()) for part in sorted(parts)]
    Heartbeat.objects.bulk_create(rows, update_conflicts=True, unique_fields=["part"], update_fields=["at"])


def ages() -> dict[str, float]:
    """Seconds since each part was last seen; a part never seen is missing."""
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    rows = Heartbeat.objects.filter(part__in=PARTS).annotate(age=age)
    return {row.part: max(0.0, row.age.total_seconds()) for row in rows}


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process can answer at all."""
    return JsonResponse({"alive": True})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database and Redis answer and workers and beat were seen in the last 10 s; else 503 and why."""
    states = {"redis": redis_state(), **database_and_parts()}
    ready = all(state == "ok" for state in states.values())
    return JsonResponse({"ready": ready, **states}, status=200 if ready else 503)


def redis_state() -> str:
    """`ok`, or what is wrong, within two seconds."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return _because(error)
    return "ok"


def database_and_parts() -> dict[str, str]:
    """The state of the database and of each part that writes its heartbeat there."""
    try:
        seen = ages()
    except DatabaseError as error:
        return {"database": _because(error)} | dict.fromkeys(PARTS, "unknown")
    return {"database": "ok"} | {part: _freshness(seen.get(part)) for part in PARTS}


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: all processes of this machine, and what `settings.METRIC_SOURCES` measure in the database."""
    if not may_read_metrics(request):
        return HttpResponse("Set METRICS_TOKEN and send it as a bearer token.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry(support_collectors_without_names=True)
    registry.register(Sources())  # type: ignore[arg-type]
    if settings.METRICS_DIR:
        multiprocess.MultiProcessCollector(registry, path=settings.METRICS_DIR)
        body = generate_latest(registry)
    else:
        body = generate_latest() + generate_latest(registry)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: HttpRequest) -> bool:
    """With a token set, who shows it; else only a caller on this very machine (not one behind a proxy here)."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return caller.is_loopback and "X-Forwarded-For" not in request.headers


class Sources:
    """Reads the figures of the rooms at the moment of asking; one that fails does not take the others along."""

    def collect(self) -> Iterator[Metric]:
        for name in settings.METRIC_SOURCES:
            try:
                yield from import_string(name)()
            except DatabaseError as error:
                log.warning("metrics.source_failed", source=name, error=str(error))


def heartbeat_ages() -> Iterable[Metric]:
    """Seconds since each part of the system was last seen."""
    family = GaugeMetricFamily("ssw_heartbeat_age_seconds", "Seconds since a part was last seen.", labels=["part"])
    for part, age in ages().items():
        family.add_metric([part], age)
    yield family


def _freshness(age_s: float | None) -> str:
    if age_s is None:
        return "never seen"
    return "ok" if age_s <= FRESH_S else f"not seen for {age_s:.0f} s"


def _because(error: Exception) -> str:
    # Only the kind of error: this page is open to everybody, addresses and names are not.
    return f"no answer ({type(error).__name__})"
