"""Addresses below /api/v1/ of this room."""

from django.urls import path

from shushanwei.cockpit import api, api_reports

app_name = "cockpit-api"
urlpatterns = [
    path("console/snapshot/", api.ConsoleSnapshot.as_view(), name="console-snapshot"),
    path("screen/snapshot/", api.ScreenSnapshot.as_view(), name="screen-snapshot"),
    path("screen/pulse/", api.Pulse.as_view(), name="pulse"),
    path("reports/", api_reports.Reports.as_view(), name="reports"),
    path("reports/<str:kind>/<str:key>/", api_reports.ReportFigures.as_view(), name="report-figures"),
]
