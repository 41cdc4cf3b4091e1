"""From the POST of an alert to the screens, and one push to many: `python -m bench.push [--rate 100] [--seconds 20]`.

(a) 200 screens; cameras send 100 alerts a second, one in ten about something new, then 20 a second that are all new:
stored, worked off by the real worker into incidents with clocks and journal, pushed. The delay of every alert is from
before its POST to the arrival of its push on a screen, for all screens.
(b) 1,000 screens; single changes published by another process, from `publish()` to each screen.
"""

import argparse
import threading
import time

from bench.common import Database, Screens, machine, quantiles, system, table
from tests.outside import Sender, an_alert, cookie_of

PUBLISH = """
import time
from shushanwei.journal import live
for number in range({count}):
    live.publish({{"type": "change", "subject": "incident", "id": 1, "rev": 10**9 + number, "verb": "incident.opened",
                  "shape": {{"text": "x" * 2_500}}, "trace": str(time.time())}})
    time.sleep(0.25)
live.flush()
"""


def main() -> None:
    """Start the system, measure both, print both."""
    options = _options()
    print(f"push: {machine()}")
    with system(WEB_WORKERS="1") as stack:
        cookie = cookie_of(stack)
        # The last stream overloads a small machine, so nothing is measured after it.
        single = _single(stack, cookie, options.many, options.pushes)
        table("One push to many", ["screens", "pushes", "deliveries", "p50 ms", "p99 ms", "max ms"], [single])
        rows = [
            _stream(stack, cookie, options, options.rate, 0.1, 0),
            _stream(stack, cookie, options, options.rate // 5, 1.0, 10_000),
        ]
        heads = ["alerts", "sent", "a second", "deliveries", "lost", "p50 ms", "p99 ms", "max ms"]
        table(f"From POST to {options.screens} screens", heads, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="alerts a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--many", type=int, default=1_000, help="screens of the second part")
    parser.add_argument("--pushes", type=int, default=40, help="single pushes of the second part")
    parser.add_argument("--threads", type=int, default=8, help="cameras that send at once")
    parser.add_argument("--kind", default="road_occupied")
    return parser.parse_args()


def _stream(stack, cookie: str, options: argparse.Namespace, rate: int, new: float, first_place: int) -> list:
    """Send `rate` alerts a second, the share `new` of them about something new, the others about the same again."""
    sender = Sender(stack, f"bench-{first_place}")
    sender.send_until_taken(an_alert(first_place))
    time.sleep(2)
    screens = Screens(stack, cookie, options.screens)
    sent: dict[str, float] = {}
    total, every = rate * options.seconds, round(1 / new)
    begin = time.time() + 0.5

    def send(first: int) -> None:
        for number in range(first, total, options.threads):
            time.sleep(max(0.0, begin + number / rate - time.time()))
            trace = f"p-{first_place}-{number}"
            sent[trace] = time.time()
            # What is reported again is what was new a moment ago.
            place = first_place + 1 + number // every
            sender.send_until_taken(an_alert(place, kind=options.kind), trace=trace)

    threads = [threading.Thread(target=send, args=[first]) for first in range(options.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - begin
    time.sleep(5)
    told = screens.stop()
    # The push of an alert is that of the entry written in the transaction that worked it off.
    entries = Database(stack).ask(
        "select a.trace, e.id from incidents_alert a join journal_entry e on e.subject_type = 'incident'"
        " and e.subject_id = a.incident_id and e.xid = a.xmin::text::bigint and e.is_live where a.trace like %s",
        f"p-{first_place}-%",
    )
    pushed: dict[int, list[float]] = {}
    for trace, rev in entries:
        pushed.setdefault(rev, []).append(sent[trace])
    late = [(when - posted) * 1_000 for heard in told["heard"] for rev, when in heard for posted in pushed.get(rev, ())]
    lost = total * options.screens - len(late)
    what = f"{rate} a second, one in {every} new" if every > 1 else f"{rate} a second, all new"
    return [what, total, total / took, len(late), lost, *quantiles(late)]


def _single(stack, cookie: str, count: int, pushes: int) -> list:
    screens = Screens(stack, cookie, count)
    time.sleep(2)
    stack.django(PUBLISH.format(count=pushes))
    time.sleep(2)
    told = screens.stop()
    sent = {rev: float(trace) for rev, trace in told["traces"].items() if rev >= 10**9}
    late = [(when - sent[rev]) * 1_000 for heard in told["heard"] for rev, when in heard if rev in sent]
    if len(late) != count * pushes:
        print(f"{count * pushes - len(late)} deliveries are missing")
    return [count, pushes, len(late), *quantiles(late)]


if __name__ == "__main__":
    main()
