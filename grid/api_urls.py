"""Addresses below /api/v1/ of this room."""

from django.urls import path

from grid import api, api_duty, layers_api

app_name = "grid-api"
urlpatterns = [
    path("grid/communities/", api.Communities.as_view(), name="communities"),
    path("grid/grids/", api.Grids.as_view(), name="grids"),
    path("grid/import/", api.ImportGround.as_view(), name="import"),
    path("grid/layers/", layers_api.MapLayers.as_view(), name="layers"),
    path("grid/layers/<slug:code>/", layers_api.MapLayerDrawing.as_view(), name="layer"),
    path("duty/", api_duty.Duty.as_view(), name="duty"),
    path("duty/sign-on/", api_duty.ComeOn.as_view(), name="sign-on"),
    path("duty/sign-off/", api_duty.GoOff.as_view(), name="sign-off"),
    path("duty/here/", api_duty.Here.as_view(), name="here"),
    path("duty/log/", api_duty.DutyLogLines.as_view(), name="duty-log"),
]
