"""Pages of this room."""

from django.urls import path

from shushanwei.cockpit import urls_reports, views

app_name = "cockpit"
urlpatterns = [
    path("console/", views.console, name="console"),
    path("screen/", views.screen, name="screen"),
    *urls_reports.urlpatterns,
]
