"""Pages of this room."""

from django.urls import path

from grid import views, views_log, views_patrols, views_roster, views_team

app_name = "grid"
urlpatterns = [
    path("grid/", views.ground, name="ground"),
    path("grid/ground.geojson", views.download, name="download"),
    path("roster/", views_roster.roster, name="roster"),
    path("roster/plan/", views_roster.plan, name="roster-plan"),
    path("roster/copy/", views_roster.copy, name="roster-copy"),
    path("roster/lines/<int:pk>/cancel/", views_roster.cancel, name="roster-cancel"),
    path("roster/lines/<int:pk>/swap/", views_roster.ask_swap, name="swap-ask"),
    path("roster/swaps/<int:pk>/", views_roster.decide_swap, name="swap-decide"),
    path("roster/leave/", views_roster.ask_leave, name="leave-ask"),
    path("roster/leave/<int:pk>/", views_roster.decide_leave, name="leave-decide"),
    path("duty-log/", views_log.log, name="log"),
    path("duty-log/write/", views_log.write, name="log-write"),
    path("team/", views_team.team, name="team"),
    path("team/add/", views_team.add, name="team-add"),
    path("team/<int:pk>/", views_team.change, name="team-change"),
    path("team/<int:pk>/retire/", views_team.retire, name="team-retire"),
    path("patrols/", views_patrols.patrols, name="patrols"),
    path("patrols/codes/", views_patrols.codes, name="patrol-codes"),
]
