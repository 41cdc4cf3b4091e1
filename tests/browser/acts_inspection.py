"""What the page tests of inspections need on the running system: a site, two officers, what stands afterwards."""

from datetime import timedelta
from uuid import uuid4

from django.core.management import call_command
from django.db import transaction

from incidents.models import Department
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.browser.acts import PASSWORD
from tests.incidents.conftest import jpeg
from tests.worksites.checks import make_site, visited
from tests.worksites.conftest import SQUARE
from worksites.models import ColourChange, Finding, Inspection, Penalty, Site
from worksites.services import findings, needs
from worksites.services.links import make_link


def prepared() -> int:
    """Two officers, a leader and a site; its id."""
    for name, role, shown in (
        ("page-inspector", "enforcement_officer", "陈检查"), ("page-second", "enforcement_officer", "林检查"),
        ("page-lead", "brigade_lead", "周中队长"),
    ):  # fmt: skip
        user, _new = User.objects.get_or_create(username=name, defaults={"display_name": shown})
        user.set_password(PASSWORD)
        user.save()
        grant(user, role, department="ENF")
    site = Site.objects.filter(code="PAGE1").first() or make_site("PAGE1", name="望江单元示范工地", address="示例路1号")
    return site.pk


def recovering() -> list:
    """A site that was red two months ago and is yellow now, and what the fire service wants: [site, need].

    All of it at once: the sweeps of the running system look at no half-written past.
    """
    call_command("load_checklist", verbosity=0)
    prepared()
    now, two = db_now(), list(User.objects.filter(username__in=["page-inspector", "page-second"]).order_by("username"))
    lead = User.objects.get(username="page-lead")
    clerk, _new = User.objects.get_or_create(username="page-fire", defaults={"display_name": "消防联络员"})
    clerk.set_password(PASSWORD)
    clerk.save()
    grant(clerk, "dept_account", department="FIRE")
    with transaction.atomic():
        long_ago = now - timedelta(days=90)
        since = {"colour_since": long_ago, "rule_since": long_ago, "watched_since": long_ago}
        site = make_site("PAGE2", name="恢复中的示范工地", boundary=SQUARE, **since)
        visited(site, *two, {"0801": "fails"}, at=now - timedelta(days=60))
        finding = Finding.objects.get(site=site)
        handed = now - timedelta(days=59, hours=12)
        findings.hand_in(finding.pk, [(uuid4(), jpeg("green"))], "通道已清空", by_site=True, at=handed)
        findings.pass_evidence(finding.pk, actor=lead, at=now - timedelta(days=59))
        visited(site, *two, at=now - timedelta(days=58), recheck=True)
        for days in (50, 43, 36, 29):
            visited(site, *two, at=now - timedelta(days=days))
        fire = Department.objects.get(code="FIRE")
        need, _new = needs.file_need(uuid=uuid4(), site_id=site.pk, department=fire, items=["0801", "1101"],
                                     text="复看消防通道", actor=clerk)  # fmt: skip
    return [site.pk, need.pk]


def coloured(site_id: int) -> list:
    """[colour, [[before, after], …], penalty cases] of a site, the oldest change first."""
    changes = ColourChange.objects.filter(site=site_id).order_by("at", "id").values_list("before", "after")
    return [Site.objects.get(pk=site_id).colour, [list(one) for one in changes],
            Penalty.objects.filter(site=site_id).count()]  # fmt: skip


def link(site_id: int) -> str:
    return make_link(site_id, actor=User.objects.get(username="page-lead"))[1]


def passed(number: str) -> None:
    one = Finding.objects.get(number=number)
    findings.pass_evidence(one.pk, actor=User.objects.get(username="page-lead"))


def stands() -> list:
    """[status, findings, photos, signatures] of each sheet, the oldest first."""
    rows = Inspection.objects.order_by("id")
    return [[r.status, r.findings.count(), r.photos.count(), r.signatures.count()] for r in rows]


def found() -> list:
    return [[one.number, one.status] for one in Finding.objects.order_by("id")]
