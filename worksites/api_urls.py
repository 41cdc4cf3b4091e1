"""Addresses below /api/v1/ of this room."""

from django.urls import include, path

app_name = "worksites-api"
urlpatterns = [
    path("", include("worksites.api_urls_trucks")),
]
