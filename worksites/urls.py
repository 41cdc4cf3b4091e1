"""Pages of this room."""

from worksites import urls_checks

app_name = "worksites"
urlpatterns = [*urls_checks.urlpatterns]
