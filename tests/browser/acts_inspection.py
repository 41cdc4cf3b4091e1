"""What the page tests of inspections need on the running system: a site, two officers, what stands afterwards."""

from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.browser.acts import PASSWORD
from tests.worksites.checks import make_site
from worksites.models import Finding, Inspection, Site
from worksites.services import findings
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


def link(site_id: int) -> str:
    return make_link(site_id, actor=User.objects.get(username="page-lead"))[1]


def passed(number: str) -> None:
    one = Finding.objects.get(number=number)
    findings.pass_evidence(one.pk, actor=User.objects.get(username="page-lead"))


def stands() -> list:
    """[kind, status, findings, photos, signatures] of each sheet, the oldest first."""
    rows = Inspection.objects.order_by("id")
    return [[r.kind, r.status, r.findings.count(), r.photos.count(), r.signatures.count()] for r in rows]


def found() -> list:
    return [[one.number, one.status] for one in Finding.objects.order_by("id")]
