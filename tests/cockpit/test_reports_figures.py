"""The figures of a report: what counts, what does not, and that each one opens its list."""

import json
import random
from datetime import timedelta

import pytest

from dispatch.models import PoliceTransfer
from shushanwei.cockpit.reports import counts, lists, present, promises
from shushanwei.cockpit.reports.compute import figures
from shushanwei.cockpit.reports.dimensions import NONE
from shushanwei.cockpit.reports.frame import Frame, frame_for
from shushanwei.cockpit.reports.periods import parse
from shushanwei.people.access import Reach
from tests.cockpit import street
from tests.cockpit.street import at, incident, notice, order, promise, sent_back

pytestmark = pytest.mark.django_db
DAY = parse("day:2026-11-23")
LATER = at("2026-12-01 12:00:00")


def report(period=DAY, now=LATER, **reach):
    return figures(frame_for(period, now, Reach(**reach) if reach else Reach(street=True)))


def test_the_worked_example_of_the_handbook():
    e = {
        "E0": at("2026-11-23 09:00:00"),
        "E1": at("2026-11-23 09:00:18"),
        "E3": at("2026-11-23 09:04:50"),
        "E5": at("2026-11-23 09:06:00"),
        "E6": at("2026-11-23 09:19:30"),
        "E7": at("2026-11-23 09:40:00"),
        "E8": at("2026-11-24 08:30:00"),
    }
    fight = incident(e["E0"], level=2, response_started_at=e["E1"], arrived_at=e["E3"], scene_closed_at=e["E7"])
    for code, start, stop in [
        ("R30", "E0", "E1"),
        ("A5", "E1", "E3"),
        ("S15", "E5", "E6"),
        ("F24", "E7", "E8"),
        ("C480", "E0", "E3"),
    ]:
        promise(fight, code, e[start], e[stop])

    # The day's cut-off is 07:00, before the follow-up came; the next day's reader sees it.
    clocks = figures(Frame(DAY, LATER))["clocks"]

    assert {code: (line["met"], line["missed"], line["p50"]) for code, line in clocks.items() if line["n"]} == {
        "R30": (1, 0, 18),
        "A5": (1, 0, 272),
        "S15": (1, 0, 810),
        "F24": (1, 0, 22 * 3600 + 50 * 60),
        "C480": (1, 0, 290),
    }
    assert (report()["clocks"]["F24"]["n"], report()["clocks"]["F24"]["running"]) == (0, 1)


def test_an_open_promise_past_its_target_counts_as_missed_now():
    for second in range(8):
        case = incident(at("2026-11-23 10:00:00"))
        promise(case, "R30", case.opened_at, case.opened_at + timedelta(seconds=second))
    late = incident(at("2026-11-23 11:00:00"))
    promise(late, "R30", late.opened_at, at("2026-11-23 11:00:45"))
    forgotten = incident(at("2026-11-23 12:00:00"))
    promise(forgotten, "R30", forgotten.opened_at)

    line = report()["clocks"]["R30"]

    assert (line["n"], line["met"], line["missed"], line["open_late"]) == (10, 8, 2, 1)
    assert line["attainment"] == 0.8
    assert line["measured"] == 9  # the open one has no duration yet, and none is invented


def test_a_promise_still_inside_its_target_is_not_judged():
    case = incident(at("2026-11-23 10:00:00"))
    promise(case, "R30", case.opened_at)
    promise(case, "C24h", case.opened_at)

    clocks = report(now=at("2026-11-23 10:00:20"))["clocks"]
    assert [(clocks[c]["n"], clocks[c]["running"]) for c in ("R30", "C24h")] == [(0, 1), (0, 1)]
    assert report(now=at("2026-11-23 10:00:31"))["clocks"]["R30"]["missed"] == 1


def test_an_exempt_miss_leaves_the_rate_but_stays_in_the_raw_figure():
    for n in range(10):
        case = incident(at("2026-11-23 10:00:00"))
        late = n < 2
        promise(case, "A5", case.opened_at, case.opened_at + timedelta(seconds=400 if late else 200), exempt=n == 0)

    line = report()["clocks"]["A5"]

    assert (line["n"], line["met"], line["missed"], line["exempt"]) == (10, 8, 2, 1)
    assert line["attainment"] == pytest.approx(8 / 9, abs=1e-6)
    assert line["attainment_raw"] == 0.8
    assert report()["exclusions"]["exempt"] == 1


def test_fewer_than_five_give_no_rate():
    for _ in range(4):
        case = incident(at("2026-11-23 10:00:00"))
        promise(case, "R30", case.opened_at, case.opened_at + timedelta(seconds=9))
    assert report()["clocks"]["R30"]["attainment"] is None
    assert report()["clocks"]["R30"]["p50"] == 9


def test_tests_and_duplicates_merged_within_a_minute_are_out_and_said_to_be():
    opened = at("2026-11-23 10:00:00")
    master = incident(opened)
    incident(opened, is_test=True)
    for seconds in (60, 61):
        twin = incident(opened, status="merged", master=master, ended_at=opened + timedelta(seconds=seconds))
        promise(twin, "R30", opened, opened + timedelta(seconds=50))

    data = report()

    assert data["counts"]["reported"] == 2  # the master, and the one that was measured before it was merged
    assert data["clocks"]["R30"]["n"] == 1
    assert data["exclusions"] == {"test": 1, "merged": 1, "exempt": 0}


def test_a_voided_promise_counts_until_it_was_voided():
    case = incident(at("2026-11-23 10:00:00"))
    promise(case, "F24", at("2026-11-23 10:00:00"), void_at=at("2026-11-23 12:00:00"))

    assert report()["clocks"]["F24"]["running"] == 0
    assert report(now=at("2026-11-23 11:00:00"))["clocks"]["F24"]["running"] == 1


def test_the_state_is_that_of_the_cut_off_not_of_the_reading():
    case = incident(
        at("2026-11-23 23:50:00"),
        status="closed",
        closed_at=at("2026-11-24 08:00:00"),
        ended_at=at("2026-11-24 08:00:00"),
        filed_at=at("2026-11-23 23:50:00"),
    )
    incident(at("2026-11-24 00:10:00"))

    monday, tuesday = report()["counts"], report(parse("day:2026-11-24"))["counts"]

    assert (monday["reported"], monday["open"], monday["closed"]) == (1, 1, 0)
    assert (tuesday["reported"], tuesday["open"], tuesday["closed"]) == (1, 1, 1)
    assert case.pk not in [row["id"] for row in report()["hard"]]


def test_hard_problems_are_old_or_came_back_twice():
    old = incident(at("2026-11-20 10:00:00"))
    back = incident(at("2026-11-23 10:00:00"))
    for hour in (11, 12):
        sent_back(back, at(f"2026-11-23 {hour}:00:00"))
    incident(at("2026-11-23 10:00:00"))

    data = report()

    assert [row["id"] for row in data["hard"]] == [old.pk, back.pk]
    assert (data["counts"]["returned"], data["counts"]["returns"]) == (1, 2)
    assert data["returns"] == [{"reason": "not_our_duty", "n": 2}]


def test_a_running_period_is_compared_with_the_same_stretch_of_the_one_before():
    for hour in (9, 15):
        incident(at(f"2026-11-22 {hour:02}:00:00"))
    incident(at("2026-11-23 09:00:00"))

    assert report(now=at("2026-11-23 12:00:00"))["before"]["counts"]["reported"] == 1
    assert report()["before"]["counts"]["reported"] == 2
    assert report()["year_ago"] is None


def test_a_community_sees_its_own_and_nothing_else():
    here, there = street.community("330109003018"), street.community("330109003019")
    for where in (here, here, there):
        promise(incident(at("2026-11-23 10:00:00"), where=where), "R30", at("2026-11-23 10:00:00"))

    data = report(areas=frozenset({here.code}))

    assert (data["counts"]["reported"], data["clocks"]["R30"]["n"]) == (2, 2)
    assert [row["key"] for row in data["by"]["community"]] == [here.code]


def busy_days(n: int = 250) -> None:
    """Two random days with a bit of everything."""
    draw = random.Random(30515)
    classes = [street.category("J0501"), street.category("J0502"), street.category("J0101", "J01")]
    places = [street.community(f"3301090030{k}") for k in (18, 19, 20)]
    units = [street.unit(f"S{k:02}") for k in range(3)]
    sources = ["analytics", "police_110", "resident", "grid", "hotline_12345"]
    master = incident(at("2026-11-21 00:00:00"))
    for _ in range(n):
        opened = at("2026-11-22 00:00:00") + timedelta(seconds=draw.randrange(2 * 86400))
        level, fate = draw.choice([1, 2, 3, 3, 3, 4]), draw.random()
        columns = {"filed_at": opened, "status": "handling"}
        if fate < 0.6:
            closed = opened + timedelta(minutes=draw.randrange(20, 3000))
            columns |= {
                "status": "closed",
                "closed_at": closed,
                "ended_at": closed,
                "scene_closed_at": closed - timedelta(minutes=5),
            }
        elif fate < 0.7:
            columns |= {
                "status": "merged",
                "master": master,
                "ended_at": opened + timedelta(seconds=draw.choice([20, 90])),
            }
        elif fate < 0.75:
            columns |= {"status": "rejected", "filed_at": None, "ended_at": opened + timedelta(hours=1)}
        if draw.random() < 0.3:
            columns["overdue_at"] = opened + timedelta(seconds=30)
        case = incident(
            opened,
            level=level,
            source=draw.choice(sources),
            of=draw.choice(classes),
            is_test=fate > 0.97,
            where=draw.choice(places),
            rework_count=draw.random() < 0.1,
            **columns,
        )
        for code in ("R30", "A5", "S15", "F24", "C60", "C24h"):
            if level < 4 and draw.random() < 0.8:
                ran = timedelta(seconds=draw.randrange(2 * street.TARGETS[code]))
                promise(
                    case,
                    code,
                    opened,
                    None if draw.random() < 0.1 else opened + ran,
                    exempt=draw.random() < 0.1,
                    paused_s=draw.choice([0, 0, 5]),
                )
        if draw.random() < 0.7:
            order(draw.choice(units), case, opened + timedelta(seconds=20), draw.choice(["finished", "declined"]))
        if draw.random() < 0.1:
            issued = opened + timedelta(hours=draw.randrange(1, 20))
            notice(case, issued, draw.choice([None, issued + timedelta(hours=draw.randrange(1, 20))]))
        if draw.random() < 0.1:
            sent_back(case, opened + timedelta(minutes=draw.randrange(300)), draw.choice(["wrong_place", "duplicate"]))


def test_a_case_is_under_supervision_until_its_notice_is_cleared():
    case, calm = incident(at("2026-11-23 09:00:00")), incident(at("2026-11-23 09:00:00"))
    notice(case, at("2026-11-23 11:00:00"), cleared=at("2026-11-23 18:00:00"))
    notice(case, at("2026-11-23 12:00:00"), cleared=at("2026-11-25 09:00:00"), level=2)

    def said(now):
        return report(now=at(now))["counts"]["supervised"]

    assert [said(f"2026-11-23 {hour}:00:00") for hour in ("10", "12", "20")] == [0, 1, 1]
    assert report(parse("day:2026-11-24"), at("2026-11-24 20:00:00"))["counts"]["supervised"] == 1
    assert report(parse("day:2026-11-25"), at("2026-11-25 20:00:00"))["counts"]["supervised"] == 0
    opened = lists.behind(frame_for(DAY, at("2026-11-23 20:00:00")), lists.Cell(lists.figure("supervised")))
    assert list(opened) == [case] != [calm]


def test_police_and_grid_together_means_both_were_on_the_scene():
    squad, police = street.unit(), street.unit("P1")
    police.kind = "police"
    police.save()
    there = {"arrived_at": at("2026-11-23 09:05:00")}
    for squad_came, police_came in [(there, there), (there, {}), ({}, there)]:
        case = incident(at("2026-11-23 09:00:00"), source="police_110")
        order(squad, case, case.opened_at, **squad_came)
        order(police, case, case.opened_at, part="reinforcement", **police_came)
    said = report()["counts"]
    assert (said["fused"], said["diverted"]) == (1, 3)


def test_a_closing_that_the_district_sent_back_is_counted_in_its_period():
    case = incident(at("2026-11-22 09:00:00"), source="police_110")
    PoliceTransfer.objects.create(
        police_no="JJ1", call_time=case.opened_at, transfer_time=case.opened_at, alarm_code="100600", address="某处",
        lon=120.24, lat=30.12, offered_at=case.opened_at, accept_deadline=case.opened_at, incident=case,
        status="sent_back", returned_by_district_at=at("2026-11-23 15:00:00"),
    )  # fmt: skip
    assert report()["counts"]["closings_returned"] == 1
    assert report(parse("day:2026-11-22"))["counts"]["closings_returned"] == 0


def test_a_report_frozen_before_a_figure_was_made_says_nothing_of_it():
    rows = present.count_rows({"counts": {"reported": 3}, "before": None, "year_ago": None})
    said = {row["code"]: row["value"] for row in rows}
    assert (said["reported"], said["supervised"]) == (3, None)


@pytest.fixture(params=["closed", "running"])
def frame(request, db):
    busy_days()
    return Frame(DAY, DAY.cutoff if request.param == "closed" else at("2026-11-23 15:20:00"))


def test_every_figure_is_as_long_as_its_list(frame):
    data = figures(frame)
    json.dumps(data)

    for code, number in data["counts"].items():
        assert lists.size(frame, lists.Cell(lists.figure(code))) == number, code
    for code, line in data["clocks"].items():
        for state in ("n", "met", "missed", "open_late", "exempt", "running", "measured", "counted", "met_counted"):
            assert lists.size(frame, lists.Cell(lists.figure(f"{code}.{state}"))) == line[state], (code, state)
    assert sum(data["counts"].values()) > 500
    assert sum(line["n"] for line in data["clocks"].values()) > 200


def test_every_cell_of_every_table_is_as_long_as_its_list(frame):
    data = figures(frame)

    for dimension, rows in data["by"].items():
        for row in rows:
            by = {dimension: None if row["key"] == NONE else row["key"]}
            for code, number in row["counts"].items():
                assert lists.size(frame, lists.Cell(lists.figure(code), by)) == number, (by, code)
            for code, line in row["clocks"].items():
                for state in ("n", "met", "missed"):
                    cell = lists.Cell(lists.figure(f"{code}.{state}"), by)
                    assert lists.size(frame, cell) == line[state], (by, code, state)
    assert {row["key"] for row in data["by"]["unit"]} >= {NONE}


def test_the_database_and_the_table_count_the_same(frame):
    data = figures(frame)

    assert counts.totals(frame) == data["counts"]
    assert promises.totals(frame) == data["clocks"]
    again = counts.reported_by(frame)
    for dimension, rows in data["by"].items():
        reported = {row["key"]: row["counts"]["reported"] for row in rows if row["counts"]["reported"]}
        assert {row["key"]: row["counts"]["reported"] for row in again[dimension]} == reported


def test_the_parts_add_up_to_the_whole(frame):
    data = figures(frame)

    for dimension, rows in data["by"].items():
        for code in ("reported", "closed", "open"):
            assert sum(row["counts"][code] for row in rows) == data["counts"][code], (dimension, code)
        for code in ("R30", "A5", "S15", "F24"):
            assert sum(row["clocks"].get(code, {}).get("n", 0) for row in rows) == data["clocks"][code]["n"]
    assert sum(data["hours"]) == sum(day["reported"] for day in data["days"]) == data["counts"]["reported"]


def test_percentiles_of_the_parts_are_computed_as_those_of_the_whole(frame):
    data = figures(frame)
    days = data["days"][0]["clocks"]

    for code, line in days.items():
        assert (line["p50"], line["p90"]) == (data["clocks"][code]["p50"], data["clocks"][code]["p90"])
        assert (line["n"], line["attainment"]) == (data["clocks"][code]["n"], data["clocks"][code]["attainment"])


def test_the_week_by_weekday_and_hour_opens_cell_by_cell(db):
    busy_days(60)
    week = Frame(parse("week:2026-W47"), LATER)
    data = figures(week)

    assert data["counts"]["reported"] == sum(map(sum, data["matrix"])) > 0
    sunday = data["matrix"][6]
    for hour, number in enumerate(sunday):
        cell = lists.Cell(lists.figure("reported"), {"weekday": 7, "hour": hour})
        assert lists.size(week, cell) == number
