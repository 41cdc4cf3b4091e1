"""Pages of this room."""

from worksites import urls_checks, urls_sites

app_name = "worksites"
urlpatterns = [*urls_sites.urlpatterns, *urls_checks.urlpatterns]
