"""What residents reported in the past that was written: each case of theirs gets its reporter, pictures and points.

The cases themselves are part of the history of the street. Points, looks, ratings and what is reported today come
about through the services.
"""

import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db.models import F

from demo.residents import pictures, words
from demo.residents.cast import Cast, named, shared_out
from demo.residents.clock import Agenda
from demo.residents.people import SEED
from incidents.lifecycle import LIVE, Status
from incidents.models import Attachment, Incident
from points.kinds import EMERGENCIES, REPORTS
from points.models import ReportPhoto, Resident, ResidentReport
from points.reports_lifecycle import Doubt, Look
from points.services import looks, reports
from points.services.doubts import looks_of
from points.services.places import Place
from points.services.reports import Sent
from shushanwei.common.clock import db_now
from shushanwei.journal.services import Line, record_many

HOUR = timedelta(hours=1)
MOST, SHOWN = 96, 6
RATED, AFTER, JOINED, HIDDEN = 0.6, 0.8, 0.16, 0.06
OVER = (Status.CLOSED, Status.FORCE_CLOSED)
KIND_OF = {kind.category: kind for kind in REPORTS}
HELP_OF = {kind.category: kind for kind in reversed(EMERGENCIES)}
# Reports, counted from the newest, about which there was a doubt: what it was and what became of it.
DOUBTS = {
    1: (Doubt.PLACE, ""), 4: (Doubt.OFTEN, ""), 7: (Doubt.PHOTO, ""), 11: (Doubt.DEVICE, ""), 16: (Doubt.PLACE, ""),
    30: (Doubt.PLACE, "released"), 36: (Doubt.PHOTO, "refused"), 52: (Doubt.PLACE, "released"),
    63: (Doubt.MOCKED, "refused"), 88: (Doubt.OFTEN, "released"),
}  # fmt: skip
# kind of what is reported in this hour, minutes ago: cases that nobody has to run to
NOW = [("waste", 14), ("cover", 33), ("waste", 48), ("cover", 5)]


class Past:
    """The reports of the past, written together so that they stand in the order of time."""

    def __init__(self, cast: Cast, agenda: Agenda) -> None:
        self.cast, self.agenda = cast, agenda
        self.rows: list[ResidentReport] = []
        self.shots: list[tuple[ResidentReport, Attachment]] = []
        self.verdicts: dict[UUID, str] = {}
        self.shown: set[int] = set()
        self.unhappy: ResidentReport | None = None

    def write(self) -> None:
        """Each case of a resident with its reporter; then what came of it is put on the agenda."""
        cases = list(_cases())
        self.shown = self._of_shown(cases)
        self.unnamed = self._of_nobody(cases)
        for place, case in enumerate(cases):
            dice = random.Random(f"{SEED}-report-{case.case_no}")
            self._of(case, place, dice)
        ResidentReport.objects.bulk_create(sorted(self.rows, key=lambda row: row.sent_at))
        self._pictures()
        self._journal()
        since = self.cast.now - timedelta(days=6)
        self.unhappy = next((row for row in self.rows if row.sent_at > since and self._may_reopen(row)), None)
        before = self.cast.now - timedelta(days=4)
        strangers = (row for row in self.rows if row.sent_at < before and row.resident not in self.cast.pilots)
        for row in itertools.islice((row for row in strangers if self._may_reopen(row)), 1):
            self.verdicts[row.uuid] = "malicious"  # it earned its points, and was seen through a day later
        for row in self.rows:
            self._follow(row)

    def _of_shown(self, cases: list[Incident]) -> set[int]:
        """Cases that the demonstration's resident told of: around the own home, as people do."""
        around = {one.code for one in self.cast.around(self.cast.home.code)}
        found = [
            case.pk for place, case in enumerate(cases)
            if case.community_id in around and place not in DOUBTS and case.category.code not in HELP_OF
        ]  # fmt: skip
        return set(found[:SHOWN])

    def _of_nobody(self, cases: list[Incident]) -> int | None:
        """One case of danger at least was told without a name, whatever the dice say."""
        free = (case for place, case in enumerate(cases) if place not in DOUBTS and place not in (2, 9))
        plain = (case for case in free if case.category.code not in HELP_OF and case.pk not in self.shown)
        return next((case.pk for case in plain if KIND_OF[case.category.code].safety), None)

    def _of(self, case: Incident, place: int, dice: random.Random) -> None:
        emergency = case.category.code in HELP_OF
        kind = HELP_OF[case.category.code] if emergency else KIND_OF[case.category.code]
        near = self.cast.near(case.community_id)
        group = self.cast.of(case.community_id, self.cast.active)
        who: Resident | None = shared_out(dice, group * 2 + near, len(group) * 2 + 4)
        if case.pk in self.shown:
            who = self.cast.residents[1]
        elif place in (2, 9):
            who = self.cast.residents[2]
        elif kind.safety and not emergency and (case.pk == self.unnamed or dice.random() < HIDDEN * 2):
            who = None
        first = self._row(case, kind.code, who, dice, emergency=emergency)
        if first.resident is not None and not emergency and place in DOUBTS:
            doubt, self.verdicts[first.uuid] = DOUBTS[place]
            first.doubts, first.look = [str(doubt)], Look.HELD
        if not emergency and dice.random() < JOINED:
            others = [one for one in group if who is None or one.pk != who.pk]
            if others:
                self._row(case, kind.code, dice.choice(others), dice, joined=True)

    def _row(
        self, case: Incident, kind: str, who: Resident | None, dice: random.Random, *, emergency: bool = False,
        joined: bool = False,
    ) -> ResidentReport:  # fmt: skip
        sent = case.opened_at + (timedelta(minutes=dice.uniform(2, 9)) if joined else timedelta())
        settled = sent if emergency or who is None else None
        row = ResidentReport(
            uuid=named("report", case.case_no, joined), resident=who, kind=kind, is_emergency=emergency, incident=case,
            joined=joined, lon=case.lon, lat=case.lat, place_by="phone" if dice.random() < 0.7 else "map",
            accuracy_m=round(dice.uniform(6, 40), 1), address=case.address[:100],
            text=_told(case.title, dice) if dice.random() < 0.7 else "",
            found_at=sent - timedelta(seconds=dice.randint(10, 50)), sent_at=sent, settled_at=settled,
        )  # fmt: skip
        self.rows.append(row)
        return row

    def _pictures(self) -> None:
        """One of each report; of what is closed, one of the place put right."""
        before: bytes = b""
        for row in self.rows:
            if row.is_emergency:
                continue
            # A doubt about a picture is one: it is that of the report before.
            twice = Doubt.PHOTO in row.doubts and before
            before = before if twice else self._seen(row, row.sent_at)
            self.shots.append((row, _stored(row, before, "near", row.sent_at)))
            ended, dice = row.incident.ended_at, random.Random(f"{SEED}-shot-{row.uuid}")
            if row.incident.status in OVER and ended and not (row.joined or twice) and dice.random() < AFTER:
                self.shots.append((row, _stored(row, self._seen(row, ended, tidy=True), "after", ended)))
        Attachment.objects.bulk_create([attachment for _row, attachment in self.shots])
        near = [(row, one) for row, one in self.shots if one.kind == Attachment.Kind.NEAR]
        ReportPhoto.objects.bulk_create(
            ReportPhoto(report=row, attachment=one, phash=looks_of(one), at=row.sent_at) for row, one in near
        )

    def _seen(self, row: ResidentReport, at: datetime, *, tidy: bool = False) -> bytes:
        """The place of a report at an instant, as whoever stands there sees it."""
        scene, place = pictures.scene_of(row.kind, row.incident.title), pictures.place_dice(row.lon, row.lat)
        return pictures.sight(scene, at.astimezone(self.cast.now.tzinfo), place, tidy=tidy)

    def _journal(self) -> None:
        lines = [
            Line("residentreport", row.pk, "residentreport.sent", row.sent_at,
                 {"incident": row.incident_id, "joined": row.joined, "resident": row.resident_id, "doubts": row.doubts})
            for row in self.rows
        ]  # fmt: skip
        for row, pk in zip(self.rows, record_many(lines, live_push=False), strict=True):
            row.rev = pk
        ResidentReport.objects.bulk_update(self.rows, ["rev"], batch_size=200)
        joined = [row for row in self.rows if row.joined]
        Incident.objects.filter(pk__in=[row.incident_id for row in joined]).update(alert_count=F("alert_count") + 1)

    def _may_reopen(self, row: ResidentReport) -> bool:
        plain = row.resident is not None and not row.joined and not row.is_emergency and row.look == Look.CLEAR
        ended = row.incident.ended_at
        return plain and row.incident.status in OVER and ended is not None and ended < self.cast.now - 3 * HOUR

    def _follow(self, row: ResidentReport) -> None:
        """Somebody looks where there was a doubt; points when the case says so; the reporter rates what is over."""
        if row.resident is None:
            return
        agenda, dice, case = self.agenda, random.Random(f"{SEED}-after-{row.uuid}"), row.incident
        said = case.arrived_at if case.level <= 3 else case.filed_at
        settled = max(row.sent_at, said or case.ended_at or row.sent_at) + timedelta(seconds=20)
        if row.look == Look.HELD:
            if not (verdict := self.verdicts[row.uuid]):
                return
            settled = row.sent_at + dice.uniform(20, 40) * HOUR
            agenda.at(
                settled, looks.look, row.pk, verdict, note=words.LOOKS[verdict], actor=self.cast.users["evaluator"]
            )
            settled += timedelta(seconds=20)
        agenda.at(settled, looks.settle, row.pk)
        if self.verdicts.get(row.uuid) == "malicious":
            note = words.LOOKS["malicious"]
            agenda.at(
                settled + 26 * HOUR, looks.look, row.pk, "malicious", note=note, actor=self.cast.users["evaluator"]
            )
        ended = case.ended_at
        rates = dice.random() < RATED and row.look != Look.HELD and row is not self.unhappy
        if case.status in OVER and ended is not None and rates:
            stars = dice.choices([5, 4, 3, 2, 1], [58, 25, 11, 4, 2])[0]
            note = dice.choice(words.REPORT_RATED) if stars > 3 else ""
            agenda.at(ended + dice.uniform(0.5, 20) * HOUR, looks.rate, row, stars, note)


def plan_reports(cast: Cast, agenda: Agenda) -> None:
    """The past of reports, and what residents reported in this hour."""
    past = Past(cast, agenda)
    past.write()
    if past.unhappy is not None:
        again = "清理后第二天又堆满了，没有真正解决。"
        agenda.at(cast.now - 2 * HOUR, looks.not_solved, past.unhappy, again)
    for number, (kind, minutes) in enumerate(NOW):
        who = cast.residents[1] if number == 0 else random.Random(number).choice(cast.helpers[:60])
        at = agenda.now - timedelta(minutes=minutes)
        agenda.at(at, _report, who, kind, number, None)
    agenda.at(agenda.now - timedelta(minutes=3), lambda: _me_too(cast))


def _cases() -> Iterator[Incident]:
    """The cases that residents told of, the newest first."""
    codes = [*KIND_OF, *HELP_OF]
    rows = Incident.objects.filter(source_kind="resident", category__code__in=codes, is_test=False)
    return rows.select_related("category").order_by("-opened_at")[:MOST].iterator()


def _report(who: Resident, kind: str, number: int, join: int | None) -> None:
    """Through the door that every resident uses."""
    at, dice = db_now(), random.Random(f"{SEED}-now-{number}")
    home = who.community
    assert home is not None
    lon, lat = (round(middle + dice.uniform(-0.0015, 0.0015), 6) for middle in (home.label_lon, home.label_lat))
    place = Place("map", lon, lat, address=f"{home.short_name}附近")
    shot = pictures.sight(kind, at, pictures.place_dice(lon, lat))
    sent = Sent(
        uuid=named("report", "now", number), kind=kind, place=place, photos=[shot],
        text=dice.choice(words.REPORT_TEXTS[kind]), join=join, distinct=join is None,
    )  # fmt: skip
    reports.report(who, sent, address=None)


def _told(title: str, dice: random.Random) -> str:
    """What the resident wrote, fitting the title that the case has."""
    return next((dice.choice(texts) for about, texts in words.REPORT_TOLD.items() if about in title), "")


def _me_too(cast: Cast) -> None:
    """A neighbour sees the same and joins instead of reporting anew."""
    live = ResidentReport.objects.filter(incident__status__in=LIVE, joined=False, kind="waste").order_by("-id").first()
    if live is not None:
        other = next(who for who in cast.helpers if who.pk != live.resident_id)
        _report(other, "waste", 99, live.incident_id)


def _stored(row: ResidentReport, shot: bytes, kind: str, at: datetime) -> Attachment:
    """An attachment as `add_attachment` would keep it, of a case that ended long ago; drawn small, it is its thumb."""
    name = uuid5(row.uuid, "0" if kind == "near" else kind)
    one = Attachment(
        incident=row.incident, uuid=name, kind=kind, content_type="image/jpeg", size=len(shot),
        sha256=sha256(shot).hexdigest(), lon=row.lon, lat=row.lat, shot_at=at, uploaded_at=at,
    )  # fmt: skip
    one.file.save(f"{name}.jpg", ContentFile(shot), save=False)
    one.thumb.save(f"{name}_s.jpg", ContentFile(shot), save=False)
    return one
