"""The mall on the phone: taking a reward, the code, the merchant's counter, the ranking, notices."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from dateutil.relativedelta import relativedelta

from points.models import Notice, Redemption
from points.services import ledger
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now
from tests.points.browsers import resident_in, worker
from tests.points.conftest import a_resident
from tests.points.shops import a_clerk, a_community, a_merchant, a_reward, points_for

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_PAGE = ["/m/mall/", "/m/mall/mine/", "/m/ranking/", "/m/merchant/"]


def take(browser, reward, **said):
    return browser.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": uuid4(), **said})


def test_from_the_shelf_to_the_counter(resident):
    points_for(resident, 100)
    reward, mine = a_reward(stock=1), resident_in(resident)
    assert "大米5公斤" in mine.get("/m/mall/").content.decode()
    assert mine.get(f"/m/mall/{reward.uuid}/").context["why"] == ""

    answer = take(mine, reward)

    row = Redemption.objects.get()
    assert answer["Location"] == f"/m/mall/mine/{row.uuid}/"
    ticket = mine.get(answer["Location"]).content.decode()
    assert "<svg" in ticket and row.code[:4] in ticket and row.code[8:] in ticket
    assert "style=" not in ticket and "onclick" not in ticket

    counter = resident_in(a_clerk(a_resident(7), row.merchant).resident)
    found = counter.get("/m/merchant/", {"code": row.code.lower()})
    assert found.context["found"] == row
    assert counter.post(f"/m/merchant/{row.uuid}/write-off/", {"uuid": found.context["uuid"]}).status_code == 302
    page = counter.get("/m/merchant/")
    assert (page.context["count"], page.context["points"]) == (1, 100)
    assert row.code not in page.content.decode()
    assert "<svg" not in mine.get(f"/m/mall/mine/{row.uuid}/").content.decode()
    again = counter.get("/m/merchant/", {"code": row.code})
    assert "write-off" not in again.content.decode()


def test_why_it_cannot_be_taken_stands_on_the_page(resident):
    mine, reward = resident_in(resident), a_reward(price=100)
    points_for(resident, 60)
    assert "40" in mine.get(f"/m/mall/{reward.uuid}/").context["why"]
    answer = take(mine, reward)
    assert (answer.status_code, answer.context["wrong"] != "") == (409, True)
    assert mine.post(f"/m/mall/{reward.uuid}/redeem/", {"uuid": "no-uuid"}).status_code == 422
    assert mine.post(f"/m/mall/{reward.uuid}/redeem/").status_code == 422
    assert take(mine, a_reward(stock=0)).status_code == 409
    assert mine.post(f"/m/mall/{uuid4()}/redeem/", {"uuid": uuid4()}).status_code == 404


def test_giving_up_on_the_phone(resident):
    points_for(resident, 100)
    mine = resident_in(resident)
    take(mine, a_reward())
    address = f"/m/mall/mine/{Redemption.objects.get().uuid}/"
    assert mine.post(f"{address}cancel/").status_code == 302
    assert ledger.balances(resident.pk) == (100, 0)
    assert mine.get(address).status_code == 200


def test_nobody_reads_or_ends_what_another_took(resident):
    points_for(resident, 100)
    take(resident_in(resident), a_reward())
    row, stranger = Redemption.objects.get(), resident_in(a_resident(2))
    assert stranger.get(f"/m/mall/mine/{row.uuid}/").status_code == 404
    assert stranger.post(f"/m/mall/mine/{row.uuid}/cancel/").status_code == 404
    assert row.code not in stranger.get("/m/mall/mine/").content.decode()


def test_who_is_no_clerk_looks_nothing_up(resident):
    points_for(resident, 100)
    mine = resident_in(resident)
    take(mine, a_reward())
    row = Redemption.objects.get()
    assert mine.get("/m/merchant/", {"code": row.code}).status_code == 403
    assert mine.post(f"/m/merchant/{row.uuid}/write-off/", {"uuid": uuid4()}).status_code == 403


def test_a_wrong_code_and_too_many_of_them(resident):
    counter = resident_in(a_clerk(resident, a_merchant()).resident)
    for _each in range(20):
        assert counter.get("/m/merchant/", {"code": "WRONG"}).status_code == 404
    assert counter.get("/m/merchant/", {"code": "WRONG"}).status_code == 429
    assert counter.get("/m/merchant/").status_code == 200


@pytest.mark.parametrize("code", ["\0", "x" * 5_000, "'; drop table points_redemption; --", "核销码", "%00"])
def test_no_code_breaks_the_counter(resident, code):
    counter = resident_in(a_clerk(resident, a_merchant()).resident)
    assert counter.get("/m/merchant/", {"code": code}).status_code in (200, 404)


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_who_is_not_signed_in_is_asked_to(client, address):
    assert "/m/sign-in/" in client.get(address)["Location"]


def test_the_own_communitys_shops_come_first_and_what_is_over_does_not_come(resident):
    far, near = a_merchant("远店"), a_merchant("近店", community=a_community("330109015002"))
    a_reward(far, price=1, name_zh="远")
    a_reward(near, price=9, name_zh="近")
    a_reward(near, valid_to=date(2026, 1, 2), name_zh="过")
    resident.community = near.community
    resident.save()
    shown = [row.name_zh for row in resident_in(resident).get("/m/mall/").context["rewards"]]
    assert shown == ["近", "远"]


def test_the_ranking_shows_nicknames_of_the_month_and_nobody_who_opted_out(resident):
    now, other = db_now(), a_resident(2, community=a_community())
    hidden, gone = a_resident(3, in_ranking=False, nickname="隐身人"), a_resident(4)
    for n, (person, points) in enumerate([(resident, 5), (other, 20), (hidden, 90), (gone, 80)]):
        ledger.put_in(person.pk, points, Source("deed", str(n)), at=now)
    undone = ledger.put_in(other.pk, 50, Source("deed", "x"), at=now)
    ledger.reverse(undone, note="不实")
    ledger.put_in(resident.pk, 70, Source("deed", "y"), at=now - relativedelta(months=1))
    gone.erased_at = now
    gone.phone_hash, gone.phone_masked = None, ""
    gone.save()

    page = resident_in(resident).get("/m/ranking/")

    assert [(row["resident__nickname"], row["n"]) for row in page.context["rows"]] == [("居民2", 20), ("居民1", 5)]
    assert (page.context["place"], page.context["own"]) == (2, 5)
    assert "隐身人" not in page.content.decode()
    mine = resident_in(other).get("/m/ranking/?of=mine")
    assert [row["n"] for row in mine.context["rows"]] == [20]
    before = now.astimezone(STREET).date().replace(day=1) - relativedelta(months=1)
    assert [row["n"] for row in resident_in(resident).get(f"/m/ranking/?month={before:%Y-%m}").context["rows"]] == [70]
    assert resident_in(hidden).get("/m/ranking/").context["own"] == 90


@pytest.mark.parametrize("month", ["", "2026-99", "x", "9" * 50, "2099-01"])
def test_no_month_breaks_the_ranking(resident, month):
    assert resident_in(resident).get("/m/ranking/", {"month": month}).status_code == 200


def test_a_notice_stands_on_the_first_page_of_those_it_is_for(client, resident, roles):
    day, by, mine, other = (
        db_now().astimezone(STREET).date(),
        worker("shift_lead"),
        a_community(),
        a_community("330109015002"),
    )
    resident.community = mine
    resident.save()

    def notice(title, community=None, first=0, last=0, **values):
        return Notice.objects.create(
            uuid=uuid4(), title=title, text="停水\n三小时", community=community, by=by, at=db_now(),
            shown_from=day + timedelta(days=first), shown_to=day + timedelta(days=last), **values,
        )  # fmt: skip

    for_all, for_mine = notice("全街道"), notice("本社区", mine)
    hidden = [notice("外社区", other), notice("明天", None, 1, 2), notice("昨天", None, -2, -1),
              notice("撤下", withdrawn_at=db_now())]  # fmt: skip

    assert [row.title for row in client.get("/m/").context["notices"]] == ["全街道"]
    assert [row.title for row in resident_in(resident).get("/m/").context["notices"]] == ["本社区", "全街道"]
    assert client.get(f"/m/notices/{for_all.uuid}/").status_code == 200
    assert client.get(f"/m/notices/{for_mine.uuid}/").status_code == 404
    assert {resident_in(resident).get(f"/m/notices/{one.uuid}/").status_code for one in hidden} == {404}
