"""Trips out of tracks, the rules that judge them, and what the rules found (预警)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import ALERT_OPEN, AlertStatus
from worksites.models.companies import Truck
from worksites.models.sites import Gate, Sink, Site
from worksites.models.tracks import Manifest


class Trip(models.Model):
    """A loaded leg from a source to a sink (趟次); written by the engine, again and again the same."""

    class Place(models.IntegerChoices):
        SITE = 1, _("registered site")  # 工地
        SINK = 2, _("registered sink")  # 消纳场
        BLACK_SITE = 3, _("unregistered source")  # 黑工地
        BLACK_SINK = 4, _("unregistered sink")  # 黑消纳场

    class State(models.TextChoices):
        AT_SOURCE = "at_source", _("at the source")
        LOADED = "loaded", _("loaded, under way")
        AT_SINK = "at_sink", _("at the sink")
        RETURNING = "returning", _("returning empty")
        DONE = "done", _("done")
        LOST = "lost", _("signal lost")
        SUSPECT = "suspect", _("suspect")

    truck = models.ForeignKey(Truck, models.PROTECT, related_name="trips")
    load_start = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    from_type = models.PositiveSmallIntegerField(choices=Place.choices)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="trips")
    gate = models.ForeignKey(Gate, models.SET_NULL, null=True, blank=True, related_name="+")
    from_lon = models.FloatField()
    from_lat = models.FloatField()
    depart = models.DateTimeField(null=True, blank=True)
    route_matched = models.BooleanField(null=True, blank=True)
    arrive = models.DateTimeField(null=True, blank=True)
    to_type = models.PositiveSmallIntegerField(choices=Place.choices, null=True, blank=True)
    sink = models.ForeignKey(Sink, models.PROTECT, null=True, blank=True, related_name="trips")
    to_lon = models.FloatField(null=True, blank=True)
    to_lat = models.FloatField(null=True, blank=True)
    unload = models.DateTimeField(null=True, blank=True)
    leave = models.DateTimeField(null=True, blank=True)
    distance_m = models.FloatField(default=0)
    volume_m3 = models.FloatField(null=True, blank=True)
    manifest = models.ForeignKey(Manifest, models.SET_NULL, null=True, blank=True, related_name="+")
    hits = models.JSONField(default=list, blank=True)  # codes of rules

    class Meta:
        ordering = ["-load_start"]
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        constraints = [models.UniqueConstraint(fields=["truck", "load_start"], name="trip_once")]
        indexes = [
            models.Index(fields=["site", "-depart"], name="trip_of_site"),
            models.Index(fields=["sink", "-arrive"], name="trip_of_sink"),
            models.Index(fields=["-load_start"], name="trip_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.load_start:%m-%d %H:%M}"


class TruckRule(models.Model):
    """One version of one rule's numbers; of each code the newest in force counts. An edit wants a new row."""

    code = models.CharField(max_length=3)  # T01 … T14
    effective_from = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    level = models.PositiveSmallIntegerField()
    suppress_s = models.PositiveIntegerField()
    params = models.JSONField(default=dict)  # checked against worksites.trucks.rules.PARAMS
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code", "-effective_from"]
        verbose_name = _("truck rule")
        verbose_name_plural = _("truck rules")
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="truck_rule_once")]

    def __str__(self) -> str:
        return self.code


class TruckAlert(models.Model):
    """One hit of a rule, waiting for a person's word. `facts` are the numbers and points that its text quotes."""

    Status = AlertStatus

    number = models.CharField(max_length=24, unique=True)  # YJ-20261127-0001
    key = models.CharField(max_length=80, unique=True)  # the same hit found again is the same alert
    rule = models.CharField(max_length=3)
    rule_row = models.ForeignKey(TruckRule, models.PROTECT, null=True, blank=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    truck = models.ForeignKey(Truck, models.PROTECT, null=True, blank=True, related_name="alerts")
    trip = models.ForeignKey(Trip, models.SET_NULL, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="alerts")
    sink = models.ForeignKey(Sink, models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)  # out of points that came long after: listed, but calls nobody
    lon = models.FloatField()
    lat = models.FloatField()
    grid = models.ForeignKey("grid.Grid", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=AlertStatus.choices, default=AlertStatus.NEW)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_uuid = models.UUIDField(null=True, blank=True)  # of the page that decided: sent twice, decided once
    reason = models.CharField(max_length=300, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="+")
    rectified_at = models.DateTimeField(null=True, blank=True)  # cleared up; until then it counts as open for its site
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-raised_at", "-id"]
        verbose_name = _("truck alert")
        verbose_name_plural = _("truck alerts")
        indexes = [
            models.Index(fields=["-raised_at"], name="truck_alert_by_time"),
            models.Index(fields=["raised_at"], condition=Q(status__in=ALERT_OPEN), name="truck_alert_open"),
            models.Index(fields=["truck", "rule", "-began_at"], name="truck_alert_of_truck"),
            models.Index(fields=["site", "-decided_at"], name="truck_alert_of_site"),
        ]
        constraints = [
            models.CheckConstraint(
                name="truck_alert_decided_whole",
                condition=Q(status__in=ALERT_OPEN, decided_at__isnull=True)
                | Q(status__in=["confirmed", "false"], decided_at__isnull=False)
                | Q(status="merged", decided_at__isnull=False, merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
