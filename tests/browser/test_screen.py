"""The wall in a real browser: alive, bounded, and still of use without WebGL or with a panel broken."""

import pytest

from tests.faults.checks import let_fall_due

pytestmark = pytest.mark.slow
ALL_CLOSED = "update incidents_incident set status = 'closed', ended_at = now(), closed_at = now()"
NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
};
"""


def test_the_wall_shows_what_happens_and_an_urgent_one_takes_it_for_a_moment(signed_in, happens):
    wall = signed_in("page-wall", "/screen/", width=3840, height=1080)
    happens("路面积水")
    wall.locator(".line", has_text="路面积水").wait_for()
    happens("居民楼起火<b>三楼</b>", level=1)
    wall.locator("#takeover h3", has_text="居民楼起火<b>三楼</b>").wait_for()
    wall.locator("#takeover").wait_for(state="hidden", timeout=40_000)
    assert wall.locator(".wall-figures li").count() == 5
    assert wall.locator("#panel-hours canvas").count() == 1
    assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_the_wall_draws_no_more_than_fits(signed_in, happens):
    wall = signed_in("page-wall", "/screen/", width=1920, height=1080)
    for number in range(20):
        last, _case = happens(f"第{number}件")
    wall.locator(".line", has_text="第19件").wait_for()
    assert wall.locator(".line").count() <= 16
    box = wall.locator("#queue").bounding_box()
    lowest = wall.locator(".line").last.bounding_box()
    assert lowest["y"] + lowest["height"] <= box["y"] + box["height"] + 1


def test_more_than_the_wall_remembers_is_counted_once_also_when_it_changes(signed_in, happens, act, live_stack):
    old, _case = happens("最早的一件")
    ids = let_fall_due(live_stack, 150, 3_600, old)
    try:
        wall = signed_in("page-wall", "/screen/", width=1920, height=1080)
        for crowded_out in (ids[0], ids[0] + 1):
            act("answered", crowded_out, "page-a")
        happens("最新的一件")
        wall.locator(".line", has_text="最新的一件").wait_for()
        count = live_stack.sql("select count(*) from incidents_incident where ended_at is null")[0][0]
        wall.locator("#queue-count", has_text=f"在办{count}件").wait_for()
    finally:
        live_stack.sql(f"{ALL_CLOSED} where id between %s and %s", *ids)


def test_without_webgl_the_wall_says_so_and_draws_the_flat_map(signed_in):
    wall = signed_in("page-wall", "/screen/", width=1920, height=1080)
    wall.add_init_script(NO_WEBGL)
    wall.reload()
    wall.locator("#map-note", has_text="WebGL").wait_for()
    wall.locator("#map.leaflet-container").wait_for()
    wall.wait_for_selector("#link-state[data-state=live]")


def test_a_broken_panel_leaves_the_others_alive(signed_in, happens):
    wall = signed_in("page-wall", "/screen/", width=1920, height=1080)
    wall.evaluate("void (document.getElementById('figures').append = () => { throw new Error('broken') })")
    wall.evaluate("void (document.getElementById('ticker').replaceChildren = () => { throw new Error('broken') })")
    happens("面板坏了也要看到")
    wall.locator(".line", has_text="面板坏了也要看到").wait_for()
