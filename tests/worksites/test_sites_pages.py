"""The register of sites in the browser's words: entered, corrected, stopped; gates, permits, another colour."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from shushanwei.common.clock import STREET, db_now
from shushanwei.journal.models import Entry
from tests.worksites.conftest import SQUARE, make_person, make_site
from worksites.models import ColourOverride, Gate, Permit, PlannedCheck, Site
from worksites.services.colours import recolour

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(roles):
    def make(name, role, **scope):
        client = Client()
        client.force_login(make_person(name, role, **scope), backend="shushanwei.people.backends.RoleBackend")
        return client

    return make


@pytest.fixture
def lead(sign_in):
    return sign_in("lead", "brigade_lead", department="ENF")


def card(**values) -> dict:
    return {"code": "GD-100", "name": "示例工地", "phase": "EW", "boundary": json.dumps(SQUARE)} | values


def test_a_site_is_registered_white_and_its_check_is_drawn(lead, brigade):
    answer = lead.post("/worksites/add/", card())
    site = Site.objects.get()
    assert answer["Location"] == f"/worksites/{site.pk}/"
    assert (site.colour, len(site.plate_code)) == ("white", 12)
    assert PlannedCheck.objects.filter(site=site, kind="random").count() <= 1
    assert Entry.objects.filter(verb="site.registered", subject_id=site.pk).exists()
    assert "示例工地" in lead.get("/worksites/").content.decode()
    assert "示例工地" in lead.get(answer["Location"]).content.decode()


BOW = {"type": "Polygon", "coordinates": [[[120.23, 30.12], [120.24, 30.13], [120.24, 30.12], [120.23, 30.13],
                                           [120.23, 30.12]]]}  # fmt: skip
FAR = [[999, 30], [1, 2], [3, 4], [999, 30]]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("code", {"code": "工地"}),
        ("name", {"name": ""}),
        ("phase", {"phase": "XX"}),
        ("boundary", {"boundary": "no json"}),
        ("boundary", {"boundary": json.dumps({"type": "Point", "coordinates": [1, 2]})}),
        ("boundary", {"boundary": json.dumps(BOW)}),
        (
            "boundary",
            {"boundary": json.dumps({"type": "Polygon", "coordinates": [[[999, 30], [1, 2], [3, 4], [999, 30]]]})},
        ),
        ("boundary", {"boundary": "[]"}),
    ],
)
def test_a_wrong_card_is_refused_beside_its_field(lead, field, wrong):
    answer = lead.post("/worksites/add/", card(**wrong))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Site.objects.exists()


def test_a_wrong_code_and_a_missing_outline_say_what_to_do(lead):
    shown = lead.post("/worksites/add/", card(code="gd 1", boundary="")).content.decode()
    assert "编号为2至20位大写字母、数字和连字符，例如GD-2026-015。" in shown
    assert "请在图上画出工地边界。" in shown and "该字段是必填项" not in shown
    assert not Site.objects.exists()


def test_a_code_is_taken_once(lead):
    lead.post("/worksites/add/", card())
    assert lead.post("/worksites/add/", card()).context["form"].errors["code"]
    assert Site.objects.count() == 1


def test_gates_and_permits_are_entered_and_compliance_follows(lead, site):
    page = f"/worksites/{site.pk}/"
    assert lead.post(f"{page}gate/", {"name": "南门", "lon": 120.2362, "lat": 30.1231}).status_code == 302
    gate = Gate.objects.get()
    today = db_now().astimezone(STREET).date()
    papers = {"number": "CRK-1", "status": "approved", "valid_from": today, "valid_to": today + timedelta(days=90)}
    assert lead.post(f"{page}permit/", papers | {"kind": "gate_registration"}).status_code == 422
    assert lead.post(f"{page}permit/", papers | {"kind": "gate_registration", "gate": gate.pk}).status_code == 302
    gate.refresh_from_db()
    assert gate.filed_on == today
    wrong = papers | {"kind": "disposal", "number": "CZ-1", "valid_to": today - timedelta(days=1)}
    assert lead.post(f"{page}permit/", wrong).context["permit_form"].errors["valid_to"]
    assert Permit.objects.count() == 1


def test_a_site_is_stopped_with_a_reason_and_goes_on(lead, site):
    page = f"/worksites/{site.pk}/state/"
    assert lead.post(page, {"status": "stopped"}).status_code == 422
    lead.post(page, {"status": "stopped", "reason": "临边防护缺失"})
    site.refresh_from_db()
    assert site.stopped_at and site.stop_reason == "临边防护缺失"
    lead.post(page, {"status": "building"})
    site.refresh_from_db()
    assert site.stopped_at is None


def test_another_colour_is_asked_by_one_and_approved_by_another(lead, sign_in, site):
    page = f"/worksites/{site.pk}/colour/"
    last = db_now().astimezone(STREET).date() + timedelta(days=5)
    given = {"uuid": uuid4(), "colour": "red", "reason": "重大活动保障", "expires_on": last}
    assert lead.post(f"{page}ask/", given).status_code == 302
    assert lead.post(f"{page}decide/", {"yes": 1}).status_code == 403
    sign_in("head", "commander").post(f"{page}decide/", {"yes": 1})
    site.refresh_from_db()
    assert site.colour == "red" and ColourOverride.objects.get().approved_at


def test_the_drawn_day_is_hidden_from_inspectors_until_it_comes(sign_in, lead, site, brigade):
    later = db_now() + timedelta(days=40)
    day = later.astimezone(STREET).date()
    PlannedCheck.objects.create(site=site, kind="random", period=f"{day:%Y-%m}", colour="white", on=day,
                                due_at=later, made_at=db_now())  # fmt: skip
    month = f"/worksites/calendar/?month={day:%Y-%m}"
    officer = sign_in("officer", "enforcement_officer", department="ENF")
    assert site.name not in officer.get(month).content.decode()
    assert site.name in lead.get(month).content.decode()


def test_a_community_sees_its_own_sites_only(sign_in, site):
    leader = sign_in("leader", "grid_leader", area="330109003015")
    assert leader.get(f"/worksites/{site.pk}/").status_code == 404
    assert leader.get("/worksites/map.geojson").json()["features"] == []


def test_the_plate_opens_a_page_for_everybody_without_anything_private(site):
    answer = Client().get(f"/w/{site.plate_code}/")
    assert answer.status_code == 200 and site.name in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert Client().get("/w/no-such-plate/").status_code == 404


def test_the_register_is_a_spreadsheet_too(lead, site):
    answer = lead.get("/worksites/?format=xlsx&colour=white")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet") and answer.content[:2] == b"PK"


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?colour=green", "?community=1' or 1=1", "?q=" + "x" * 200])
def test_strange_addresses_are_answered(lead, site, query):
    assert lead.get(f"/worksites/{query}").status_code == 200
    assert lead.get(f"/worksites/calendar/{query}&month=9999-99").status_code == 200


def test_many_sites_are_paged(lead):
    for number in range(55):
        make_site(f"WS-{number:03d}")
    assert "WS-054" in lead.get("/worksites/?page=2").content.decode()


def test_the_plate_for_the_gate_carries_a_code_that_can_be_scanned(lead):
    site = make_site("WS-900")
    page = lead.get(f"/worksites/{site.pk}/plate/").content.decode()
    assert '<img src="data:image/svg+xml' in page and "&lt;svg" not in page


def test_every_end_of_an_order_is_explained_and_journalled(lead, sign_in):
    site = make_site("WS-901")
    head = sign_in("head", "commander")
    last = db_now().astimezone(STREET).date()
    given = {"uuid": str(uuid4()), "colour": "red", "reason": "重大活动保障", "expires_on": last.isoformat()}
    lead.post(f"/worksites/{site.pk}/colour/ask/", given)
    head.post(f"/worksites/{site.pk}/colour/decide/", {"yes": "1"})
    ColourOverride.objects.update(expires_on=last - timedelta(days=1))
    recolour(site.pk)
    page = lead.get(f"/worksites/{site.pk}/").content.decode()
    assert "重大活动保障" in page and "人工调整的颜色已终止：有效期已过" in page
    assert Entry.objects.filter(verb="site.override_ended", subject_id=site.pk).count() == 1
