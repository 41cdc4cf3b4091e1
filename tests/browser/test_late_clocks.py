"""Clocks that run late are seen by everybody in the room: the foot of console and wall turns red and says so."""

import signal

import pytest

pytestmark = pytest.mark.slow

FALLS_DUE = "update incidents_deadline set due_at = now(), work_at = now() where incident_id = %s and code = 'R30'"
COLOUR = "foot => getComputedStyle(foot).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"


def test_clocks_that_stand_still_turn_the_foot_of_console_and_wall_red(signed_in, happens, live_stack):
    pages = [signed_in("page-a", "/console/"), signed_in("page-wall", "/screen/", width=1920, height=1080)]
    incident, _number = happens("时限引擎停了")
    live_stack.kill("clocks", signal.SIGSTOP)
    try:
        live_stack.sql(FALLS_DUE, incident)
        for page in pages:
            page.locator("#foot[data-tone=missed] #foot-says", has_text="时限引擎滞后").wait_for()
            red, green, blue = page.locator("#foot").evaluate(COLOUR)
            assert red > 2 * max(green, blue)
    finally:
        live_stack.kill("clocks", signal.SIGCONT)
    for page in pages:
        page.locator("#foot:not([data-tone=missed])").wait_for(timeout=60_000)
