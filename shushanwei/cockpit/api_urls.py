"""Addresses below /api/v1/ of this room."""

from django.urls import path

from shushanwei.cockpit import api

app_name = "cockpit-api"
urlpatterns = [
    path("console/snapshot/", api.ConsoleSnapshot.as_view(), name="console-snapshot"),
    path("screen/snapshot/", api.ScreenSnapshot.as_view(), name="screen-snapshot"),
    path("screen/pulse/", api.Pulse.as_view(), name="pulse"),
]
