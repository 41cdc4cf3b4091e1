"""Pages of this room."""

from django.urls import path

from shushanwei.cockpit import urls_reports, views, views_handover

app_name = "cockpit"
urlpatterns = [
    path("console/", views.console, name="console"),
    path("screen/", views.screen, name="screen"),
    path("handover/", views_handover.handover, name="handover"),
    path("handover/sign/", views_handover.sign, name="handover-sign"),
    path("handover/confirm/", views_handover.confirm, name="handover-confirm"),
    *urls_reports.urlpatterns,
]
