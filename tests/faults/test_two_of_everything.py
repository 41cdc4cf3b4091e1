"""Two of each process at once: what one web takes in reaches the screens of the other, nothing happens twice."""

import time
from dataclasses import replace

import pytest

from shushanwei import roles
from tests.faults.checks import TWICE, clocks_are_well, let_fall_due, second_beat
from tests.faults.test_clocks_under_fire import misses
from tests.outside import Listener, Sender, an_alert
from tests.stack import free_port, wait_for


@pytest.fixture
def twins(live_stack, tmp_path):
    """A second web, ws, worker, clocks and beat beside the first; the ports of the second web and ws."""
    port, ws_port = free_port(), free_port()
    made = [
        live_stack.also(roles.web, PORT=str(port), WS_PORT=str(ws_port)),
        live_stack.also(lambda config: roles.ws(replace(config, ws_port=ws_port))),
        live_stack.also(roles.worker),
        live_stack.also(roles.clocks),
        second_beat(live_stack, tmp_path / "beat"),
    ]
    yield port, ws_port
    from tests.stack import end

    for process in made:
        end(process)
        live_stack.others.remove(process)


def test_what_one_web_takes_in_reaches_the_screens_of_the_other_once(live_stack, cookie, template, twins, places):
    port, ws_port = twins
    here, there = Sender(live_stack, "cam-here"), Sender(live_stack, "cam-there", port)
    screens = [Listener(live_stack.ws_url, cookie), Listener(f"ws://127.0.0.1:{ws_port}/ws/live/", cookie)]
    try:
        wait_for(lambda: all(screen.hellos for screen in screens), 60, "both screens to connect")
        titles = []
        for number in range(20):
            titles.append(f"twins {places + number}")
            for sender in (here, there)[:TWICE]:
                sender.send_until_taken(an_alert(places + number, title=titles[-1]))
        ids = let_fall_due(live_stack, 200, 1.0, template)

        def opened(screen) -> list[str]:
            told = [message["shape"]["title"] for _, message in screen.changes("incident.opened")]
            return sorted(title for title in told if title in titles)

        wait_for(
            lambda: all(len(opened(screen)) >= 20 for screen in screens),
            60,
            lambda: f"both screens to hear of 20 incidents, {[len(opened(screen)) for screen in screens]}",
        )
        wait_for(lambda: misses(live_stack, ids)["missed"] == 200, 30, "200 misses")
        time.sleep(3)
        assert [opened(screen) for screen in screens] == [sorted(titles)] * 2
        assert misses(live_stack, ids) == {"missed": 200, "flagged": 0, "entries": 200, "alarms": 200}
        counts = live_stack.sql("select alert_count from incidents_incident where title = any(%s)", titles)
        assert [count for (count,) in counts] == [TWICE] * 20
        clocks_are_well(live_stack)
    finally:
        for screen in screens:
            screen.stop()
