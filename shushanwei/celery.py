"""The Celery application: beat only nudges, the rows decide what is due."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from django_structlog.celery.steps import DjangoStructLogInitStep

from shushanwei import schedule

# The warning about root is for pickled messages; ours are JSON, which carries no code.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
app = Celery("shushanwei")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = schedule.collect()
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(schedule.ROOMS)
