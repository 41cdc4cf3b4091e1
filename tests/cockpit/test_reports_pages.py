"""The report pages, the lists behind the figures, the workbooks and the API."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from grid.models import DutyShift, Handover, RosterLine, ShiftTemplate
from shushanwei.cockpit.reports import clockwork, definitions, lists, registry, selectors, services
from shushanwei.cockpit.reports.periods import parse
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.cockpit import street
from tests.cockpit.street import at, incident, order, promise, sent_back

pytestmark = pytest.mark.django_db
DAY = parse("day:2025-11-20")
READY = at("2025-11-21 07:30:00")


@pytest.fixture(autouse=True)
def _nothing_kept_from_the_test_before():
    selectors.present.forget()


@pytest.fixture
def day(roles):
    """Ten arrivals, two of them late; two key incidents, one hard problem, one return."""
    squad = street.unit()
    for n in range(10):
        case = incident(
            at("2025-11-20 09:00:00") + timedelta(minutes=n),
            level=2 if n < 2 else 3,
            title=f"王某某与邻居争吵{n}",
            source="resident" if n % 2 else "police_110",
            filed_at=at("2025-11-20 09:00:00"),
            where=street.community("330109003018" if n < 6 else "330109003019"),
        )
        order(squad, case, case.opened_at + timedelta(seconds=18))
        promise(case, "R30", case.opened_at, case.opened_at + timedelta(seconds=18))
        promise(case, "A5", case.opened_at, case.opened_at + timedelta(seconds=600 if n < 2 else 200))
    sent_back(case, at("2025-11-20 12:00:00"))
    incident(at("2025-11-17 09:00:00"), title="王某某旧案")


def client_of(client, role: str, area: str = ""):
    user = User.objects.create_user(f"{role}-1", password="x", display_name="李示例")
    grant(user, role, area=area)
    client.force_login(user)
    return client


@pytest.fixture
def commander(client, day):
    return client_of(client, "commander")


def page_of(client, url, **query):
    answer = client.get(url, query)
    assert answer.status_code == 200, answer
    return unescape(answer.content.decode())


def test_the_day_says_its_numbers_its_cut_off_and_what_is_left_out(commander):
    page = page_of(commander, "/reports/", period=DAY.slug)

    assert "80.0%" in page
    assert "2025-11-21 07:00" in page
    assert all(words in page for words in ("R30", "A5", "P365", "P90"))


def test_every_number_on_the_page_is_as_long_as_the_list_that_it_opens(commander):
    page = page_of(commander, "/reports/", period=DAY.slug)

    links = set(re.findall(r'<a href="(/reports/list/\?[^"]+)">(\d+)</a>', page))
    assert len(links) > 60
    for url, number in links:
        answer = commander.get(url)
        assert answer.context["part"].paginator.count == int(number), url
        assert answer.context["said"] is None


def test_the_list_of_missed_arrivals_names_them(commander):
    page = page_of(commander, "/reports/list/", period=DAY.slug, figure="A5.missed")

    assert set(re.findall(r"王某某与邻居争吵\d", page)) == {"王某某与邻居争吵0", "王某某与邻居争吵1"}


def test_a_list_that_differs_from_a_frozen_figure_says_so(commander):
    page = page_of(commander, "/reports/list/", period=DAY.slug, figure="reported", said="12")

    assert "12" in page and "note-warning" in page


def test_totals_are_read_without_the_words_of_a_case(client, day):
    leader = client_of(client, "leader_view")

    report = page_of(leader, "/reports/", period=DAY.slug)
    rows = page_of(leader, "/reports/list/", period=DAY.slug, figure="A5.missed")
    book = leader.get(reverse("cockpit:report-xlsx", args=[DAY.slug])).content
    listed = leader.get("/reports/list.xlsx", {"period": DAY.slug, "figure": "reported"}).content
    api = leader.get(f"/api/v1/reports/day/{DAY.key}/").content.decode()

    assert "80.0%" in report and "王某某" not in report + rows + api
    for body in (book, listed):
        assert not any(
            "王某某" in str(cell.value) for sheet in load_workbook(BytesIO(body)) for row in sheet for cell in row
        )


def test_a_grid_leader_reads_the_own_community_only(client, day):
    services.freeze(DAY, now=READY)
    leader = client_of(client, "grid_leader", area="330109003019")

    assert leader.get(f"/api/v1/reports/day/{DAY.key}/").json()["counts"]["reported"] == 4
    assert leader.get("/reports/list/", {"period": DAY.slug, "figure": "reported"}).context["part"].paginator.count == 4


@pytest.mark.parametrize("role", ["resident", "responder", "sys_admin"])
def test_others_read_no_report(client, day, role):
    visitor = client_of(client, role)

    for url in (
        "/reports/",
        "/reports/list/?period=day:2025-11-20&figure=open",
        "/reports/definitions/",
        "/reports/day:2025-11-20.xlsx",
        "/api/v1/reports/",
        "/api/v1/reports/day/2025-11-20/",
    ):
        assert visitor.get(url).status_code == 403, url


def test_the_workbook_holds_the_same_numbers_and_its_taking_is_recorded(commander):
    report = services.freeze(DAY, now=READY)
    answer = commander.get(reverse("cockpit:report-xlsx", args=[DAY.slug]))
    book = load_workbook(BytesIO(answer.content))

    overview = [[cell.value for cell in row] for row in book.worksheets[0]]
    arrival = next(row for row in overview if str(row[0]).startswith("A5"))
    line = report.figures["clocks"]["A5"]
    assert arrival[1:5] == [300, line["n"], line["met"], line["missed"]]
    assert arrival[8] == pytest.approx(0.8)
    assert "2025-11-21 07:00" in overview[1][0]
    sources = {
        row[0].value: row[1].value for row in book.worksheets[1].iter_rows(min_row=5) if row[1].value is not None
    }
    assert sorted(sources.values()) == sorted(row["counts"]["reported"] for row in report.figures["by"]["source"])
    assert len(book.worksheets) == 1 + 7 + 3
    entry = Entry.objects.get(verb="report.exported")
    assert entry.data == {"period": DAY.slug, "what": "report", "rows": None}
    assert "李示例" in book.worksheets[0].oddFooter.left.text


def test_words_that_look_like_formulas_stay_words(commander):
    incident(at("2025-11-20 10:00:00"), title='=HYPERLINK("http://x")')
    body = commander.get("/reports/list.xlsx", {"period": DAY.slug, "figure": "reported"}).content

    cells = [cell for row in load_workbook(BytesIO(body)).worksheets[0] for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=HYPERLINK")] == ["s"]


def test_the_definitions_page_names_every_figure_that_can_be_opened(commander):
    page = page_of(commander, "/reports/definitions/")

    for figure in lists.every_figure():
        code = figure.code.partition(".")
        assert f'id="{figure.code}"' in page or (f'id="{code[0]}"' in page and f'id="state-{code[2]}"' in page)
        if figure.grain is not registry.Grain.CLOCK:
            assert str(figure.formula) in page
    for rate in registry.RATES:
        assert f'id="{rate.code}"' in page


def test_the_definitions_say_what_the_policies_in_force_promise(roles, catalogue, client):
    commander = client_of(client, "commander")
    page = page_of(commander, "/reports/definitions/")

    wanted = {
        "R30": ("E0", "E1", 30),
        "A5": ("E1", "E3", 300),
        "S15": ("E5", "E6", 900),
        "F24": ("E7", "E8", 86400),
        "C60": ("E0", "E1", 60),
        "C480": ("E0", "E3", 480),
        "C1h": ("E0", "E4", 3600),
        "C24h": ("E0", "E9", 86400),
    }
    said = {d.clock.code: (d.start, d.stop, d.target_s) for d in definitions.promises(at("2026-11-23 00:00:00"))}
    assert said == wanted
    assert list(said) == clockwork.CODES
    assert all(f"≤ {words}" in page for words in ("30秒", "5分钟", "15分钟", "24小时", "1分钟", "8分钟", "1小时"))


def test_what_cannot_be_read_is_not_found_and_never_an_error(commander):
    for query in (
        "period=day:2025-02-30",
        "period=year:2025",
        "period=day:2099-01-01",
        "period=day:2025-11-20&edition=7",
        "period=day:2025-11-20&edition=x",
        "period=week:2025-W60",
    ):
        assert commander.get(f"/reports/?{query}").status_code == 404, query
    base = "period=day:2025-11-20&figure="
    for query in (
        "",
        "nothing",
        "A5.",
        "A5.nothing",
        "X.n",
        "open&level=x",
        "open&unit=99999999999999",
        "open&hour=²",
        "reported&date=2025-13-01",
        "reported&community=%00",
    ):
        assert commander.get(f"/reports/list/?{base}{query}").status_code == 404, query
    for query in (
        "reported&page=x",
        "reported&page=99",
        "reported&sort=-nothing",
        "reported&cutoff=junk",
        "open&hour=99",
        "open&cutoff=0001-01-01T00:00:00Z",
        "open&weekday=9",
        "returns&reason=%00",
        "open&said=²",
        "reported&source=%27",
    ):
        assert commander.get(f"/reports/list/?{base}{query}").status_code == 200, query
    assert commander.get("/reports/?kind=week&date=2025-11-20").url == "/reports/?period=week%3A2025-W47"
    assert commander.get("/reports/?kind=x&date=x").status_code == 302


def test_a_new_edition_from_the_page(commander):
    services.freeze(DAY, now=READY)

    commander.post("/reports/recompute/", {"period": DAY.slug, "reason": ""})
    commander.post("/reports/recompute/", {"period": DAY.slug, "reason": "更正样本"})
    page = page_of(commander, "/reports/", period=DAY.slug)

    assert "更正样本" in page
    assert commander.get("/reports/", {"period": DAY.slug, "edition": 1}).context["reading"].report.edition == 1


def test_the_api_lists_frozen_reports_and_gives_their_figures(commander):
    services.freeze(DAY, now=READY)

    listed = commander.get("/api/v1/reports/?kind=day").json()["results"]
    figures = commander.get(f"/api/v1/reports/day/{DAY.key}/").json()

    assert [(row["kind"], row["key"], row["edition"]) for row in listed] == [("day", DAY.key, 1)]
    assert (figures["frozen"], figures["edition"], figures["counts"]["reported"]) == (True, 1, 10)
    assert commander.get("/api/v1/reports/?kind=x").status_code == 422
    assert commander.get("/api/v1/reports/day/2025-02-30/").json()["errors"][0]["field"] == "key"
    assert commander.get("/api/v1/reports/year/2025/").json()["errors"][0]["field"] == "kind"
    assert commander.get("/api/v1/reports/day/2099-01-01/").status_code == 404
    assert commander.get(f"/api/v1/reports/day/{DAY.key}/?edition=x").status_code == 422


def test_the_first_page_is_yesterdays_study(commander):
    assert commander.get("/reports/").url.startswith("/reports/?period=day%3A")


def test_an_empty_period_says_so(commander):
    assert 'class="empty"' in page_of(commander, "/reports/", period="day:2025-10-01")


def test_each_shift_answers_for_its_r30_and_its_note(commander):
    templates = [("night", 0, 8), ("day", 8, 16), ("evening", 16, 24)]
    lead = User.objects.create_user("lead", display_name="孙值班长")
    for code, starts, ends in templates:
        template = ShiftTemplate.objects.create(
            code=code, name_zh=code, name_en=code, starts=f"{starts:02}:00", ends=f"{ends % 24:02}:00"
        )
        period = (at(f"2025-11-20 {starts:02}:00:00"), at("2025-11-20 00:00:00") + timedelta(hours=ends))
        shift = DutyShift.objects.create(day=DAY.first, template=template, period=period)
        RosterLine.objects.create(user=lead, post="shift_lead", shift=shift, period=period, planned_at=period[0])
        if code == "day":
            Handover.objects.create(
                shift=shift, written_by=lead, written_at=period[1], signed_by=lead, signed_at=period[1],
                confirmed_by=User.objects.create_user("next"), confirmed_at=period[1],
            )  # fmt: skip
    page = commander.get("/reports/", {"period": DAY.slug})
    block = page.context["duty"]
    assert [(one.state, one.n, one.missed) for one in block["shifts"]] == [
        ("missing", 0, 0),
        ("confirmed", 10, 0),
        ("missing", 0, 0),
    ]
    assert block["unconfirmed"] == 2
    assert "孙值班长" in page.content.decode()
    month = commander.get("/reports/", {"period": "month:2025-11"}).context["duty"]
    assert [one.state for one in month["shifts"]] == ["missing", "missing"]
    assert [row["n"] for row in month["templates"]] == [0, 10, 0]
