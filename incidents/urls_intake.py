"""Pages of the intake; included by `incidents.urls`."""

from django.urls import path

from incidents import views_intake as views

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("sources/<slug:code>/mute/", views.mute, name="source-mute"),
    path("sources/<slug:code>/unmute/", views.unmute, name="source-unmute"),
    path("alert-kinds/", views.alert_kinds, name="alert-kinds"),
]
