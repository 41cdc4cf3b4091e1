"""Addresses below /api/v1/ of this room."""

from django.urls import path

from grid import api, api_duty, api_patrols, api_team, layers_api

app_name = "grid-api"
urlpatterns = [
    path("grid/communities/", api.Communities.as_view(), name="communities"),
    path("grid/grids/", api.Grids.as_view(), name="grids"),
    path("grid/import/", api.ImportGround.as_view(), name="import"),
    path("grid/layers/", layers_api.MapLayers.as_view(), name="layers"),
    path("grid/layers/<slug:code>/", layers_api.MapLayerDrawing.as_view(), name="layer"),
    path("grid/teams/", api_team.Teams.as_view(), name="teams"),
    path("grid/teams/<int:pk>/call/", api_team.TeamCall.as_view(), name="team-call"),
    path("duty/", api_duty.Duty.as_view(), name="duty"),
    path("duty/sign-on/", api_duty.ComeOn.as_view(), name="sign-on"),
    path("duty/sign-off/", api_duty.GoOff.as_view(), name="sign-off"),
    path("duty/here/", api_duty.Here.as_view(), name="here"),
    path("duty/log/", api_duty.DutyLogLines.as_view(), name="duty-log"),
    path("patrols/", api_patrols.Patrols.as_view(), name="patrols"),
    path("patrols/mine/", api_patrols.Own.as_view(), name="patrols-mine"),
    path("patrols/day/", api_patrols.Day.as_view(), name="patrols-day"),
    path("patrols/calendar/", api_patrols.Calendar.as_view(), name="patrols-calendar"),
    path("patrols/points/", api_patrols.Points.as_view(), name="patrol-points"),
    path("patrols/points/<int:pk>/", api_patrols.OnePoint.as_view(), name="patrol-point"),
    path("patrols/points/<int:pk>/new-code/", api_patrols.NewCode.as_view(), name="patrol-point-code"),
    path("patrols/routes/<slug:code>/", api_patrols.Route.as_view(), name="patrol-route"),
    path("patrols/<uuid:uuid>/", api_patrols.OnePatrol.as_view(), name="patrol"),
    path("patrols/<uuid:uuid>/track/", api_patrols.Track.as_view(), name="patrol-track"),
    path("patrols/<uuid:uuid>/check-in/", api_patrols.CheckIn.as_view(), name="patrol-check-in"),
    path("patrols/<uuid:uuid>/finish/", api_patrols.Finish.as_view(), name="patrol-finish"),
]
