"""Permits, sinks, rule sets and phones, as the office uses them."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, WrongStep
from shushanwei.common.secrets import seal
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from tests.racing import all_at_once
from tests.worksites.conftest import make_person
from tests.worksites.fleet import SQUARE, make_sink, make_site, make_truck, signed_in
from worksites.models import Driver, Gate, Permit, PermitFile, PermitRuleSet, Sink
from worksites.services import permits, rule_sets
from worksites.services.sinks import save_sink

pytestmark = pytest.mark.django_db
ROUTE = {"type": "LineString", "coordinates": [[120.23, 30.12], [120.24, 30.13], [120.25, 30.13]]}


@pytest.fixture
def lead(roles):
    client = Client()
    person = make_person("lead", "brigade_lead", department="ENF")
    client.force_login(person, backend="shushanwei.people.backends.RoleBackend")
    return client


def today():
    return db_now().astimezone(STREET).date()


def said(**more) -> dict:
    """What a form of a permit sends."""
    days = {"valid_from": today(), "valid_to": today() + timedelta(days=90)}
    return {"kind": "transport", "number": "ZY-1", "status": "approved", **days, **more}


def test_a_trucks_permit_is_entered_once_with_routes_windows_sites_and_sinks(lead):
    truck, site, sink = make_truck(), make_site(), make_sink()
    page = f"/worksites/permits/add/?of=truck:{truck.pk}"
    assert lead.get(page).status_code == 200
    form = said(routes=json.dumps([ROUTE]), windows="1-5 21:00-06:00\n6 22:00-24:00", sites=[site.pk], sinks=[sink.pk])
    answers = [lead.post(page, form), lead.post(page, form)]
    permit = Permit.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/worksites/permits/{permit.pk}/"] * 2
    assert permit.routes == [ROUTE] and permit.windows[0] == {
        "days": [1, 2, 3, 4, 5],
        "from": "21:00",
        "until": "06:00",
    }
    assert list(permit.sites.all()) == [site] and list(permit.sinks.all()) == [sink]
    assert Entry.objects.filter(subject_type="permit").count() == 1
    shown = lead.get(f"/worksites/permits/{permit.pk}/").content.decode()
    assert "1-5 21:00-06:00" in shown and sink.name in shown
    again = said(valid_to=today() + timedelta(days=5))
    assert lead.post(page, again).context["form"].errors["number"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("valid_to", {"valid_to": "2020-01-01"}),
        ("kind", {"kind": "disposal"}),
        ("number", {"number": " "}),
        ("windows", {"windows": "every night"}),
        ("windows", {"windows": "1-5 21:00-21:00"}),
        ("windows", {"windows": "5-1 21:00-22:00"}),
        ("routes", {"routes": "no json"}),
        ("routes", {"routes": '[{"type": "Point", "coordinates": [1, 2]}]'}),
        ("routes", {"routes": '[{"type": "LineString", "coordinates": [[999, 2], [1, 2]]}]'}),
        ("routes", {"routes": "5"}),
        ("sinks", {"sinks": ["99999"]}),
    ],
)
def test_a_wrong_permit_is_refused_beside_its_field(lead, field, wrong):
    answer = lead.post(f"/worksites/permits/add/?of=truck:{make_truck().pk}", said(**wrong))
    assert answer.status_code == 422 and answer.context["form"].errors[field]
    assert not Permit.objects.exists()


@pytest.mark.parametrize("of", ["", "truck", "truck:", "truck:x", "truck:99999999", "company:1", "sink:1" + "0" * 30])
def test_a_permit_needs_a_holder_that_exists(lead, of):
    assert lead.get("/worksites/permits/add/", {"of": of}).status_code == 404


def test_a_permit_is_approved_and_voided_with_a_reason_and_no_further(lead):
    permit = permits.save_permit(("truck", make_truck().pk), said(status="applied"), actor=None)
    page = f"/worksites/permits/{permit.pk}/"
    assert lead.post(f"{page}decide/", {"status": "refused"}).context["decide_form"].errors["reason"]
    assert lead.post(f"{page}decide/", {"status": "approved"}).status_code == 302
    assert lead.post(f"{page}decide/", {"status": "approved"}).status_code == 302  # twice is once
    assert lead.post(f"{page}decide/", {"status": "voided", "reason": "车辆报废"}).status_code == 302
    assert lead.post(f"{page}decide/", {"status": "approved"}).status_code == 422
    permit.refresh_from_db()
    assert (permit.status, permit.reason) == ("voided", "车辆报废")
    verbs = Entry.objects.filter(subject_type="permit").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["permit.registered", "permit.approved", "permit.voided"]
    assert "车辆报废" in lead.get(page).content.decode()
    with pytest.raises(WrongStep):
        permits.save_permit(("truck", permit.truck_id), said(), actor=None, permit_id=permit.pk)


def test_what_a_permit_says_is_corrected_and_the_same_again_writes_nothing(lead):
    permit = permits.save_permit(("sink", make_sink().pk), said(kind="sink_registration"), actor=None)
    page = f"/worksites/permits/{permit.pk}/change/"
    assert lead.get(page).status_code == 200
    form = said(kind="sink_registration", issuer="区城市管理局", quantity_m3=5000)
    for _time in range(2):
        assert lead.post(page, form).status_code == 302
    permit.refresh_from_db()
    assert (permit.issuer, permit.quantity_m3, permit.status) == ("区城市管理局", 5000, "approved")
    assert Entry.objects.filter(verb="permit.changed").count() == 1


def test_an_approved_gate_registration_files_its_gate(lead):
    make_site()
    gate = Gate.objects.get()
    permit = permits.save_permit(("gate", gate.pk), said(kind="gate_registration", status="applied"), actor=None)
    permits.decide(permit.pk, "approved", actor=None)
    gate.refresh_from_db()
    assert gate.filed_on == permit.valid_from
    assert lead.get(f"/worksites/permits/{permit.pk}/").status_code == 200


def photo() -> bytes:
    buffer, exif = BytesIO(), Image.Exif()
    exif[0x9286] = "secret place"
    Image.new("RGB", (60, 40), "navy").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_a_paper_is_kept_once_without_exif_and_given_back(lead, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    permit = permits.save_permit(("truck", make_truck().pk), said(), actor=None)
    page, uuid = f"/worksites/permits/{permit.pk}/papers/", uuid4()
    for _time in range(2):
        file = SimpleUploadedFile("冲洗设施.jpg", photo(), "image/jpeg")
        assert lead.post(page, {"uuid": uuid, "file": file}).status_code == 302
    paper = PermitFile.objects.get()
    assert paper.name == "冲洗设施.jpg" and b"secret place" not in paper.file.read()
    answer = lead.get(f"/worksites/permits/papers/{uuid}/")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    for name, raw in (("virus.exe", b"MZ" + bytes(100)), ("empty.pdf", b""), ("page.html", b"<script>")):
        wrong = lead.post(page, {"uuid": uuid4(), "file": SimpleUploadedFile(name, raw)})
        assert wrong.status_code == 422 and wrong.context["paper_form"].errors["file"]
    other = SimpleUploadedFile("other.pdf", b"%PDF-1.7 other")
    assert lead.post(page, {"uuid": uuid, "file": other}).status_code == 422
    assert PermitFile.objects.count() == 1
    assert lead.get(f"/worksites/permits/papers/{uuid4()}/").status_code == 404


def test_the_list_is_searched_by_holder_kind_state_and_validity(lead):
    truck = make_truck()
    soon, over = today() + timedelta(days=3), today() - timedelta(days=3)
    permits.save_permit(("truck", truck.pk), said(number="SOON", valid_to=soon), actor=None)
    permits.save_permit(
        ("truck", truck.pk), said(number="OVER", valid_from=over - timedelta(days=9), valid_to=over), actor=None
    )
    permits.save_permit(
        ("sink", make_sink().pk), said(kind="sink_registration", number="XN", status="applied"), actor=None
    )

    def numbers(**query):
        answer = lead.get("/worksites/permits/", query)
        assert answer.status_code == 200
        return sorted(row.number for row in answer.context["part"].object_list)

    assert numbers() == ["OVER", "SOON", "XN"]
    assert numbers(until="soon") == ["SOON"] and numbers(until="over") == ["OVER"]
    assert numbers(of="sink") == numbers(status="applied") == numbers(kind="sink_registration") == ["XN"]
    assert numbers(q="1D234") == ["OVER", "SOON"] and numbers(q="消纳场") == ["XN"]
    assert numbers(of="nobody", page="x") == ["OVER", "SOON", "XN"]
    assert lead.get("/worksites/permits/").context["counts"] == {"applied": 1, "good": 1, "soon": 1, "over": 1}


def test_a_grid_leader_sees_no_permit_of_a_truck_or_of_another_community(roles):
    truck = permits.save_permit(("truck", make_truck().pk), said(), actor=None)
    site = permits.save_permit(("site", make_site().pk), said(kind="disposal"), actor=None)
    client = signed_in("grid_leader")
    for permit in (truck, site):
        assert client.get(f"/worksites/permits/{permit.pk}/").status_code == 404


def card(**more) -> dict:
    return {"code": "XN-09", "name": "示例消纳场", "kind": "landfill", "capacity_m3": 1000, "is_active": "on",
            "boundary": json.dumps(SQUARE), **more}  # fmt: skip


def test_a_sink_is_registered_with_its_outline_and_corrected(lead):
    assert lead.get("/worksites/sinks/add/").status_code == 200
    for _time in range(2):
        assert lead.post("/worksites/sinks/add/", card()).status_code == 302
    sink = Sink.objects.get()
    assert lead.post("/worksites/sinks/add/", card(name="另一个")).context["form"].errors["code"]
    page = f"/worksites/sinks/{sink.pk}/"
    assert lead.get(f"{page}change/").status_code == 200
    assert lead.post(f"{page}change/", card(name="改名消纳场", is_active="")).status_code == 302
    sink.refresh_from_db()
    assert (sink.code, sink.name, sink.is_active) == ("XN-09", "改名消纳场", False)
    for address in ("/worksites/sinks/", "/worksites/sinks/?q=XN&page=7", page):
        assert "改名消纳场" in lead.get(address).content.decode()
    assert lead.get("/worksites/sinks/map.geojson").json()["features"][0]["properties"]["code"] == "XN-09"
    for wrong in ({"boundary": ""}, {"boundary": "[]"}, {"kind": "sea"}, {"code": "消纳"}, {"capacity_m3": -1}):
        assert lead.post("/worksites/sinks/add/", card(code="XN-10") | wrong).status_code == 422
    assert lead.get("/worksites/sinks/99999/").status_code == 404
    verbs = Entry.objects.filter(subject_type="sink").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["sink.registered", "sink.changed"]


def test_a_rule_set_is_added_from_today_on_and_never_changed(lead):
    old = PermitRuleSet.objects.create(
        name="两审批一备案", effective_from=today() - timedelta(days=99), required=["disposal", "transport"]
    )
    page = "/worksites/permits/rules/"
    assert "两审批一备案" in lead.get(page).content.decode()
    form = {"name": "新规则", "effective_from": today(), "required": ["transport", "plan_registration"]}
    for _time in range(2):
        assert lead.post(page, form).status_code == 302
    assert PermitRuleSet.objects.count() == 2
    for wrong in ({"required": ["disposal"]}, {"effective_from": today() - timedelta(days=5)}, {"required": []}):
        assert lead.post(page, form | wrong).status_code == 422
    assert signed_in("dispatcher").post(page, form).status_code == 403
    old.refresh_from_db()
    assert old.required == ["disposal", "transport"]


def test_the_trucks_page_says_what_it_lacks_by_the_rules_of_the_day(lead):
    truck = make_truck()
    rule_sets.add_rule_set(
        {"name": "两审批一备案", "effective_from": today(), "required": ["disposal", "transport"]}, actor=None
    )
    page = f"/worksites/trucks/{truck.pk}/"
    assert [lack.kind for lack in lead.get(page).context["lacks"].missing] == ["transport"]
    permits.save_permit(("truck", truck.pk), said(valid_to=today() + timedelta(days=3)), actor=None)
    lacks = lead.get(page).context["lacks"]
    assert lacks.missing == [] and [lack.kind for lack in lacks.ending] == ["transport"]


def test_a_drivers_phone_is_shown_to_who_may_call_and_that_is_written_down(lead):
    truck = make_truck()
    driver = Driver.objects.create(
        company=truck.company, name="周师傅", licence_no="L1", truck=truck, phone_sealed=seal("100-0000-1234"),
        phone_masked="100****1234",
    )  # fmt: skip
    page = lead.get(f"/worksites/trucks/{truck.pk}/").content.decode()
    assert "100****1234" in page and "100-0000-1234" not in page
    address = f"/worksites/trucks/phone/driver/{driver.pk}/"
    assert lead.post(address).json() == {"phone": "100-0000-1234"}
    assert Entry.objects.filter(verb="driver.phone_shown", subject_id=driver.pk).count() == 1
    assert lead.post(f"/worksites/trucks/phone/company/{truck.company_id}/").status_code == 404  # it has none
    assert lead.post(f"/worksites/trucks/phone/truck/{truck.pk}/").status_code == 404
    assert signed_in("dispatcher").post(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_permit_and_sink_by_two_people_at_once_is_one():
    one, other = make_truck(), make_truck("浙A99999")
    all_at_once(*[lambda: permits.save_permit(("truck", one.pk), said(), actor=None)] * 4)
    assert Permit.objects.count() == 1 and Entry.objects.filter(verb="permit.registered").count() == 1
    outcomes = all_at_once(
        lambda: permits.save_permit(("truck", one.pk), said(number="ZY-2"), actor=None),
        lambda: permits.save_permit(("truck", other.pk), said(number="ZY-2"), actor=None),
    )
    assert Permit.objects.filter(number="ZY-2").count() == 1
    assert [one.field for one in outcomes if isinstance(one, BadInput)] == ["number"]
    values = {"code": "XN-1", "name": "消纳场", "kind": "landfill", "boundary": SQUARE}
    all_at_once(*[lambda: save_sink(values, actor=None)] * 4)
    assert Sink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approving_and_refusing_at_once_leaves_one_decision():
    permit = permits.save_permit(("truck", make_truck().pk), said(status="applied"), actor=None)
    actor = User.objects.create(username="lead", display_name="lead")
    both = "approved", "refused"
    outcomes = all_at_once(
        *[lambda status=status: permits.decide(permit.pk, status, reason="材料不全", actor=actor) for status in both]
    )
    permit.refresh_from_db()
    assert [one.status for one in outcomes if isinstance(one, Permit)] == [permit.status]
    assert [type(one) for one in outcomes if not isinstance(one, Permit)] == [WrongStep]
