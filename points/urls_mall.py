"""Addresses of the mall and of what stands behind points."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
