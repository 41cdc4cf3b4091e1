"""Pages of this room."""

from django.urls import URLPattern

app_name = "grid"
urlpatterns: list[URLPattern] = []
