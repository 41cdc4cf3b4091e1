"""What a page shows against what the server says at the same moment: rows, clocks, calls, counts, figures."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

from shushanwei.common.clock import STREET

CODES = ["R30", "A5", "S15", "F24"]
SIGNS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
WAITS = {"reported", "pending_filing", "pending_dispatch", "returned", "pending_check", "pending_close"}
CALLS_FOR = timedelta(minutes=15)
FEW_CALLS, MOST_CALLS = 3, 20
OVER = "over"

READ = Path(__file__).with_name("read.js").read_text()


def of_server(page, path: str) -> dict:
    """What the server answers this page's person."""
    answer = page.context.request.get(path, headers={"X-Background": "1"}, timeout=60_000)
    assert answer.ok, f"{path}: {answer.status}"
    return json.loads(answer.body())


def console_differs(page, url: str, truth) -> list[str]:
    """What the console shows otherwise than the server says; `truth(ids)` gives {id: (status, level)} of the rows."""
    before, snapshot, after = _console(page), of_server(page, f"{url}/api/v1/console/snapshot/"), _console(page)
    return min((_console_differs(shown, snapshot, truth) for shown in (before, after)), key=len)


def wall_differs(page, url: str) -> list[str]:
    """What the wall shows otherwise than the server says."""
    before, snapshot, after = (
        page.evaluate(READ),
        of_server(page, f"{url}/api/v1/screen/snapshot/"),
        page.evaluate(READ),
    )
    return min((_wall_differs(shown, snapshot) for shown in (before, after)), key=len)


def _console(page) -> dict:
    """What the console shows, with the rows of those that have ended, and all calls that it can show."""
    page.locator("#tabs [data-tab=ended]").click()
    ended = page.evaluate(READ)["rows"]
    page.locator("#tabs [data-tab=live]").click()
    rest = page.locator("#alarms .alarm-rest")
    if rest.is_visible() and page.locator("#alarms .alarm").count() <= FEW_CALLS:
        rest.click()
    return page.evaluate(READ) | {"ended": ended}


def _console_differs(shown: dict, snapshot: dict, truth) -> list[str]:
    now, units = datetime.fromisoformat(snapshot["now"]), _units(snapshot)
    live = [i for i in snapshot["incidents"] if not i["ended_at"]]
    over = [i for i in snapshot["incidents"] if i["ended_at"]]
    told = {i["id"] for i in over}
    wrong = _rows_differ(shown["rows"], live, units, now)
    wrong += _rows_differ([row for row in shown["ended"] if row["id"] in told], over, units, now)
    # The page remembers more that has ended than a snapshot holds; that must be true as well.
    real = truth([row["id"] for row in shown["ended"]])
    wrong += [f"ended: {row} but {real[row['id']]}" for row in shown["ended"] if _facts(row) != real[row["id"]]]
    wrong += _differ("tabs", shown["tabs"], _tabs(live, now) | {"ended": len(shown["ended"])})
    wrong += _differ("calls", shown["calls"], _calls(snapshot, now)[:MOST_CALLS])
    return wrong + _differ("figures", shown["figures"], _figures(snapshot))


def _wall_differs(shown: dict, snapshot: dict) -> list[str]:
    now, units = datetime.fromisoformat(snapshot["now"]), _units(snapshot)
    live = [incident for incident in snapshot["incidents"] if not incident["ended_at"]]
    newest = sorted(live, key=lambda incident: -incident["id"])[: max(len(shown["lines"]), 1)]
    rows = [_row(incident, units, now) for incident in newest]
    for line, row in zip(shown["lines"], rows, strict=False):
        line["clocks"] = _as_said(line["clocks"], row["clocks"], seen=True)
    lines = [{name: row[name] for name in ("status", "level", "title", "unit", "clocks")} for row in rows]
    pairs = enumerate(zip(shown["lines"], lines, strict=False))
    wrong = [f"line {number}: {told} but {real}" for number, (told, real) in pairs if told != real]
    wrong += _differ("lines", len(shown["lines"]), len(lines))
    wrong += _differ("open", re.findall(r"\d+", shown["count"]), [str(snapshot["live_total"])])
    return wrong + _differ("figures", shown["figures"], _figures(snapshot))


def case_differs(page, url: str, incident: int) -> list[str]:
    """What the open case shows otherwise than the server says."""
    shown, full = page.evaluate(READ), of_server(page, f"{url}/api/v1/incidents/{incident}/")
    verbs = [entry["verb"] for entry in sorted(full["story"], key=lambda entry: -entry["rev"])]
    status = full["incident"]["status"]
    return _differ("story", shown["story"], verbs) + _differ("case", shown["now"], f"tag status-{status}")


def _differ(name: str, shown, real) -> list[str]:
    return [] if shown == real else [f"{name}: {shown} but {real}"]


def _facts(row: dict) -> tuple:
    return row["status"], row["level"]


def _rows_differ(shown: list[dict], incidents: list[dict], units: dict, now: datetime) -> list[str]:
    wanted = [_row(incident, units, now) for incident in sorted(incidents, key=lambda i: -i["id"])]
    by_id_wanted = {row["id"]: row for row in wanted}
    for row in shown:
        row["clocks"] = _as_said(row["clocks"], by_id_wanted.get(row["id"], {}).get("clocks", {}), row.pop("seen"))
        times = re.search(r" ×(\d+)$", row["place"])
        row["count"] = int(times[1]) if times else 1
        row["place"] = row["place"].split(" · ")[0]
    wrong = _differ("order of rows", [row["id"] for row in shown], [row["id"] for row in wanted])
    by_id = {row["id"]: row for row in shown}
    return wrong + [
        f"row {row['id']}: {by_id[row['id']]} but {row}" for row in wanted if by_id.get(row["id"], row) != row
    ]


def _as_said(shown: dict[str, str], wanted: dict[str, str], seen: bool) -> dict[str, str]:
    """The clocks as the server says it, where what is shown means the same."""

    def same(code: str) -> bool:
        here, there = shown.get(code), wanted.get(code)
        if seen:
            return (here, there) == ("missed", OVER)
        # Out of sight nothing runs: only what the server told of a promise can be expected.
        return {here, there} <= {"run", "due", "missed", OVER} and there != "missed"

    return {code: wanted[code] if same(code) else here for code, here in shown.items()}


def _row(incident: dict, units: dict[int, list[str]], now: datetime) -> dict:
    names = units.get(incident["id"], [])
    place = (incident["grid"] or incident["community"] or {}).get("name") or incident["address"]
    opened = datetime.fromisoformat(incident["opened_at"]).astimezone(STREET)
    return {
        "id": incident["id"],
        "status": incident["status"],
        "level": incident["level"],
        "title": incident["title"],
        "unit": (names[0] + (f" +{len(names) - 1}" if len(names) > 1 else "")) if names else "",
        "place": place or incident["category"]["name_zh"],
        "time": f"{opened:%H:%M:%S}",
        "count": incident["alert_count"],
        "clocks": _clocks(incident, now),
    }


def _units(snapshot: dict) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for order in snapshot["assignments"]:
        if not order["ended_at"] or order["status"] in ("finished", "confirmed"):
            name = (order["unit"] or {}).get("name") or order["department"]["name_zh"]
            found.setdefault(order["incident"], []).append(name)
    return found


def _clocks(incident: dict, now: datetime) -> dict[str, str]:
    """The state of each promise; of the running stage where there are none."""
    promises = {}
    for code in CODES:
        mine = [d for d in incident["deadlines"] if d["code"] == code]
        running = sorted((d for d in mine if _runs(d)), key=lambda d: d["due_at"])
        over = sorted((d for d in mine if not _runs(d)), key=lambda d: d["started_at"])
        if mine:
            promises[code] = state((running or over[::-1])[0], now)
    stages = [d for d in incident["deadlines"] if d["policy"] == "stage" and _runs(d)]
    if not promises and stages:
        stage = min(stages, key=lambda d: d["due_at"])
        return {stage["code"]: state(stage, now)}
    return {code: promises.get(code, "none") for code in CODES}


def _runs(deadline: dict) -> bool:
    return not deadline["met_at"] and not deadline["stopped_at"]


def state(deadline: dict, now: datetime) -> str:
    """Kept, late, waiting, missed, soon due, running; or over, when it is past and the server has not said so yet."""
    if deadline["met_at"]:
        return "met"
    if deadline["stopped_at"]:
        return "late"
    if deadline["paused_at"] and not deadline["missed_at"]:
        return "paused"
    started, due = (datetime.fromisoformat(deadline[name]) for name in ("started_at", "due_at"))
    if deadline["missed_at"]:
        return "missed"
    return OVER if now >= due else "due" if (due - now) * 3 < due - started else "run"


def _tabs(live: list[dict], now: datetime) -> dict[str, int]:
    waiting = sum(incident["status"] in WAITS for incident in live)
    late = 0
    for incident in live:
        stages = [d for d in incident["deadlines"] if d["policy"] == "stage" and _runs(d)]
        first = sorted(stages, key=lambda d: d["due_at"])[:1]
        late += bool({"missed", OVER} & {*_clocks(incident, now).values(), *(state(d, now) for d in first)})
    return {"live": len(live), "todo": waiting, "moving": len(live) - waiting, "late": late}


def _calls(snapshot: dict, now: datetime) -> list[list]:
    calls = [
        incident
        for incident in snapshot["incidents"]
        if not incident["ended_at"]
        and incident["level"] <= 2
        and not incident["answered_by"]
        and now - datetime.fromisoformat(incident["opened_at"]) < CALLS_FOR
    ]
    calls.sort(key=lambda incident: (incident["level"], incident["id"]))
    alarms = sorted((alarm["id"] for alarm in snapshot["alarms"]), reverse=True)
    return [["call", i["id"], SIGNS[i["level"]]] for i in calls] + [["alarm", number, ""] for number in alarms]


def _figures(snapshot: dict) -> dict[str, str]:
    said = {}
    for figure in snapshot["figures"]:
        tenths = None if figure["attainment"] is None else int(figure["attainment"] * 1000 + 1e-9)
        said[figure["code"]] = "–" if tenths is None else "100" if tenths == 1000 else f"{tenths / 10:.1f}"
    return said
