"""Addresses of the intake below /api/v1/; included by `incidents.api_urls`."""

from django.urls import path

from incidents import api_intake as api

urlpatterns = [
    path("alerts/", api.door, name="alerts"),
    path("alerts/<int:pk>/", api.OneAlert.as_view(), name="alert"),
    path("sources/", api.Sources.as_view(), name="sources"),
    path("sources/<slug:code>/mute/", api.MuteSource.as_view(), name="source-mute"),
    path("sources/<slug:code>/unmute/", api.UnmuteSource.as_view(), name="source-unmute"),
    path("alert-kinds/", api.AlertKinds.as_view(), name="alert-kinds"),
    path("alert-kinds/<int:pk>/", api.OneAlertKind.as_view(), name="alert-kind"),
]
