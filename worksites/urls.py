"""Pages of this room."""

from django.urls import include, path

app_name = "worksites"
urlpatterns = [
    path("", include("worksites.urls_trucks")),
]
