"""Shushan Guard: the governance command centre of a street office."""

from shushanwei.celery import app as celery_app

__all__ = ["celery_app"]
