"""How late a missed promise is told: `python -m bench.clocks [--open 1000000] [--rounds 2]`.

A million open promises; one falls due each second, then 1,000 and 5,000 in the same instant (three of five raise
an alarm too; none is a missed arrival, whose consequence is the dispatcher's work). Real beat, real
clocks worker, a real screen: lateness is from the due instant to the push on the screen (miss, journal, alarm and
next due are committed by then). The floors in the same run: one bare UPDATE of 5,000 rows, and the claim query.
"""

import argparse
import time

from bench.common import Database, Screens, machine, quantiles, system, table, template_incident
from tests.outside import cookie_of

PER_INCIDENT = 5
CODES = """(values ('R30', 'E1', 'alarm_shift_lead', 'street_30515'), ('S15', 'E6', 'alarm_commander', 'street_30515'),
    ('C480', 'E3', '', 'city'), ('F24', 'E8', 'alarm_shift_lead', 'street_30515'), ('C24h', 'E9', '', 'city')
) as c(code, stop, on_miss, policy)"""
DUE_NOW = """
    update incidents_deadline d set due_at = p.due_at, work_at = p.due_at, started_at = p.due_at - interval '30 seconds'
    from (select id, now() + interval '{lead} seconds' {step} as due_at from (
        select id, row_number() over (order by id) - 1 as n from incidents_deadline
        where due_at > now() + interval '1 hour' and met_at is null and missed_at is null and void_at is null
          and code = (array['R30', 'S15', 'C480', 'F24', 'C24h'])[1 + (incident_id + {turn}) % 5]
        order by id limit {count}) picked) p
    where d.id = p.id
"""
STATE = "met_at is null and missed_at is null and void_at is null and paused_at is null"


def main() -> None:
    """Fill, measure at rest, in bursts, print against the floors."""
    options = _options()
    print(f"clocks: {machine()}")
    with system() as stack:
        db = Database(stack)
        began = time.monotonic()
        _fill(db, template_incident(stack), options.open)
        waiting = db.one(f"select count(*) from incidents_deadline where {STATE}")
        print(
            f"{waiting:,} open promises of {waiting // PER_INCIDENT:,} incidents,"
            f" written in {time.monotonic() - began:.0f} s"
        )
        cookie = cookie_of(stack)
        rows = [_rest(db, stack, cookie, options.rest)]
        bursts = []
        for count in (1_000, 5_000):
            bursts += [_burst(db, stack, cookie, count) for _ in range(options.rounds)]
        rows += bursts
        heads = ["due at once", "told", "twice", "p50 ms", "p99 ms", "max ms", "announced p99 ms"]
        table("Lateness on the screen", heads, rows)
        floors = _floors(db)
        table("Floors", ["statement", "ms"], list(floors.items()))
        best = min(row[5] for row in bursts if row[0] == "5,000")
        print(
            f"\n5,000 told in {best:,.0f} ms:"
            f" {best / floors['update 5,000 in one statement']:.1f} times the bare UPDATE"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000, help="open promises (default 1,000,000)")
    parser.add_argument("--rest", type=int, default=30, help="seconds at rest, one promise a second")
    parser.add_argument("--rounds", type=int, default=2, help="bursts of each size")
    return parser.parse_args()


def _fill(db: Database, template: int, promises: int) -> None:
    incidents = promises // PER_INCIDENT
    last = db.one("select max(id) from incidents_incident")
    db.run("update incidents_deadline set void_at = now() where incident_id = %s", template)
    db.run("update incidents_incident set status = 'dispatched' where id = %s", template)
    db.copies(
        "incidents_incident",
        f"t.id = {template}",
        f"generate_series(1, {incidents}) n",
        id=f"{last} + n",
        case_no="'C' || lpad(n::text, 12, '0')",
        opened_at="now()",
        lon="120.10 + (n % 1000) * 0.0002",
        lat="30.00 + (n / 1000) * 0.001",
        status="'dispatched'",
    )
    db.run("select setval(pg_get_serial_sequence('incidents_incident', 'id'), %s)", last + incidents)
    db.copies(
        "incidents_deadline",
        f"t.incident_id = {template} and t.code = 'R30'",
        f"generate_series(1, {incidents}) n, {CODES}",
        incident_id=f"{last} + n",
        code="c.code",
        stop="c.stop",
        on_miss="c.on_miss",
        policy="c.policy",
        void_at="null",
        due_at="now() + interval '1 day' + n * interval '1 second'",
        work_at="now() + interval '1 day' + n * interval '1 second'",
    )
    db.run("vacuum analyze incidents_incident")
    db.run("vacuum analyze incidents_deadline")


def _rest(db: Database, stack, cookie: str, seconds: int) -> list:
    screens = Screens(stack, cookie, 1)
    which = _due(db, seconds, lead=3, step="+ n * interval '1 second'")
    time.sleep(seconds + 5)
    return ["1 a second", *_told(db, screens.stop(), which, seconds)]


def _burst(db: Database, stack, cookie: str, count: int) -> list:
    screens = Screens(stack, cookie, 1)
    which = _due(db, count, lead=3)
    _wait_for(
        lambda: (
            not db.one(
                f"select count(*) from incidents_deadline where {STATE} and work_at < now() + interval '1 minute'"
            )
        )
    )
    time.sleep(2)
    return [f"{count:,}", *_told(db, screens.stop(), which, count)]


def _due(db: Database, count: int, *, lead: int, step: str = "") -> tuple[float, float]:
    """Let `count` promises of as many incidents fall due; returns the first and the last instant."""
    db.run(DUE_NOW.format(lead=lead, step=step, count=count, turn=0))
    first, last = db.ask(
        f"select extract(epoch from min(due_at))::float, extract(epoch from max(due_at))::float from incidents_deadline"
        f" where {STATE} and due_at < now() + interval '1 hour'"
    )[0]
    return first, last


def _told(db: Database, told: dict, which: tuple[float, float], count: int) -> list:
    entries = db.ask(
        "select e.id, extract(epoch from e.at)::float, extract(epoch from d.announced_at - d.due_at)::float * 1000"
        " from journal_entry e join incidents_deadline d on d.id = (e.data->>'deadline')::bigint"
        " where e.verb = 'incident.deadline_missed' and e.at between to_timestamp(%s) and to_timestamp(%s)",
        which[0] - 0.001,
        which[1] + 0.001,
    )
    if len(entries) != count:
        raise SystemExit(f"{count} were due, {len(entries)} were told")
    due = {rev: at for rev, at, _ in entries}
    heard = [(rev, when) for rev, when in told["heard"][0] if rev in due]
    late = [(when - due[rev]) * 1_000 for rev, when in heard]
    twice = len(heard) - len({rev for rev, _ in heard})
    if len(heard) - twice != count or told["resyncs"]:
        print(f"the screen heard {len(heard)} of {count} and was told {told['resyncs']} times to take a snapshot")
    return [len(entries), twice, *quantiles(late), quantiles([ms for _, _, ms in entries])[1]]


def _floors(db: Database) -> dict[str, float]:
    ids = [row[0] for row in db.ask(
        f"select id from incidents_deadline where {STATE} and on_miss = ''"
        " and due_at > now() + interval '1 hour' limit 5000"
    )]  # fmt: skip
    return {
        "next due": _ms(lambda: db.ask(f"select min(work_at) from incidents_deadline where {STATE}")),
        "claim 5,000 (select … for update skip locked)": _ms(
            lambda: db.ask(
                f"select id from incidents_deadline where {STATE} order by work_at, id"
                " limit 5000 for update skip locked"
            )
        ),
        "update 5,000 in one statement": _ms(
            lambda: db.run(
                "update incidents_deadline set missed_at = due_at, announced_at = now() where id = any(%s)", ids
            )
        ),
    }


def _ms(work) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def _wait_for(condition, patience_s: float = 120) -> None:
    until = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the promises were not told")
        time.sleep(0.25)


if __name__ == "__main__":
    main()
