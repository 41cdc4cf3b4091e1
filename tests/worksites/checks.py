"""A site, its inspectors and whole visits for the tests of inspections."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command

from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.dispatch.conftest import picture
from worksites.checks import codes
from worksites.models import Company, Inspection, Site
from worksites.services import inspections
from worksites.services.inspections import Begin, Lock

STROKES = [[[100, 100], [200, 180], [320, 90], [400, 220], [520, 130], [640, 240], [700, 120]]]


def make_site(code="GD001", **values) -> Site:
    now = db_now()
    builder = Company.objects.get_or_create(name="虚构建设有限公司", defaults={"kind": "builder"})[0]
    columns = {
        "name": f"测试工地{code}", "boundary": {"type": "Polygon", "coordinates": []}, "lon": 120.2369, "lat": 30.1236,
        "phase": "FO", "colour_since": now, "watched_since": now, "plate_code": code, "builder": builder,
    }  # fmt: skip
    return Site.objects.create(code=code, **(columns | values))


def officer(name: str, role="enforcement_officer") -> User:
    user = User.objects.create(username=name, display_name=name)
    grant(user, role, department="ENF")
    return user


@pytest.fixture
def site(roles) -> Site:
    """A site, and the list it is checked by; a module takes it with `site = checks.site` instead of conftest's."""
    call_command("load_checklist", verbosity=0)
    return make_site()


def begun(site, one, two, *, at=None, **values) -> Inspection:
    at = at or db_now() - timedelta(minutes=30)
    given = {"uuid": uuid.uuid4(), "site": site.pk, "conduct_code": codes.issue(at), "code_shown_at": at,
             "started_at": at, "inspectors": [one.pk, two.pk]} | values  # fmt: skip
    return inspections.begin(one, Begin(**given))[0]


def shot(sheet, user, item, when="before") -> uuid.UUID:
    from django.db import transaction

    from worksites.services import photos

    with transaction.atomic():
        mine = inspections.own_inspection(user, sheet.uuid)
        return photos.add_to_sheet(user, mine, picture(), uuid=uuid.uuid4(), item_id=item.pk, when=when)[0].uuid


def item(sheet, code):
    return next(one for one in inspections.items_of(sheet) if one.code == code)


def given_up(sheet) -> None:
    """The visit is over, unsigned: another may begin."""
    inspections.drop(sheet.by, sheet.uuid, "另行安排")


def lock_of(sheet, user, bad=None, *, at=None, refused=False, **values) -> Lock:
    """What locks a sheet; `bad` = {code: result}, whose photos are taken here."""
    bad = bad or {}
    shots = []
    for code, result in bad.items():
        if result in ("fails", "spot"):
            shots.append(shot(sheet, user, item(sheet, code)))
        if result == "spot" or result == "after":
            shots.append(shot(sheet, user, item(sheet, code), "after"))
    at = at or db_now()
    results = [
        {"item": one.pk, "result": {"after": "ok"}.get(bad.get(one.code, "ok"), bad.get(one.code, "ok")),
         "serious": False, "note": "", "at": at}
        for one in inspections.items_of(sheet)
    ]  # fmt: skip
    signed = [
        {"uuid": uuid.uuid4(), "role": "inspector", "user": person.pk, "strokes": STROKES, "name": ""}
        for person in sheet.inspectors.all()
    ]
    site = {"uuid": uuid.uuid4(), "role": "manager", "name": "李某"}
    site |= {"refused_reason": "不认可", "witness": "王某"} if refused else {"strokes": STROKES}
    given = {"ended_at": at, "results": results, "signatures": [*signed, site], "photos": shots} | values
    return Lock(**given)


def visited(site, one, two, bad=None, *, at=None, **values) -> Inspection:
    """A whole signed visit."""
    sheet = begun(site, one, two, at=at and at - timedelta(minutes=30), **values)
    return inspections.lock(one, sheet.uuid, lock_of(sheet, one, bad, at=at))[0]
