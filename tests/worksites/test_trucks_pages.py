"""The register of trucks, the page of one truck and the manifests, as people use them."""

from datetime import timedelta

import pytest

from shushanwei.common.clock import STREET, db_now
from tests.worksites.fleet import CENTRE, fix, make_sink, make_site, make_terminal, make_truck, signed_in
from worksites.models import Company, Driver, HeldFix, Manifest, Permit, Terminal, Truck, TruckFix
from worksites.services.fixes import Fix, hold_fixes, instant_us, keep_fixes

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(roles):
    return signed_in("brigade_lead")


@pytest.mark.parametrize("tab", ["trucks", "companies", "drivers", "terminals", "nonsense"])
def test_each_tab_shows_what_there_is_and_says_so_where_there_is_nothing(lead, tab):
    assert lead.get(f"/worksites/trucks/?tab={tab}").status_code == 200
    truck = make_truck(terminal_id="13812345678")
    keep_fixes([fix(truck, db_now())])
    make_terminal(truck=truck), make_terminal("1", plate_told="浙A00001")
    Driver.objects.create(company=truck.company, name="周师傅", licence_no="L1", truck=truck)
    for row in (truck, truck.company, Driver.objects.get(), Terminal.objects.first()):
        page = lead.get(f"/worksites/trucks/?tab={tab}&q=&state=x&page=9&edit={row.pk}")
        assert page.status_code == 200
    assert signed_in("dispatcher").get(f"/worksites/trucks/?tab={tab}").status_code == 200


@pytest.mark.parametrize("words", ["1D2", "1d234", "浙A·1D", "青石", "138123"])
def test_a_truck_is_found_by_a_part_of_its_plate(lead, words):
    (
        make_truck(terminal_id="13812345678"),
        make_truck("浙B99999", company=Company.objects.create(name="乙", kind="haulier")),
    )
    rows = lead.get("/worksites/trucks/", {"q": words}).context["part"].object_list
    assert [row.plate for row in rows] == ["浙A1D234"]


def test_a_truck_is_registered_once_and_corrected(lead):
    lead.post("/worksites/trucks/save/company/", {"name": "青石运输", "kind": "haulier"})
    company = Company.objects.get()
    card = {"plate": "浙a·1D234", "company": company.pk, "state": "standby", "plate_colour": "yellow", "volume_m3": 12}
    assert lead.post("/worksites/trucks/save/truck/", card).status_code == 302
    truck = Truck.objects.get()
    assert truck.plate == "浙A1D234"
    assert lead.post("/worksites/trucks/save/truck/", card).status_code == 422
    assert lead.post("/worksites/trucks/save/truck/", card | {"plate": "hello"}).status_code == 422
    lead.post("/worksites/trucks/save/truck/", card | {"pk": truck.pk, "state": "banned", "has_lift_sensor": "on"})
    truck.refresh_from_db()
    assert truck.state == "banned" and truck.has_lift_sensor
    driver = {"name": "周师傅", "licence_no": "L1", "company": company.pk, "truck": truck.pk, "phone": "13800001234"}
    assert lead.post("/worksites/trucks/save/driver/", driver).status_code == 302
    assert Driver.objects.get().phone_masked == "138****1234"
    assert lead.post("/worksites/trucks/save/nothing/", driver).status_code == 404


def test_an_unknown_terminal_is_given_to_its_truck_with_what_it_said(lead):
    truck, now = make_truck(), db_now()
    row = make_terminal("13900000001", plate_told="浙A1D234")
    hold_fixes([row.phone], [Fix(0, instant_us(now), *CENTRE, 10.0)])
    address = f"/worksites/trucks/terminals/{row.pk}/"
    assert lead.post(address, {"plate": "浙A00000", "crs": "wgs84"}).status_code == 422
    assert lead.post(address, {"plate": "浙A1D234", "crs": "gcj02", "vendor": "天眼"}).status_code == 302
    row.refresh_from_db()
    assert (row.truck, row.crs, row.vendor) == (truck, "gcj02", "天眼")
    assert TruckFix.objects.get().truck_id == truck.pk and not HeldFix.objects.exists()
    lead.post(address, {"act": "block"})
    row.refresh_from_db()
    assert row.blocked_at is not None


def test_the_page_of_a_truck_shows_a_day(lead):
    truck = make_truck()
    keep_fixes([fix(truck, db_now())])
    assert lead.get(f"/worksites/trucks/{truck.pk}/").status_code == 200
    yesterday = db_now() - timedelta(days=1)
    assert lead.get(f"/worksites/trucks/{truck.pk}/?day={yesterday:%Y-%m-%d}").context["is_today"] is False
    assert lead.get(f"/worksites/trucks/{truck.pk}/?day=rubbish").status_code == 200
    assert lead.get("/worksites/trucks/99999/").status_code == 404
    make_site(), make_sink()
    assert Manifest.objects.count() == 0


def test_the_page_of_a_truck_draws_the_lines_of_the_cards_in_force_on_that_day(lead):
    truck, today = make_truck(), db_now().astimezone(STREET).date()
    lines = [{"type": "LineString", "coordinates": [[120.2, 30.1], [120.2 + east, 30.1]]} for east in (0.01, 0.02)]
    for line, number, ago in ((lines[0], "ZY-1", 0), (lines[1], "ZY-2", 10)):
        Permit.objects.create(
            kind="transport", number=number, truck=truck, status="approved", routes=[line],
            valid_from=today - timedelta(days=ago + 5), valid_to=today - timedelta(days=ago),
        )  # fmt: skip
    assert lead.get(f"/worksites/trucks/{truck.pk}/").context["settings"]["routes"] == lines[:1]
    before = today - timedelta(days=12)
    assert lead.get(f"/worksites/trucks/{truck.pk}/?day={before}").context["settings"]["routes"] == lines[1:]
