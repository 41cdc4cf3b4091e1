"""Points behind the counter: rules by two people, numbers, changes by hand, audits, budget; residents within reach."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from points.models import (
    AdjustmentRequest,
    Award,
    LedgerTransaction,
    Notice,
    PointPolicy,
    PointRule,
    RuleDraft,
)
from points.services import calls, deciding, earning, ledger, rules
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.secrets import fingerprint, seal
from shushanwei.journal.models import Entry
from tests.points.browsers import worker, worker_in
from tests.points.conftest import a_policy, a_resident, a_rule
from tests.points.shops import a_community, points_for
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "10000000001"


@pytest.fixture
def writer(roles):
    return worker("evaluator")


@pytest.fixture
def boss(roles):
    return worker("commander")


def draft_said(**changes):
    return {"code": "report-filed", "name_zh": "立案", "name_en": "filed", "points": 8, "cap": "general",
            "times_a_day": 5, "valid_from": db_now() + timedelta(days=1), "reason": "鼓励上报", **changes}  # fmt: skip


def test_a_new_version_takes_two_people_and_begins_where_the_old_one_ends(writer, boss):
    old = a_rule()
    page = uuid4()
    row = rules.draft(draft_said(), uuid=page, actor=writer)
    assert rules.draft(draft_said(), uuid=page, actor=writer) == row
    with pytest.raises(BadInput) as refused:
        rules.decide_draft(row.uuid, approved=True, note="", actor=writer)
    assert refused.value.field == "approver"

    for _twice in range(2):
        made = rules.decide_draft(row.uuid, approved=True, note="", actor=boss).made

    old.refresh_from_db()
    assert (made.version, made.valid_from, made.written_by, made.approved_by) == (2, old.valid_to, writer, boss)
    assert earning.rule_of("report-filed", db_now()) == old
    assert earning.rule_of("report-filed", made.valid_from) == made
    assert PointRule.objects.filter(valid_to=None).count() == 1


def test_a_draft_whose_day_has_passed_counts_from_now_on_and_changes_nothing_past(writer, boss, resident):
    a_rule()
    a_policy()
    before = earning.award(resident.pk, "report-filed", Source("deed", "1"))
    row = rules.draft(draft_said(valid_from=db_now() - timedelta(days=9)), uuid=uuid4(), actor=writer)
    made = rules.decide_draft(row.uuid, approved=True, note="", actor=boss).made
    assert made.valid_from > before.at
    assert Award.objects.get().given == 5
    assert earning.award(resident.pk, "report-filed", Source("deed", "2")).given == 8


def test_two_drafts_approved_at_once_leave_one_version_in_force(writer, boss):
    a_rule()
    other = worker("commander")
    said = draft_said()  # both from the same instant on
    drafts = [rules.draft({**said, "points": n}, uuid=uuid4(), actor=writer) for n in (8, 9)]
    results = all_at_once(
        *[lambda row=row, who=who: rules.decide_draft(row.uuid, approved=True, note="", actor=who)
          for row, who in zip(drafts, (boss, other), strict=True)]
    )  # fmt: skip
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "RuleDraft"], results
    assert PointRule.objects.filter(valid_to=None).count() == 1
    with pytest.raises(Conflict):
        left = RuleDraft.objects.get(status="asked")
        rules.decide_draft(left.uuid, approved=True, note="", actor=boss)


def test_a_refusal_says_why_and_a_draft_may_be_taken_back(writer, boss):
    a_rule()
    row = rules.draft(draft_said(), uuid=uuid4(), actor=writer)
    with pytest.raises(BadInput):
        rules.decide_draft(row.uuid, approved=False, note=" ", actor=boss)
    assert rules.decide_draft(row.uuid, approved=False, note="不再需要", actor=writer).status == "refused"
    with pytest.raises(WrongStep):
        rules.decide_draft(row.uuid, approved=True, note="", actor=boss)
    with pytest.raises(NotFound):
        rules.draft(draft_said(code="invented"), uuid=uuid4(), actor=writer)


@pytest.mark.parametrize(
    ("field", "value"),
    [("points", "x"), ("points", "201"), ("points", "-101"), ("points", "9" * 40), ("times_a_day", "0"),
     ("cap", "other"), ("name_zh", "名" * 41), ("name_en", ""), ("reason", ""), ("reason", "x" * 201),
     ("valid_from", "soon"), ("uuid", "x")],
)  # fmt: skip
def test_a_draft_that_cannot_be_is_refused_beside_its_field(writer, field, value):
    a_rule()
    said = draft_said(uuid=uuid4(), valid_from="2030-01-01T00:00") | {field: value}
    answer = worker_in(writer).post("/residents/rules/report-filed/", said)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not RuleDraft.objects.exists()


def test_the_rule_pages_from_draft_to_approval(writer, boss):
    a_rule()
    desk, chief = worker_in(writer), worker_in(boss)
    said = draft_said(uuid=uuid4(), valid_from="2030-01-01T08:00")
    assert desk.post("/residents/rules/report-filed/", said).status_code == 302
    row = RuleDraft.objects.get()
    assert row.valid_from == datetime(2030, 1, 1, 8, tzinfo=STREET)
    address = f"/residents/rules/drafts/{row.uuid}/decide/"
    assert desk.post(address, {"approved": "yes"}).status_code == 403
    assert chief.post("/residents/rules/report-filed/", said).status_code == 403
    assert chief.post(address, {"approved": "yes"}).status_code == 302
    assert PointRule.objects.get(version=2).approved_by == boss
    for browser in (desk, chief):
        for page in ("rules/", "rules/report-filed/"):
            assert browser.get(f"/residents/{page}").status_code == 200
    assert desk.get("/residents/rules/nothing/").status_code == 404


def policy_said(**changes):
    row = PointPolicy()
    return {name: getattr(row, name) for name in rules.NUMBERS} | {
        "yuan_per_point": "0.20", "effective_from": "2030-01-01T00:00", **changes}  # fmt: skip


def test_new_numbers_hold_from_their_instant_on_and_the_same_are_no_new_ones(writer):
    a_policy(audited_percent=5)
    desk = worker_in(writer)
    for _twice in range(2):
        assert desk.post("/residents/policy/", policy_said(budget_a_month=500)).status_code == 302
    assert desk.post("/residents/policy/", policy_said(effective_from="2020-01-01T00:00")).status_code == 302

    assert PointPolicy.objects.count() == 2
    assert ledger.policy(db_now()).budget_a_month == 20_000
    assert ledger.policy(datetime(2030, 1, 1, tzinfo=STREET)).budget_a_month == 500
    assert Entry.objects.get(verb="policy.written").actor == writer


@pytest.mark.parametrize(
    ("field", "value"),
    [("general_a_day", "-1"), ("kept_months", "0"), ("yuan_per_point", "0"), ("yuan_per_point", "11"),
     ("yuan_per_point", "NaN"), ("budget_a_month", "9" * 20), ("effective_from", ""), ("audited_percent", "101")],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(writer, field, value):
    a_policy()
    answer = worker_in(writer).post("/residents/policy/", policy_said(**{field: value}))
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert PointPolicy.objects.count() == 1


def test_a_change_by_hand_takes_two_people_and_happens_once(resident, roles, boss):
    lead, page = worker("shift_lead"), uuid4()
    for _twice in range(2):
        row = deciding.ask_adjustment(resident, points=30, reason="漏发", uuid=page, actor=lead)
    with pytest.raises(BadInput):
        deciding.decide_adjustment(row.uuid, approved=True, note="", actor=lead)
    assert ledger.balances(resident.pk) == (0, 0)

    all_at_once(*[lambda: deciding.decide_adjustment(row.uuid, approved=True, note="", actor=boss)] * 5)

    assert ledger.balances(resident.pk) == (30, 0)
    moved = LedgerTransaction.objects.get(kind="adjust")
    assert (moved.by, moved.approved_by, moved.points) == (lead, boss, 30)


def test_what_is_not_there_cannot_be_taken_by_hand_and_the_request_stays_open(resident, roles, boss):
    lead = worker("shift_lead")
    points_for(resident, 5)
    row = deciding.ask_adjustment(resident, points=-6, reason="多发", uuid=uuid4(), actor=lead)
    with pytest.raises(BadInput) as refused:
        deciding.decide_adjustment(row.uuid, approved=True, note="", actor=boss)
    assert refused.value.field == "points"
    assert AdjustmentRequest.objects.get().status == "asked"


def test_the_pages_of_changes_by_hand(resident, roles, boss):
    lead, chief = worker_in(worker("shift_lead")), worker_in(boss)
    address = f"/residents/{resident.uuid}/adjust/"
    for said in ({"points": "0", "reason": "x"}, {"points": "1001", "reason": "x"}, {"points": "5", "reason": ""},
                 {"points": "5", "reason": "x" * 201}, {}):  # fmt: skip
        assert lead.post(address, {"uuid": uuid4(), **said}).status_code == 422
    assert lead.post(address, {"uuid": uuid4(), "points": "5", "reason": "漏发"}).status_code == 302
    row = AdjustmentRequest.objects.get()
    assert lead.post(f"/residents/adjustments/{row.uuid}/", {"approved": "yes"}).status_code == 403
    chief.post(f"/residents/adjustments/{row.uuid}/", {"approved": "yes"})
    assert ledger.balances(resident.pk) == (5, 0)
    for state in ("asked", "approved", "refused", "nonsense"):
        assert chief.get(f"/residents/adjustments/?state={state}").status_code == 200


def test_an_audit_on_its_page(resident, writer):
    a_rule()
    a_policy(audited_percent=100)
    rows = [earning.award(resident.pk, "report-filed", Source("deed", str(n))) for n in range(2)]
    desk = worker_in(writer)
    assert desk.get("/residents/audits/").context["waiting"] == 2
    desk.post(f"/residents/audits/{rows[0].pk}/", {"passed": "yes"})
    desk.post(f"/residents/audits/{rows[1].pk}/", {"passed": "no", "note": ""})
    assert Award.objects.filter(audited_at=None).count() == 1
    desk.post(f"/residents/audits/{rows[1].pk}/", {"passed": "no", "note": "照片重复"})
    assert ledger.balances(resident.pk) == (0, 5)
    assert desk.get("/residents/audits/?state=done").context["part"].paginator.count == 2


def test_what_is_given_back_of_an_earlier_month_makes_no_month_and_no_community_negative(resident, boss, monkeypatch):
    a_policy()
    points_for(resident, 20)
    last_month = db_now().astimezone(STREET).replace(day=1) - timedelta(days=1)
    with monkeypatch.context() as earlier:
        earlier.setattr(ledger, "db_now", lambda: last_month)
        spent = ledger.spend(resident.pk, 8, Source("redemption", "1"))
    ledger.give_back(spent)
    told = worker_in(boss).get("/residents/budget/").context
    assert [(row["redeemed"], row["returned"]) for row in told["rows"][-2:]] == [(8, 0), (0, 8)]
    assert [(row["redeemed"], row["returned"], row["held"]) for row in told["communities"]] == [(0, 8, 20)]


def test_what_is_reversed_of_an_earlier_month_makes_no_month_negative(resident, boss, monkeypatch):
    a_policy()
    last_month = db_now().astimezone(STREET).replace(day=1) - timedelta(days=1)
    with monkeypatch.context() as earlier:
        earlier.setattr(ledger, "db_now", lambda: last_month)
        moved = ledger.put_in(resident.pk, 20, Source("test", "1"), at=last_month)
    ledger.reverse(moved, note="照片重复")
    told = worker_in(boss).get("/residents/budget/").context
    assert [(row["given"], row["reversed"]) for row in told["rows"][-2:]] == [(20, 0), (0, 20)]
    assert [(row["given"], row["reversed"], row["held"]) for row in told["communities"]] == [(0, 20, 0)]


def test_budget_and_figures_add_up(resident, writer, boss):
    a_rule()
    a_policy(budget_a_month=50)
    a_community()
    earning.award(resident.pk, "report-filed", Source("deed", "1"))
    points_for(resident, 20)
    ledger.spend(resident.pk, 8, Source("redemption", "1"))
    told = worker_in(boss).get("/residents/budget/").context
    assert (told["outstanding"], str(told["owed"]), told["moved"]["redeemed"]) == (17, "3.40", 8)
    assert [(row["held"], row["residents"]) for row in told["communities"]] == [(17, 1)]
    shown = worker_in(writer).get("/residents/figures/").context["told"]
    assert (shown["known"], shown["months"][-1]["accepted"], shown["months"][-1]["redeemed"]) == (1, 0, 8)


def test_the_trial_page_tries_and_writes_nothing(resident, writer):
    a_rule()
    a_policy()
    earning.award(resident.pk, "report-filed", Source("deed", "1"), at=db_now() - timedelta(days=2))
    desk = worker_in(writer)
    assert desk.get("/residents/trial/").context["tried"] is False
    told = desk.get("/residents/trial/", {"days": "90", "points_report-filed": "9", "times_report-filed": ""}).context
    assert (told["totals"].was, told["totals"].would) == (5, 9)
    assert desk.get("/residents/trial/", {"days": "30", "points_report-filed": "x"}).status_code == 422
    assert desk.get("/residents/trial/", {"days": "x", "cap_report-filed": "\0"}).status_code == 200
    assert (PointRule.objects.count(), PointPolicy.objects.count(), RuleDraft.objects.count()) == (1, 1, 0)


@pytest.fixture
def people(roles):
    """A resident of the own community, one of another, one of none."""
    mine, other = a_community(), a_community("330109015002")
    return (
        a_resident(1, community=mine, phone_hash=fingerprint(PHONE), phone_sealed=seal(PHONE)),
        a_resident(2, community=other),
        a_resident(3),
    )


def test_a_community_sees_its_own_residents_and_who_belongs_nowhere_yet(people):
    mine, other, nowhere = people
    desk = worker_in(worker("grid_leader", area=mine.community_id))
    shown = {row.pk for row in desk.get("/residents/").context["part"]}
    assert shown == {mine.pk, nowhere.pk}
    assert desk.get(f"/residents/{other.uuid}/").status_code == 404
    for step in ("verify", "block", "phone"):
        assert desk.post(f"/residents/{other.uuid}/{step}/", {}).status_code == 404
    assert {row.pk for row in worker_in(worker("commander")).get("/residents/").context["part"]} == {
        row.pk for row in people
    }


def test_a_phone_is_found_by_its_whole_number_only(people):
    desk = worker_in(worker("seat_operator"))
    found = desk.get("/residents/", {"q": PHONE})
    assert [row.pk for row in found.context["part"]] == [people[0].pk]
    assert not desk.get("/residents/", {"q": PHONE[:8]}).context["part"].object_list
    assert not desk.get("/residents/", {"q": "10000000009"}).context["part"].object_list
    assert [row.pk for row in desk.get("/residents/", {"q": "居民2"}).context["part"]] == [people[1].pk]
    for query in ("\0", "'", "%", "x" * 500):
        assert desk.get("/residents/", {"q": query, "level": "9", "community": "\0", "page": "-3"}).status_code == 200


def test_a_real_name_is_confirmed_and_a_phone_shown_with_its_reason(people):
    mine = people[0]
    desk = worker_in(worker("grid_leader", area=mine.community_id))
    address = f"/residents/{mine.uuid}/"
    assert desk.post(f"{address}verify/", {"name": "李", "community": mine.community_id}).status_code == 422
    assert desk.post(f"{address}verify/", {"name": "李小明", "community": people[1].community_id}).status_code == 422
    assert desk.post(f"{address}verify/", {"name": "李小明", "community": mine.community_id}).status_code == 302
    mine.refresh_from_db()
    assert (mine.level, mine.name_masked) == (2, "李**")
    assert "李小明" not in desk.get(address).content.decode()

    assert PHONE not in desk.get(address).content.decode()
    assert desk.post(f"{address}phone/", {"why": "回访"}).status_code == 403  # nothing of this resident is open
    calls.call(mine, calls.Called(uuid4(), "repair", "楼道灯坏了", community=mine.community_id))
    assert desk.post(f"{address}phone/", {"why": ""}).status_code == 422
    assert PHONE in desk.post(f"{address}phone/", {"why": "回访"}).content.decode()
    assert Entry.objects.filter(verb="resident.phone_shown").count() == 1

    assert desk.post(f"{address}block/", {"days": "x", "why": "刷分"}).status_code == 422
    assert desk.post(f"{address}block/", {"days": "30", "why": "刷分"}).status_code == 302
    mine.refresh_from_db()
    assert mine.blocked_until > db_now() + timedelta(days=29)
    assert desk.post(f"{address}block/", {"days": "0", "why": "误封"}).status_code == 302


def test_only_who_may_sees_the_ledger_of_a_resident(people):
    points_for(people[0], 77)
    seat, lead = worker_in(worker("seat_operator")), worker_in(worker("shift_lead"))
    assert "part" not in seat.get(f"/residents/{people[0].uuid}/").context
    assert lead.get(f"/residents/{people[0].uuid}/").context["spendable"] == 77


def test_a_community_posts_to_itself_and_the_street_to_all(people):
    mine = people[0].community
    desk, lead = worker_in(worker("grid_leader", area=mine.pk)), worker_in(worker("shift_lead"))
    said = {"uuid": uuid4(), "title": "停水", "text": "今晚", "community": mine.pk, "shown_from": "2026-11-01",
            "shown_to": "2026-11-02"}  # fmt: skip
    for _twice in range(2):
        assert desk.post("/residents/notices/post/", said).status_code == 302
    for wrong in ({"community": ""}, {"community": people[1].community_id}, {"title": "题" * 41}, {"text": ""},
                  {"shown_to": "2026-10-01"}, {"shown_to": "2027-11-01"}, {"uuid": "x"}):  # fmt: skip
        assert desk.post("/residents/notices/post/", said | {"uuid": uuid4()} | wrong).status_code == 422
    assert lead.post("/residents/notices/post/", said | {"uuid": uuid4(), "community": ""}).status_code == 302
    own, of_all = Notice.objects.get(community=mine), Notice.objects.get(community=None)
    assert desk.post(f"/residents/notices/{of_all.uuid}/withdraw/").status_code == 404
    assert desk.post(f"/residents/notices/{own.uuid}/withdraw/").status_code == 302
    assert [row.pk for row in desk.get("/residents/notices/").context["part"]] == [own.pk]


def test_every_page_of_the_points_desk_opens_in_both_languages(people, writer):
    desk = worker_in(writer)
    a_rule()
    a_policy()
    for language in ("zh-hans", "en"):
        for page in ("", "figures/", "budget/", "adjustments/", "audits/", "rules/", "policy/", "trial/", "notices/"):
            answer = desk.get(f"/residents/{page}", headers={"accept-language": language})
            assert answer.status_code == 200
            assert 'style="' not in answer.content.decode()
