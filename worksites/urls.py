"""Pages of this room."""

from worksites import urls_sites

app_name = "worksites"
urlpatterns = [*urls_sites.urlpatterns]
