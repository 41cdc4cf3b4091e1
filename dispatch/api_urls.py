"""Addresses below /api/v1/ of this room."""

from django.urls import URLPattern

app_name = "dispatch-api"
urlpatterns: list[URLPattern] = []
