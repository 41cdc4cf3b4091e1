"""The console in real browsers: two seats watch each other through a case, a lost link heals, keys, hostile text."""

import os
import signal
import time

import pytest

pytestmark = pytest.mark.slow


def row(page, incident: int):
    return page.locator(f"#row-{incident}")


def has_status(page, incident: int, status: str) -> None:
    """Wait until the row shows the status, wherever a filter has put it."""
    page.locator(f"#row-{incident}[data-status={status}]").wait_for(state="attached")


def test_two_seats_watch_each_other_through_a_case(signed_in, happens, act):
    act("quiet")
    a, b = signed_in("page-a", "/console/"), signed_in("page-b", "/console/", width=1920, height=1080)
    act("heard")
    incident, number = happens("两户因楼道堆物争吵")
    for page in (a, b):
        row(page, incident).wait_for()

    row(b, incident).click()
    row(a, incident).click()
    a.keyboard.press("a")
    b.locator(".case-facts", has_text="甲坐席").wait_for()
    assert b.locator("[data-action=answer]").count() == 0

    a.locator(".unit-pick[data-first=true]", has_text="页面测试班").wait_for()
    a.keyboard.press("d")
    row(b, incident).locator(".row-unit", has_text="页面测试班").wait_for()
    has_status(b, incident, "dispatched")
    b.locator(".order", has_text="页面测试班").wait_for()

    act("crew", incident, "accept")
    has_status(b, incident, "handling")
    row(b, incident).locator(".tick[data-code=R30][data-state=met], .tick[data-code=R30][data-state=late]").wait_for()
    act("crew", incident, "arrive")
    row(a, incident).locator(".tick[data-code=A5][data-state=met]").wait_for()
    act("crew", incident, "finish")
    has_status(a, incident, "pending_check")

    a.locator("[data-action=checked]").wait_for()
    a.keyboard.press("v")
    a.locator("#sheet input[name=by_picture][value=false]").check()
    a.locator("#sheet button[value=yes]").click()
    has_status(b, incident, "pending_close")

    a.locator("[data-action=close]").click()
    assert "劝解" in a.locator("#sheet textarea[name=done]").input_value(), "the unit's words are the draft"
    a.locator("#sheet textarea[name=found]").fill("已查")
    a.locator("#sheet textarea[name=done]").fill("劝解")
    a.locator("#sheet input[name=contacted]").fill("")
    assert a.locator("#sheet .warn").is_visible(), "a brief closing is warned about"
    a.locator("#sheet textarea[name=done]").fill("当场劝解，双方清走堆放的杂物，握手言和，并约定不再堆放，由网格员复看")
    assert not a.locator("#sheet .warn").is_visible()
    a.locator("#sheet button[value=yes]").click()
    b.locator("#case .tag.status-closed").wait_for()
    b.locator(".story li[data-verb='incident.closed']").wait_for()
    verbs = b.locator(".story li").evaluate_all("lines => lines.map(line => line.dataset.verb)")
    assert verbs[0] == "incident.closed" and verbs[-1] == "incident.opened"
    b.locator("[data-tab=ended]").click()
    row(b, incident).wait_for()
    assert b.url.endswith(f"#{number}")


def test_who_was_slower_is_told_who_was_faster(signed_in, happens, act):
    page = signed_in("page-a", "/console/")
    incident, _number = happens("两个坐席同时按下")
    row(page, incident).click()
    page.locator("[data-action=answer]").wait_for()
    page.route("**/api/v1/incidents/*/answer/", lambda route: (act("answered", incident, "page-b"), route.continue_()))
    page.locator("[data-action=answer]").click()
    page.locator(".toast", has_text="乙坐席").wait_for()


def test_a_dead_socket_server_shows_at_once_and_heals_without_a_reload(signed_in, happens, live_stack):
    page = signed_in("page-b", "/console/")
    page.evaluate("window.sameVisit = true")
    old = live_stack.kill("ws")
    page.wait_for_selector("#link-state[data-state=reconnecting]", timeout=5_000)
    incident, _number = happens("断线期间发生的事件")
    live_stack.wait_restarted("ws", old)
    page.wait_for_selector("#link-state[data-state=live]", timeout=40_000)
    row(page, incident).wait_for()
    assert page.evaluate("window.sameVisit") is True


def test_a_link_that_falls_silent_is_noticed_within_five_seconds(signed_in, happens, live_stack):
    page = signed_in("page-a", "/console/")
    pid = live_stack.kill("ws", signal.SIGSTOP)
    began = time.monotonic()
    try:
        page.wait_for_selector("#link-state[data-state=reconnecting]", timeout=15_000)
        waited = time.monotonic() - began
        page.locator("#foot[data-tone=due]").wait_for()
        incident, _number = happens("沉默期间发生的事件")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert waited < 5.5
    page.wait_for_selector("#link-state[data-state=live]", timeout=40_000)
    row(page, incident).wait_for()


def test_hostile_words_are_shown_and_never_run(signed_in, happens):
    title = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>占道'
    page = signed_in("page-b", "/console/")
    incident, _number = happens(title, level=2)
    row(page, incident).wait_for()
    assert row(page, incident).locator(".row-title").text_content() == title
    row(page, incident).click()
    assert page.locator("#case h1").text_content() == title
    page.locator(f"[data-call='{incident}']").wait_for()
    assert page.evaluate("window.broken") is None
    assert page.locator("#queue img, #case h1 img, #alarms img").count() == 0


def test_a_case_goes_to_the_department_that_was_chosen(signed_in, happens, live_stack):
    page = signed_in("page-a", "/console/")
    incident, _number = happens("交给部门的事件", level=4)
    live_stack.sql("update incidents_incident set status = 'pending_dispatch' where id = %s", incident)
    page.reload()
    row(page, incident).click()
    page.locator("[data-action=department]").click()
    page.locator("#sheet select[name=department]").select_option(index=2)
    chosen = page.locator("#sheet select[name=department] option:checked").inner_text().split(" · ")[0]
    page.locator("#sheet button[value=yes]").click()
    page.locator(".order", has_text=chosen).wait_for()
    has_status(page, incident, "dispatched")


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_the_console_never_grows_wider_than_its_screen(signed_in, happens, width):
    page = signed_in("page-a", "/console/", width=width, height=900)
    incident, _number = happens("窄屏幕上的事件")
    row(page, incident).click()
    page.locator(".unit-pick, #case h1").first.wait_for()
    right = page.evaluate("Math.max(...[...document.querySelectorAll('.con-bar, .con > section, #foot')]"
                          ".map((part) => part.getBoundingClientRect().right))")  # fmt: skip
    assert right <= width


def test_the_keyboard_walks_searches_and_explains(signed_in, happens):
    page = signed_in("page-a", "/console/")
    first, _number = happens("键盘测试甲")
    second, _number = happens("键盘测试乙")
    row(page, second).wait_for()
    page.keyboard.press("/")
    page.keyboard.type("键盘测试")
    assert page.locator("#queue .row").count() == 2
    page.keyboard.press("Enter")
    assert row(page, second).get_attribute("aria-selected") == "true"
    page.keyboard.press("j")
    assert row(page, first).get_attribute("aria-selected") == "true"
    page.keyboard.press("k")
    assert row(page, second).get_attribute("aria-selected") == "true"
    page.keyboard.press("?")
    assert page.locator("#help").evaluate("dialog => dialog.open")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert row(page, second).locator(".tag.status-pending_dispatch").count() == 1, "keys behind a dialog do nothing"


def test_new_incidents_wait_behind_a_bar_while_somebody_reads(signed_in, happens):
    page = signed_in("page-b", "/console/", height=420)
    for number in range(4):
        last, _case = happens(f"垫高队列{number}")
    row(page, last).wait_for(state="attached")
    page.locator("#queue").hover()
    page.locator("#queue").evaluate("list => list.scrollTop = 200")
    top = page.locator("#queue").evaluate("list => list.scrollTop")
    fresh, _case = happens("新来的事件")
    page.locator("#queue-new", has_text="1条新事件").wait_for()
    assert row(page, fresh).count() == 0
    assert page.locator("#queue").evaluate("list => list.scrollTop") == top
    page.locator("#queue-new").click()
    row(page, fresh).wait_for()
    assert page.locator("#queue-new").is_hidden()
