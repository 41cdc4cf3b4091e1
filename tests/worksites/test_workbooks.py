"""A sheet that is broken, means harm or says too much is refused in a sentence, and nothing of it is kept."""

import tracemalloc

import pytest
from django.core import signing

from shushanwei.common.secrets import seal
from tests.worksites import workbooks
from tests.worksites.fleet import make_sink, make_site, make_truck, signed_in
from worksites.models import Company, Driver, Manifest
from worksites.workbooks import read_lines

pytestmark = pytest.mark.django_db
MANIFESTS = ["联单编号", "工地编码", "消纳场编码", "车牌号", "开具时间", "驾驶员", "方量"]
MANIFEST = ["LD-1", "GD-001", "XN-01", "浙A1D234", "2026-11-20 21:30", "周师傅"]
COMPANIES = ["企业名称", "企业类型", "统一社会信用代码", "联系人"]
COMPANY = ["青石运输有限公司", "运输企业"]
DRIVERS = ["姓名", "驾驶证号", "运输企业"]


@pytest.fixture
def lead(roles):
    make_truck(), make_site(), make_sink()
    return signed_in("brigade_lead")


def brought(client, *rows, made=workbooks.sheet):
    """The page of manifests after a sheet with these rows."""
    return client.post("/worksites/manifests/import/", {"sheet": made(MANIFESTS, *rows)})


def tried(client, kind, *rows, made=workbooks.sheet):
    return client.post(f"/worksites/sheets-in/{kind}/try/", {"sheet": made(*rows)})


HARMFUL = [workbooks.bomb, workbooks.entity_bomb, workbooks.strange, workbooks.broken]


@pytest.mark.parametrize("made", HARMFUL)
def test_a_broken_or_harmful_sheet_of_manifests_is_refused(lead, made):
    page = brought(lead, MANIFEST, ["LD-2", *MANIFEST[1:]], made=made)
    assert page.status_code == 422 and page.context["problem"]
    assert not Manifest.objects.exists()


@pytest.mark.parametrize("made", HARMFUL)
def test_a_broken_or_harmful_sheet_of_the_register_is_refused(lead, made):
    page = tried(lead, "companies", COMPANIES, COMPANY, ["乙", "运输企业"], made=made)
    assert page.status_code == 422 and page.context["form"].errors["sheet"]


def test_a_bomb_says_that_it_is_too_large(lead):
    assert "10 MB" in brought(lead, MANIFEST, made=workbooks.bomb).context["problem"]


def test_of_a_member_that_lies_about_its_size_no_more_is_unpacked_than_it_declares():
    file = workbooks.lying_bomb(COMPANIES, COMPANY, unpacked=100_000_000)
    tracemalloc.start()
    lines, mistakes = read_lines(file, {"name": ("企业名称",)}, needed=("name",), most=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == [(2, {"name": COMPANY[0]})] and not mistakes
    assert peak < 10_000_000


def test_rows_that_hold_nothing_count_neither_as_rows_nor_as_mistakes(lead):
    page = brought(lead, *[[None]] * 5_010, MANIFEST)
    assert page.status_code == 200 and not page.context["wrong"] and Manifest.objects.count() == 1


def test_of_two_columns_with_one_head_the_first_counts(lead):
    page = lead.post(
        "/worksites/manifests/import/", {"sheet": workbooks.sheet([*MANIFESTS, "编号"], [*MANIFEST, 1, 2])}
    )
    assert page.status_code == 200 and Manifest.objects.get().number == "LD-1"


def test_a_cell_of_a_manifest_that_says_too_much_is_named_and_not_cut(lead):
    rows = [
        ["L" * 301, *MANIFEST[1:]], ["L" * 41, *MANIFEST[1:]], ["LD-3", *MANIFEST[1:5], "周" * 31],
        ["LD-4", *MANIFEST[1:5], "周" * 301], ["LD-5", *MANIFEST[1:], 7], ["LD-6", *MANIFEST[1:4], "0001-01-01"],
    ]  # fmt: skip
    page = brought(lead, *rows, made=workbooks.endless)
    assert [row[:2] for row in page.context["wrong"]] == [
        (2, "联单编号"), (3, "联单编号"), (4, "驾驶员"), (5, "驾驶员"), (6, "方量"), (7, "开具时间"),
    ]  # fmt: skip
    assert page.status_code == 422 and not Manifest.objects.exists()
    assert brought(lead, MANIFEST, *rows[:4]).status_code == 200 and Manifest.objects.get().number == "LD-1"


def test_a_cell_of_the_register_that_says_too_much_is_named_and_not_cut(lead):
    page = tried(
        lead, "companies", COMPANIES, ["名" * 301, "运输企业"], ["名" * 81, "运输企业"],
        ["甲运输", "运输企业", "", "联" * 31], COMPANY,
    )  # fmt: skip
    assert [row[:2] for row in page.context["wrong"]] == [(2, "企业名称"), (3, "企业名称"), (4, "联系人")]
    assert page.status_code == 422 and not page.context["kept"]
    page = tried(lead, "drivers", DRIVERS, ["名" * 31, "L-1", "青石运输"], ["周师傅", "L" * 21, "青石运输"])
    assert [row[:2] for row in page.context["wrong"]] == [(2, "姓名"), (3, "驾驶证号")]


def test_a_name_that_was_tried_when_long_ones_were_let_through_is_refused_as_often_as_it_is_written(lead):
    kept = seal(signing.dumps(["companies", [[2, {"name": "名" * 81, "kind": "运输企业"}]]], compress=True))
    for _again in range(2):
        page = lead.post("/worksites/sheets-in/companies/write/", {"kept": kept})
        assert page.status_code == 422 and page.context["wrong"][0][:2] == (2, "企业名称")
    assert not Company.objects.filter(name__startswith="名").exists()


def test_a_name_as_long_as_it_may_be_is_the_same_when_it_comes_again(lead):
    rows = [COMPANIES, ["名" * 80, "运输企业", "", "联" * 30]]
    page = tried(lead, "companies", *rows)
    assert lead.post("/worksites/sheets-in/companies/write/", {"kept": page.context["kept"]}).status_code == 302
    assert tried(lead, "companies", *rows).context["outcome"].same == 1
    rows = [DRIVERS, ["名" * 30, "L" * 20, "青石运输"]]
    page = tried(lead, "drivers", *rows)
    assert lead.post("/worksites/sheets-in/drivers/write/", {"kept": page.context["kept"]}).status_code == 302
    assert tried(lead, "drivers", *rows).context["outcome"].same == 1 and Driver.objects.count() == 1
