"""What a long past costs: `python -m bench.growth [--sizes 1000 100000 1000000] [--plans]`.

200 open incidents and 700 of the last week stay the same; the rest is history, with its promises and its journal.
The same pages and queries are asked at each size; the last column says how many times the smallest size's time it is.
"""

import argparse
import json
import statistics
import time
from urllib.request import Request, urlopen

from bench.common import Database, machine, system, table, template_incident
from tests.outside import cookie_of

OPEN, WEEK = 200, 700
PAGES = {
    "console page": "/console/",
    "console snapshot": "/api/v1/console/snapshot/",
    "wall snapshot": "/api/v1/screen/snapshot/",
    "incidents, first page": "/api/v1/incidents/",
    "incidents that wait": "/api/v1/incidents/?status=pending_dispatch",
    "incidents overdue": "/api/v1/incidents/?overdue=true",
    "incidents of a community": "/api/v1/incidents/?community={community}",
    "one incident": "/api/v1/incidents/{incident}/",
    "alarms": "/api/v1/alarms/",
}
QUERIES = """
import json, time
from django.db import connection
from incidents.selectors import incidents_for, unordered_check_ids, resumable_ids
from incidents.services import sweeping
from incidents.models import Incident
from shushanwei.common.clock import db_now
from shushanwei.cockpit import figures, counts
from shushanwei.people.models import User
user = User.objects.get(username="screen")
asked = {
    "queue query": lambda: list(incidents_for(user).filter(ended_at__isnull=True).order_by("-id")[:400]),
    "next due": sweeping.next_due,
    "late clocks": sweeping.oldest_late_s,
    "30515 figures, uncached": lambda: figures.figures_today.__wrapped__(),
    "seven-day trend, uncached": lambda: figures._trends.__wrapped__(),
    "counts of today, uncached": lambda: counts.today.__wrapped__(),
    "usual day, uncached": lambda: counts._usual.__wrapped__(figures.midnight(db_now())),
    "checks to order": unordered_check_ids,
    "holds that end": lambda: resumable_ids(db_now()),
}
from dispatch.services import sweeps
asked |= {
    "dispatch: who waits": lambda: sweeps._waiting_ids(db_now()),
    "dispatch: undecided": lambda: sweeps._undecided_ids(db_now()),
    "dispatch: without escort": sweeps._without_escort,
    "dispatch: orders over": sweeps._orders_over,
    "dispatch: calls unfilled": sweeps._calls_unfilled,
}
out = {}
for name, ask in asked.items():
    ask()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    out[name] = sorted(took)[2]
plans = {}
for name in ("queue query",):
    query = incidents_for(user).filter(ended_at__isnull=True).order_by("-id")[:400]
    plans[name] = query.explain(analyze=True)
print("JSON" + json.dumps([out, plans]))
"""


def main() -> None:
    """Grow, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--plans", action="store_true", help="print the plan of the queue query at each size")
    options = parser.parse_args()
    print(f"growth: {machine()}")
    with system() as stack:
        db = Database(stack)
        db.run("alter role current_user set jit = off")
        template = template_incident(stack)
        cookie = cookie_of(stack)
        db.run("update incidents_deadline set void_at = now() where incident_id = %s", template)
        _write(db, template, OPEN, "now() - n * interval '20 seconds'", open_=True)
        _write(db, template, WEEK, "now() - n * interval '14 minutes'")
        found: dict[str, list[float]] = {}
        have = OPEN + WEEK
        for size in options.sizes:
            began = time.monotonic()
            _write(db, template, size - have, "now() - interval '8 days' - (n % 1000000) * interval '1 minute'")
            have = size
            for name in ("incidents_incident", "incidents_deadline", "journal_entry"):
                db.run(f"vacuum analyze {name}")
            print(f"{size:,} incidents stand after {time.monotonic() - began:.0f} s", flush=True)
            queries, plans = json.loads(stack.django(QUERIES).split("JSON")[-1])
            for name, ms in (queries | _pages(db, stack, cookie)).items():
                found.setdefault(name, []).append(ms)
            if options.plans:
                print("\n".join(plans.values()))
        heads = ["median ms at", *(f"{size:,}" for size in options.sizes), "grown"]
        table(
            "Cost of a long past", heads, [[name, *took, f"× {took[-1] / took[0]:.1f}"] for name, took in found.items()]
        )


def _pages(db: Database, stack, cookie: str) -> dict[str, float]:
    community = db.one("select community_id from incidents_incident where community_id is not null limit 1")
    incident = db.one("select max(id) from incidents_incident where ended_at is not null")
    took = {}
    for name, path in PAGES.items():
        address = stack.url + path.format(community=community, incident=incident)
        took[name] = statistics.median(_get(address, cookie) for _ in range(9))
    return took


def _get(address: str, cookie: str) -> float:
    began = time.perf_counter()
    with urlopen(Request(address, headers={"Cookie": cookie}), timeout=120) as answer:
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address} answered {answer.status}")
    return (time.perf_counter() - began) * 1_000


def _write(db: Database, template: int, count: int, opened_at: str, *, open_: bool = False) -> None:
    """`count` incidents with two promises and two entries each; ended ones were met, one in ten was late."""
    if count <= 0:
        return
    last = db.one("select max(id) from incidents_incident")
    numbers = f"(select n, {last} + n as id, {opened_at} as at from generate_series(1, {count}) n) n"
    ended = "null" if open_ else "n.at + interval '40 minutes'"
    state = "'pending_close'" if open_ else "'closed'"
    db.copies(
        "incidents_incident",
        f"t.id = {template}",
        numbers,
        id="n.id",
        case_no="'G' || lpad(n.id::text, 12, '0')",
        status=state,
        opened_at="n.at",
        filed_at="n.at",
        last_alert_at="n.at",
        ended_at=ended,
        closed_at=ended,
        overdue_at="case when n.n % 10 = 0 then n.at + interval '30 seconds' end",
        next_due_at="null",
        join_key="null",
        lon="120.10 + (n.n % 1000) * 0.0002",
        lat="30.00 + (n.n % 997) * 0.0002",
    )
    db.run("select setval(pg_get_serial_sequence('incidents_incident', 'id'), %s)", last + count)
    codes = "(values ('R30', 'E1', 30), ('A5', 'E3', 300)) as c(code, stop, target_s)"
    db.copies(
        "incidents_deadline",
        f"t.incident_id = {template} and t.code = 'R30'",
        f"{numbers}, {codes}",
        incident_id="n.id",
        code="c.code",
        stop="c.stop",
        on_miss="''",
        target_s="c.target_s",
        started_at="n.at",
        due_at="n.at + c.target_s * interval '1 second'",
        work_at="n.at + c.target_s * interval '1 second'",
        met_at="case when n.n % 10 > 0 then n.at + interval '20 seconds' end",
        missed_at="case when n.n % 10 = 0 then n.at + c.target_s * interval '1 second' end",
        stopped_at="n.at + interval '20 seconds'",
        void_at="null",
    )
    db.run(
        "insert into journal_entry (at, subject_type, subject_id, verb, actor_name, note, data, trace, is_live)"
        f" select n.at, 'incident', n.id, v, '', '', '{{}}', '', false from {numbers},"
        " unnest(array['incident.opened', 'incident.closed']) v"
    )


if __name__ == "__main__":
    main()
