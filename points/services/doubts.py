"""What makes a report doubtful before it earns anything: found by comparing, judged by people."""

from datetime import timedelta
from typing import Any

import imagehash
from django.db import connection
from django.db.models import QuerySet
from PIL import Image

from incidents.models import Attachment
from points.models import DeviceSeen, ResidentReport
from points.reports_lifecycle import Doubt
from shushanwei.common.geo import Box, distance_m

ALIKE = 6  # of 64 bits
ALIKE_FOR = timedelta(days=90)
NEAR_M, NEAR_FOR = 50, timedelta(hours=24)
OFTEN, OFTEN_IN = 5, timedelta(minutes=10)
SEEN_BEFORE = """
select exists (
    select from points_reportphoto mine
    join points_reportphoto other on other.report_id <> mine.report_id and other.at > %(since)s
        and other.at <= mine.at and bit_count((mine.phash # other.phash)::bit(64)) <= %(alike)s
    where mine.report_id = %(report)s)
"""


def of(report: ResidentReport, *, mocked: bool) -> list[str]:
    """The doubts about a report that has just been written with its photos; codes of `Doubt`."""
    found = {
        Doubt.PHOTO: _seen_before(report),
        Doubt.PLACE: _same_place(report),
        Doubt.OFTEN: _often(report),
        Doubt.DEVICE: _one_device(report),
        Doubt.MOCKED: mocked,
    }
    return [str(doubt) for doubt, holds in found.items() if holds]


def looks_of(attachment: Attachment) -> int:
    """The perceptual hash of a stored picture: 64 bits as a signed number."""
    with attachment.thumb.open("rb") as stored, Image.open(stored) as picture:
        bits = int(str(imagehash.phash(picture)), 16)
    return bits - 2**64 if bits >= 2**63 else bits


def _seen_before(report: ResidentReport) -> bool:
    said: dict[str, Any] = {"report": report.pk, "since": report.sent_at - ALIKE_FOR, "alike": ALIKE}
    with connection.cursor() as cursor:
        cursor.execute(SEEN_BEFORE, said)
        return bool(cursor.fetchone()[0])


def _earlier(report: ResidentReport, within: timedelta) -> QuerySet[ResidentReport]:
    mine = ResidentReport.objects.filter(resident=report.resident, is_emergency=False)
    return mine.filter(sent_at__gt=report.sent_at - within).exclude(pk=report.pk)


def _same_place(report: ResidentReport) -> bool:
    box = Box.near(report.lon, report.lat, NEAR_M)
    same = _earlier(report, NEAR_FOR).filter(
        kind=report.kind, lon__range=(box.west, box.east), lat__range=(box.south, box.north)
    )
    return any(distance_m(report.lon, report.lat, lon, lat) < NEAR_M for lon, lat in same.values_list("lon", "lat"))


def _often(report: ResidentReport) -> bool:
    return _earlier(report, OFTEN_IN).count() >= OFTEN


def _one_device(report: ResidentReport) -> bool:
    mine = DeviceSeen.objects.filter(resident=report.resident).values("device_hash")
    neighbours = DeviceSeen.objects.filter(device_hash__in=mine).exclude(resident=report.resident)
    others = ResidentReport.objects.filter(incident_id=report.incident_id, resident__in=neighbours.values("resident"))
    return others.exists()
