"""Residents, rules and numbers that most tests of points start from."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from points.models import PointPolicy, PointRule, Resident
from shushanwei.common.clock import db_now

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def a_resident(n: int = 1, **values) -> Resident:
    """A resident whose phone is known."""
    said = {"nickname": f"居民{n}", "level": 1, "phone_hash": f"{n:064d}", "phone_masked": "100****0001"}
    return Resident.objects.create(uuid=uuid4(), created_at=db_now(), **{**said, **values})


def a_rule(code: str = "report-filed", points: int = 5, **values) -> PointRule:
    """A rule in force since long ago."""
    return PointRule.objects.create(
        **{"code": code, "version": 1, "name_zh": code, "name_en": code, "points": points, "valid_from": LONG_AGO,
           **values}
    )  # fmt: skip


def a_policy(**values) -> PointPolicy:
    """Numbers in force since long ago; without audits, which are drawn by lot."""
    return PointPolicy.objects.create(**{"effective_from": LONG_AGO, "audited_percent": 0, **values})


@pytest.fixture
def resident(db) -> Resident:
    return a_resident()
