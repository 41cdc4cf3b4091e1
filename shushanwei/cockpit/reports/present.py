"""A report as rows of words: the page and the workbook are drawn from the same."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from incidents.lifecycle import Status
from incidents.models import CaseReturn
from incidents.models.catalogue import Level
from shushanwei.cockpit.reports import clockwork, dimensions, registry
from shushanwei.cockpit.reports.periods import Kind, Period
from shushanwei.cockpit.reports.words import change, clock_time, local, percent, span, weekday

ROWS = 20  # of a long table on the page; the workbook has them all
ROMAN = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}


def cards(data: dict[str, Any], patrol: dict[str, Any]) -> list[dict[str, Any]]:
    """The five numbers of 30515, in the order of the slogan; `patrol` is that of `reports.patrols`."""
    return [*(clock_row(data, clock) for clock in clockwork.CLOCKS if clock.main), patrol]


def clock_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """All promises: the street's and the city's."""
    return [clock_row(data, clock) for clock in clockwork.CLOCKS]


def clock_row(data: dict[str, Any], clock: clockwork.Clock) -> dict[str, Any]:
    """One promise with its words and its change on the previous period."""
    line = data["clocks"][clock.code]
    was = (data["before"] or {}).get("clocks", {}).get(clock.code, {})
    year = (data["year_ago"] or {}).get("clocks", {}).get(clock.code, {})
    return line | {
        "label": clock.label,
        "main": clock.main,
        "measured": True,
        "target": span(line["target_s"]) if line["target_s"] else "",
        "attainment_text": percent(line["attainment"]),
        "raw_text": percent(line["attainment_raw"]),
        "p50_text": span(line["p50"]),
        "p90_text": span(line["p90"]),
        "p95_text": span(line["p95"]),
        "change": change(line["attainment"], was.get("attainment"), rises_well=True, points=True),
        "year_change": change(line["attainment"], year.get("attainment"), rises_well=True, points=True),
        "tone": _tone(line),
    }


def _tone(line: dict[str, Any]) -> str:
    # No promise of a rate is published; what is worth a look is named in words, not coloured by a limit of ours.
    return "missed" if line["open_late"] else "plain"


def count_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Base counts: value, previous period, change, last year, change."""
    before = (data["before"] or {}).get("counts", {})
    year = (data["year_ago"] or {}).get("counts", {})
    return [
        {
            "code": figure.code,
            "label": figure.label,
            "formula": figure.formula,
            "value": data["counts"].get(figure.code),  # a frozen report knows nothing of a figure made later
            "before": before.get(figure.code),
            "change": change(data["counts"].get(figure.code), before.get(figure.code), rises_well=figure.rises_well),
            "year": year.get(figure.code),
            "year_change": change(data["counts"].get(figure.code), year.get(figure.code), rises_well=figure.rises_well),
        }
        for figure in [*registry.COUNTS, *registry.RETURNS]
    ]


def rate_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Rates with their numerator, denominator and change."""
    before = (data["before"] or {}).get("rates", {})
    rows = []
    for rate in registry.RATES:
        value = data["rates"].get(rate.code)
        rows.append(
            {
                "code": rate.code,
                "label": rate.label,
                "text": percent(value),
                "value": value,
                "numerator": rate.numerator,
                "part": data["counts"][rate.numerator],
                "denominator": rate.denominator,
                "whole": data["counts"][rate.denominator],
                "change": change(value, before.get(rate.code), rises_well=rate.rises_well, points=True),
            }
        )
    return rows


def tables(data: dict[str, Any], limit: int | None = ROWS) -> list[dict[str, Any]]:
    """One table for each dimension; `limit` rows of each, None for all."""
    answer = []
    for code, dimension in dimensions.DIMENSIONS.items():
        rows = [_table_row(row) for row in data["by"][code]]
        answer.append(
            {
                "code": code,
                "label": dimension.label,
                "rows": rows[:limit] if limit else rows,
                "left_out": len(rows) - len(rows[:limit]) if limit else 0,
                "per_1000": code == "community",
            }
        )
    return answer


def _table_row(row: dict[str, Any]) -> dict[str, Any]:
    lines = [{"code": code, **_cell(row["clocks"].get(code))} for code in clockwork.MAIN]
    return row | {
        "label": local(row["name"]) if row["key"] != dimensions.NONE else _("none"),
        "change": change(row["counts"]["reported"], row["before"], rises_well=None),
        "lines": lines,
    }


def _cell(line: dict[str, Any] | None) -> dict[str, Any]:
    line = line or {"n": 0, "met": 0, "missed": 0, "attainment": None, "p50": None, "p90": None}
    return line | {"text": percent(line["attainment"]), "p50_text": span(line["p50"]), "p90_text": span(line["p90"])}


def top_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The ten classes with the most filed cases."""
    return [row | {"label": local(row["name"]), "text": percent(row["share"])} for row in data["top"]["rows"]]


def return_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns by reason."""
    labels = dict(CaseReturn.Reason.choices)
    total = sum(row["n"] for row in data["returns"])
    return [
        row | {"label": labels.get(row["reason"], row["reason"]), "share": percent(row["n"] / total)}
        for row in data["returns"]
    ]


def named_rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Key incidents or hard problems, one line each."""
    return [
        row
        | {
            "level_text": ROMAN.get(row["level"], ""),
            "level_label": Level(row["level"]).label,
            "opened": clock_time(row["opened_at"]),
            "arrival": span(row["arrival_s"]),
            "age": span(row["age_s"]),
            "state": Status(row["status"]).label,
            "what": row["title"] or local(row["category"]),
            "class": local(row["category"]),
            "owner": row["unit"] or (local(row["department"]) if row["department"] else _("none")),
            "blocked": _blocked(row),
        }
        for row in data[name]
    ]


def _blocked(row: dict[str, Any]) -> str:
    """What keeps a hard problem open, from what the record knows."""
    said = []
    if row["returns"] >= registry.HARD_RETURNS:
        said.append(_("sent back %(n)d times") % {"n": row["returns"]})
    if row["reworks"]:
        said.append(_("reworked %(n)d times") % {"n": row["reworks"]})
    if row["age_s"] > registry.HARD_AFTER.total_seconds():
        said.append(_("open for %(age)s") % {"age": span(row["age_s"])})
    return _(", ").join(said)


def charts(data: dict[str, Any], period: Period, link) -> dict[str, Any]:
    """What the page's charts draw. `link(figure, **by)` gives the address behind a point."""
    answer: dict[str, Any] = {
        "words": {
            "reported": pgettext("report", "Reported"),
            "attainment": _("attainment"),
            "filed": pgettext("report", "Filed"),
            "too_few": _("fewer than 5"),
            "n": "n",
        },
        "source": [
            {"name": local(row["name"]), "value": row["counts"]["reported"], "url": link("reported", source=row["key"])}
            for row in data["by"]["source"]
            if row["counts"]["reported"]
        ],
        "top": [
            {"name": local(row["name"]), "value": row["filed"], "url": link("filed", category=row["key"])}
            for row in data["top"]["rows"]
        ],
    }
    if period.kind is Kind.DAY:
        answer["hours"] = [
            {"name": f"{hour:02}", "value": n, "url": link("reported", hour=hour)}
            for hour, n in enumerate(data["hours"])
        ]
        return answer
    answer["days"] = [
        {
            "name": _day_name(date.fromisoformat(day["date"]), period.kind),
            "value": day["reported"],
            "url": link("reported", date=day["date"]),
            "clocks": {code: day["clocks"].get(code, {}).get("attainment") for code in clockwork.MAIN},
        }
        for day in data["days"]
    ]
    answer["clocks"] = {clock.code: f"{clock.code} {clock.label}" for clock in clockwork.CLOCKS if clock.main}
    answer["weekdays"] = [weekday(number) for number in range(1, 8)]
    answer["matrix"] = [
        {"weekday": day, "hour": hour, "value": n, "url": link("reported", weekday=day + 1, hour=hour) if n else ""}
        for day, row in enumerate(data["matrix"])
        for hour, n in enumerate(row)
    ]
    return answer


def _day_name(day: date, kind: Kind) -> str:
    return f"{weekday(day.isoweekday())} {day:%m-%d}" if kind is Kind.WEEK else f"{day:%m-%d}"
