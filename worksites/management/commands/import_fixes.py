"""A file of truck positions (CSV or NDJSON) brought in by COPY; again it changes nothing."""

import re
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from shushanwei.common.geo import CRS, bd09_to_gcj02, gcj02_to_wgs84
from worksites.intake import parsing
from worksites.intake.taking import take_fixes
from worksites.models import TruckFix
from worksites.plates import clean_plate, phone_of
from worksites.services.fixes import FIXES, Kept, keep_fixes
from worksites.services.trucks import fleet

CHUNK = 50_000
NAMED = 20
NUMBERS = ("lon", "lat", "speed_kmh", "heading", "altitude_m", "mileage_km", "alarm_bits", "status_bits")
WORDS = {"load": parsing.LOAD, "lift": parsing.LIFT, "cover": parsing.COVER}
COLUMNS = ("plate", "terminal_id", "at", *NUMBERS, *WORDS, "ignition", "positioned")


class Command(BaseCommand):
    help = "Import positions of trucks from a CSV (with a head line) or NDJSON file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", action="append", default=[], metavar="OURS=THEIRS",
                            help=f"a column of the file; ours: {', '.join(COLUMNS)}")  # fmt: skip
        parser.add_argument("--crs", choices=CRS, default="wgs84", help="datum of a CSV file")
        parser.add_argument("--zone", default="Asia/Shanghai", help="of instants without an offset")

    def handle(self, *args, file: Path, **options):
        if not file.is_file():
            raise CommandError(f"{file} is no file.")
        self.bad, self.named = 0, 0
        names = dict(word.partition("=")[::2] for word in options["map"])
        if unknown := set(names) - set(COLUMNS):
            raise CommandError(f"--map: {', '.join(sorted(unknown))} is none of {', '.join(COLUMNS)}.")
        lines = file.suffix.lower() in (".ndjson", ".jsonl", ".json")
        kept = Kept()
        with tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None) as bar:
            parts = self._lines(file, bar) if lines else self._table(file, names, options["crs"], options["zone"], bar)
            for part in parts:
                kept = kept.plus(part)
        said = f"{kept.new} new, {kept.repeated} known before, {kept.refused + self.bad} refused."
        self.stdout.write(said)
        if not (kept.new or kept.repeated):
            raise CommandError("Nothing of this file could be taken.")

    def _lines(self, file: Path, bar: tqdm) -> Iterator[Kept]:
        known = fleet()
        with file.open("rb") as source:
            lines = parsing.lines_of(source)
            while chunk := list(islice(lines, CHUNK)):
                good, bad = parsing.FIX_ITEMS.lines(chunk)
                taken = take_fixes(good, known=known, source=TruckFix.Source.FILE)
                for one in sorted([*bad, *taken.rejected], key=lambda item: item.index):
                    self._name(one.index + 1, one.field, one.message)
                bar.update(source.tell() - bar.n)
                yield Kept(taken.accepted, taken.duplicates, 0)

    def _table(self, file: Path, names: dict[str, str], crs: str, zone: str, bar: tqdm) -> Iterator[Kept]:
        known = fleet()
        first = 2  # the line of the first row
        with file.open("rb") as source:
            try:
                reader = pd.read_csv(source, chunksize=CHUNK, dtype=str, keep_default_na=False, encoding="utf-8-sig")
                for frame in reader:
                    rows = self._rows(frame, names, known, crs, ZoneInfo(zone), first)
                    part = keep_fixes(rows, source=TruckFix.Source.FILE)
                    first += len(frame)
                    bar.update(source.tell() - bar.n)
                    yield part
            except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
                raise CommandError(f"{file} is no CSV file in UTF-8: {error}.") from error

    def _rows(self, frame: pd.DataFrame, names, known, crs: str, zone: ZoneInfo, first: int) -> np.ndarray:
        """A block of the table as an array, without the rows that are named as bad."""
        said = {ours: frame[names.get(ours, ours)] for ours in COLUMNS if names.get(ours, ours) in frame}
        for needed in ("at", "lon", "lat"):
            if needed not in said:
                raise CommandError(f"There is no column {names.get(needed, needed)}; name it with --map {needed}=….")
        if "plate" not in said and "terminal_id" not in said:
            raise CommandError("There is neither a column plate nor terminal_id; name one with --map.")
        rows = np.zeros(len(frame), dtype=FIXES)
        rows["ignition"] = rows["positioned"] = True
        rows["mileage_km"] = np.nan
        good = np.ones(len(frame), dtype=bool)

        def refuse(wrong: np.ndarray, field: str, message: str) -> None:
            for place in np.flatnonzero(wrong & good)[: NAMED + 1]:
                self._name(first + int(place), field, message, count=False)
            self.bad += int((wrong & good).sum())
            good[wrong] = False

        trucks = np.zeros(len(frame), dtype="i8")
        for field, clean, ids in (("plate", clean_plate, known.plates), ("terminal_id", phone_of, known.terminals)):
            if field in said:
                each = {text: ids.get(clean(text), 0) for text in said[field].unique()}
                trucks = np.where(trucks == 0, said[field].map(each).to_numpy(dtype="i8"), trucks)
        rows["truck_id"] = trucks
        refuse(trucks == 0, "plate" if "plate" in said else "terminal_id", "no truck is known by this")
        at = _instants(said["at"], zone)
        refuse(at == np.iinfo("i8").min, "at", "is no instant")
        rows["at"] = at
        for name in NUMBERS:
            if name in said:
                values = pd.to_numeric(said[name].replace("", None), errors="coerce").to_numpy(dtype="f8")
                empty = (said[name] == "").to_numpy()
                limit = {"heading": 32_767, "altitude_m": 32_767}.get(name, 2**53)
                wrong = (np.isnan(values) & (~empty | (name in ("lon", "lat")))) | (np.abs(values) > limit)
                refuse(wrong, name, "is no number that can be")
                fill = np.nan if name == "mileage_km" else 0
                rows[name] = np.where(np.isnan(values) | wrong, fill, values)
        for name, words in WORDS.items():
            if name in said:
                rows[name] = said[name].str.lower().map(words).fillna(0).to_numpy(dtype="i2")
        for name in ("ignition", "positioned"):
            if name in said:
                rows[name] = ~said[name].str.lower().isin(["0", "false", "no", "off"]).to_numpy()
        if crs == "bd09":
            rows["lon"], rows["lat"] = bd09_to_gcj02(rows["lon"].copy(), rows["lat"].copy())
        if crs in ("gcj02", "bd09"):
            rows["lon"], rows["lat"] = gcj02_to_wgs84(rows["lon"].copy(), rows["lat"].copy())
        return rows[good]

    def _name(self, line: int, field: str, message: str, *, count: bool = True) -> None:
        self.bad += count
        if self.named < NAMED:
            self.stderr.write(f"line {line}: {field} {message}")
        elif self.named == NAMED:
            self.stderr.write("Further bad lines are counted, not named.")
        self.named += 1


def _instants(said: pd.Series, zone: ZoneInfo) -> np.ndarray:
    """Microseconds since 1970, the smallest number where there is none; Unix seconds are taken as such."""
    if re.fullmatch(r"\d{9,11}(\.\d+)?", said.iloc[0]):
        seconds = pd.to_numeric(said, errors="coerce").to_numpy(dtype="f8")
        return np.where(np.isnan(seconds), np.iinfo("i8").min, np.nan_to_num(seconds) * 1e6).astype("i8")
    offset = re.search(r"(Z|[+-]\d\d:?\d\d)$", said.iloc[0])
    found = pd.to_datetime(said, errors="coerce", format="ISO8601", utc=bool(offset))
    if not offset:
        found = found.dt.tz_localize(zone).dt.tz_convert(UTC)
    return found.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype("i8")
