"""The addresses that machines ask: load balancers and Prometheus."""

from django.urls import path

from shushanwei.common import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
