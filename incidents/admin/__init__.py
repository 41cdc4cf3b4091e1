"""The tables of this room in the admin."""

from incidents.admin import catalogue

__all__ = ["catalogue"]
