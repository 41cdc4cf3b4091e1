"""Reports drawn up on schedule: once, unchanged, again only as a new edition."""

import threading

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.utils import DatabaseError

from shushanwei.cockpit import beat, tasks
from shushanwei.cockpit.models import Report
from shushanwei.cockpit.reports import selectors, services
from shushanwei.cockpit.reports.access import Reader
from shushanwei.cockpit.reports.periods import Kind, parse
from shushanwei.common.errors import BadInput, NotAllowed, NotFound
from shushanwei.journal.models import Entry
from shushanwei.people.access import Reach
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.cockpit.street import at, incident

DAY = parse("day:2026-11-23")
READY = at("2026-11-24 07:30:00")
STREET = Reader(Reach(street=True), True)


@pytest.fixture(autouse=True)
def _nothing_kept_from_the_test_before():
    selectors.present.forget()


def person(role: str) -> User:
    user = User.objects.create_user(f"{role}-1", password="x")
    grant(user, role)
    return user


@pytest.mark.django_db
def test_a_day_is_drawn_up_at_half_past_seven_and_not_before():
    incident(at("2026-11-23 10:00:00"))

    assert services.freeze(DAY, now=at("2026-11-24 07:29:59")) is None
    report = services.freeze(DAY, now=READY)

    assert (report.kind, report.key, report.edition) == ("day", "2026-11-23", 1)
    assert report.cutoff_at == at("2026-11-24 07:00:00")
    assert Entry.objects.filter(subject_type="report", subject_id=report.pk, verb="report.frozen").count() == 1
    assert services.freeze(DAY, now=READY) is None


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_make_one_report():
    incident(at("2026-11-23 10:00:00"))
    start, made = threading.Barrier(4), []

    def beat_once():
        start.wait()
        try:
            made.append(services.freeze(DAY, now=READY))
        finally:
            connection.close()

    threads = [threading.Thread(target=beat_once) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert Report.objects.count() == 1
    assert len([report for report in made if report]) == 1
    assert Entry.objects.filter(verb="report.frozen").count() == 1


@pytest.mark.django_db
def test_what_is_missing_is_made_good_over_month_end_and_leap_day():
    incident(at("2028-02-27 10:00:00"))

    assert services.freeze_missing(now=at("2028-03-01 09:00:00")) == 5
    assert set(Report.objects.values_list("kind", "key")) == {
        ("day", "2028-02-27"), ("day", "2028-02-28"), ("day", "2028-02-29"), ("week", "2028-W08"), ("month", "2028-02"),
    }  # fmt: skip
    assert services.freeze_missing(now=at("2028-03-01 09:10:00")) == 0


@pytest.mark.django_db
def test_one_report_that_fails_does_not_keep_the_others_back(monkeypatch):
    incident(at("2026-11-21 10:00:00"))
    whole = selectors.computed

    def broken_sunday(frame):
        if frame.period.key == "2026-11-22":
            raise ValueError("broken")
        return whole(frame)

    monkeypatch.setattr(selectors, "computed", broken_sunday)
    services.freeze_missing([Kind.DAY], now=READY)

    assert sorted(Report.objects.values_list("key", flat=True)) == ["2026-11-21", "2026-11-23"]


@pytest.mark.django_db
def test_a_street_without_incidents_has_no_reports():
    assert services.freeze_missing(now=READY) == 0


@pytest.mark.django_db
def test_a_frozen_report_keeps_its_numbers_when_the_records_change():
    case = incident(at("2026-11-23 10:00:00"))
    services.freeze(DAY, now=READY)
    case.is_test = True
    case.save()

    assert selectors.reading(STREET, DAY).figures["counts"]["reported"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda r: r.update(reason="x"), lambda r: r.delete()])
def test_the_database_refuses_to_change_a_frozen_report(change):
    incident(at("2026-11-23 10:00:00"))
    services.freeze(DAY, now=READY)

    with pytest.raises((InternalError, ProgrammingError, DatabaseError)), transaction.atomic():
        change(Report.objects.all())


@pytest.mark.django_db
def test_a_new_edition_needs_the_permission_and_a_reason(roles):
    case = incident(at("2026-11-23 10:00:00"))
    commander, seat = person("commander"), person("seat_operator")
    with pytest.raises(NotFound):
        services.recompute(DAY, actor=commander, reason="样本更正")
    services.freeze(DAY, now=READY)
    case.is_test = True
    case.save()

    with pytest.raises(NotAllowed):
        services.recompute(DAY, actor=seat, reason="样本更正")
    with pytest.raises(BadInput):
        services.recompute(DAY, actor=commander, reason=" ")
    second = services.recompute(DAY, actor=commander, reason="样本更正")

    assert second.edition == 2
    assert selectors.reading(STREET, DAY).figures["counts"]["reported"] == 0
    assert selectors.reading(STREET, DAY, 1).figures["counts"]["reported"] == 1
    assert Entry.objects.get(verb="report.recomputed").note == "样本更正"


@pytest.mark.django_db
def test_a_community_never_reads_the_streets_frozen_numbers():
    incident(at("2026-11-23 10:00:00"))
    services.freeze(DAY, now=READY)
    elsewhere = Reader(Reach(areas=frozenset({"330109003999"})), True)

    reading = selectors.reading(elsewhere, DAY)

    assert (reading.report, reading.figures["counts"]["reported"]) == (None, 0)


def test_beat_nudges_what_exists_and_names_each_time():
    for entry in beat.SCHEDULE.values():
        assert entry["task"] == tasks.freeze_reports.name
        assert entry["options"]["expires"] > 0
    day, week, month = (beat.SCHEDULE[f"freeze-{kind}"]["schedule"] for kind in ("day", "week", "month"))
    assert (day.hour, day.minute) == ({7}, {30})
    assert (week.hour, week.day_of_week) == ({9}, {1})
    assert (month.hour, month.day_of_month) == ({9}, {1})


@pytest.mark.django_db
def test_the_task_draws_up_one_kind():
    incident(at("2026-11-01 10:00:00"))
    tasks.freeze_reports("week")

    assert set(Report.objects.values_list("kind", flat=True)) <= {"week"}
