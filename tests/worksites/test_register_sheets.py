"""Sheets of the register, from companies to people: tried with every mistake named, then written whole or not."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from shushanwei.journal.models import Entry
from tests.worksites.fleet import make_sink, make_site, make_truck, signed_in
from worksites.models import Company, Driver, Permit, SitePerson, Truck
from worksites.papers.sheets import COLUMNS

pytestmark = pytest.mark.django_db
TRUCKS = ["车牌号", "运输企业", "车厢容积m³", "状态", "终端号", "举升传感器"]


@pytest.fixture
def lead(roles):
    return signed_in("brigade_lead")


def sheet(*rows) -> SimpleUploadedFile:
    book, buffer = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return SimpleUploadedFile("rows.xlsx", buffer.getvalue())


def tried(client, kind, *rows):
    return client.post(f"/worksites/sheets-in/{kind}/try/", {"sheet": sheet(*rows)})


def written(client, kind, *rows):
    answer = tried(client, kind, *rows)
    assert answer.status_code == 200, answer.context["wrong"]
    return client.post(f"/worksites/sheets-in/{kind}/write/", {"kept": answer.context["kept"]})


def test_a_sheet_is_tried_without_writing_and_then_written_once(lead):
    Company.objects.create(name="青石运输", kind="haulier")
    rows = [
        TRUCKS,
        ["浙A·1D234", "青石运输", 12, "营运", "013800000001", "是"],
        ["浙A99999", "青石运输", "", "", "", ""],
    ]
    answer = tried(lead, "trucks", *rows)
    assert (answer.context["outcome"].new, Truck.objects.count()) == (2, 0) and not Entry.objects.exists()
    assert written(lead, "trucks", *rows)["Location"] == "/worksites/trucks/?tab=trucks"
    truck = Truck.objects.get(plate="浙A1D234")
    assert (truck.state, truck.terminal_id, truck.has_lift_sensor, truck.volume_m3) == (
        "operating", "13800000001", True, 12,
    )  # fmt: skip
    before = Entry.objects.count()
    written(lead, "trucks", *rows)
    assert (Truck.objects.count(), Entry.objects.count()) == (2, before)
    assert tried(lead, "trucks", *rows).context["outcome"].same == 2


def test_every_mistake_is_named_by_row_and_column_and_nothing_is_written(lead):
    Company.objects.create(name="青石运输", kind="haulier")
    answer = tried(
        lead, "trucks", TRUCKS, ["浙A1D234", "青石运输"], ["not a plate", "青石运输"], ["浙A00002", "无此公司"],
        ["浙A00003", "青石运输", "很多"], ["浙A00004", "青石运输", 12, "飞行"],
        ["浙A00005", "青石运输", 12, "", "", "也许"],
        ["浙A1D234", "青石运输"], ["", "青石运输"], ["浙A00006", "青石运输", 500],
    )  # fmt: skip
    assert answer.status_code == 422 and not Truck.objects.exists()
    assert [(row, column) for row, column, _message in answer.context["wrong"]] == [
        (3, "车牌号"), (4, "运输企业"), (5, "车厢容积m³"), (6, "状态"), (7, "举升传感器"), (8, "车牌号"), (9, "车牌号"),
        (10, "车厢容积m³"),
    ]  # fmt: skip
    assert "kept" not in answer.context or not answer.context["kept"]


def test_every_mistake_of_a_row_is_told_at_once(lead):
    Company.objects.create(name="青石运输", kind="haulier")
    head = [*TRUCKS, "车牌颜色", "载重传感器"]
    bad = ["A1", "无此企业", 900, "飞行", "号码", "也许", "紫", "也许"]
    good = ["浙A99999", "青石运输", 12, "营运", "13800000001", "是", "黄", "否"]
    wrong = tried(lead, "trucks", head, bad, good).context["outcome"].mistakes
    assert {one.row for one in wrong} == {2} and len(wrong) == 8
    assert {one.field for one in wrong} == {
        "plate", "company", "volume_m3", "state", "terminal_id", "has_lift_sensor", "plate_colour", "has_load_sensor",
    }  # fmt: skip
    assert not Truck.objects.exists()
    papers = [column.heads[0] for column in COLUMNS["permits"]]
    row = [{"kind": "准运证", "number": "ZY-1", "holder": "浙A1D234", "valid_from": "昨天", "valid_to": "明天",
            "status": "没有"}.get(column.field, "") for column in COLUMNS["permits"]]  # fmt: skip
    found = [one.field for one in tried(lead, "permits", papers, row).context["outcome"].mistakes]
    assert sorted(found) == ["holder", "status", "valid_from", "valid_to"]


def test_companies_and_drivers_come_in_with_phones_masked(lead):
    head = ["企业名称", "企业类型", "统一社会信用代码", "联系人", "联系电话"]
    company = ["青石运输", "运输企业", "91330109MA27WXYZ1A", "王经理", "100-0000-0001"]
    written(lead, "companies", head, company)
    row = Company.objects.get()
    assert (row.kind, row.phone_masked) == ("haulier", "100****0001")
    assert tried(lead, "companies", head, company).context["outcome"].same == 1
    assert tried(lead, "companies", head, [*company[:4], "100-0000-0002"]).context["outcome"].changed == 1
    assert tried(lead, "companies", head, [*company[:3]]).context["outcome"].same == 1  # empty leaves what is there
    assert tried(lead, "companies", head, ["乙", "运输企业", "123"]).context["wrong"][0][:2] == (2, "统一社会信用代码")
    truck = make_truck()
    head, driver = (
        ["姓名", "驾驶证号", "运输企业", "驾驶车辆", "联系电话"],
        ["周师傅", "L1", "青石运输", "浙A1D234", "100-0000-0003"],
    )
    written(lead, "drivers", head, driver)
    assert Driver.objects.get().truck == truck and Driver.objects.get().phone_masked == "100****0003"
    assert tried(lead, "drivers", head, driver).context["outcome"].same == 1
    assert tried(lead, "drivers", head, [*driver[:3], "浙A00000"]).context["wrong"][0][:2] == (2, "驾驶车辆")


HEAD = ["许可种类", "编号", "持有对象", "状态", "有效期起", "有效期止", "消纳场编码", "工地编码", "理由"]


def test_permits_of_trucks_sites_sinks_and_gates_come_in(lead):
    make_truck(), make_site(), make_sink()
    days = ["2026-01-01", "2026-12-31"]
    rows = [
        HEAD, ["准运证", "ZY-1", "浙A·1D234", "已批准", *days, "XN-01", "GD-001"],
        ["处置核准", "CZ-1", "GD-001", "", *days],
        ["消纳备案", "XN-1", "XN-01", "approved", "2026/1/1", "2026.12.31"],
        ["出入口备案", "CRK-1", "GD-001-1", "", *days],
    ]  # fmt: skip
    assert written(lead, "permits", *rows)["Location"] == "/worksites/permits/"
    assert sorted(Permit.objects.values_list("number", "status")) == [
        ("CRK-1", "applied"), ("CZ-1", "applied"), ("XN-1", "approved"), ("ZY-1", "approved"),
    ]  # fmt: skip
    assert Permit.objects.get(number="ZY-1").sites.get().code == "GD-001"
    assert tried(lead, "permits", *rows).context["outcome"].same == 4
    answer = tried(
        lead, "permits", HEAD, ["准运证", "ZY-1", "浙A1D234", "申请中", *days],
        ["准运证", "ZY-2", "浙A00000", "", *days],
        ["上天证", "X", "浙A1D234", "", *days], ["准运证", "ZY-3", "浙A1D234", "", "昨天", days[1]],
        ["准运证", "ZY-4", "浙A1D234", "", days[1], days[0]], ["准运证", "ZY-5", "浙A1D234", "", *days, "XN-01、没有"],
        ["准运证", "Z" * 60, "浙A1D234", "", *days], ["准运证", "ZY-6", "浙A1D234", "不予许可", *days],
        ["准运证", "ZY-7", "浙A1D234", "", *days, "", "", "理" * 250],
    )  # fmt: skip
    assert [row[:2] for row in answer.context["wrong"]] == [
        (2, "编号"), (3, "持有对象"), (4, "许可种类"), (5, "有效期起"), (6, "有效期止"), (7, "消纳场编码"), (8, "编号"),
        (9, "理由"), (10, "理由"),
    ]  # fmt: skip
    assert Permit.objects.count() == 4


PEOPLE = ["工地编码", "岗位", "姓名", "所属企业", "联系电话"]


def test_people_in_charge_of_sites_come_in_with_phones_masked(lead):
    site = make_site()
    Company.objects.create(name="示例一建", kind="builder")
    rows = [
        PEOPLE, ["GD-001", "项目经理", "李建设", "示例一建", "100-0000-0001"], ["GD-001", "安全员", "李建设"],
        ["GD-001", "渣土运输负责人", "周运", "", "100-0000-0002"],
    ]  # fmt: skip
    assert tried(lead, "people", *rows).context["outcome"].new == 3 and not SitePerson.objects.exists()
    assert written(lead, "people", *rows)["Location"] == "/worksites/"
    found = site.people.order_by("post").values_list("post", "name", "company__name", "phone_masked")
    assert list(found) == [
        ("manager", "李建设", "示例一建", "100****0001"), ("safety", "李建设", None, ""),
        ("spoil", "周运", None, "100****0002"),
    ]  # fmt: skip
    before = Entry.objects.count()
    written(lead, "people", *rows)
    assert Entry.objects.count() == before and tried(lead, "people", *rows).context["outcome"].same == 3


def test_an_empty_cell_leaves_the_company_and_the_phone_of_who_is_in_charge(lead):
    site = make_site()
    Company.objects.create(name="示例一建", kind="builder")
    written(lead, "people", PEOPLE, ["GD-001", "项目经理", "李建设", "示例一建", "100-0000-0001"])
    assert tried(lead, "people", PEOPLE, ["GD-001", "manager", "李建设"]).context["outcome"].same == 1
    written(lead, "people", PEOPLE, ["GD-001", "施工项目经理", "李建设", "", "100-0000-0009"])
    person = site.people.get()
    assert (person.company.name, person.phone_masked) == ("示例一建", "100****0009")


def test_every_mistake_about_people_is_told_and_nobody_comes_in(lead):
    make_site()
    rows = [
        ["GD-001", "项目经理", "李建设"], ["GD-001", "项目经理", "李建设"], ["GD-999", "安全员", "王安"],
        ["GD-001", "厨师", "王安", "无此企业", "号码"], ["", "安全员", "王安"], ["GD-001", "", "王安"],
        ["GD-001", "安全员", ""], ["GD-001", "安全员", "名" * 31],
    ]  # fmt: skip
    answer = tried(lead, "people", PEOPLE, *rows)
    assert answer.status_code == 422 and not SitePerson.objects.exists()
    assert sorted(row[:2] for row in answer.context["wrong"]) == sorted([
        (3, "姓名"), (4, "工地编码"), (5, "岗位"), (5, "所属企业"), (5, "联系电话"), (6, "工地编码"), (7, "岗位"),
        (8, "姓名"), (9, "姓名"),
    ])  # fmt: skip


def test_a_sheet_with_more_people_than_a_site_can_have_is_refused_whole(lead):
    make_site()
    rows = [["GD-001", "安全员", f"安全{number}"] for number in range(31)]
    answer = tried(lead, "people", PEOPLE, *rows)
    assert [row[:2] for row in answer.context["wrong"]] == [(32, "姓名")] and not SitePerson.objects.exists()


def test_what_was_tried_is_what_is_written_and_nobody_can_change_it(lead):
    Company.objects.create(name="青石运输", kind="haulier")
    kept = tried(lead, "trucks", TRUCKS, ["浙A1D234", "青石运输"]).context["kept"]
    assert "浙A1D234" not in kept
    for forged in ("", "rubbish", kept[:-4] + "AAAA"):
        answer = lead.post("/worksites/sheets-in/trucks/write/", {"kept": forged})
        assert answer.status_code == 302 and not Truck.objects.exists()
    assert lead.post("/worksites/sheets-in/drivers/write/", {"kept": kept}).status_code == 302
    Company.objects.all().delete()  # something came between: nothing is written, and why is said
    answer = lead.post("/worksites/sheets-in/trucks/write/", {"kept": kept})
    assert answer.status_code == 422 and answer.context["wrong"] and not Truck.objects.exists()


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_the_template_can_be_filled_in_and_read_back(lead, kind):
    assert lead.get(f"/worksites/sheets-in/{kind}/").status_code == 200
    answer = lead.get(f"/worksites/sheets-in/{kind}/template.xlsx")
    heads = [cell.value for cell in load_workbook(BytesIO(answer.content)).active[1]]
    assert heads == [column.heads[0] for column in COLUMNS[kind]]
    again = lead.post(f"/worksites/sheets-in/{kind}/try/", {"sheet": SimpleUploadedFile("t.xlsx", answer.content)})
    assert again.context["row_count"] == 1


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.xlsx", b"no sheet"),
        SimpleUploadedFile("a.xlsx", b""),
        SimpleUploadedFile("a.xlsx", b"PK\x03\x04" + bytes(500)),
        sheet(),
        sheet(["车牌号"]),
        sheet(TRUCKS),
        sheet(TRUCKS, *[["浙A1D234", "青石运输"]] * 1_001),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_in_a_sentence(lead, file):
    file.seek(0)
    answer = lead.post("/worksites/sheets-in/trucks/try/", {"sheet": file})
    assert answer.status_code == 422 and answer.context["form"].errors["sheet"]


def test_only_who_may_edit_brings_sheets_in(lead, roles):
    assert signed_in("dispatcher").get("/worksites/sheets-in/trucks/").status_code == 403
    assert lead.get("/worksites/sheets-in/nothing/").status_code == 404
    assert re.search("导入|Bring in", lead.get("/worksites/trucks/").content.decode())
