"""The straight way for `POST /api/v1/units/me/positions/` of phones that hold a token (docs/adr/0010).

Only what is whole goes this way. Anything else - no token, a wrong one, a fix that cannot be - gets no answer here
and goes through the layers, which say what is wrong.
"""

from datetime import datetime
from typing import Annotated

import msgspec
import structlog
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from knox.crypto import hash_token
from knox.settings import knox_settings

from dispatch import selectors
from dispatch.services.positions import MOST_FIXES, RawFix, Taken, take_unit_positions
from dispatch.services.positions_plain import take_plain
from shushanwei.common.errors import BadInput
from shushanwei.common.geo import CRS
from shushanwei.common.tracing import trace_of

log = structlog.get_logger(__name__)
MOST_BYTES = 256 * 1024
YEARS = range(2000, 2100)
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Accuracy = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Speed = Annotated[float, msgspec.Meta(ge=0, le=2_000)]


class _Fix(msgspec.Struct):
    lon: float
    lat: float
    accuracy_m: Accuracy
    fix_at: Instant
    crs: str = "wgs84"
    speed_kmh: Speed | None = None
    mocked: bool = False


class _Batch(msgspec.Struct):
    fixes: Annotated[list[_Fix], msgspec.Meta(min_length=1, max_length=MOST_FIXES)]
    sent_at: Instant | None = None


_decode = msgspec.json.Decoder(_Batch).decode


def receive_positions(request: WSGIRequest, body: bytes) -> HttpResponse | None:
    """Take the fixes and answer 200 once they are committed; None sends the request through the layers."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme != knox_settings.AUTH_HEADER_PREFIX or not token or len(body) > MOST_BYTES:
        return None
    if request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        batch = _decode(body)
    except msgspec.DecodeError:
        return None
    if any(fix.crs not in CRS or fix.fix_at.year not in YEARS for fix in batch.fixes):
        return None
    if batch.sent_at is not None and batch.sent_at.year not in YEARS:
        return None
    trace = trace_of(request)
    with structlog.contextvars.bound_contextvars(trace=trace):
        taken = _take(hash_token(token), batch)
        if taken is None:
            return None
        log.debug("positions_taken", taken=taken.taken, flagged=taken.flagged, old=taken.old)
    response = HttpResponse(msgspec.json.encode(taken), content_type="application/json")
    response["X-Request-Id"] = trace
    return response


def _take(digest: str, batch: _Batch) -> Taken | None:
    fixes = [
        RawFix(fix.lon, fix.lat, fix.accuracy_m, fix.fix_at, fix.crs, fix.speed_kmh, fix.mocked) for fix in batch.fixes
    ]
    if len(fixes) == 1 and (plain := take_plain(digest, fixes[0], batch.sent_at)):
        return plain
    unit = selectors.unit_of_token(digest)
    try:
        return take_unit_positions(unit, fixes, batch.sent_at) if unit else None
    except BadInput:
        return None
