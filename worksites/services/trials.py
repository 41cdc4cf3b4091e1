"""Other numbers tried on the past, in a worker: what stands, what the numbers in force find, what the new ones would.

Before and after are two replays on the same ground; alerts that neither finds are `gone`: the ground has changed since.

`RuleTrial.result` is {"rules": {code: {stands, confirmed, false, open, gone, before, after, found_confirmed,
kept_confirmed, found_false, kept_false, new}}, "hits": [the first `MOST_SHOWN`: {kind: lost | new | kept | gone, …}],
"more", "trucks", "fixes", "trips", "seconds", "is_partial"}, or {"error": …}; `found_…` the numbers in force find.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import ALERT_OPEN, AlertStatus
from worksites.models import RuleTrial, Truck, TruckAlert
from worksites.selectors_engine import instant, microseconds, rules_in_force
from worksites.services.engine_trial import would_have_fired
from worksites.trucks.rules import CODES, BadParam

BY_PERSON = "T13"
MOST_DAYS = 31
MOST_WAITING = 3  # of one person
MOST_S = 300.0  # a run; two of them a trial
LEASE = timedelta(seconds=2 * MOST_S + 120)  # a worker that died holds a trial no longer
MOST_KEYS = 20_000
MOST_SHOWN = 300
SAME_US = 600 * 1_000_000  # other numbers may move the beginning of the same deed so far
ORDER = ["lost", "new", "kept", "gone"]


@transaction.atomic
def ask(changes: Mapping[str, Mapping[str, Any]], days: int, *, uuid: UUID, actor: User) -> RuleTrial:
    """Have numbers tried on the last `days` days; {} tries those in force. Asked twice it is one trial.

    Raises BadInput for `days` and for `params`, naming rule and number; Conflict when too many of a person wait.
    """
    before = RuleTrial.objects.filter(uuid=uuid).first()
    if before is not None:
        return before
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("days", _("From 1 to %(n)s days.") % {"n": MOST_DAYS})
    now = db_now()
    try:
        rules_in_force(now).with_params(changes)
    except BadParam as bad:
        raise BadInput(bad.field, str(bad.message)) from bad
    waiting = RuleTrial.objects.filter(by=actor, state__in=[RuleTrial.State.WAITING, RuleTrial.State.RUNNING])
    if waiting.count() >= MOST_WAITING:
        raise Conflict(_("Three of your trials are under way; wait for one of them."))
    try:
        with transaction.atomic():
            trial = RuleTrial.objects.create(
                uuid=uuid, changes={code: dict(params) for code, params in changes.items()},
                since=now - timedelta(days=days), until=now, by=actor, asked_at=now,
            )  # fmt: skip
    except IntegrityError:
        return RuleTrial.objects.get(uuid=uuid)
    record(trial, "rule_trial.asked", actor=actor, data={"changes": trial.changes, "days": days})
    return trial


def due_trials() -> list[int]:
    """The trial that is next, unless one runs: the oldest that waits, or one whose worker died."""
    now = db_now()
    if RuleTrial.objects.filter(state=RuleTrial.State.RUNNING, started_at__gt=now - LEASE).exists():
        return []
    due = Q(state=RuleTrial.State.RUNNING) | Q(state=RuleTrial.State.WAITING)
    return list(RuleTrial.objects.filter(due).order_by("state", "id").values_list("pk", flat=True)[:1])


def run(trial_id: int) -> bool:
    """Run one trial from its claim to its result; false where another worker has it."""
    trial = _claim(trial_id)
    if trial is None:
        return False
    try:
        result, state = compared(trial.changes, trial.since, trial.until), RuleTrial.State.DONE
    except Exception as error:
        _finish(trial, RuleTrial.State.FAILED, {"error": type(error).__name__})
        raise
    return _finish(trial, state, result)


def compared(changes: Mapping[str, Mapping[str, Any]], since: datetime, until: datetime) -> dict[str, Any]:
    """What stands of (since, until], what the numbers in force find, and what `changes` would; writes nothing."""
    codes = [code for code in changes or CODES if code != BY_PERSON]
    limits: Any = {"most_s": MOST_S, "most_hits": MOST_KEYS}
    now_in_force: dict[str, dict] = {code: {} for code in changes}
    before = would_have_fired(now_in_force, since, until, **limits)
    after = would_have_fired(changes, since, until, **limits) if changes else before
    alerts = TruckAlert.objects.filter(rule__in=codes, began_at__gt=since, began_at__lte=until)
    standing = list(alerts.select_related("truck", "site").order_by("began_at"))
    was, found = _Found(before.hits), _Found(after.hits)
    held = {alert.pk for alert in standing if found.holds(alert)}
    known = {alert.pk for alert in standing if was.holds(alert)} | held
    told = [_of_alert(alert, "kept" if alert.pk in held else "lost" if alert.pk in known else "gone")
            for alert in standing]  # fmt: skip
    # What was found without an alert that stands: lost, new or kept as well.
    lost = [hit for hit in was.untold() if not found.has(hit)]
    hits = [(hit, "lost") for hit in lost]
    hits += [(hit, "kept" if was.has(hit) else "new") for hit in found.untold()]
    plates = dict(
        Truck.objects.filter(pk__in={hit["truck"] for hit, _kind in hits if hit["truck"]}).values_list("pk", "plate")
    )
    shown = told + [_of_hit(hit, kind, plates) for hit, kind in hits]
    # What a person confirmed and the new numbers would miss comes first.
    shown.sort(key=lambda one: (ORDER.index(one["kind"]), one["status"] != AlertStatus.CONFIRMED, one["began"]))
    return {
        "rules": {
            code: {
                **_people_said([alert for alert in standing if alert.rule == code], known, held),
                "before": before.counts.get(code, 0), "after": after.counts.get(code, 0),
                "new": sum(one["rule"] == code and one["kind"] == "new" for one in shown),
            }
            for code in codes
        },
        "hits": shown[:MOST_SHOWN], "more": max(0, len(shown) - MOST_SHOWN),
        "trucks": after.trucks, "fixes": after.fixes, "trips": after.trips,
        "seconds": round(before.seconds + (after.seconds if changes else 0), 1),
        "is_partial": before.is_partial or after.is_partial,
    }  # fmt: skip


class _Found:
    """The hits of one replay: which of them tell what an alert or another replay's hit tells."""

    def __init__(self, hits: Iterable[dict[str, Any]]) -> None:
        self.hits = {hit["key"]: hit for hit in hits}
        self.of_truck: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for hit in self.hits.values():
            if hit["truck"] is not None:
                self.of_truck.setdefault((hit["rule"], hit["truck"]), []).append(hit)
        self.told: set[str] = set()

    def holds(self, alert: TruckAlert) -> bool:
        """Whether a hit tells what this alert told; that hit is told then."""
        key = self._same(alert.key, alert.rule, alert.truck_id, microseconds(alert.began_at))
        if key is not None:
            self.told.add(key)
        return key is not None

    def has(self, hit: Mapping[str, Any]) -> bool:
        """Whether a hit of another replay is found here as well."""
        return self._same(hit["key"], hit["rule"], hit["truck"], hit["began"]) is not None

    def untold(self) -> list[dict[str, Any]]:
        """Hits that are no alert that stands."""
        return [hit for key, hit in self.hits.items() if key not in self.told]

    def _same(self, key: str, rule: str, truck: int | None, began: int) -> str | None:
        """The same key, or the nearest of the same rule and truck within ten minutes."""
        if key in self.hits or truck is None:
            return key if key in self.hits else None
        near = [(abs(hit["began"] - began), hit["key"]) for hit in self.of_truck.get((rule, truck), ())]
        away, other = min(near, default=(SAME_US + 1, None))
        return other if away <= SAME_US else None


def _people_said(alerts: Iterable[TruckAlert], known: set[int], held: set[int]) -> dict[str, int]:
    alerts = list(alerts)
    right = [alert for alert in alerts if alert.status == AlertStatus.CONFIRMED]
    wrong = [alert for alert in alerts if alert.status == AlertStatus.FALSE]
    return {
        "stands": len(alerts), "confirmed": len(right), "false": len(wrong),
        "open": sum(alert.status in ALERT_OPEN for alert in alerts),
        "gone": sum(alert.pk not in known for alert in alerts),
        "found_confirmed": sum(alert.pk in known for alert in right),
        "found_false": sum(alert.pk in known for alert in wrong),
        "kept_confirmed": sum(alert.pk in held for alert in right),
        "kept_false": sum(alert.pk in held for alert in wrong),
    }  # fmt: skip


def _of_alert(alert: TruckAlert, kind: str) -> dict[str, Any]:
    return {
        "kind": kind, "rule": alert.rule, "level": alert.level, "truck": alert.truck_id, "site": alert.site_id,
        "sink": alert.sink_id, "plate": alert.truck.plate if alert.truck else "", "began": alert.began_at.isoformat(),
        "ended": alert.ended_at.isoformat() if alert.ended_at else None, "lon": alert.lon, "lat": alert.lat,
        "facts": alert.facts, "number": alert.number, "status": alert.status,
    }  # fmt: skip


def _of_hit(hit: Mapping[str, Any], kind: str, plates: Mapping[int, str]) -> dict[str, Any]:
    return {
        "kind": kind, "rule": hit["rule"], "level": hit["level"], "truck": hit["truck"], "site": hit["site"],
        "sink": hit["sink"], "plate": plates.get(hit["truck"], ""), "began": instant(hit["began"]).isoformat(),
        "ended": instant(hit["ended"]).isoformat() if hit["ended"] is not None else None, "lon": hit["lon"],
        "lat": hit["lat"], "facts": hit["facts"], "number": "", "status": "",
    }  # fmt: skip


def _claim(trial_id: int) -> RuleTrial | None:
    with transaction.atomic():
        trial = RuleTrial.objects.select_for_update(skip_locked=True).filter(pk=trial_id).first()
        now = db_now()
        if trial is None or trial.state not in (RuleTrial.State.WAITING, RuleTrial.State.RUNNING):
            return None
        if trial.state == RuleTrial.State.RUNNING and trial.started_at and trial.started_at > now - LEASE:
            return None
        trial.state, trial.started_at = RuleTrial.State.RUNNING, now
        try:
            with transaction.atomic():
                trial.save(update_fields=["state", "started_at"])
        except IntegrityError:  # another one was claimed in the same moment
            return None
        return trial


@transaction.atomic
def _finish(trial: RuleTrial, state: RuleTrial.State, result: dict[str, Any]) -> bool:
    row = RuleTrial.objects.select_for_update().get(pk=trial.pk)
    if row.state != RuleTrial.State.RUNNING or row.started_at != trial.started_at:
        return False  # it took too long and somebody else began anew
    row.state, row.result, row.done_at = state, result, db_now()
    row.save(update_fields=["state", "result", "done_at"])
    counts = {code: one["after"] for code, one in result.get("rules", {}).items()}
    record(row, f"rule_trial.{state}", data={"after": counts})
    return True
