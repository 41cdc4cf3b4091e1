"""Patrols: what a grid wants seen every day, who walked it, and whether that counts (巡查)."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models.ground import Grid


def new_token() -> str:
    """What a QR code says: opaque, never derived from the point."""
    return secrets.token_urlsafe(16)


class PatrolRoute(models.Model):
    """The usual way through a grid: a GeoJSON LineString in WGS-84; the order of the points is theirs."""

    grid = models.OneToOneField(Grid, models.CASCADE, related_name="patrol_route")
    line = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("patrol route")
        verbose_name_plural = _("patrol routes")

    def __str__(self) -> str:
        return str(self.grid_id)


class PatrolPoint(models.Model):
    """A place that a patrol of the grid calls at (必巡点): reached within `radius_m`, or by its QR code."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="patrol_points")
    name = models.CharField(max_length=60)
    lon = models.FloatField()
    lat = models.FloatField()
    radius_m = models.PositiveSmallIntegerField(default=30)
    place = models.PositiveSmallIntegerField(default=1)  # in the order of the route
    mandatory = models.BooleanField(default=True)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["grid_id", "place", "id"]
        verbose_name = _("patrol point")
        verbose_name_plural = _("patrol points")
        constraints = [
            models.CheckConstraint(condition=Q(radius_m__gte=10, radius_m__lte=200), name="patrol_point_radius"),
        ]

    def __str__(self) -> str:
        return self.name


class Patrol(models.Model):
    """One round of one person through one grid; the summary stays, the fixes are kept for 90 days.

    `day` is the street's day that it counts for, `failed` the conditions that it did not meet (`grid.patrolling`):
    it is valid when there are none and it has ended. `skew_s` sets the phone's clock right, the same for all it sends.
    """

    uuid = models.UUIDField(unique=True)  # made by the phone: starting twice starts once
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="patrols")
    worker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    device = models.CharField(max_length=64)
    skew_s = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField()
    seconds_inside = models.PositiveIntegerField(default=0)
    points_needed = models.PositiveSmallIntegerField(default=0)
    points_reached = models.PositiveSmallIntegerField(default=0)
    metres = models.PositiveIntegerField(default=0)
    items = ArrayField(models.UUIDField(), default=list, blank=True)  # what was reported on the way
    normal = models.BooleanField(default=False)  # 正常: nothing to report, said so
    late = models.BooleanField(default=False)  # some of it was kept off-line and sent later
    valid = models.BooleanField(default=False)
    failed = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    last_fix_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid=False) | Q(failed=[], ended_at__isnull=False), name="patrol_valid_has_no_fault"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")), name="patrol_ends_later"
            ),
        ]
        indexes = [
            models.Index(fields=["day", "grid"], condition=Q(valid=True), name="patrol_covered"),
            models.Index(fields=["grid", "-started_at"], name="patrol_of_grid"),
            models.Index(fields=["worker", "-started_at"], name="patrol_of_worker"),
            models.Index(fields=["started_at"], condition=Q(ended_at__isnull=True), name="patrol_open"),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.day}"


class PatrolVisit(models.Model):
    """A patrol has called at a point: seen from a fix, or told by the point's QR code; the first one counts."""

    class How(models.TextChoices):
        FIX = "fix", _("position")
        CODE = "code", _("QR code")

    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="visits")
    point = models.ForeignKey(PatrolPoint, models.PROTECT, related_name="+")
    how = models.CharField(max_length=4, choices=How.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["patrol", "point", "how"], name="patrol_visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.patrol_id} {self.point_id} {self.how}"


class PersonPosition(models.Model):
    """The last place of a person in the field, one row each: overwritten, no history, not journalled."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy_m = models.FloatField()
    fix_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.lon:.5f},{self.lat:.5f}"
