"""Addresses below /api/v1/ of this room."""

from worksites import api_urls_checks, api_urls_trucks

app_name = "worksites-api"
urlpatterns = [*api_urls_checks.urlpatterns, *api_urls_trucks.urlpatterns]
