"""Pages of this room."""

from django.urls import path

from grid import views

app_name = "grid"
urlpatterns = [
    path("grid/", views.ground, name="ground"),
    path("grid/ground.geojson", views.download, name="download"),
]
