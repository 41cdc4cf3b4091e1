"""Addresses of trucks below /api/v1/."""

from django.urls import path

from worksites.fleet.api import Track
from worksites.intake import api as intake

urlpatterns = [
    path("trucks/fixes/", intake.Fixes.as_view(), name="truck-fixes"),
    path("trucks/passes/", intake.Passes.as_view(), name="truck-passes"),
    path("trucks/manifests/", intake.Manifests.as_view(), name="truck-manifests"),
    path("trucks/<int:pk>/track/", Track.as_view(), name="truck-track"),
]
