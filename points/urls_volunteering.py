"""Addresses of volunteering and the neighbourhood market."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
