"""A month with a merchant: what was written off is summed, frozen and signed."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from openpyxl import load_workbook

from points.desk.settlement_book import workbook
from points.models import Redemption, Settlement
from points.services import mall, reconciliation
from shushanwei.common.clock import STREET
from shushanwei.common.errors import Conflict
from tests.points.conftest import a_policy, a_resident
from tests.points.shops import a_clerk, a_merchant, a_reward, points_for
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def worker(django_user_model):
    return django_user_model.objects.create(username="考核员")


def handed_out(merchant, *instants, price=100):
    """One reward written off at each instant of the street's time."""
    reward, clerk = a_reward(merchant, price=price, name_zh="=大米"), a_clerk(a_resident(90), merchant)
    for n, instant in enumerate(instants):
        person = a_resident(100 + n)
        points_for(person, price)
        row = mall.redeem(person, reward.uuid, uuid=uuid4())
        mall.write_off(clerk, row.uuid, uuid=uuid4())
        Redemption.objects.filter(pk=row.pk).update(ended_at=datetime.fromisoformat(instant).replace(tzinfo=STREET))


def test_a_month_holds_what_was_written_off_between_its_midnights(worker):
    a_policy(yuan_per_point="0.25")
    merchant = a_merchant()
    handed_out(merchant, "2026-09-30T23:59:59", "2026-10-01T00:00:00", "2026-10-31T23:59:59", "2026-11-01T00:00:00")

    found = reconciliation.sheet(merchant, OCTOBER)

    assert [line["at"] for line in found.lines] == ["2026-10-01 00:00:00", "2026-10-31 23:59:59"]
    assert (found.points, found.yuan) == (200, Decimal("50.00"))


def test_a_settled_month_is_frozen_whoever_presses_and_whatever_changes_later(worker):
    merchant = a_merchant()
    handed_out(merchant, "2026-10-05T10:00:00")

    results = all_at_once(*[lambda: reconciliation.close(merchant.uuid, OCTOBER, actor=worker)] * 5)
    assert len({result.pk for result in results}) == 1
    Redemption.objects.update(ended_at=datetime(2026, 10, 6, tzinfo=STREET), points=1)

    found = reconciliation.sheet(merchant, OCTOBER)
    assert (found.points, reconciliation.is_whole(found)) == (100, True)
    for change in (lambda: Settlement.objects.update(points=1), lambda: Settlement.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_month_that_runs_cannot_be_settled(worker):
    with pytest.raises(Conflict):
        reconciliation.close(a_merchant().uuid, date(2099, 1, 1), actor=worker)
    assert not Settlement.objects.exists()


def test_the_sheet_has_its_lines_its_sum_and_where_to_sign(worker):
    merchant = a_merchant()
    handed_out(merchant, "2026-10-05T10:00:00", "2026-10-06T10:00:00")
    reconciliation.close(merchant.uuid, OCTOBER, actor=worker)

    sheet = load_workbook(BytesIO(workbook(reconciliation.sheet(merchant, OCTOBER), "考核员"))).active
    cells = [value for row in sheet.iter_rows(values_only=True) for value in row if value is not None]

    assert cells.count("=大米") == 2 and 200 in cells and 40 in cells
    assert any("签字" in str(value) or "signature" in str(value) for value in cells)
    assert sum(Settlement.objects.get().sha256 in str(value) for value in cells) == 1


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "x-y", "9999999-1", "9" * 30 + "-1", "2026-10-1", "-1--1", "٢٠٢٦-1x"]
)
def test_what_is_no_month_is_this_month(text):
    assert reconciliation.month_of(text, date(2026, 11, 27)) == date(2026, 11, 1)
    assert reconciliation.month_of("2026-10", date(2026, 11, 27)) == OCTOBER
