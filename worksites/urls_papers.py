"""Pages of permits, rule sets, sinks and sheets of the register."""

from django.urls import path

from worksites.papers import views_permits, views_sheets, views_sinks

urlpatterns = [
    path("worksites/permits/", views_permits.permits, name="permits"),
    path("worksites/permits/add/", views_permits.add, name="permit-add"),
    path("worksites/permits/rules/", views_permits.rules, name="permit-rules"),
    path("worksites/permits/papers/<uuid:uuid>/", views_permits.paper, name="permit-paper"),
    path("worksites/permits/<int:pk>/", views_permits.permit, name="permit"),
    path("worksites/permits/<int:pk>/change/", views_permits.change, name="permit-change"),
    path("worksites/permits/<int:pk>/decide/", views_permits.decide, name="permit-decide"),
    path("worksites/permits/<int:pk>/papers/", views_permits.papers, name="permit-papers"),
    path("worksites/sinks/", views_sinks.sinks, name="sinks"),
    path("worksites/sinks/map.geojson", views_sinks.features, name="sink-features"),
    path("worksites/sinks/add/", views_sinks.add, name="sink-add"),
    path("worksites/sinks/<int:pk>/", views_sinks.sink, name="sink"),
    path("worksites/sinks/<int:pk>/change/", views_sinks.change, name="sink-change"),
    path("worksites/sheets-in/<slug:kind>/", views_sheets.sheets, name="sheets-in"),
    path("worksites/sheets-in/<slug:kind>/template.xlsx", views_sheets.empty, name="sheets-template"),
    path("worksites/sheets-in/<slug:kind>/try/", views_sheets.attempt, name="sheets-try"),
    path("worksites/sheets-in/<slug:kind>/write/", views_sheets.write, name="sheets-write"),
]
