"""The three colours: a table of cases for each rule, and what can never happen however a site behaves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worksites.colouring import AlertFact, CheckFact, Facts, FindingFact, Rules, aim, clean_in_a_row, decide
from worksites.lifecycle import RANK, Colour

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
RULES = Rules()
WHITE, YELLOW, RED = Colour.WHITE, Colour.YELLOW, Colour.RED


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def finding(severity="M", confirmed=3.0, ended=None, corrected=None, missed=None, number="WT-1") -> FindingFact:
    at = [None if days is None else ago(days) for days in (ended, corrected, missed)]
    return FindingFact(number, severity, ago(confirmed), *at)


def alert(confirmed=3.0, cleared=None) -> AlertFact:
    return AlertFact("YJ-1", "T03", ago(confirmed), None if cleared is None else ago(cleared))


AIMS = [
    ("a site without anything is white", Facts(), WHITE, "nothing"),
    ("an open minor finding", Facts([finding()]), YELLOW, "minor"),
    ("an old minor finding that is still open", Facts([finding(confirmed=80)]), YELLOW, "minor"),
    ("a minor finding closed last week", Facts([finding(confirmed=9, ended=7)]), YELLOW, "minor"),
    ("a minor finding confirmed 31 days ago and closed", Facts([finding(confirmed=31, ended=7)]), WHITE, "nothing"),
    ("a minor finding confirmed exactly 30 days ago", Facts([finding(confirmed=30, ended=7)]), WHITE, "nothing"),
    ("an open serious finding", Facts([finding("S")]), RED, "serious"),
    ("a serious finding closed last week", Facts([finding("S", 9, 7)]), RED, "serious"),
    ("a serious finding closed, 31 days ago", Facts([finding("S", 31, 7)]), WHITE, "nothing"),
    ("two open minor findings", Facts([finding()] * 2), YELLOW, "minor"),
    ("three open minor findings", Facts([finding()] * 3), RED, "many_minor"),
    ("three minor findings, one of them closed", Facts([finding(), finding(), finding(ended=1)]), YELLOW, "minor"),
    ("a minor finding overdue", Facts([finding(missed=1)]), RED, "overdue"),
    ("overdue, corrected since, not yet re-checked", Facts([finding(missed=2, corrected=1)]), YELLOW, "minor"),
    ("a confirmed dumping alert", Facts(alerts=[alert()]), RED, "dumping"),
    ("a dumping alert cleared up within the days", Facts(alerts=[alert(9, 7)]), RED, "dumping"),
    ("a dumping alert long ago, never cleared up", Facts(alerts=[alert(80)]), RED, "dumping"),
    ("a dumping alert long ago, cleared up", Facts(alerts=[alert(80, 50)]), WHITE, "nothing"),
]


@pytest.mark.parametrize(("facts", "colour", "why"), [case[1:] for case in AIMS], ids=[case[0] for case in AIMS])
def test_what_the_rules_aim_at(facts, colour, why):
    target, reasons = aim(facts, RULES, NOW)
    assert (target, reasons[0]["why"]) == (colour, why)


@pytest.mark.parametrize("current", list(Colour))
def test_a_site_rises_at_once(current):
    assert decide(current, ago(1), Facts([finding("S")]), RULES, NOW).colour == RED


def checks(*days_and_clean: tuple[float, bool]) -> list[CheckFact]:
    return [CheckFact(ago(days), clean) for days, clean in days_and_clean]


OLD = finding("S", 40, 35)  # serious, re-checked long ago
DOWN = [
    ("red without any check stays red", RED, Facts([OLD]), RED, "checks"),
    ("red with one clean check stays red", RED, Facts([OLD], checks=checks((5, True))), RED, "checks"),
    ("red with two clean checks becomes yellow", RED, Facts([OLD], checks=checks((12, True), (5, True))), YELLOW, ""),
    ("two clean checks on one day are one", RED, Facts([OLD], checks=checks((5.2, True), (5, True))), RED, "checks"),
    ("a dirty check between begins anew", RED,
     Facts([OLD], checks=checks((19, True), (12, False), (5, True))), RED, "checks"),
    ("clean checks before it became red do not count", RED,
     Facts([OLD], checks=checks((50, True), (45, True))), RED, "checks"),
    ("something uncorrected holds it", RED,
     Facts([OLD, finding(confirmed=35)], checks=checks((12, True), (5, True))), RED, "uncorrected"),
    ("a stop order holds it", RED, Facts([OLD], checks=checks((12, True), (5, True)), stopped=True), RED, "stopped"),
    ("red goes down one step only", RED, Facts(checks=checks((30, True), (20, True), (9, True))), YELLOW, ""),
    ("yellow with one clean check becomes white", YELLOW, Facts(checks=checks((5, True))), WHITE, ""),
    ("yellow without a check stays yellow", YELLOW, Facts(), YELLOW, "checks"),
    ("yellow with a dirty last check stays yellow", YELLOW,
     Facts(checks=checks((9, True), (5, False))), YELLOW, "checks"),
]  # fmt: skip


@pytest.mark.parametrize(("current", "facts", "colour", "lacks"), [case[1:] for case in DOWN],
                         ids=[case[0] for case in DOWN])  # fmt: skip
def test_a_site_goes_down_slowly(current, facts, colour, lacks):
    decision = decide(current, ago(41), facts, RULES, NOW)
    assert decision.colour == colour
    assert [reason["why"] for reason in decision.lacks] == ([lacks] if lacks else [])


def test_the_answer_says_when_time_alone_may_change_it():
    decision = decide(RED, ago(3), Facts([finding("S", 3, 2), finding("M", 10, 2)]), RULES, NOW)
    assert decision.next_look_at == ago(10) + timedelta(days=30)


# What can happen to a site on a day: (kind, argument). Days may pass in between.
happenings = st.lists(
    st.tuples(st.sampled_from(["serious", "minor", "dump", "clean", "dirty", "close", "stop", "go", "wait"]),
              st.integers(0, 9)),
    max_size=60,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(happenings)
def test_no_path_leads_from_red_to_white_without_two_clean_weekly_checks(story):
    now, colour, since = NOW, WHITE, NOW
    findings, alerts, done, stopped = [], [], [], False
    seen: list[tuple[datetime, Colour]] = [(now, colour)]
    for kind, days in story:
        now += timedelta(days=days, minutes=1)
        if kind in ("serious", "minor"):
            findings.append(FindingFact(f"WT-{len(findings)}", kind[0].upper(), now))
        elif kind == "dump":
            alerts.append(AlertFact(f"YJ-{len(alerts)}", "T03", now))
        elif kind in ("clean", "dirty"):
            done.append(CheckFact(now, kind == "clean"))
        elif kind == "close":
            findings = [FindingFact(f.number, f.severity, f.confirmed_at, f.ended_at or now) for f in findings]
            alerts = [AlertFact(a.number, a.rule, a.confirmed_at, a.cleared_at or now) for a in alerts]
        elif kind in ("stop", "go"):
            stopped = kind == "stop"
        facts = Facts(findings, alerts, done, stopped)
        decision = decide(colour, since, facts, RULES, now)
        assert RANK[decision.colour] >= RANK[colour] - 1
        if decision.colour != colour:
            if RANK[decision.colour] < RANK[colour]:
                assert not stopped
                assert all(f.ended_at for f in findings)
                assert done
                assert max(done, key=lambda check: check.at).clean
            colour, since = decision.colour, now
            seen.append((now, colour))
    for (red_at, before), (left_at, after) in zip(seen, seen[1:], strict=False):
        if before == RED:
            assert after == YELLOW
            clean = clean_since(done, red_at, left_at)
            assert len(clean) >= 2
            assert max(clean) - min(clean) >= timedelta(days=RULES.clean_apart_days)
        if (before, after) == (YELLOW, WHITE):
            assert clean_since(done, red_at, left_at)


def clean_since(done, begin, until):
    """The clean checks of a stretch after its last dirty one."""
    inside = sorted((check for check in done if begin < check.at <= until), key=lambda check: check.at)
    dirty = [number for number, check in enumerate(inside) if not check.clean]
    return [check.at for check in inside[dirty[-1] + 1 if dirty else 0 :]]


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans())))
def test_checks_in_any_order_count_the_same(days_and_clean):
    facts = checks(*dict(days_and_clean).items())
    assert clean_in_a_row(facts, ago(200), NOW, 5) == clean_in_a_row(facts[::-1], ago(200), NOW, 5)
