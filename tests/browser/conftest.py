"""People, units and incidents of the running system that the page tests look at."""

import json

import pytest

PASSWORD = "Ein-Kanal-30515"


@pytest.fixture(scope="session")
def act(live_stack):
    """Do something on the running system: `act("happens", "标题", 3)` calls the function in `acts.py`."""

    def run(name: str, *values):
        call = f"import json\nfrom tests.browser import acts\nprint(json.dumps(acts.{name}(*{values!r})))"
        return json.loads(live_stack.django(call).strip().splitlines()[-1])

    run("people")
    return run


@pytest.fixture
def happens(act):
    """Open an incident: `happens("标题", level=3)` gives (id, case number)."""
    return lambda title, level=3: act("happens", title, level)


@pytest.fixture
def signed_in(act, live_stack, new_page):
    """A page of a signed-in person: `signed_in("page-a", "/console/")`; script errors fail the test at its end."""
    wrong: list[str] = []

    def make(name: str, path: str, **options):
        page = new_page(**options)
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.set_default_timeout(30_000)
        page.goto(f"{live_stack.url}/sign-in/")
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(f"{live_stack.url}{path}")
        page.wait_for_selector("#link-state[data-state=live]")
        return page

    yield make
    assert wrong == []
