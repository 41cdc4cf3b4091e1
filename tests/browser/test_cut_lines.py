"""The line of console and wall is cut again and again while the street works: at the end they show what is true."""

import pytest

from tests.browser.cutting import Cuts, cut_and_compare
from tests.outside import Sender
from tests.stack import slowness

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def tight(live_stack):
    """Promises of seconds, so that they are kept, missed and made up for while the line is cut."""
    before = live_stack.sql("select code, target_s from incidents_slaclock where code in ('R30', 'A5')")
    live_stack.sql(
        "update incidents_slaclock set target_s = case code when 'R30' then 6 else 15 end where code in ('R30', 'A5')"
    )
    yield
    for code, seconds in before:
        live_stack.sql("update incidents_slaclock set target_s = %s where code = %s", seconds, code)


def test_after_many_cuts_console_and_wall_show_what_the_server_says(live_stack, browser, tight):
    sender = Sender(live_stack, "cut-lines")
    cuts = Cuts(seconds=75, shortest=2, longest=18, rest=(1, 6))
    print(cut_and_compare(live_stack, browser, sender, cuts, rate=1.2, patience_s=60 * slowness()))
    assert len(cuts.done) >= 4
