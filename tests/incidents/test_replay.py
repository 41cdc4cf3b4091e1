"""Files of past events go through the same door as everything else; sending twice changes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.intake import senders
from incidents.intake.desk import make_source
from incidents.intake.replaying import BadFile, BadRow, alert_of, read_mapping, rows_of, survey
from incidents.management.commands.replay import MAPPINGS
from incidents.models import Alert, Source

DATA = Path(__file__).resolve().parents[1] / "data"
CSV, LINES = DATA / "service_requests_311.csv", DATA / "service_requests_311.ndjson"


@pytest.fixture(scope="module")
def mapping():
    return read_mapping(MAPPINGS / "service_requests_311.toml")


def test_a_published_row_becomes_an_alert_on_the_street(mapping):
    row = next(rows_of(CSV))
    alert = alert_of(row, mapping)
    assert (alert["external_id"], alert["kind"], alert["title"]) == (
        "70000001", "garbage_overflow", "311 · Household refuse",
    )  # fmt: skip
    assert datetime.fromisoformat(alert["occurred_at"]) == datetime(2026, 3, 1, 13, 5, 11, tzinfo=UTC)
    assert 120.211 <= alert["lon"] <= 120.27 and 30.087 <= alert["lat"] <= 30.133
    assert alert["payload"]["Agency"] == "DSNY"


def test_midnight_and_noon_are_told_apart(mapping):
    times = [alert_of(row, mapping)["occurred_at"][11:16] for row in list(rows_of(CSV))[1:3]]
    assert times == ["12:05", "00:30"]


def test_both_spellings_of_the_columns_are_understood(mapping):
    assert [alert_of(row, mapping)["kind"] for row in rows_of(LINES)] == ["streetlight_off", "illegal_poster"]


def test_a_kind_nobody_mapped_is_sent_as_it_is(mapping):
    assert alert_of(list(rows_of(CSV))[4], mapping)["kind"] == "Rodent"


def test_rows_without_place_or_time_are_named(mapping):
    rows = list(rows_of(CSV))
    with pytest.raises(BadRow, match="lon"):
        alert_of(rows[5], mapping)
    with pytest.raises(BadRow, match="occurred_at"):
        alert_of(rows[6], mapping)


def test_the_survey_counts_and_finds_the_last_moment(mapping):
    count, latest = survey(CSV, mapping)
    assert count == 8
    assert latest.astimezone(UTC) == datetime(2026, 3, 3, 4, 59, 59, tzinfo=UTC)


def test_a_file_without_the_columns_says_which_it_has(tmp_path, mapping):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match="the file has a, b"):
        survey(other, mapping)


@pytest.mark.parametrize(
    "text", ["oops", "[columns]\nkind = 7", '[columns]\nwrong = "x"', '[columns]\n[time]\nzone = "Moon/1"']
)
def test_a_wrong_mapping_is_told_clearly(tmp_path, text):
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(BadFile):
        read_mapping(path)


@pytest.fixture
def door(live_server):
    make_source("replay", "回放", "analytics")
    senders.forget()
    return live_server.url


@pytest.mark.django_db(transaction=True)
def test_a_file_is_replayed_and_a_second_time_changes_nothing(door, capsys):
    call_command("replay", str(CSV), mapping="service_requests_311", url=door)
    said = capsys.readouterr().out
    assert "6 accepted, 0 known before, 0 refused by the door, 2 rows left out" in said
    assert "row 6: lon is empty" in said
    call_command("replay", str(CSV), mapping="service_requests_311", url=door)
    assert "0 accepted, 6 known before" in capsys.readouterr().out
    assert Alert.objects.count() == 6
    newest = Alert.objects.order_by("-occurred_at").first().occurred_at
    assert datetime.now(UTC) - timedelta(days=1) < newest <= datetime.now(UTC)


@pytest.mark.django_db(transaction=True)
def test_a_paced_replay_sends_the_later_events_later(door):
    call_command("replay", str(CSV), mapping="service_requests_311", url=door, speed=100_000)
    assert Alert.objects.order_by("received_at", "occurred_at").last().external_id == "70000004"
    first, last = Alert.objects.get(external_id="70000003"), Alert.objects.get(external_id="70000004")
    assert last.received_at - first.received_at > timedelta(seconds=0.8)


@pytest.mark.django_db(transaction=True)
def test_a_replay_without_a_source_or_with_a_wrong_secret_says_so(door):
    with pytest.raises(CommandError, match="make_source"):
        call_command("replay", str(CSV), mapping="service_requests_311", url=door, source="nobody")
    with pytest.raises(CommandError, match="401"):
        call_command("replay", str(CSV), mapping="service_requests_311", url=door, secret="wrong")
    with pytest.raises(CommandError, match="no rows"):
        call_command("replay", "/dev/null", url=door)


@pytest.mark.django_db(transaction=True)
def test_a_new_source_shows_its_secret_once(capsys):
    call_command("make_source", "gate-1", kind="analytics")
    secret = capsys.readouterr().out.strip()
    assert len(secret) == 43 and secret not in Source.objects.get().secret
    with pytest.raises(CommandError, match="already"):
        call_command("make_source", "gate-1")
    call_command("make_source", "gate-1", new_secret=True)
    assert capsys.readouterr().out.strip() != secret
