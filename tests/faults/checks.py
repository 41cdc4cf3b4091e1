"""Alerts that keep flowing while things break, and what must be true of the street afterwards."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import psycopg2
from redis.exceptions import RedisError

from shushanwei import roles
from tests.outside import Listener, Sender, an_alert
from tests.stack import Stack, wait_for

OPEN = "met_at is null and missed_at is null and void_at is null and paused_at is null"
TWICE = 2  # everything on the street is reported by two alerts


class Flow:
    """Two cameras that send until `stop()`, and again what was not acknowledged; each thing is reported twice."""

    def __init__(self, sender: Sender, *, first_place: int, pause_s: float = 0.2, threads: int = 2) -> None:
        self.sender, self.pause_s = sender, pause_s
        self.sent: list[str] = []
        self.places = 0
        self.first_place = first_place
        self.failures: list[str] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                place = self.first_place + self.places
                self.places += 1
            for _ in range(TWICE):
                alert = an_alert(place)
                try:
                    answer = self.sender.send_until_taken(alert, 90)
                except AssertionError as error:
                    self.failures.append(str(error))
                    return
                # Sent again after a lost answer it counts as a duplicate: acknowledged all the same.
                assert answer["accepted"] + answer["duplicates"] == 1, answer
                with self._lock:
                    self.sent.append(alert["external_id"])
            self._stopped.wait(self.pause_s)

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(120)
        assert not self.failures, self.failures


def all_is_well(stack: Stack, flow: Flow, patience_s: float = 90) -> None:
    """No acknowledged alert lost, no incident twice, no promise missed or announced twice."""
    wait_for(lambda: not waiting(stack, flow), patience_s, lambda: f"{waiting(stack, flow)} alerts to be worked off")
    found = stack.sql(
        "select count(*), count(distinct external_id), count(distinct incident_id) from incidents_alert"
        " where external_id = any(%s)",
        flow.sent,
    )[0]
    assert found == (len(flow.sent), len(flow.sent), flow.places)
    counted = stack.sql(
        "select count(*), coalesce(sum(alert_count), 0), max(alert_count) from incidents_incident where id in"
        " (select incident_id from incidents_alert where external_id = any(%s))",
        flow.sent,
    )[0]
    assert counted == (flow.places, len(flow.sent), TWICE)
    clocks_are_well(stack)


def waiting(stack: Stack, flow: Flow) -> int:
    """How many acknowledged alerts have not become (part of) an incident yet."""
    try:
        done = stack.sql(
            "select count(*) from incidents_alert where incident_id is not null and external_id = any(%s)", flow.sent
        )[0][0]
    except psycopg2.Error:
        return len(flow.sent)
    return len(flow.sent) - done


def clocks_are_well(stack: Stack, patience_s: float = 30) -> None:
    """Everything due is announced, each miss once in the journal and at most one alarm each."""
    due = f"select count(*) from incidents_deadline where {OPEN} and work_at < now() - interval '1 second'"
    wait_for(lambda: not stack.sql(due)[0][0], patience_s, "every promise that fell due to be announced")
    told = """
        select count(*) filter (where e.n is distinct from 1) from incidents_deadline d
        left join (select (data->>'deadline')::bigint as id, count(*) as n from journal_entry
                   where verb = 'incident.deadline_missed' group by 1) e on e.id = d.id
        where d.missed_at is not null
    """
    assert stack.sql(told)[0][0] == 0
    assert stack.sql("select count(*) from incidents_deadline where missed_at <> due_at")[0][0] == 0
    twice = "select from incidents_alarm where deadline_id is not null group by deadline_id, kind having count(*) > 1"
    assert stack.sql(f"select count(*) from ({twice}) t")[0][0] == 0
    forgotten = """
        select count(*) from incidents_deadline d where on_miss in ('alarm_shift_lead', 'alarm_commander')
        and missed_at is not null and not during_outage
        and not exists (select from incidents_alarm a where a.deadline_id = d.id)
    """
    assert stack.sql(forgotten)[0][0] == 0


def healed(stack: Stack, sender: Sender, listener: Listener, place: int, patience_s: float = 30) -> float:
    """Seconds until a new alert is acknowledged, worked off, and its incident stands on the screen."""
    began = time.monotonic()
    alert = an_alert(place, title=f"probe {place}")
    sender.send_until_taken(alert, patience_s)

    def shown() -> bool:
        # A screen that was cut or told so takes a snapshot: then it shows what stands in the database.
        heard = any(message["shape"].get("title") == alert["title"] for _, message in listener.changes())
        return heard or (listener.caught_up_at > began and _stands(stack, alert["external_id"]))

    wait_for(shown, patience_s, "a new alert to stand on the screen")
    return time.monotonic() - began


def _stands(stack: Stack, external_id: str) -> bool:
    try:
        return bool(
            stack.sql("select 1 from incidents_alert where external_id = %s and incident_id is not null", external_id)
        )
    except psycopg2.Error:
        return False


def second_beat(stack: Stack, folder: Path) -> subprocess.Popen[bytes]:
    """One more beat beside the first. Beat alone keeps a file: the second one needs a folder of its own."""
    folder.mkdir()
    for secret in ("secret_key", "field_key"):
        if (stack.local / secret).exists():
            os.link(stack.local / secret, folder / secret)
    return stack.also(roles.beat, LOCAL_DIR=str(folder))


def without_redis(stack: Stack, seconds: float) -> None:
    """Redis hangs for half the time, then is dead as often as it comes back; what it held is gone afterwards."""
    stack.kill("redis", signal.SIGSTOP)
    time.sleep(seconds / 2)
    stack.kill("redis", signal.SIGCONT)
    until = time.monotonic() + seconds / 2
    while time.monotonic() < until:
        try:
            stack.kill("redis")
        except LookupError:
            time.sleep(0.1)
    wait_for(lambda: _emptied(stack), 30, "Redis to come back")


def _emptied(stack: Stack) -> bool:
    try:
        return bool(stack.redis().flushall())
    except (RedisError, OSError):
        return False


def close_what_is_open(stack: Stack, but: int = 0) -> None:
    """End every open incident but one: thousands that wait and are reminded for good would slow what follows."""
    ours = f"select id from incidents_incident where ended_at is null and id <> {but}"
    stack.sql(f"update incidents_deadline set stopped_at = now() where stopped_at is null and incident_id in ({ours})")
    stack.sql(
        f"update incidents_alarm set acknowledged_at = now() where acknowledged_at is null and incident_id in ({ours})"
    )
    stack.sql(
        f"update incidents_incident set status = 'closed', ended_at = now(), closed_at = now() where id in ({ours})"
    )


def let_fall_due(
    stack: Stack, count: int, in_s: float, template: int, first_lat: float = 29.0, within_s: float = 1
) -> tuple[int, int]:
    """Copy an incident `count` times; their first and last id.

    Each has an R30 that falls due in the same second, or spread over `within_s` seconds.
    """
    from bench.common import Database

    db = Database(stack)
    # The numbers are drawn first: incidents are opened beside us.
    numbers = "pg_get_serial_sequence('incidents_incident', 'id')"
    last = db.one(f"select setval({numbers}, nextval({numbers}) + %s)", count) - count
    db.copies(
        "incidents_incident",
        f"t.id = {template}",
        f"generate_series(1, {count}) n",
        id=f"{last} + n",
        case_no=f"'X' || ({last} + n)",
        status="'dispatched'",
        opened_at="now()",
        join_key="null",
        rev="0",
        overdue_at="null",
        next_due_at=f"now() + interval '{in_s} seconds'",
        lat=f"{first_lat}",
    )
    db.copies(
        "incidents_deadline",
        f"t.incident_id = {template} and t.code = 'R30'",
        f"generate_series(1, {count}) n",
        incident_id=f"{last} + n",
        due_at=f"now() + interval '{in_s} seconds' + n * interval '{within_s} seconds' / {count}",
        work_at=f"now() + interval '{in_s} seconds' + n * interval '{within_s} seconds' / {count}",
        met_at="null",
        missed_at="null",
        stopped_at="null",
        void_at="null",
        announced_at="null",
        consequence_at="null",
        during_outage="false",
    )
    db.connection.close()
    return last + 1, last + count
