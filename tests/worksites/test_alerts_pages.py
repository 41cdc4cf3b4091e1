"""The desk of truck alerts in the browser's words: list, replay, decision, evidence, and what each rule was worth."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest

from incidents.models import Incident
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from tests.worksites.dumping import SITE, an_alert, drive, lonlat, make_ground
from tests.worksites.fleet import signed_in
from worksites.models import Driver, GatePass, Manifest, Sink, Site, TruckAlert

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(roles, catalogue, ground):
    return signed_in("seat_operator")


@pytest.fixture
def truck(seat):
    made = make_ground()
    Driver.objects.create(company=made.company, name="周师傅", licence_no="L1", truck=made, phone_masked="138****1234")
    return made


@pytest.fixture
def alert(truck):
    """An alert with its track, a pass of the gate camera and a manifest."""
    now = db_now()
    drive(truck, now - timedelta(minutes=50))
    lon, lat = lonlat(SITE)
    site = Site.objects.get()
    GatePass.objects.create(
        point_code="CAM-G1", external_id="1", gate=site.gates.get(), truck=truck, plate=truck.plate, direction="out",
        at=now - timedelta(minutes=40), received_at=now, lon=lon, lat=lat, loaded=True,
    )  # fmt: skip
    Manifest.objects.create(
        number="=LD-1", site=site, sink=Sink.objects.get(), truck=truck, issued_at=now - timedelta(minutes=41)
    )
    return an_alert(truck)


def decide(client, alert, **said):
    form = {"uuid": uuid4(), "act": "confirm", "reason": "举升且由满转空"} | said
    return client.post(f"/worksites/alerts/{alert.number}/decide/", form)


def test_the_list_narrows_and_counts(seat, truck):
    an_alert(truck, 1)
    an_alert(truck, 2, "T10", level=2, site=None)
    decide(seat, TruckAlert.objects.get(rule="T10"), act="false", reason="信号遮挡")

    def shown(query):
        return [one["row"].rule for one in seat.get(f"/worksites/alerts/?{query}").context["shown"]]

    assert shown("") == ["T03"]
    assert shown("state=all") == ["T10", "T03"]
    assert shown("state=false&rule=T10&level=2&q=1D2") == ["T10"]
    assert shown("state=all&q=青石") == ["T10", "T03"] and shown("state=all&q=浙B1") == []
    assert shown(f"state=all&site={Site.objects.get().pk}") == ["T03"]
    assert shown("state=all&from=2026-01-01&to=2026-01-02") == []
    assert shown("state=x&rule=T99&level=9&site=y&from=rubbish&to=9999-99-99&q=%00&page=z") == ["T03"]
    counts = {state: n for state, _label, n in seat.get("/worksites/alerts/").context["states"]}
    assert (counts["open"], counts["false"], counts["all"]) == (1, 1, 2)
    assert "<html" not in seat.get("/worksites/alerts/?part=list").content.decode()


def test_each_rule_shows_what_it_was_worth(seat, truck):
    for number, act in enumerate(["confirm", "confirm", "false"], 1):
        one = an_alert(truck, number)
        decide(seat, one, act=act)
        TruckAlert.objects.filter(pk=one.pk).update(raised_at=one.raised_at - timedelta(minutes=number))
    an_alert(truck, 9)
    rows = {row["code"]: row for row in seat.get("/worksites/alerts/").context["precision"]}
    t03 = rows["T03"]
    assert (t03["hits"], t03["confirmed"], t03["false"], t03["open"]) == (4, 2, 1, 1)
    assert round(t03["rate"]) == 67 and 115 < t03["median"] < 130
    assert rows["T06"]["rate"] is None and rows["T06"]["median"] is None


def test_the_replay_has_track_ground_cameras_and_papers(seat, truck, alert):
    page = seat.get(f"/worksites/alerts/{alert.number.lower()}/")
    scene = page.context["scene"]
    track = scene["track"]
    assert len(track["t"]) == len(track["lift"]) > 50 and 2 in track["lift"]
    assert scene["from"] == pytest.approx(scene["began"] - 3_600, abs=0.2)
    assert scene["to"] == pytest.approx(scene["ended"] + 1_800, abs=0.2)
    assert len(scene["points"]) == 2 and len(scene["routes"]) == 1
    assert [gate["filed"] for gate in scene["gates"]] == [True]
    assert [(sink["name"], sink["allowed"]) for sink in scene["sinks"]] == [("示例消纳场", True)]
    assert [one["name"] for one in scene["passes"]] == ["一号地块 东门"]
    text = page.content.decode()
    assert "138****1234" in text and "青石运输" in text and "=LD-1" in text
    assert page.context["missing"] == []


def test_a_truck_without_its_permit_says_what_is_missing(seat, truck, alert):
    truck.permits.update(status="refused")
    assert [lack.why for lack in seat.get(f"/worksites/alerts/{alert.number}/").context["missing"]] == ["refused"]


def test_an_alert_of_a_site_day_has_no_track_and_is_shown_all_the_same(seat, truck):
    began = db_now() - timedelta(days=1)
    facts = {"why": "count", "points": [], "plates": [["浙A1D234", began.isoformat()]], "day": "2026-11-26",
             "gate": 31, "manifests": 8, "gap": 23}  # fmt: skip
    one = an_alert(None, 1, "T12", facts=facts, began_at=began, ended_at=began + timedelta(days=1))
    page = seat.get(f"/worksites/alerts/{one.number}/")
    assert page.status_code == 200 and page.context["scene"]["track"]["t"] == []
    assert "浙A1D234" in page.content.decode()


def test_what_the_desk_decides_is_answered_plainly(seat, truck, alert):
    for bad in ({"act": "x"}, {"reason": ""}, {"uuid": "x"}, {"act": "merge", "into": ""}):
        assert decide(seat, alert, **bad).status_code == 422
    assert seat.post(f"/worksites/alerts/{alert.number}/take/").status_code == 302
    other = signed_in("shift_lead")
    refused = decide(other, alert)
    assert refused.status_code == 409 and "seat_operator" in refused.context["error"]
    assert decide(seat, alert).status_code == 302
    assert Incident.objects.count() == 1
    late = decide(other, alert, act="false")
    assert late.status_code == 409 and "seat_operator" in late.context["error"]
    page = seat.get(f"/worksites/alerts/{alert.number}/")
    assert page.context["form"] is None and Incident.objects.get().case_no in page.content.decode()


def test_only_the_brigade_says_that_it_is_cleared_up(seat, truck, alert):
    decide(seat, alert)
    address = f"/worksites/alerts/{alert.number}/rectified/"
    assert seat.post(address, {"note": "已清运"}).status_code == 403
    officer = signed_in("enforcement_officer")
    assert officer.post(address, {"note": ""}).status_code == 422
    assert officer.post(address, {"note": "已清运"}).status_code == 302
    assert TruckAlert.objects.get().rectified_at is not None


def test_the_evidence_is_whole_summed_and_journalled(seat, truck, alert):
    decide(seat, alert)
    answer = seat.post(f"/worksites/alerts/{alert.number}/evidence/")
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"facts.json", "track.csv", "passes.csv", "manifests.csv", "sheet.html", "SHA256SUMS"}
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    facts = json.loads(files["facts.json"])
    assert facts["decision"]["reason"] == "举升且由满转空" and facts["plate"] == "浙A1D234"
    track = list(csv.DictReader(io.StringIO(files["track.csv"].decode("utf-8-sig"))))
    assert {row["lift"] for row in track} == {"down", "up"} and track[0]["at"].endswith("+08:00")
    assert "'=LD-1" in files["manifests.csv"].decode("utf-8-sig")  # no formula for a spreadsheet
    assert "<svg" in files["sheet.html"].decode() and "浙A1D234" in files["sheet.html"].decode()
    entry = Entry.objects.get(verb="truck_alert.evidence_taken")
    assert entry.data["sha256"] == hashlib.sha256(answer.content).hexdigest() and entry.actor is not None


def test_nobody_learns_of_an_alert_that_is_not_there(seat, truck):
    for path in ("", "take/", "decide/", "evidence/"):
        address = f"/worksites/alerts/YJ-1/{path}"
        assert (seat.post(address) if path else seat.get(address)).status_code == 404
