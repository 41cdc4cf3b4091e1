"""Pages of this room."""

from django.urls import include, path

from incidents import views

app_name = "incidents"
urlpatterns = [
    path("", include("incidents.urls_intake")),
    path("attachments/<uuid:uuid>/", views.attachment, name="attachment"),
]
