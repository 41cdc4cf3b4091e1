"""The evidence of an alert as a ZIP: facts, track, passes, manifests, a sheet for A4, and their SHA-256 sums."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.wording import local
from shushanwei.people.models import User
from worksites.alerts import dossier, replay, sketch
from worksites.models import TruckAlert
from worksites.services.adjudication import note_evidence
from worksites.services.mud import photo_of
from worksites.trucks.wording import explain

SUMS = "SHA256SUMS"
LOADS = {0: "unknown", 1: "empty", 2: "half", 3: "full"}
LIFTS = {0: "unknown", 1: "down", 2: "up"}
COVERS = {0: "unknown", 1: "closed", 2: "open"}


def pack(alert: TruckAlert, *, actor: User) -> tuple[str, bytes]:
    """(name of the file, the ZIP); that it was taken, by whom and with which sum, is written into the journal."""
    moment = replay.Moment.of(alert)
    fixes, passes, papers = replay.track(moment), replay.passes(moment), replay.manifests(moment)
    now = db_now()
    files = {
        "facts.json": _facts(alert, moment, now, actor),
        "track.csv": _csv(
            ["at", "lon_wgs84", "lat_wgs84", "speed_kmh", "heading", "load", "lift", "cover", "ignition"],
            ([_iso(one["at"]), f"{one['lon']:.6f}", f"{one['lat']:.6f}", f"{one['speed_kmh']:.1f}", one["heading"],
              LOADS[one["load"]], LIFTS[one["lift"]], COVERS[one["cover"]], int(one["ignition"])] for one in fixes),
        ),
        "passes.csv": _csv(
            ["at", "plate", "camera", "place", "direction", "loaded", "covered", "confidence", "image"],
            ([_iso(one.at), one.plate, one.point_code, replay.name_of(one), one.direction, _bit(one.loaded),
              _bit(one.covered), one.confidence if one.confidence is not None else "", one.image_url]
             for one in passes),
        ),
        "manifests.csv": _csv(
            ["number", "issued_at", "received_at", "state", "site", "sink", "driver", "volume_m3"],
            ([one.number, _iso(one.issued_at), _iso(one.received_at), one.state, one.site.name, one.sink.name,
              one.driver_name, one.volume_m3 if one.volume_m3 is not None else ""] for one in papers),
        ),
    }  # fmt: skip
    photo = photo_of(alert)
    if photo is not None:
        with photo.file.open("rb") as stored:
            files["photo.jpg"] = stored.read()
    sheet = {
        "alert": alert, **dossier.of(moment), "taken_at": now, "taken_by": actor,
        "track_svg": sketch.track(moment, fixes), "speed_svg": sketch.speed(moment, fixes),
        "story": dossier.story(alert), "sums": {name: _sum(body) for name, body in files.items()},
    }  # fmt: skip
    files["sheet.html"] = render_to_string("worksites/evidence_sheet.html", sheet).encode()
    files[SUMS] = "".join(f"{_sum(body)}  {name}\n" for name, body in files.items()).encode()
    body = _zipped(files, now)
    note_evidence(alert.number, sha256=_sum(body), files=list(files), actor=actor)
    return f"{alert.number}.zip", body


def _facts(alert: TruckAlert, moment: replay.Moment, now: datetime, actor: User) -> bytes:
    since, until = moment.span
    said = {
        "number": alert.number, "rule": alert.rule, "level": alert.level, "status": alert.status,
        "explanation": {lang: explain({"rule": alert.rule, "facts": alert.facts}, lang) for lang in ("zh-hans", "en")},
        "plate": alert.truck.plate if alert.truck else None,
        "company": alert.truck.company.name if alert.truck else None,
        "site": alert.site.name if alert.site else None, "sink": alert.sink.name if alert.sink else None,
        "began_at": _iso(alert.began_at), "ended_at": _iso(alert.ended_at), "raised_at": _iso(alert.raised_at),
        "position_wgs84": [alert.lon, alert.lat], "facts": alert.facts,
        "rule_version": {
            "effective_from": _iso(alert.rule_row.effective_from), "params": alert.rule_row.params,
        } if alert.rule_row else None,
        "decision": {
            "by": str(alert.judged_by) if alert.judged_by else None, "at": _iso(alert.decided_at),
            "reason": alert.reason, "merged_into": alert.merged_into.number if alert.merged_into else None,
            "incident": alert.incident.case_no if alert.incident else None,
        },
        "span": [_iso(since), _iso(until)], "taken_at": _iso(now), "taken_by": str(actor),
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # so that a spreadsheet reads the Chinese


def _plain(value: Any) -> Any:
    # A cell that begins like a formula would be run by a spreadsheet.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    buffer = io.BytesIO()
    stamp = now.astimezone(STREET).timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, stamp), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _iso(at: datetime | None) -> str:
    return local(at, "%Y-%m-%dT%H:%M:%S+08:00")


def _bit(value: bool | None) -> str:
    return "" if value is None else str(int(value))
