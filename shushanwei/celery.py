"""The Celery application: beat only nudges, the rows decide what is due."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
app = Celery("shushanwei")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(
    ["shushanwei.common", "shushanwei.journal", "grid", "incidents", "dispatch", "worksites", "points", "shushanwei.cockpit"]
)
