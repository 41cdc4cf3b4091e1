"""Pages of this room."""

from django.urls import path

from shushanwei.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("console/", views.console, name="console"),
    path("screen/", views.screen, name="screen"),
]
