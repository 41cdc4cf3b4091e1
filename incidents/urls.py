"""Pages of this room."""

from django.urls import include, path

from incidents import views, views_field

app_name = "incidents"
urlpatterns = [
    path("", include("incidents.urls_intake")),
    path("attachments/<uuid:uuid>/", views.attachment, name="attachment"),
    path("field/", views_field.field, name="field"),
    path("field/manifest.webmanifest", views_field.manifest, name="field-manifest"),
    path("field/sw.js", views_field.service_worker, name="field-worker"),
]
