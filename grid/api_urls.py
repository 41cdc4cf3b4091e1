"""Addresses below /api/v1/ of this room."""

from django.urls import path

from grid import layers_api

app_name = "grid-api"
urlpatterns = [
    path("grid/layers/", layers_api.MapLayers.as_view(), name="layers"),
    path("grid/layers/<slug:code>/", layers_api.MapLayerDrawing.as_view(), name="layer"),
]
