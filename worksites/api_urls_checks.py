"""Addresses of inspections below /api/v1/."""

from django.urls import path

from worksites.checks import api

urlpatterns = [
    path("inspections/", api.Inspections.as_view(), name="inspections"),
    path("inspections/phone/", api.PhoneState.as_view(), name="inspection-phone"),
    path("inspections/<uuid:uuid>/results/", api.Results.as_view(), name="inspection-results"),
    path("inspections/<uuid:uuid>/photos/", api.Photos.as_view(), name="inspection-photos"),
    path("inspections/<uuid:uuid>/lock/", api.Locks.as_view(), name="inspection-lock"),
    path("inspections/<uuid:uuid>/drop/", api.Drops.as_view(), name="inspection-drop"),
]
