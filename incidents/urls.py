"""Pages of this room."""

from django.urls import path

from incidents import views

app_name = "incidents"
urlpatterns = [
    path("attachments/<uuid:uuid>/", views.attachment, name="attachment"),
]
