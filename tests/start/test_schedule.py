"""Beat only nudges: every entry has a task, a queue that somebody serves, and an end."""

import pytest

from shushanwei import schedule
from shushanwei.celery import app

ENTRIES = schedule.collect()


@pytest.mark.parametrize("name", ENTRIES)
def test_a_nudge_has_a_task_a_queue_and_expires(name):
    entry = ENTRIES[name]
    app.loader.import_default_modules()

    assert entry["task"] in app.tasks
    assert entry["options"]["queue"] in schedule.QUEUES
    assert entry["options"]["expires"] > 0


def test_beat_takes_the_schedule_of_all_rooms():
    assert set(app.conf.beat_schedule) == set(ENTRIES)
