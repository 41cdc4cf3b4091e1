"""Addresses of the medicine chest and the health officers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
