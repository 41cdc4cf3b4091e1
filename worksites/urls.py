"""Pages of this room."""

from worksites import urls_alerts, urls_checks, urls_papers, urls_sites, urls_trucks

app_name = "worksites"
urlpatterns = [
    *urls_sites.urlpatterns,
    *urls_checks.urlpatterns,
    *urls_trucks.urlpatterns,
    *urls_papers.urlpatterns,
    *urls_alerts.urlpatterns,
]
