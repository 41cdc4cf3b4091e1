"""Addresses below /api/v1/ of this room."""

from worksites import api_urls_checks

app_name = "worksites-api"
urlpatterns = [*api_urls_checks.urlpatterns]
