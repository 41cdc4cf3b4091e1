"""The catalogue is data: complete, mapped, and safe to load again after somebody edited it."""

import shutil

import pytest
from django.core.management import call_command

from incidents.catalogue import reading
from incidents.catalogue.loading import load_catalogue
from incidents.models import (
    AlertKind,
    CaseCategory,
    CategoryMap,
    Department,
    FilingStandard,
    LevelRule,
    SlaClock,
    SlaPolicy,
)

SHIPPED = reading.read()


def shipped(code):
    return SHIPPED.by_code[code]


def test_the_starter_edition_has_11_components_32_events_and_the_two_other_covers():
    small = [c.code for c in SHIPPED.categories if c.scheme == "SZCG" and c.parent]

    assert len([code for code in small if code.startswith("P")]) == 11 + 2
    assert len([code for code in small if code.startswith("E")]) == 32
    assert {"P0101", "P0103", "P0284x", "E0596x"} <= set(small)


def test_the_event_tree_has_29_big_and_198_small_classes_in_their_order():
    tree = [c for c in SHIPPED.categories if c.scheme == "JCZZ"]

    assert len([c for c in tree if not c.parent]) == 29
    assert len([c for c in tree if c.parent]) == 198
    assert len({(c.parent, c.name_zh) for c in tree if c.parent}) == 198
    assert [shipped(code).name_zh for code in ("J01", "J0110", "J0527", "J1409", "J2901")] == [
        "交通安全",
        "道路安全问题",
        "邻里纠纷",
        "空气污染",
        "老龄殡葬服务类",
    ]


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("P0102", [("urgent_hour", 2), ("work_hour", 4), ("work_day", 2), ("work_day", 5)]),
        ("P0103", [("urgent_hour", 2), ("work_hour", 4), ("work_day", 2), ("work_day", 5)]),
        ("E0101", [("natural_day", 2), ("work_day", 15)]),
        ("E0503", [("work_hour", 4), ("urgent_hour", 1)]),
        ("J0527", [("work_day", 15)]),
        ("J0812", [("urgent_hour", 1)]),
    ],
)
def test_each_filing_condition_has_its_own_limit(code, limits):
    assert [(s.limit.kind, s.limit.value) for s in shipped(code).standards] == limits
    assert [s.letter for s in shipped(code).standards] == list("abcdef"[: len(limits)])


def test_every_class_that_can_be_filed_says_in_both_languages_when_it_files_and_closes():
    for category in SHIPPED.categories:
        if category.parent and category.scheme != "P110":
            assert category.standards, category.code
            assert category.department, category.code
            assert category.name_en, category.code
        for s in category.standards:
            assert s.filing and s.closing and s.filing_en and s.closing_en, category.code


def test_every_class_of_digital_urban_management_stands_for_a_class_of_the_event_tree():
    for category in SHIPPED.categories:
        if category.scheme == "SZCG" and category.parent:
            assert shipped(category.maps[0]).scheme == "JCZZ"
    assert shipped("E0304").maps == ("J1409", "J0422")
    assert shipped("J0510").maps == ("E0128", "E0301")


def test_levels_follow_what_is_at_stake():
    levels = {code: shipped(code).level for code in ("J0315", "J0804", "J0427", "J0527", "J0429", "P0102", "J1304")}

    assert levels == {"J0315": 1, "J0804": 1, "J0427": 2, "J0527": 3, "J0429": 3, "P0102": 4, "J1304": 4}
    assert next(k.level for k in SHIPPED.kinds if k.code == "gas_leak") == 2
    assert shipped("J0527").join_window_s == 30 * 60
    assert shipped("P0102").join_window_s == 24 * 3600


def test_stalls_and_noise_are_checked_at_the_time_of_day_of_the_report():
    marked = {c.code for c in SHIPPED.categories if c.same_period}

    assert marked == {"E0128", "E0129", "E0301", "E0401", "E0405", "E0406"}


def test_disputes_and_help_are_followed_up_and_a_neighbour_quarrel_can_go_to_the_justice_office():
    assert all(shipped(code).need_followup for code in ("J0527", "J0512", "J0804", "J1007", "J0424"))
    assert not shipped("J0418").need_followup
    assert (shipped("J0527").department, shipped("J0527").second_department) == ("COM", "JUS")


def test_a_data_file_that_contradicts_itself_is_refused(tmp_path):
    for name, wrong, right, message in (
        ("szcg", 'department = "XXX"', 'department = "GRN"', "unknown department XXX"),
        ("szcg", 'maps = ["J9999"]', 'maps = ["J2404"]', "unknown class J9999"),
        ("szcg", "a | 尽快 |", "a | 2紧急工作日 |", "unreadable limit"),
        ("alert_kinds", "| J0418 | J0418", "| J0418 | E0110", "no class of SZCG"),
    ):
        folder = tmp_path / wrong.replace(" ", "").replace("|", "")
        shutil.copytree(reading.DATA, folder)
        path = folder / f"{name}.toml"
        text = path.read_text("utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong, 1), "utf-8")

        with pytest.raises(reading.CatalogueError, match=message):
            reading.read(folder)


# --- loading ---


def test_loading_twice_changes_nothing(db):
    first = load_catalogue()
    assert first["categories"] == 29 + 198 + 11 + 45 + 29
    assert first["departments"] == 17

    assert not load_catalogue()


def test_what_the_street_edited_or_deleted_stays_so(catalogue):
    Department.objects.filter(code="SAN").update(name_zh="蜀山环卫所")
    FilingStandard.objects.filter(category__code="E0110").update(limit_value=6)
    FilingStandard.objects.filter(category__code="P0102", letter="d").delete()
    SlaClock.objects.filter(code="A5").update(target_s=240)
    LevelRule.objects.filter(keyword="打架").delete()

    assert not load_catalogue()

    assert Department.objects.get(code="SAN").name_zh == "蜀山环卫所"
    assert FilingStandard.objects.get(category__code="E0110").limit_value == 6
    assert FilingStandard.objects.filter(category__code="P0102").count() == 3
    assert SlaClock.objects.get(code="A5").target_s == 240
    assert not LevelRule.objects.filter(keyword="打架").exists()


def test_texts_can_be_set_back_to_the_shipped_words_without_touching_limits(catalogue):
    FilingStandard.objects.filter(category__code="E0110").update(limit_value=6, filing_condition="乱")

    call_command("load_catalogue", reset_texts=True, verbosity=0)

    standard = FilingStandard.objects.get(category__code="E0110")
    assert standard.filing_condition == "公共场所收集容器外有生活垃圾"
    assert standard.limit_value == 6


def test_a_kind_that_arrived_before_we_knew_it_is_mapped_now(db):
    AlertKind.objects.create(code="fire_smoke")

    load_catalogue()

    assert AlertKind.objects.get(code="fire_smoke").category.code == "J0315"


def test_the_stages_of_a_case_file_have_their_limits_as_data(catalogue):
    stages = {c.code: (c.limit_kind, c.target_s, c.remind_percent) for c in SlaClock.objects.filter(applies="stage")}

    assert stages == {
        "intake": ("", 1800, 0),
        "verify": ("", 86400, 75),
        "dispatch": ("", 1800, 0),
        "accept": ("work_hour", 7200, 75),
        "handle": ("", 0, 75),
        "check": ("work_hour", 7200, 75),
        "close": ("work_hour", 3600, 0),
    }


def test_the_promises_are_the_four_of_30515_and_the_four_of_the_city(catalogue):
    clocks = {
        policy.code: [(c.code, c.start, c.stop, c.target_s, c.applies, c.on_miss) for c in policy.clocks.all()]
        for policy in SlaPolicy.objects.exclude(code="stage")
    }

    assert clocks == {
        "street_30515": [
            ("R30", "E0", "E1", 30, "immediate", "alarm_shift_lead"),
            ("A5", "E1", "E3", 300, "attended", "next_unit_and_reinforcement"),
            ("S15", "E5", "E6", 900, "reinforced", "alarm_commander"),
            ("F24", "E7", "E8", 86400, "followed_up", "alarm_shift_lead"),
        ],
        "city": [
            ("C60", "E0", "E1", 60, "immediate", ""),
            ("C480", "E0", "E3", 480, "attended", ""),
            ("C1h", "E0", "E4", 3600, "attended", ""),
            ("C24h", "E0", "E9", 86400, "all", ""),
        ],
    }


def test_the_kinds_of_camera_analytics_are_mapped_in_both_schemes(catalogue):
    overflow = AlertKind.objects.get(code="garbage_overflow")

    assert (overflow.category.code, overflow.szcg_category.code) == ("J0418", "E0192x")
    assert AlertKind.objects.get(code="p110_100600").category.name_zh == "邻里纠纷"


def test_a_class_has_one_default_in_the_other_scheme(catalogue):
    defaults = CategoryMap.objects.filter(is_default=True).values_list("from_category", flat=True)

    assert len(defaults) == len(set(defaults))
    assert CaseCategory.objects.filter(scheme="SZCG", parent__isnull=False).exclude(pk__in=defaults).count() == 0
