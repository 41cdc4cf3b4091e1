"""Addresses below /api/v1/ of this room."""

from django.urls import path

from grid import api, layers_api

app_name = "grid-api"
urlpatterns = [
    path("grid/communities/", api.Communities.as_view(), name="communities"),
    path("grid/grids/", api.Grids.as_view(), name="grids"),
    path("grid/import/", api.ImportGround.as_view(), name="import"),
    path("grid/layers/", layers_api.MapLayers.as_view(), name="layers"),
    path("grid/layers/<slug:code>/", layers_api.MapLayerDrawing.as_view(), name="layer"),
]
