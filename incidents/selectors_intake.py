"""Reads about alerts, sources and kinds."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from incidents.lifecycle import Status
from incidents.models import Alert, AlertKind, CaseCategory, Incident, Mute, Source
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

CONFIRMED_DAYS = 30
CONFIRMED = [Status.CLOSED, Status.FORCE_CLOSED, Status.MERGED]
NOT_CONFIRMED = [Status.REJECTED, Status.VOIDED]
SAMPLES = 3


def alerts_for(user: User) -> QuerySet[Alert]:
    """The alerts that `user` may see: all, or those of incidents in the user's own areas."""
    reach = reach_of(user, "incidents.view_alert")
    alerts = Alert.objects.select_related("source", "incident")
    if reach.street:
        return alerts
    return alerts.filter(Q(incident__community__in=reach.areas) | Q(incident__grid__in=reach.areas))


def source_named(code: str) -> Source:
    """The source with this code; raises NotFound."""
    source = Source.objects.filter(code=code).first()
    if source is None:
        raise NotFound(f"There is no source {code}.")
    return source


def sources() -> list[dict]:
    """Every source with its figures: volumes of 24 hours and today, joined share, confirmed share, mutes.

    `joined_share` is joined ÷ (opened + joined) of 24 hours. `confirmed_share` is, of the incidents the source
    opened in 30 days and that have ended, those that were not rejected or voided. None where n is 0.
    """
    now = db_now()
    volumes = _volumes(now)
    verdicts = _verdicts(now)
    mutes: dict[int, list[Mute]] = {}
    for mute in Mute.objects.filter(lifted_at__isnull=True, until__gt=now).select_related("by").order_by("until"):
        mutes.setdefault(mute.source_id, []).append(mute)
    return [
        _figures(source, volumes.get(source.pk, {}), verdicts.get(source.pk, (0, 0)), mutes.get(source.pk, []))
        for source in Source.objects.order_by("code")
    ]


def kinds() -> QuerySet[AlertKind]:
    """All kinds, those without a class first, with the number of alerts that wait for one."""
    waiting = Alert.objects.filter(kind=OuterRef("code"), state=Alert.State.UNMAPPED)
    return (
        AlertKind.objects.select_related("category", "szcg_category")
        .annotate(has_waiting=Exists(waiting))
        .order_by(F("category_id").asc(nulls_first=True), "code", "id")
    )


def waiting_counts(codes: list[str]) -> dict[str, int]:
    """How many alerts of each of these kinds wait for a class."""
    rows = Alert.objects.filter(kind__in=codes, state=Alert.State.UNMAPPED).values_list("kind").annotate(n=Count("id"))
    return dict(rows.order_by())


def samples_of(code: str) -> list[Alert]:
    """Some of the newest alerts of a kind, for whoever has to say what it is."""
    waiting = Alert.objects.filter(kind=code, state=Alert.State.UNMAPPED).select_related("source").order_by("-id")
    return list(waiting[:SAMPLES])


def kinds_of(source: Source) -> list[tuple[str, str]]:
    """(code, name) of the kinds that a source has sent in the last day, the most frequent first."""
    since = db_now() - timedelta(days=1)
    rows = Alert.objects.filter(source=source, received_at__gte=since).values_list("kind").annotate(n=Count("id"))
    codes = [code for code, _ in rows.order_by("-n")[:50]]
    known = {kind.code: str(kind) for kind in AlertKind.objects.filter(code__in=codes)}
    return [(code, known.get(code, code)) for code in codes]


def mappable_categories() -> QuerySet[CaseCategory]:
    """The classes a kind may stand for: active small classes of the two schemes that incidents carry."""
    return CaseCategory.objects.filter(is_active=True, scheme__in=["JCZZ", "SZCG"], parent__isnull=False).order_by(
        "scheme", "code"
    )


def _volumes(now: datetime) -> dict[int, dict]:
    midnight = now.astimezone(STREET).replace(hour=0, minute=0, second=0, microsecond=0)
    states = {f"{state}_24h": Count("id", filter=Q(state=state)) for state in Alert.State.values}
    rows = (
        Alert.objects.filter(received_at__gte=now - timedelta(hours=24))
        .values("source_id")
        .annotate(volume_24h=Count("id"), volume_today=Count("id", filter=Q(received_at__gte=midnight)), **states)
        .order_by()
    )
    return {row["source_id"]: dict(row) for row in rows}


def _verdicts(now: datetime) -> dict[int, tuple[int, int]]:
    """(confirmed, all judged) by source, of the incidents that the source's own alert opened."""
    rows = (
        Incident.objects.filter(opened_at__gte=now - timedelta(days=CONFIRMED_DAYS), alerts__state=Alert.State.OPENED)
        .filter(status__in=[*CONFIRMED, *NOT_CONFIRMED])
        .values("alerts__source_id")
        .annotate(confirmed=Count("id", filter=Q(status__in=CONFIRMED)), judged=Count("id"))
        .order_by()
    )
    return {row["alerts__source_id"]: (row["confirmed"], row["judged"]) for row in rows}


def _figures(source: Source, volume: dict, verdict: tuple[int, int], mutes: list[Mute]) -> dict:
    folded = volume.get("opened_24h", 0) + volume.get("joined_24h", 0)
    confirmed, judged = verdict
    whole = [mute for mute in mutes if not mute.kind]
    return {
        "id": source.pk,
        "code": source.code,
        "name": source.name,
        "kind": source.kind,
        "kind_label": source.get_kind_display(),  # type: ignore[attr-defined]
        "is_active": source.is_active,
        "rate_per_minute": source.rate_per_minute,
        "last_seen_at": source.last_seen_at,
        "volume_today": volume.get("volume_today", 0),
        "volume_24h": volume.get("volume_24h", 0),
        **{f"{state}_24h": volume.get(f"{state}_24h", 0) for state in Alert.State.values},
        "folded_n": folded,
        "joined_share": volume.get("joined_24h", 0) / folded if folded else None,
        "judged_n": judged,
        "confirmed_share": confirmed / judged if judged else None,
        "muted_until": max((mute.until for mute in whole), default=None),
        "mutes": mutes,
    }
