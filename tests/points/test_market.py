"""Neighbours give, swap and help: looked at before it is shown, held by one at a time, paid once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from points.models import Award, Deal, DealMessage, Listing, MarketBan
from points.services import deals, market
from points.services.market import ListingDraft
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, WrongStep
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import a_community, a_listing, a_neighbour, a_photo, a_worker
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def economy(db):
    a_policy()
    a_rule("neighbour-help", 5, times_a_day=2)
    a_rule("charity-sale", 5, times_a_day=1)


def seen(resident):
    return set(market.seen_by(resident, db_now()).values_list("pk", flat=True))


def handed_over(listing, taker):
    deal = deals.reserve(taker, listing.uuid, uuid=uuid4())
    deals.say_done(listing.owner, deal.uuid)
    return deals.say_done(taker, deal.uuid)


def test_nobody_sees_a_listing_before_a_worker_and_the_street_a_day_after_the_community():
    owner, near = a_neighbour(1), a_neighbour(2)
    far = a_neighbour(3, community=a_community("330109001002", "知稼社区"))
    row = a_listing(owner, shown=False)
    assert seen(near) == set()
    market.show(row.pk, actor=a_worker())
    market.show(row.pk, actor=a_worker())
    assert (seen(near), seen(far)) == ({row.pk}, set())
    with pytest.raises(NotFound):
        deals.reserve(far, row.uuid, uuid=uuid4())
    Listing.objects.update(street_at=db_now())
    assert seen(far) == {row.pk}


def test_photos_are_stored_without_what_the_camera_knew_and_once():
    owner, uuid = a_neighbour(), uuid4()
    draft = ListingDraft("free", "童书", "十本")
    row = market.offer(owner, draft, [a_photo(), a_photo(), a_photo("blue")], uuid=uuid)
    assert market.offer(owner, draft, [a_photo("green")], uuid=uuid) == row
    assert row.photos.count() == 2
    assert b"GPS" not in row.photos.first().file.read() and b"Exif" not in row.photos.first().file.read()
    for wrong in ([b"<svg onload='alert(1)'/>"], [b"<html>"], [b"%PDF-1.7"], [b""], [a_photo()] * 7):
        with pytest.raises(BadInput) as refused:
            market.offer(owner, draft, wrong, uuid=uuid4())
        assert refused.value.field == "photos"


@pytest.mark.parametrize(
    ("field", "values"),
    [("kind", {"kind": "auction"}), ("kind", {"kind": "offer"}), ("title", {"title": ""}),
     ("title", {"title": "长" * 31}), ("text", {"text": "长" * 501}), ("wants", {"kind": "swap", "wants": ""}),
     ("title", {"title": "送 小 狗"}),
     ("text", {"text": "加v abc123456"}), ("wants", {"kind": "swap", "wants": "香 烟"}), ("text", {"text": "a\0b"})],
)  # fmt: skip
def test_a_wrong_field_of_a_listing_is_named(field, values):
    with pytest.raises(BadInput) as refused:
        market.offer(
            a_neighbour(), ListingDraft(**{"kind": "free", "title": "书", "text": "书", **values}), [], uuid=uuid4()
        )
    assert refused.value.field == field


def test_alcohol_is_never_shown_to_children_and_doubts_are_kept_for_the_reviewer():
    row = a_listing(a_neighbour(1), title="黄酒坛", text="装过黄酒")
    assert (row.for_adults, ["alcohol", "黄酒"] in row.flags) == (True, True)
    assert seen(a_neighbour(2, is_child=True)) == set()
    assert seen(a_neighbour(3)) == {row.pk}


def test_twenty_neighbours_want_it_and_one_gets_it():
    row = a_listing(a_neighbour(0))
    people = [a_neighbour(n) for n in range(1, 21)]
    results = all_at_once(*[lambda one=one: deals.reserve(one, row.uuid, uuid=uuid4()) for one in people])
    assert sum(isinstance(result, Deal) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19, results


def test_the_same_press_ten_times_is_one_deal_and_ones_own_cannot_be_held():
    owner, taker = a_neighbour(1), a_neighbour(2)
    row, uuid = a_listing(owner), uuid4()
    with pytest.raises(Conflict):
        deals.reserve(owner, row.uuid, uuid=uuid4())
    results = all_at_once(*[lambda: deals.reserve(taker, row.uuid, uuid=uuid)] * 10)
    assert len({getattr(result, "pk", result) for result in results}) == 1, results


def test_three_things_are_held_at_most():
    owner, taker = a_neighbour(1), a_neighbour(2)
    rows = [a_listing(owner) for _n in range(4)]
    for row in rows[:3]:
        deals.reserve(taker, row.uuid, uuid=uuid4())
    with pytest.raises(Conflict):
        deals.reserve(taker, rows[3].uuid, uuid=uuid4())


def test_when_both_say_so_who_gave_earns_once(economy):
    owner, taker = a_neighbour(1), a_neighbour(2)
    deal = deals.reserve(taker, a_listing(owner).uuid, uuid=uuid4())
    deals.say_done(owner, deal.uuid)
    assert not Award.objects.exists()
    results = all_at_once(*[lambda: deals.say_done(taker, deal.uuid)] * 8)
    assert not [result for result in results if isinstance(result, Exception)], results
    award = Award.objects.get()
    assert (award.resident, award.code, award.given) == (owner, "neighbour-help", 5)
    assert Listing.objects.get().status == "done"


@pytest.mark.parametrize(
    ("kind", "seeks", "earns", "code"),
    [("free", False, 1, "neighbour-help"), ("help", False, 1, "neighbour-help"), ("help", True, 2, "neighbour-help"),
     ("charity", False, 1, "charity-sale"), ("swap", False, None, ""), ("second_hand", False, None, "")],
)  # fmt: skip
def test_help_earns_and_trade_does_not(economy, kind, seeks, earns, code):
    people = {1: a_neighbour(1), 2: a_neighbour(2)}
    handed_over(a_listing(people[1], kind=kind, seeks=seeks), people[2])
    found = [(award.resident_id, award.code) for award in Award.objects.all()]
    assert found == ([(people[earns].pk, code)] if earns else [])


def test_the_same_two_again_and_again_are_looked_at(economy):
    one, two = a_neighbour(1), a_neighbour(2)
    for n in range(3):
        owner, taker = (one, two) if n % 2 else (two, one)
        handed_over(a_listing(owner), taker)
    assert list(Award.objects.order_by("id").values_list("short", flat=True)) == ["", "", "doubt"]


def test_messages_stay_between_the_two_and_carry_no_phone():
    owner, taker, other = a_neighbour(1), a_neighbour(2), a_neighbour(3)
    deal, uuid = deals.reserve(taker, a_listing(owner).uuid, uuid=uuid4()), uuid4()
    line = deals.write(taker, deal.uuid, "周六十点门口见？", uuid=uuid)
    assert deals.write(taker, deal.uuid, "周六十点门口见？", uuid=uuid) == line
    for text in ("", "长" * 501, "我的电话 １３８ １２３４ ５６７８", "加我微信", "先转账", "傻 逼", "a\0b"):
        with pytest.raises(BadInput) as refused:
            deals.write(owner, deal.uuid, text, uuid=uuid4())
        assert refused.value.field == "text"
    for use in (
        lambda: deals.write(other, deal.uuid, "你好", uuid=uuid4()),
        lambda: deals.say_done(other, deal.uuid),
        lambda: deals.release(other, deal.uuid),
    ):
        with pytest.raises(NotFound):
            use()
    deals.release(owner, deal.uuid)
    with pytest.raises(Conflict):
        deals.write(owner, deal.uuid, "还要吗", uuid=uuid4())
    assert DealMessage.objects.count() == 1


def test_what_is_let_go_or_lapses_is_shown_again_and_what_is_gone_is_not():
    owner, taker = a_neighbour(1), a_neighbour(2)
    row = a_listing(owner)
    deal = deals.reserve(taker, row.uuid, uuid=uuid4())
    assert deals.release(taker, deal.uuid) == deals.release(owner, deal.uuid)
    deal = deals.reserve(taker, row.uuid, uuid=uuid4())
    assert not deals.lapse(deal.pk)
    Deal.objects.update(lapses_at=db_now())
    assert deals.due_to_lapse(db_now()) == [deal.pk]
    assert deals.lapse(deal.pk) and not deals.lapse(deal.pk)
    row.refresh_from_db()
    assert row.status == "shown"
    deal = deals.reserve(taker, row.uuid, uuid=uuid4())
    deals.say_done(owner, deal.uuid)
    Deal.objects.filter(pk=deal.pk).update(lapses_at=db_now())
    assert deals.lapse(deal.pk)
    row.refresh_from_db()
    assert (row.status, Award.objects.count()) == ("done", 0)


def test_a_listing_runs_out_and_is_withdrawn_by_its_owner_only():
    owner = a_neighbour(1)
    row, other = a_listing(owner), a_listing(owner, shown=False)
    Listing.objects.filter(pk=row.pk).update(expires_at=db_now())
    assert market.due_to_expire(db_now()) == [row.pk]
    assert market.expire(row.pk) and not market.expire(row.pk)
    with pytest.raises(NotFound):
        market.withdraw(a_neighbour(2), other.uuid)
    assert market.withdraw(owner, other.uuid) == market.withdraw(owner, other.uuid)
    with pytest.raises(WrongStep):
        market.show(other.pk, actor=a_worker())


def test_three_neighbours_send_a_listing_back_and_one_cannot_do_it_alone():
    row, angry = a_listing(a_neighbour(0)), a_neighbour(1)
    for _n in range(5):
        market.report(angry, row.pk, reason="fraud", text="", uuid=uuid4())
    row.refresh_from_db()
    assert (row.status, row.reports.count()) == ("shown", 1)
    for n in (2, 3):
        market.report(a_neighbour(n), row.pk, reason="forbidden", text="看着像刀", uuid=uuid4())
    row.refresh_from_db()
    assert row.status == "review"
    with pytest.raises(NotAllowed):
        market.report(row.owner, row.pk, reason="fraud", text="", uuid=uuid4())
    assert market.refuse(row.pk, why="不属于集市", actor=a_worker()).status == "taken_down"


def test_a_report_upheld_takes_down_and_bans_once():
    owner, taker = a_neighbour(1), a_neighbour(2)
    row = a_listing(owner)
    deal = deals.reserve(taker, row.uuid, uuid=uuid4())
    told = market.report(taker, row.pk, reason="money", text="要押金", uuid=uuid4(), deal=deal)
    for note, days in (("", 0), ("属实", 400)):
        with pytest.raises(BadInput):
            market.decide_report(told.pk, upheld=True, note=note, ban_days=days, actor=a_worker())
    with pytest.raises(BadInput):
        market.decide_report(told.pk, upheld=False, note="不属实", ban_days=3, actor=a_worker())
    worker = a_worker()
    for _twice in range(2):
        market.decide_report(told.pk, upheld=True, note="聊天记录属实", ban_days=30, actor=worker)
    with pytest.raises(Conflict):
        market.decide_report(told.pk, upheld=False, note="不属实", ban_days=0, actor=worker)
    row.refresh_from_db()
    deal.refresh_from_db()
    assert (row.status, deal.status, MarketBan.objects.count()) == ("taken_down", "released", 1)
    with pytest.raises(NotAllowed):
        a_listing(owner)
    ban = MarketBan.objects.get()
    with pytest.raises(BadInput):
        market.lift_ban(ban.pk, why="", actor=worker)
    market.lift_ban(ban.pk, why="申诉成立", actor=worker)
    assert a_listing(owner)


def test_the_owner_reports_the_taker_and_the_listing_stays():
    owner, taker = a_neighbour(1), a_neighbour(2)
    row = a_listing(owner)
    deal = deals.reserve(taker, row.uuid, uuid=uuid4())
    told = market.report(owner, row.pk, reason="abuse", text="", uuid=uuid4(), deal=deal)
    market.decide_report(told.pk, upheld=True, note="辱骂", ban_days=7, actor=a_worker())
    row.refresh_from_db()
    assert (told.about, row.status, MarketBan.objects.get().resident) == (taker, "reserved", taker)


def test_a_merchants_offer_is_the_streets_and_is_not_reserved():
    uuid, worker = uuid4(), a_worker()
    draft = ListingDraft("offer", "满减优惠", "工作日九折")
    said = {"merchant": "湘湖理发店", "community_id": a_community().pk, "uuid": uuid, "actor": worker}
    row = market.offer_of_merchant(draft, [], **said)
    assert market.offer_of_merchant(draft, [], **said) == row
    with pytest.raises(Conflict):
        deals.reserve(a_neighbour(), row.uuid, uuid=uuid4())


def test_who_is_blocked_or_without_a_community_offers_nothing():
    with pytest.raises(NotAllowed):
        a_listing(a_neighbour(1, blocked_until=db_now() + timedelta(days=1)))
    with pytest.raises(NotAllowed):
        a_listing(a_neighbour(2, community=None, level=1))


def test_the_database_refuses_a_second_open_deal_and_a_listing_shown_unseen():
    row = a_listing(a_neighbour(1))
    deals.reserve(a_neighbour(2), row.uuid, uuid=uuid4())
    for statement in (
        "insert into points_deal (uuid, rev, listing_id, taker_id, status, reserved_at, lapses_at)"
        " select gen_random_uuid(), 0, listing_id, taker_id, 'open', now(), now() from points_deal",
        "update points_listing set decided_by_id = null",
        "update points_deal set status = 'done'",
    ):
        with pytest.raises(Exception, match="constraint"), connection.cursor() as cursor:
            cursor.execute(statement)
