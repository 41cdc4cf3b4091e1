"""Many signals, one incident: joined by key, place and time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from incidents import services
from incidents.models import Incident
from incidents.services import open_or_join
from shushanwei.common.clock import db_now
from tests.incidents.conftest import verbs


def test_a_second_signal_joins_the_live_incident(draft):
    first, opened = open_or_join(draft())
    second, opened_again = open_or_join(draft(lon=120.236927 + 0.0003))
    assert (opened, opened_again) == (True, False)
    assert second == first
    assert verbs(first) == ["incident.opened", "incident.alert_joined"]
    assert Incident.objects.get().alert_count == 2


@pytest.mark.parametrize(
    "other",
    [{"lon": 120.236927 + 0.0008}, {"code": "J1409"}],
    ids=["77 metres away", "another class"],
)
def test_a_signal_of_another_place_or_class_opens_its_own(draft, other):
    open_or_join(draft())
    assert open_or_join(draft(**other))[1]


def test_the_sources_own_key_joins_across_a_distance(draft):
    first, _ = open_or_join(draft(), correlation="cam-7:track-12")
    second, opened = open_or_join(draft(lon=120.239), correlation="cam-7:track-12")
    assert not opened and second == first


def test_after_the_window_a_signal_opens_a_new_incident(draft):
    first, _ = open_or_join(draft())
    Incident.objects.update(joins_until=db_now() - timedelta(seconds=1))
    second, opened = open_or_join(draft())
    assert opened and second != first


def test_an_ended_incident_never_swallows_a_new_signal(draft, seat):
    first, _ = open_or_join(draft())
    services.void(first.pk, actor=seat, reason="误报")
    assert open_or_join(draft())[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("correlation", ["", "cam-7:track-12"], ids=["by place", "by key"])
def test_sixty_four_racing_duplicates_make_one_incident_that_counts(draft, correlation):
    drafts = [draft(lon=120.236927 + (i % 5) * 0.00005) for i in range(64)]
    failures = []
    ready = threading.Barrier(64)

    def report(one):
        ready.wait()
        try:
            open_or_join(one, correlation=correlation)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=report, args=[one]) for one in drafts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    assert Incident.objects.count() == 1
    assert Incident.objects.get().alert_count == 64
