"""The doors below /api/v1/trucks/ for platforms: signed like a source of alerts, or with a person's token."""

import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
import structlog
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import UnreadablePostError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.intake import rates
from incidents.intake.parsing import BadBody
from incidents.intake.senders import Sender, sender_named
from incidents.intake.signing import BadSignature, Check
from shushanwei.common.errors import problem
from worksites.intake import parsing
from worksites.intake.taking import Taken, take_fixes, take_manifests, take_passes
from worksites.services.trucks import fleet

log = structlog.get_logger(__name__)
LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl"}
CHUNK = 20_000
NAMED = 1_000
TIMES_RATE = 20  # positions come by themselves, alerts do not: a source may send so many times its allowance


class MayReport(BasePermission):
    """Who signs is looked at with the body; everybody else needs the permission."""

    def has_permission(self, request, view):
        return "X-Source" in request.headers or request.user.has_perm("worksites.report_trucks")


class Door(APIView):
    """One address for one kind of item; subclasses say how it is read and kept."""

    permission_classes = [MayReport]
    parser_classes: list = []
    reader: Any
    streams = False

    def take(self, items: list, request: Any, sender: Sender | None) -> Taken:
        raise NotImplementedError

    def post(self, request: Any) -> Response:
        media = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if media != "application/json" and not (self.streams and media in LINES):
            return _refused(415, "media-type", "Unsupported media type", "send application/json", "Content-Type")
        try:
            with tempfile.SpooledTemporaryFile(1024 * 1024) as spool:
                sender = self._receive(request, spool, media in LINES)
                spool.seek(0)
                taken = self._lines(spool, request, sender) if media in LINES else self._batch(spool, request, sender)
        except BadSignature as error:
            return _refused(401, "not-signed", "Not signed", error.message, error.field,
                            headers={"WWW-Authenticate": 'HMAC-SHA256 realm="trucks"'})  # fmt: skip
        except BadBody as error:
            return _refused(error.status, "bad-input" if error.status == 422 else "unreadable", "Bad input",
                            error.message, error.field)  # fmt: skip
        except UnreadablePostError:
            return _refused(400, "unreadable", "Unreadable", "the body ended early")
        except (OperationalError, InterfaceError, DatabaseError) as error:
            log.error("trucks_not_stored", error=str(error))
            return _refused(503, "unavailable", "Unavailable", "not stored now; send it again",
                            headers={"Retry-After": "1"})  # fmt: skip
        except TooFast as error:
            return _refused(429, "too-many-requests", "Too many requests", "this source sends too fast",
                            headers={"Retry-After": str(int(error.wait_s) + 1)})  # fmt: skip
        return self._answer(taken)

    def _receive(self, request: Any, spool: Any, lines: bool) -> Sender | None:
        """The body into the spool; the source that signed it, or None for a person. Nothing unsigned goes on."""
        most = parsing.MOST_LINES_BYTES if lines else parsing.MOST_JSON_BYTES
        sender, check = None, None
        if "X-Source" in request.headers:
            sender = sender_named(request.headers["X-Source"])
            signed = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
            check = Check(sender.key if sender else None, *signed, time.time())
        for piece in _pieces(request._request, most):
            if check is not None:
                check.feed(piece)
            spool.write(piece)
        if check is not None and (sender is None or not check.fits()):
            raise BadSignature("X-Signature", "the source is unknown, switched off, or this is not its signature")
        return sender

    def _batch(self, spool: Any, request: Any, sender: Sender | None) -> Taken:
        good, bad = self.reader.read(spool.read())
        _admit(sender, len(good) + len(bad))
        taken = self.take(good, request, sender)
        taken.rejected += bad
        return taken

    def _lines(self, spool: Any, request: Any, sender: Sender | None) -> Taken:
        taken, lines = Taken(), parsing.lines_of(spool)
        while chunk := list(islice(lines, CHUNK)):
            _admit(sender, len(chunk))
            good, bad = self.reader.lines(chunk)
            part = self.take(good, request, sender)
            part.rejected += bad
            taken.add(part)
        if not (taken.accepted or taken.duplicates or taken.rejected):
            raise BadBody("the body is empty")
        return taken

    def _answer(self, taken: Taken) -> Response:
        bad = sorted(taken.rejected, key=lambda item: item.index)
        body = {
            "accepted": taken.accepted,
            "duplicates": taken.duplicates,
            "rejected": [msgspec.to_builtins(item) for item in bad[:NAMED]],
            "rejected_count": len(bad),
        }
        if bad and not (taken.accepted or taken.duplicates):
            errors = [
                {"field": f"{self.reader.name}[{item.index}].{item.field}".rstrip("."), "message": item.message}
                for item in bad[:NAMED]
            ]
            told = problem(422, "bad-input", "Bad input", "none of the items can be accepted", errors) | body
            return Response(told, status=422, content_type="application/problem+json")
        return Response(body, status=202)


class TooFast(Exception):
    """A source has used up its allowance."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


def _admit(sender: Sender | None, count: int) -> None:
    if sender is not None:
        wait = rates.wait_s(f"trucks:{sender.code}", count, sender.rate_per_minute * TIMES_RATE)
        if wait:
            raise TooFast(wait)


def _pieces(request: Any, most: int) -> Iterator[bytes]:
    """The body in pieces, also in chunks of unknown number; raises BadBody above `most` bytes."""
    file = request
    if request.META.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and request.META.get(
        "wsgi.input_terminated"
    ):
        file = request.META["wsgi.input"]
    total = 0
    while piece := file.read(256 * 1024):
        total += len(piece)
        if total > most:
            raise BadBody(f"the body is larger than {most // 1024 // 1024} MB", status=413)
        yield piece


def _refused(status: int, code: str, title: str, detail: str, field: str = "", **more: Any) -> Response:
    errors = [{"field": field, "message": detail}] if field else None
    body = problem(status, code, title, detail, errors)
    return Response(body, status=status, content_type="application/problem+json", headers=more.get("headers"))


ABOUT = "Signed like a source of alerts (X-Source, X-Timestamp, X-Signature), or with worksites.report_trucks."
DESCRIBED: dict[str, Any] = {
    "request": OpenApiTypes.OBJECT,
    "responses": {202: OpenApiTypes.OBJECT},
    "tags": ["trucks"],
}


class Fixes(Door):
    """Positions: a list of at most 5,000, or NDJSON of any length."""

    reader, streams = parsing.FIX_ITEMS, True

    def take(self, items: list, request: Any, sender: Sender | None) -> Taken:
        return take_fixes(items, known=fleet() if len(items) > parsing.MOST_ITEMS else None)

    @extend_schema(operation_id="truck_fixes_send", summary="Hand in positions of trucks", **DESCRIBED)
    def post(self, request: Any) -> Response:
        return super().post(request)


class Passes(Door):
    """Plates that cameras read."""

    reader = parsing.PASS_ITEMS

    def take(self, items: list, request: Any, sender: Sender | None) -> Taken:
        return take_passes(items)

    @extend_schema(operation_id="truck_passes_send", summary="Hand in passes of cameras", **DESCRIBED)
    def post(self, request: Any) -> Response:
        return super().post(request)


class Manifests(Door):
    """Electronic manifests."""

    reader = parsing.MANIFEST_ITEMS

    def take(self, items: list, request: Any, sender: Sender | None) -> Taken:
        actor = request.user if sender is None else None
        return take_manifests(items, actor=actor, by=sender.code if sender else "")

    @extend_schema(operation_id="truck_manifests_send", summary="Hand in manifests", **DESCRIBED)
    def post(self, request: Any) -> Response:
        return super().post(request)
