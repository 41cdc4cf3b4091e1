"""Addresses below /api/v1/ for tokens."""

from django.urls import path

from shushanwei.people import api

app_name = "people-api"
urlpatterns = [path("token/", api.Tokens.as_view(), name="token")]
