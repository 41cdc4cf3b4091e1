"""The doors for platforms: positions, passes and manifests; bad items are named, the good ones kept."""

import json
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from incidents.intake import desk, senders
from incidents.intake.signing import sign
from shushanwei.common.clock import db_now
from tests.worksites.fleet import CENTRE, make_sink, make_site, make_truck, signed_in
from worksites.models import GatePass, Manifest, TruckFix, TruckState

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(roles):
    return signed_in("car_gateway")


def position(plate="浙A1D234", seconds=0, **more) -> dict:
    at = (db_now() - timedelta(seconds=seconds)).isoformat()
    return {"plate": plate, "at": at, "lon": CENTRE[0], "lat": CENTRE[1], "crs": "wgs84", **more}


def passed(number="1", **more) -> dict:
    at = db_now().isoformat()
    return {"point_code": "CAM-1", "external_id": number, "plate": "浙A1D234", "direction": "out", "at": at} | more


def paper(number="LD-1", **more) -> dict:
    at = db_now().isoformat()
    return {"number": number, "site": "GD-001", "sink": "XN-01", "plate": "浙A·1D234", "issued_at": at} | more


def send(client, kind, body, media="application/json", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/api/v1/trucks/{kind}/", data, content_type=media, headers=headers)


def test_good_positions_are_kept_and_bad_ones_named(platform):
    truck = make_truck(terminal_id="13812345678")
    bad = [
        position("浙A00000"),
        position(crs="utm"),
        position(lon=500),
        position(seconds=-90_000),
        {"plate": "浙A1D234"},
    ]
    answer = send(platform, "fixes", [*bad, position(load="full"), position("", 30, terminal_id="013812345678")])
    told = answer.json()
    assert answer.status_code == 202 and told["accepted"] == 2 and told["rejected_count"] == 5
    assert [(one["index"], one["field"]) for one in told["rejected"]] == [
        (0, "plate"), (1, "crs"), (2, "lon"), (3, "at"), (4, "at"),
    ]  # fmt: skip
    assert set(TruckFix.objects.values_list("truck_id", "load")) == {(truck.pk, 3), (truck.pk, 0)}
    assert send(platform, "fixes", [position("浙A00000")]).status_code == 422


def test_sent_again_positions_are_duplicates(platform):
    make_truck()
    body = {"fixes": [position(), position(seconds=30)]}
    assert send(platform, "fixes", body).json()["accepted"] == 2
    told = send(platform, "fixes", body).json()
    assert (told["accepted"], told["duplicates"]) == (0, 2)


def test_gcj02_is_brought_to_wgs84(platform):
    make_truck()
    send(platform, "fixes", [position(lon=120.241404, lat=30.121130, crs="gcj02")])
    row = TruckFix.objects.get()
    assert (row.lon, row.lat) == (pytest.approx(CENTRE[0], abs=2e-6), pytest.approx(CENTRE[1], abs=2e-6))


def test_a_stream_of_lines_keeps_what_is_good(platform):
    make_truck()
    lines = [json.dumps(position(seconds=n)).encode() for n in range(50)]
    body = b"\n".join([*lines[:20], b"{half", b"", *lines[20:], b"x" * 20_000])
    told = send(platform, "fixes", body, "application/x-ndjson").json()
    assert told["accepted"] == 50 and [one["index"] for one in told["rejected"]] == [20, 52]


@pytest.mark.parametrize(
    ("body", "status"), [(b" ", 400), (b"[", 400), (b"[]", 422), (b"{}", 422), (b"7", 422), (b"\xff\xfe", 400)]
)
def test_a_body_that_is_none_is_refused(platform, body, status):
    for kind in ("fixes", "passes", "manifests"):
        assert send(platform, kind, body).status_code == status
    assert send(platform, "fixes", b"[]", "text/csv").status_code == 415
    assert send(platform, "fixes", [position()] * 5001).status_code == 413


def test_a_source_signs_and_a_stranger_is_sent_away(roles):
    make_truck()
    _source, secret = desk.make_source("trucks-1", "", "analytics")
    senders.forget()
    body, now = json.dumps([position()]).encode(), int(time.time())
    headers = {"X-Source": "trucks-1", "X-Timestamp": str(now), "X-Signature": sign(secret.encode(), now, body)}
    assert send(Client(), "fixes", body, **headers).status_code == 202
    assert send(Client(), "fixes", body + b" ", **headers).status_code == 401
    assert send(Client(), "fixes", body, **headers | {"X-Source": "other"}).status_code == 401
    assert send(Client(), "fixes", body).status_code in (401, 403)
    assert send(signed_in("dispatcher"), "fixes", body).status_code == 403
    assert TruckFix.objects.count() == 1


def test_a_pass_finds_its_gate_and_truck_and_wakes_the_rules(platform):
    truck, site = make_truck(), make_site()
    TruckState.objects.create(truck=truck)
    answer = send(platform, "passes", [passed(), passed("2", plate="???"), passed("3", point_code="X")]).json()
    assert answer["accepted"] == 1 and [one["field"] for one in answer["rejected"]] == ["plate", "lon"]
    row = GatePass.objects.get()
    assert (row.gate.site, row.truck, row.lon) == (site, truck, CENTRE[0])
    assert TruckState.objects.get().engine_work_at is not None


def test_a_pass_is_kept_once_and_its_number_means_one_plate(platform):
    make_site()
    one = passed()
    assert send(platform, "passes", [one, one]).json() | {"rejected": 0} == {
        "accepted": 1, "duplicates": 1, "rejected": 0, "rejected_count": 0,
    }  # fmt: skip
    told = send(platform, "passes", [one | {"plate": "浙A99999"}, passed("2")]).json()
    assert told["accepted"] == 1 and told["rejected"][0]["code"] == "conflict"


def test_a_manifest_goes_on_and_never_back(platform):
    make_truck(), make_site(), make_sink()
    first = paper()
    assert send(platform, "manifests", [first]).json()["accepted"] == 1
    received = first | {"received_at": db_now().isoformat(), "volume_m3": 12.5}
    assert send(platform, "manifests", [received]).json()["accepted"] == 1
    assert send(platform, "manifests", [first]).json()["duplicates"] == 1
    row = Manifest.objects.get()
    assert (row.state, row.volume_m3) == ("received", 12.5)
    make_sink("XN-02")
    told = send(platform, "manifests", [first | {"sink": "XN-02"}, paper("LD-2", site="NONE"), paper("LD-3")]).json()
    assert [(one["field"], one["code"]) for one in told["rejected"]] == [("sink", "conflict"), ("site", "bad-input")]


def test_a_track_is_read_as_positions_or_as_a_line(platform):
    truck = make_truck()
    send(platform, "fixes", [position(seconds=n * 30) for n in range(3)])
    eye, address = signed_in("dispatcher"), f"/api/v1/trucks/{truck.pk}/track/"
    since = (db_now() - timedelta(hours=1)).isoformat().replace("+", "%2B")
    told = eye.get(f"{address}?from={since}").json()
    assert len(told["fixes"]) == 3 and told["fixes"][0]["at"] < told["fixes"][2]["at"]
    line = eye.get(f"{address}?from={since}&as=geojson").json()
    assert line["geometry"]["coordinates"][0] == list(CENTRE) and len(line["properties"]["speed_kmh"]) == 3
    assert eye.get(f"{address}?from=x").json()["errors"][0]["field"] == "from"
    assert eye.get("/api/v1/trucks/999999/track/").status_code == 404
    assert platform.get(address).status_code == 403


def test_a_file_is_imported_with_its_own_columns_and_again_changes_nothing(tmp_path, capsys):
    make_truck()
    now = db_now().replace(microsecond=0)
    rows = [f"浙A·1D234,{now - timedelta(seconds=n):%Y-%m-%dT%H:%M:%SZ},120.241404,30.121130,30,full" for n in range(3)]
    rows += ["浙A00000,2026-01-01T00:00:00Z,1,1,1,", "浙A1D234,never,120,30,1,", "浙A1D234,2026-11-01T00:00:00Z,x,1,1,"]
    file = tmp_path / "track.csv"
    file.write_text("车牌,时间,经度,纬度,speed_kmh,load\n" + "\n".join(rows), encoding="utf-8-sig")
    words = ["--map", "plate=车牌", "--map", "at=时间", "--map", "lon=经度", "--map", "lat=纬度", "--crs", "gcj02"]
    call_command("import_fixes", str(file), *words)
    call_command("import_fixes", str(file), *words)
    told = capsys.readouterr()
    assert "3 new, 0 known before, 3 refused." in told.out and "0 new, 3 known before, 3 refused." in told.out
    assert "line 5: plate" in told.err and "line 6: at" in told.err and "line 7: lon" in told.err
    assert TruckFix.objects.first().lon == pytest.approx(CENTRE[0], abs=2e-6)
    lines = tmp_path / "track.ndjson"
    lines.write_text("\n".join(json.dumps(position(seconds=n)) for n in range(60, 65)) + "\n{oops\n")
    call_command("import_fixes", str(lines))
    assert "5 new, 0 known before, 1 refused." in capsys.readouterr().out
