"""What people do about sources: make them, mute the noisy ones, map unknown kinds, try failed alerts again."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.intake import senders
from incidents.intake.nudging import nudge_after_commit
from incidents.intake.signing import new_secret
from incidents.models import Alert, AlertKind, CaseCategory, Mute, Source
from incidents.models.alerts import SourceKind
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.secrets import seal
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST_MUTE = timedelta(days=30)
KEEP: Any = object()


@transaction.atomic
def make_source(
    code: str, name: str, kind: str, *, rate_per_minute: int = 6000, secret: str = "", actor: User | None = None
) -> tuple[Source, str]:
    """Make a source and return it with its secret, which nobody can read later. Raises Conflict for a used code."""
    if kind not in SourceKind.values:
        raise BadInput("kind", f"kind must be one of {', '.join(SourceKind.values)}")
    if rate_per_minute < 1:
        raise BadInput("rate_per_minute", "must be at least 1")
    secret = secret or new_secret()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                code=code, name=name or code, kind=kind, rate_per_minute=rate_per_minute, secret=seal(secret)
            )
    except IntegrityError as error:
        raise Conflict(f"There is a source {code} already.", field="code") from error
    record(source, "source.made", actor=actor, data={"code": code, "kind": kind})
    transaction.on_commit(senders.forget)
    return source, secret


@transaction.atomic
def renew_secret(source_id: int, *, actor: User | None = None) -> str:
    """Give a source a new secret and return it; the old one stops within seconds."""
    source = _source(source_id)
    secret = new_secret()
    source.secret = seal(secret)
    source.save(update_fields=["secret"])
    record(source, "source.secret_renewed", actor=actor)
    transaction.on_commit(senders.forget)
    return secret


@transaction.atomic
def mute_source(
    source_id: int,
    *,
    actor: User,
    reason: str,
    until: datetime | None = None,
    minutes: int | None = None,
    kind: str = "",
) -> Mute:
    """Keep a source (or one kind of it) quiet until an instant, at most 30 days; its alerts are kept and counted."""
    source = _source(source_id)
    now = db_now()
    if not reason.strip():
        raise BadInput("reason", _("A reason is needed."))
    if (until is None) == (minutes is None):
        raise BadInput("until", _("Give either an end or a number of minutes."))
    end = until if until is not None else now + timedelta(minutes=minutes or 0)
    if end <= now:
        raise BadInput("until", _("The end lies in the past."))
    if end > now + LONGEST_MUTE + timedelta(minutes=1):
        raise BadInput("until", _("A source can be muted for 30 days at most."))
    mute = Mute.objects.create(source=source, kind=kind, reason=reason.strip(), until=end, by=actor)
    mute.refresh_from_db()
    record(source, "source.muted", actor=actor, note=mute.reason, data={"kind": kind, "until": end.isoformat()})
    return mute


@transaction.atomic
def unmute_source(source_id: int, *, actor: User, kind: str | None = None) -> int:
    """Lift the mutes in force: all of the source, or with `kind` those of that kind ("" is the whole source)."""
    source = _source(source_id)
    now = db_now()
    mutes = Mute.objects.filter(source=source, lifted_at__isnull=True, until__gt=now)
    if kind is not None:
        mutes = mutes.filter(kind=kind)
    lifted = mutes.update(lifted_at=now)
    if lifted:
        record(source, "source.unmuted", actor=actor, data={"kind": kind, "lifted": lifted})
    return lifted


@transaction.atomic
def map_kind(
    kind_id: int,
    *,
    actor: User,
    category: int = KEEP,
    level: int | None = KEEP,
    name_zh: str = KEEP,
    name_en: str = KEEP,
) -> int:
    """Say which class a kind stands for; its waiting alerts are queued again. Returns how many."""
    # The worker that sets alerts aside holds the same lock: none can slip past between its look and our update.
    kind = AlertKind.objects.select_for_update().filter(pk=kind_id).first()
    if kind is None:
        raise NotFound(_("There is no such kind of alert."))
    before = {"category": kind.category_id, "level": kind.level}
    if category is not KEEP:
        found = CaseCategory.objects.filter(pk=category, is_active=True).first()
        if found is None:
            raise BadInput("category", _("There is no such class."))
        kind.category = found
    if level is not KEEP:
        kind.level = level
    if name_zh is not KEEP:
        kind.name_zh = name_zh
    if name_en is not KEEP:
        kind.name_en = name_en
    kind.save(update_fields=["category", "level", "name_zh", "name_en"])
    queued = 0
    if kind.category_id is not None:
        queued = Alert.objects.filter(kind=kind.code, state=Alert.State.UNMAPPED).update(
            state=Alert.State.NEW, work_at=db_now()
        )
    after = {"category": kind.category_id, "level": kind.level}
    record(kind, "alert_kind.mapped", actor=actor, data={"before": before, "after": after, "queued": queued})
    if queued:
        nudge_after_commit()
    return queued


@transaction.atomic
def try_again(alert_ids: list[int], *, actor: User) -> int:
    """Queue failed alerts again, with all their tries before them; returns how many were failed."""
    queued = 0
    failed = Alert.objects.select_for_update(no_key=True).filter(pk__in=alert_ids, state=Alert.State.FAILED)
    for alert in failed.defer("payload").order_by("pk"):
        Alert.objects.filter(pk=alert.pk).update(state=Alert.State.NEW, attempts=0, error="", work_at=db_now())
        record(alert, "alert.tried_again", actor=actor, note=alert.error)
        queued += 1
    if queued:
        nudge_after_commit()
    return queued


def _source(source_id: int) -> Source:
    source = Source.objects.select_for_update(no_key=True).filter(pk=source_id).first()
    if source is None:
        raise NotFound(_("There is no such source."))
    return source
