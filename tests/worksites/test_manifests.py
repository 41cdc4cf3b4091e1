"""A sheet of manifests: good rows kept, wrong rows named, brought in again it changes nothing."""

from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.worksites.fleet import make_sink, make_site, make_truck, signed_in
from worksites.models import Manifest

pytestmark = pytest.mark.django_db
HEADS = ["联单编号", "工地编码", "消纳场编码", "车牌号", "开具时间", "方量", "签收时间", "状态"]
GOOD = [
    "LD-1",
    "GD-001",
    "XN-01",
    "浙A·1D234",
    datetime(2026, 11, 20, 21, 30),
    12.5,
    datetime(2026, 11, 20, 22, 10),
    "已签收",
]


def sheet(*rows, heads=HEADS) -> BytesIO:
    book, file = Workbook(), BytesIO()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(file)
    file.seek(0)
    file.name = "联单.xlsx"
    return file


@pytest.fixture
def lead(roles):
    make_truck(), make_site(), make_sink()
    return signed_in("brigade_lead")


def bring(client, file):
    return client.post("/worksites/manifests/import/", {"sheet": file})


def test_good_rows_are_kept_and_wrong_rows_named(lead):
    wrong = [["LD-2", "NONE", *GOOD[2:]], ["LD-3", *GOOD[1:4], "later"], ["", *GOOD[1:]], [None] * 8]
    page = bring(lead, sheet(GOOD, *wrong))
    assert page.status_code == 200 and [row for row, _f, _w in page.context["wrong"]] == [3, 4, 5]
    row = Manifest.objects.get()
    assert (row.number, row.state, row.volume_m3, row.issued_at.hour) == ("LD-1", "received", 12.5, 13)
    assert bring(lead, sheet(GOOD)).status_code == 200 and Manifest.objects.count() == 1
    assert lead.get("/worksites/manifests/?q=1D2&state=received").context["part"].paginator.count == 1


def test_a_file_that_is_no_sheet_or_lacks_columns_is_refused(lead):
    assert bring(lead, BytesIO(b"no zip")).status_code == 422
    assert "车牌号" in bring(lead, sheet(heads=["联单编号"])).content.decode()
    assert lead.post("/worksites/manifests/import/").status_code == 422
    assert not Manifest.objects.exists()
