"""Inbound signals, stored as they came: the row is the queue that opens or joins incidents."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from incidents.models.catalogue import CaseCategory


class SourceKind(models.TextChoices):
    """Intake channels; which of them need verification before filing is in `incidents/intake_rules.py`."""

    COLLECTOR = "collector", _("collector")  # 采集员上报
    GRID = "grid", _("grid report")  # 网格上报
    SUPERIOR = "superior", _("superior's order")  # 上级批件
    MEDIA = "media", _("media")  # 媒体网络
    PETITION = "petition", _("petition")  # 信访
    HOTLINE_12345 = "hotline_12345", _("12345 hotline")  # 12345转办
    POLICE_110 = "police_110", _("110 diversion")  # 110非警务分流
    RESIDENT = "resident", _("resident")  # 居民上报
    RIDER = "rider", _("rider")  # 骑手上报
    ANALYTICS = "analytics", _("analytics")  # 智能预警
    VIDEO_PATROL = "video_patrol", _("video patrol")  # 视频巡查
    PROPERTY = "property", _("property company")  # 物业上报
    INSPECTION = "inspection", _("one-visit inspection")  # 综合查一次
    TRUCK_RULE = "truck_rule", _("waste-truck judging")  # 渣土车研判


class Source(models.Model):
    """A system or device that sends alerts and signs them with its secret."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=SourceKind.choices)
    secret = models.CharField(max_length=255)  # encrypted with FIELD_KEY; shown once
    rate_per_minute = models.PositiveIntegerField(default=6000)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("alert source")
        verbose_name_plural = _("alert sources")

    def __str__(self) -> str:
        return self.name


class AlertKind(models.Model):
    """What a source calls a happening, mapped to our class. No category yet: shown for mapping."""

    code = models.CharField(max_length=80, unique=True)
    name_zh = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    category = models.ForeignKey(CaseCategory, models.PROTECT, null=True, blank=True, related_name="+")
    # Where the second scheme is known too (overflowing bins); otherwise the category map answers.
    szcg_category = models.ForeignKey(CaseCategory, models.PROTECT, null=True, blank=True, related_name="+")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["code"]
        verbose_name = _("alert kind")
        verbose_name_plural = _("alert kinds")

    def __str__(self) -> str:
        return self.name_zh or self.code


class Mute(models.Model):
    """A noisy source (or one kind of it) is quiet until `until`; its alerts are kept and counted."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="mutes")
    kind = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("muted source")
        verbose_name_plural = _("muted sources")

    def __str__(self) -> str:
        return f"{self.source} until {self.until}"


class Alert(models.Model):
    """One inbound signal (告警), kept whole. `state` new is the queue; `work_at` is when it may be tried."""

    class State(models.TextChoices):
        NEW = "new", _("waiting")
        OPENED = "opened", _("opened an incident")
        JOINED = "joined", _("joined an incident")
        UNMAPPED = "unmapped", _("unknown kind")
        MUTED = "muted", _("muted")
        FAILED = "failed", _("could not be processed")

    source = models.ForeignKey(Source, models.PROTECT, related_name="alerts", db_index=False)
    external_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    correlation = models.CharField(max_length=120, blank=True)  # the source's own key for "the same thing"
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    lon = models.FloatField()  # WGS-84, converted at the door
    lat = models.FloatField()
    crs = models.CharField(max_length=8)  # as it was sent
    accuracy_m = models.FloatField(null=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    confidence = models.FloatField(null=True)
    media_url = models.URLField(max_length=500, blank=True)
    payload = models.JSONField(default=dict)
    trace = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # content hash: same id with other content is a conflict
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW, db_default="new")
    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, null=True, blank=True, related_name="alerts", db_index=False
    )
    work_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    error = models.CharField(max_length=200, blank=True, db_default="")
    processed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="alert_once_per_source"),
        ]
        indexes = [
            models.Index(fields=["work_at", "id"], condition=Q(state="new"), name="alert_waiting"),
            models.Index(fields=["incident", "id"], name="alert_of_incident"),
            models.Index(fields=["kind", "id"], condition=Q(state="unmapped"), name="alert_unmapped"),
            models.Index(fields=["received_at"], name="alert_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.external_id}"
