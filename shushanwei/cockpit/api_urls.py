"""Addresses below /api/v1/ of this room."""

from django.urls import URLPattern

app_name = "cockpit-api"
urlpatterns: list[URLPattern] = []
