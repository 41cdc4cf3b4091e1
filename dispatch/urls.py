"""Pages of this room."""

from django.urls import URLPattern

app_name = "dispatch"
urlpatterns: list[URLPattern] = []
