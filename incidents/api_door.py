"""The door for alerts, `POST /api/v1/alerts/`: who sent it, is it whole, is it too much, then one insert."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Any, TypeVar

import msgspec
import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from prometheus_client import Counter, Histogram

from incidents.intake import limits, parsing, rates
from incidents.intake.parsing import Bad, BadBody
from incidents.intake.receiving import Received, receive
from incidents.intake.senders import Sender, sender_named
from incidents.intake.signing import BadSignature, Check
from shushanwei.common.errors import problem
from shushanwei.common.tracing import trace_of

log = structlog.get_logger(__name__)
T = TypeVar("T")
JSON = {"application/json"}
LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl"}
NOT_BELIEVED = "the source is unknown, switched off, or the signature is not that of this body"
ALERTS = Counter("intake_alerts_total", "Alerts at the door", ["source", "outcome"])
SECONDS = Histogram(
    "intake_seconds", "From the first byte of a body to its answer", buckets=(0.005, 0.01, 0.02, 0.04, 0.1, 0.3, 1, 5)
)


class Refused(Exception):
    """The body is answered with a problem and nothing of it was stored."""

    def __init__(self, status: int, code: str, title: str, detail: str, errors: list[dict] | None = None, **more: Any):
        super().__init__(detail)
        self.body = problem(status, code, title, detail, errors)
        self.headers: dict[str, str] = more.get("headers", {})
        self.body |= more.get("extra", {})


def receive_alerts(request: HttpRequest) -> HttpResponse:
    """Answer one signed body: 202 once its rows are committed, else a problem that names what is wrong."""
    begun = time.perf_counter()
    trace = trace_of(request)
    # The same word runs through the log, the row, the journal and the push.
    with structlog.contextvars.bound_contextvars(trace=trace):
        try:
            status, body, headers = 202, _take_in(request, trace), {}
        except Refused as refused:
            status, body, headers = refused.body["status"], refused.body, refused.headers
            log.info("alerts_refused", status=status, source=request.headers.get("X-Source", "")[:40], why=str(refused))
    kind = "application/json" if status < 400 else "application/problem+json"
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=kind, headers=headers)
    response["X-Request-Id"] = trace
    SECONDS.observe(time.perf_counter() - begun)
    return response


def _take_in(request: HttpRequest, trace: str) -> dict[str, Any]:
    media = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media not in JSON and media not in LINES:
        message = "send application/json or application/x-ndjson"
        raise Refused(415, "media-type", "Unsupported media type", message, _errors("Content-Type", message))
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("", "identity"):
        message = "send the body as it is, not compressed"
        raise Refused(415, "media-type", "Unsupported media type", message, _errors("Content-Encoding", message))
    try:
        if media in LINES:
            sender, received, single = _take_lines(request, trace)
        else:
            sender, received, single = _take_json(request, trace)
    except BadSignature as error:
        raise Refused(
            401,
            "not-signed",
            "Not signed",
            error.message,
            _errors(error.field, error.message),
            headers={"WWW-Authenticate": 'HMAC-SHA256 realm="alerts"'},
        ) from error
    except BadBody as error:
        titles = {413: "Too large", 422: "Bad input"}
        code = {413: "too-large", 422: "bad-input"}.get(error.status, "unreadable")
        errors = _errors(error.field, error.message) if error.field else None
        raise Refused(error.status, code, titles.get(error.status, "Unreadable"), error.message, errors) from error
    except UnreadablePostError as error:
        raise Refused(400, "unreadable", "Unreadable", "the body ended early") from error
    except (OperationalError, InterfaceError) as error:
        log.error("alerts_not_stored", error=str(error))
        message = "the alerts could not be stored now; send them again"
        raise Refused(503, "unavailable", "Unavailable", message, headers={"Retry-After": "1"}) from error
    return _answer(sender, received, single)


def _take_json(request: HttpRequest, trace: str) -> tuple[Sender, Received, bool]:
    sender, check = _check(request)
    pieces = []
    for piece in _pieces(request, limits.MAX_JSON_BYTES):
        check.feed(piece)
        pieces.append(piece)
    believed = _believed(sender, check)
    parsed = parsing.parse_json(b"".join(pieces), datetime.now(UTC))
    _admit(believed, len(parsed.rows) + len(parsed.bad))
    received = _store(believed, parsed, trace)
    return believed, received, parsed.single


def _take_lines(request: HttpRequest, trace: str) -> tuple[Sender, Received, bool]:
    """NDJSON waits in a file until its signature is verified: nothing unsigned is ever stored."""
    sender, check = _check(request)
    received = Received()
    with tempfile.SpooledTemporaryFile(limits.SPOOL_BYTES) as spool:
        count = 1
        for piece in _pieces(request, limits.MAX_NDJSON_BYTES):
            check.feed(piece)
            count += piece.count(b"\n")
            spool.write(piece)
        believed = _believed(sender, check)
        _admit(believed, count)
        spool.seek(0)
        lines = parsing.lines_of(spool)
        now = datetime.now(UTC)
        while chunk := list(islice(lines, limits.LINES_PER_INSERT)):
            part = _store(believed, parsing.parse_lines(chunk, now), trace)
            part.ids = part.ids if len(received.ids) <= limits.IDS_UP_TO else {}
            received.add(part)
    if not (received.accepted or received.duplicates or received.rejected):
        raise BadBody("the body is empty")
    return believed, received, False


def _check(request: HttpRequest) -> tuple[Sender | None, Check]:
    meta = request.META
    for name in ("X-Source", "X-Timestamp", "X-Signature"):
        if not meta.get("HTTP_" + name.upper().replace("-", "_")):
            raise BadSignature(name, f"{name} is missing")
    sender = _again_if_cut(lambda: sender_named(meta["HTTP_X_SOURCE"]))
    key = sender.key if sender else None
    return sender, Check(key, meta["HTTP_X_TIMESTAMP"], meta["HTTP_X_SIGNATURE"], time.time())


def _believed(sender: Sender | None, check: Check) -> Sender:
    if not check.fits() or sender is None:
        raise BadSignature("X-Signature", NOT_BELIEVED)
    return sender


def _pieces(request: HttpRequest, most: int) -> Iterator[bytes]:
    """The body in pieces, also when it is sent in chunks of unknown number; raises BadBody above `most` bytes."""
    too_large = BadBody(f"the body is larger than {most // 1024 // 1024} MB", status=413)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > most:
        raise too_large
    file: IO[bytes] | HttpRequest = request
    if request.META.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        # Django reads only as far as Content-Length says; here the server marks the end.
        file = request.META["wsgi.input"] if request.META.get("wsgi.input_terminated") else request
    total = 0
    while piece := file.read(limits.READ_BYTES):
        total += len(piece)
        if total > most:
            raise too_large
        yield piece


def _admit(sender: Sender, count: int) -> None:
    wait = rates.wait_s(sender.code, count, sender.rate_per_minute)
    if wait:
        ALERTS.labels(sender.code, "limited").inc(count)
        message = f"this source may send {sender.rate_per_minute} alerts a minute; wait {wait:.0f} s"
        headers = {"Retry-After": str(int(wait) + 1)}
        raise Refused(429, "too-many-requests", "Too many requests", message, headers=headers)


def _store(sender: Sender, parsed: parsing.Parsed, trace: str) -> Received:
    received = Received(rejected=list(parsed.bad))
    try:
        received.add(_again_if_cut(lambda: receive(sender.id, parsed.rows, trace=trace)))
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        raise OperationalError(str(error)) from error
    return received


def _again_if_cut(step: Callable[[], T]) -> T:
    """Run `step`; when the connection turns out to be dead, once more on a new one.

    A connection that was cut while idle is told apart from a database that is away; the unique key makes the
    second try harmless when the first one had gone through.
    """
    try:
        return step()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return step()


def _answer(sender: Sender, received: Received, single: bool) -> dict[str, Any]:
    bad = sorted(received.rejected, key=lambda item: item.index)
    for outcome, count in (
        ("accepted", received.accepted),
        ("duplicate", received.duplicates),
        ("rejected", len(bad)),
    ):
        if count:
            ALERTS.labels(sender.code, outcome).inc(count)
    log.info(
        "alerts_received",
        source=sender.code,
        accepted=received.accepted,
        duplicates=received.duplicates,
        rejected=len(bad),
    )
    counts = {"accepted": received.accepted, "duplicates": received.duplicates}
    named = [msgspec.to_builtins(item) for item in bad[: limits.REJECTED_UP_TO]]
    told = {**counts, "rejected": named, "rejected_count": len(bad)}
    if bad and not (received.accepted or received.duplicates):
        _refuse(bad, told, single)
    return told | {"ids": received.ids if len(received.ids) <= limits.IDS_UP_TO else {}}


def _refuse(bad: list[Bad], told: dict[str, Any], single: bool) -> None:
    if single and bad[0].code == "conflict":
        raise Refused(409, "conflict", "Conflict", bad[0].message, _errors("external_id", bad[0].message), extra=told)
    if single:
        field, message = bad[0].field, bad[0].message
        raise Refused(422, "bad-input", "Bad input", f"{field} {message}".strip(), _errors(field, message), extra=told)
    errors = [
        {"field": f"alerts[{item.index}].{item.field}".rstrip("."), "message": item.message}
        for item in bad[: limits.REJECTED_UP_TO]
    ]
    raise Refused(422, "bad-input", "Bad input", "none of the alerts can be accepted", errors, extra=told)


def _errors(field: str, message: str) -> list[dict]:
    return [{"field": field, "message": message}]
