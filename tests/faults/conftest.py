"""The running street of the fault tests: cameras, a screen, places that nobody has used yet."""

import itertools

import pytest

from bench.common import template_incident
from tests.faults.checks import close_what_is_open
from tests.outside import Listener, Sender, cookie_of

_places = itertools.count(0, 5_000)
_codes = itertools.count(1)
_templates: list[int] = []


@pytest.fixture(autouse=True)
def ready(request):
    """Each of these tests begins with everything at work, and leaves no incident open to the next."""
    if "live_stack" not in request.fixturenames:
        yield
        return
    stack = request.getfixturevalue("live_stack")
    stack.wait_ready(60)
    yield
    close_what_is_open(stack, but=_templates[-1] if _templates else 0)


@pytest.fixture(scope="session")
def cookie(live_stack):
    """A signed-in session; R30 is two seconds here, so that promises fall due while things break."""
    live_stack.sql("update incidents_slaclock set target_s = 2 where code = 'R30'")
    return cookie_of(live_stack)


@pytest.fixture(scope="session")
def sender(live_stack):
    return Sender(live_stack, f"cam-{next(_codes)}")


@pytest.fixture(scope="session")
def template(live_stack):
    """An incident to be copied."""
    _templates.append(template_incident(live_stack))
    return _templates[-1]


@pytest.fixture
def places():
    """A range of places of this test's own: alerts of other tests are never the same thing."""
    return next(_places)


@pytest.fixture
def listener(live_stack, cookie):
    """A screen that listens and connects again."""
    made = Listener(live_stack.ws_url, cookie)
    yield made
    made.stop()
