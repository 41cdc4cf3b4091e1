"""Shops, rewards and points to spend, which the tests of the mall start from."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from grid.models import Community
from points.models import Merchant, MerchantClerk, Resident, Reward
from points.services import ledger
from points.services.ledger import Source
from shushanwei.common.clock import db_now

_numbers = count(1)
HOME = "330109015001"


def a_community(code: str = HOME) -> Community:
    """A community without any ground."""
    return Community.objects.get_or_create(
        code=code, defaults={"name": f"社区{code[-3:]}", "short_name": f"社区{code[-3:]}", "kind": "community",
                             "polygon": {}, "label_lon": 120.2, "label_lat": 30.1},
    )[0]  # fmt: skip


def a_merchant(name: str = "惠民粮油店", **values) -> Merchant:
    """A merchant who takes part."""
    said = {"community": a_community(), "address": "蜀山路1号", "created_at": db_now()}
    return Merchant.objects.create(uuid=uuid4(), name=name, **{**said, **values})


def a_reward(merchant: Merchant | None = None, **values) -> Reward:
    """A bag of rice for 100 points."""
    said = {
        "name_zh": "大米5公斤", "name_en": "5 kg of rice", "price": 100, "stock": 10, "valid_from": date(2026, 1, 1),
        "valid_to": date(2099, 12, 31), "created_at": db_now(),
    }  # fmt: skip
    return Reward.objects.create(uuid=uuid4(), merchant=merchant or a_merchant(), **{**said, **values})


def a_clerk(resident: Resident, merchant: Merchant) -> MerchantClerk:
    """A resident who writes off for a merchant."""
    return MerchantClerk.objects.create(merchant=merchant, resident=resident, added_at=db_now())


def points_for(resident: Resident, points: int):
    """Points that can be spent at once."""
    source = Source("test", f"gift-{next(_numbers)}")
    moved = ledger.put_in(resident.pk, points, source, at=db_now() - timedelta(days=4))
    assert ledger.release(moved.lot.pk)
    return moved
