"""Which permits a site lacks: two approvals one filing, two approvals two filings, by day and by phase."""

from datetime import date, timedelta

import pytest

from worksites.compliance import PermitFact, Subject, compliance

DAY = date(2026, 11, 27)
SITE, GATE = Subject("site:1", "一号工地"), Subject("gate:1", "南门")
TRUCK, SINK = Subject("truck:1", "浙A1D234"), Subject("sink:1", "东塘消纳场")
ALL = [SITE, GATE, TRUCK, SINK]
ONE_FILING = ["disposal", "transport", "sink_registration"]
TWO_FILINGS = [*ONE_FILING, "plan_registration"]
KINDS = {"disposal": SITE, "transport": TRUCK, "sink_registration": SINK, "plan_registration": SITE,
         "gate_registration": GATE}  # fmt: skip


def permit(kind, status="approved", begin=-30, end=60) -> PermitFact:
    return PermitFact(kind, KINDS[kind].key, status, DAY + timedelta(begin), DAY + timedelta(end))


WHOLE = [permit(kind) for kind in KINDS]


def without(kind, *instead) -> list[PermitFact]:
    return [one for one in WHOLE if one.kind != kind] + list(instead)


def test_a_site_with_all_papers_lacks_nothing():
    assert compliance(TWO_FILINGS, ALL, WHOLE, DAY, digs=True).whole


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_that_is_not_there_is_named_with_whose_it_is(kind):
    (lack,) = compliance(TWO_FILINGS, ALL, without(kind), DAY, digs=True).missing
    assert (lack.kind, lack.subject, lack.why) == (kind, KINDS[kind], "none")


def test_the_second_filing_is_asked_for_only_by_the_rules_that_know_it():
    assert compliance(ONE_FILING, ALL, without("plan_registration"), DAY, digs=True).whole


def test_gates_are_filed_under_every_rule_set_and_in_every_phase():
    (lack,) = compliance([], ALL, without("gate_registration"), DAY, digs=False).missing
    assert lack.kind == "gate_registration"


@pytest.mark.parametrize(
    ("gone", "kind", "why"),
    [(GATE, "gate_registration", "no_gate"), (TRUCK, "transport", "no_truck"), (SINK, "sink_registration", "no_sink")],
)
def test_a_gate_a_truck_or_a_sink_that_is_not_there_at_all_is_missing_itself(gone, kind, why):
    (lack,) = compliance(TWO_FILINGS, [one for one in ALL if one != gone], WHOLE, DAY, digs=True).missing
    assert (lack.kind, lack.subject.name, lack.why) == (kind, "", why)


def test_a_truck_alone_is_not_asked_for_gates():
    assert compliance(TWO_FILINGS, [TRUCK], WHOLE, DAY, digs=True).whole


def test_a_site_that_moves_no_spoil_needs_no_waste_permits():
    assert compliance(TWO_FILINGS, ALL, [permit("gate_registration")], DAY, digs=False).whole


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        (permit("disposal", end=-1), "expired"),
        (permit("disposal", begin=1), "not_yet"),
        (permit("disposal", "applied"), "applied"),
        (permit("disposal", "refused"), "refused"),
        (permit("disposal", "voided"), "voided"),
    ],
)
def test_why_a_permit_does_not_count(instead, why):
    (lack,) = compliance(TWO_FILINGS, ALL, without("disposal", instead), DAY, digs=True).missing
    assert lack.why == why


def test_the_first_and_the_last_day_count():
    for edge in (permit("disposal", begin=0), permit("disposal", end=0)):
        assert compliance(TWO_FILINGS, ALL, without("disposal", edge), DAY, digs=True).whole


def test_what_ends_soon_is_told_unless_it_was_renewed():
    (soon,) = compliance(TWO_FILINGS, ALL, without("disposal", permit("disposal", end=15)), DAY, digs=True).ending
    assert soon.until == DAY + timedelta(15)
    renewed = without("disposal", permit("disposal", end=15), permit("disposal", begin=10, end=200))
    assert compliance(TWO_FILINGS, ALL, renewed, DAY, digs=True).ending == []
    assert compliance(TWO_FILINGS, ALL, without("disposal", permit("disposal", end=16)), DAY, digs=True).ending == []
