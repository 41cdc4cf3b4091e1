"""Signing in and out, the password and the language."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from shushanwei.people import views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("here/", views.here, name="here"),
    path("language/", set_language, name="language"),
]
