"""Where somebody was: the raw fixes of patrols and units, kept for 90 days in one partition a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PositionFix(models.Model):
    """One fix of a patrol or a unit, WGS-84 degrees, metres and km/h; `fix_at` stands on the server's clock.

    Partitioned by `received_on` (the street's day of arrival), so that old days are dropped, not deleted. Written by
    `grid.services.positions` only: the key holds the day, so a fix sent again on another day is refused there.
    """

    class Kind(models.TextChoices):
        PATROL = "patrol", _("patrol")  # 巡查
        UNIT = "unit", pgettext_lazy("post", "unit")  # 处置力量

    pk = models.CompositePrimaryKey("subject_kind", "subject_id", "fix_at", "device", "received_on")
    subject_kind = models.CharField(max_length=12, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    device = models.CharField(max_length=64, default="", blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy_m = models.FloatField()
    speed_kmh = models.FloatField(null=True, blank=True)
    fix_at = models.DateTimeField()
    received_at = models.DateTimeField()
    received_on = models.DateField()
    mocked = models.BooleanField(default=False)
    believed = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("position fix")
        verbose_name_plural = _("position fixes")

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.lon:.5f},{self.lat:.5f}"
