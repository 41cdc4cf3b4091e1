"""The tables of this room in the admin."""

from incidents.admin import catalogue, intake

__all__ = ["catalogue", "intake"]
