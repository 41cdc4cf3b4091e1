"""Positions of terminals that belong to no truck yet: kept aside for some days and handed over when they do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HeldFix(models.Model):
    """One position of a terminal without a truck; columns as in `TruckFix`. Written by `worksites.services.fixes`."""

    pk = models.CompositePrimaryKey("phone", "at")
    phone = models.CharField(max_length=20)
    at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    speed_kmh = models.FloatField()
    heading = models.SmallIntegerField()
    altitude_m = models.SmallIntegerField()
    ignition = models.BooleanField()
    positioned = models.BooleanField()
    load = models.SmallIntegerField()
    lift = models.SmallIntegerField()
    cover = models.SmallIntegerField()
    mileage_km = models.FloatField(null=True)
    alarm_bits = models.BigIntegerField()
    status_bits = models.BigIntegerField()
    source = models.SmallIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("position of an unknown terminal")
        verbose_name_plural = _("positions of unknown terminals")
        indexes = [models.Index(fields=["received_at"], name="held_fix_by_arrival")]

    def __str__(self) -> str:
        return f"{self.phone} {self.at:%m-%d %H:%M:%S}"
