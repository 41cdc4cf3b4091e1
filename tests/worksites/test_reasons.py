"""Ready-made reasons: what the desk may put down with one press is what the alert's facts carry."""

import pytest
from django.utils import translation

from worksites.alerts.reasons import usual
from worksites.trucks.rules import CODES


def quoted(*loads, **facts) -> dict:
    return {"points": [[120.2, 30.1, "2026-11-27T01:00:00Z", 0.0, load, 2] for load in loads]} | facts


def offered(rule, facts, act="confirm") -> str:
    with translation.override("zh-hans"):
        return "、".join(usual(rule, facts)[act])


def test_a_load_that_nobody_knew_is_not_said_to_be_gone():
    assert "由满转空" not in offered("T03", quoted(0, 0, why="lift"))
    assert "举升" in offered("T03", quoted(0, 0, why="lift"))
    assert "由满转空" in offered("T03", quoted(3, 1, why="lift"))


def test_a_lift_that_no_sensor_told_is_no_reason_either_way():
    facts = quoted(3, 1, why="emptied")
    assert "举升" not in offered("T03", facts) + offered("T03", facts, "false")


@pytest.mark.parametrize(
    ("rule", "facts", "carried", "not_carried"),
    [
        ("T02", quoted(1, 3, why="stop", stood_s=240), "由空转满", "由满转空"),
        ("T02", quoted(0, 0, why="stop", stood_s=240), "停留", "由空转满"),
        ("T04", quoted(0, 0, 0, why="beside", by="camera", stood_s=400), "空车返回", "期间无定位"),
        ("T04", quoted(0, 0, 0, why="stop", by="sensor", stood_s=400), "未到消纳场", "空车返回"),
        ("T04", quoted(0, 0, 0, why="gap", by="manifest"), "期间无定位", "停留"),
        ("T01", quoted(0, missing=["transport"]), "无有效许可", "超速"),
        ("T08", quoted(0, why="tired"), "未休息", "超速"),
        ("T09", {"why": "camera", "camera": "C1"}, "抓拍照片", "传感器"),
        ("T12", {"why": "count", "gate": 9, "manifests": 4}, "多于联单", "抓拍"),
    ],
)
def test_each_rule_offers_what_its_facts_say(rule, facts, carried, not_carried):
    said = offered(rule, facts)
    assert carried in said and not_carried not in said


def test_fewer_trucks_than_manifests_are_not_said_to_be_more():
    assert "多于联单" not in offered("T12", {"why": "count", "gate": 4, "manifests": 9})


@pytest.mark.parametrize("rule", CODES)
@pytest.mark.parametrize("facts", [{}, {"points": []}, {"points": [[120.2, 30.1]]}])
def test_facts_of_another_time_spoil_nothing(rule, facts):
    assert all(text for texts in usual(rule, facts).values() for text in texts)
    assert "综合执法队已掌握" in offered(rule, facts, "false")
