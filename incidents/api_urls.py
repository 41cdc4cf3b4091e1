"""Addresses below /api/v1/ of this room."""

from django.urls import include, path

from incidents import api, api_field
from incidents.api_actions import STEPS, view_of

app_name = "incidents-api"
urlpatterns = [
    path("", include("incidents.api_urls_intake")),
    path("incidents/", api.Incidents.as_view(), name="incidents"),
    path("incidents/<int:pk>/", api.OneIncident.as_view(), name="incident"),
    path("incidents/<int:pk>/attachments/", api.Attachments.as_view(), name="attachments"),
    *[path(f"incidents/<int:pk>/{name}/", view_of(name).as_view(), name=name) for name in STEPS],
    path("categories/", api.Categories.as_view(), name="categories"),
    path("departments/", api.Departments.as_view(), name="departments"),
    path("alarms/", api.Alarms.as_view(), name="alarms"),
    path("alarms/<int:pk>/acknowledge/", api.AcknowledgeAlarm.as_view(), name="acknowledge"),
    path("field/", api_field.FieldState.as_view(), name="field-state"),
    path("field/reports/", api_field.Reports.as_view(), name="field-reports"),
    path("field/tasks/<int:pk>/", api_field.AnswerTask.as_view(), name="field-task"),
    path("field/visits/<int:pk>/", api_field.Visit.as_view(), name="field-visit"),
    path("field/position/", api_field.Position.as_view(), name="field-position"),
]
