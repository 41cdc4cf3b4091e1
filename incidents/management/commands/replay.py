"""Send a file of past events through the door that every source uses; sending twice changes nothing."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from incidents.intake.replaying import BadFile, BadRow, Mapping, alert_of, read_mapping, rows_of, survey, time_of
from incidents.intake.signing import sign
from incidents.models import Source
from shushanwei.common.secrets import unseal

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
BATCH = 1_000
TICK_S = 0.5
PATIENCE_S = 120
NAMED = 5


class Command(BaseCommand):
    help = "Replay a CSV or NDJSON file of past events as signed alerts."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", help="a TOML file, or the name of a shipped one (service_requests_311)")
        parser.add_argument("--speed", type=float, default=0, help="60 = an hour of the file in a minute; 0 = at once")
        parser.add_argument("--source", default="replay", help="the code of the source (make_source makes one)")
        parser.add_argument("--secret", default=os.environ.get("SOURCE_SECRET", ""), help="else $SOURCE_SECRET or ours")
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.CONFIG.port}")

    def handle(self, *args, file: Path, speed: float, source: str, url: str, **options):
        if speed < 0:
            raise CommandError("--speed is 0 or more")
        try:
            mapping = read_mapping(_mapping_path(options["mapping"]))
            count, latest = survey(file, mapping)
        except BadFile as error:
            raise CommandError(str(error)) from error
        if not count:
            raise CommandError(f"{file} holds no rows.")
        door = Door(url.rstrip("/") + "/api/v1/alerts/", source, options["secret"] or _own_secret(source))
        shift = timedelta(0)
        if mapping.shift_to_now and latest is not None:
            # Whole days: the hours of the day stay what they were, and a second run sends the same again.
            shift = timedelta(days=(datetime.now(UTC) - latest).days)
        with tqdm(total=count, unit=" alerts", disable=None if self.stdout.isatty() else False) as bar:
            try:
                self._send_all(file, mapping, shift, speed, door, bar)
            except BadFile as error:
                raise CommandError(str(error)) from error
            except requests.RequestException as error:
                raise CommandError(f"{door.url}: {error}. Run it again: what arrived is not doubled.") from error
        self.stdout.write(
            f"{door.accepted} accepted, {door.duplicates} known before, {door.rejected} refused by the door, "
            f"{self.skipped} rows left out"
        )
        for line in [*self.reasons, *door.reasons][: 2 * NAMED]:
            self.stdout.write(f"  {line}")

    def _send_all(self, file: Path, mapping: Mapping, shift: timedelta, speed: float, door: "Door", bar: tqdm) -> None:
        self.skipped, self.reasons = 0, []
        batch: list[dict] = []
        begun, first = time.monotonic(), None
        rows = rows_of(file) if not speed else iter(_in_order(file, mapping))
        for number, row in enumerate(rows, 1):
            try:
                alert = alert_of(row, mapping, shift)
            except BadRow as error:
                self.skipped += 1
                bar.update()
                if len(self.reasons) < NAMED:
                    self.reasons.append(f"row {number}: {error}")
                continue
            if speed:
                at = datetime.fromisoformat(alert["occurred_at"]).timestamp()
                first = at if first is None else first
                wait = begun + (at - first) / speed - time.monotonic()
                if wait > TICK_S and batch:
                    bar.update(door.send(batch))
                    batch = []
                time.sleep(max(wait, 0) if wait > TICK_S else 0)
            batch.append(alert)
            if len(batch) == BATCH:
                bar.update(door.send(batch))
                batch = []
        if batch:
            bar.update(door.send(batch))


class Door:
    """The address of the alerts as one source knows it: signs, waits when told to, counts what happened."""

    def __init__(self, url: str, source: str, secret: str) -> None:
        self.url, self.source, self.key = url, source, secret.encode()
        self.session = requests.Session()
        self.accepted = self.duplicates = self.rejected = 0
        self.reasons: list[str] = []

    def send(self, batch: list[dict]) -> int:
        """Send up to 1,000 alerts, patiently; returns how many. Raises CommandError when all are refused."""
        body = json.dumps(batch, ensure_ascii=False).encode()
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self._post(body, until)
            if answer is not None and answer.status_code not in (429, 502, 503, 504):
                break
            if time.monotonic() > until:
                raise CommandError(f"{self.url} does not take the alerts. Run it again later: nothing is doubled.")
            told = answer.headers.get("Retry-After", "") if answer is not None else ""
            time.sleep(float(told) if told.isdigit() else 1.0)
        try:
            told = answer.json()
        except ValueError:
            raise CommandError(f"{self.url} answered {answer.status_code}, and not as our door does.") from None
        if answer.status_code not in (202, 422) or "rejected" not in told:
            raise CommandError(f"{self.url} answered {answer.status_code}: {told.get('detail', '')}")
        self.accepted += told["accepted"]
        self.duplicates += told["duplicates"]
        self.rejected += told["rejected_count"]
        for bad in told["rejected"][: NAMED - len(self.reasons)]:
            self.reasons.append(f"{bad['external_id']}: {bad['field']} {bad['message']}")
        return len(batch)

    def _post(self, body: bytes, until: float) -> requests.Response | None:
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "X-Source": self.source,
            "X-Timestamp": str(now),
            "X-Signature": sign(self.key, now, body),
        }
        try:
            return self.session.post(self.url, data=body, headers=headers, timeout=60)
        except (requests.ConnectionError, requests.Timeout):
            if time.monotonic() > until:
                raise
            return None


def _in_order(file: Path, mapping: Mapping) -> list[dict]:
    def when(row: dict) -> float:
        try:
            return time_of(row, mapping).timestamp()
        except BadRow:
            return 0.0

    return sorted(rows_of(file), key=when)


def _mapping_path(name: str | None) -> Path | None:
    if name is None:
        return None
    shipped = MAPPINGS / f"{name}.toml"
    return shipped if shipped.exists() else Path(name)


def _own_secret(code: str) -> str:
    source = Source.objects.filter(code=code).first()
    if source is None:
        raise CommandError(f"There is no source {code}; `manage.py make_source {code}` makes it.")
    try:
        return unseal(source.secret)
    except ValueError as error:
        raise CommandError(f"The secret of {code} {error}.") from error
