"""Who builds and who carries: companies, their trucks and drivers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import CompanyKind, TruckState

MOST_WEIGHT_T = 60


class Company(models.Model):
    """A company at a site or behind a truck. Phones lie encrypted, the mask is shown."""

    Kind = CompanyKind

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=CompanyKind.choices)
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    contact = models.CharField(max_length=30, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class Truck(models.Model):
    """A waste truck (渣土车): known by its plate, heard by its terminal."""

    State = TruckState

    plate = models.CharField(max_length=10, unique=True)  # 浙A1D234
    plate_colour = models.CharField(max_length=10, default="yellow")
    company = models.ForeignKey(Company, models.PROTECT, related_name="trucks")
    terminal_id = models.CharField(max_length=20, null=True, blank=True, unique=True)
    state = models.CharField(max_length=10, choices=TruckState.choices, default=TruckState.STANDBY)
    volume_m3 = models.FloatField(default=12)  # of its box
    has_lift_sensor = models.BooleanField(default=False)
    has_load_sensor = models.BooleanField(default=False)
    has_cover_sensor = models.BooleanField(default=False)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["plate"]
        verbose_name = _("waste truck")
        verbose_name_plural = _("waste trucks")
        constraints = [
            models.CheckConstraint(name="truck_volume", condition=Q(volume_m3__gt=0, volume_m3__lte=MOST_WEIGHT_T)),
        ]

    def __str__(self) -> str:
        return self.plate


class Driver(models.Model):
    """Who drives for a transport company."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="drivers")
    name = models.CharField(max_length=30)
    licence_no = models.CharField(max_length=20, unique=True)
    phone_sealed = models.TextField(blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    truck = models.ForeignKey(Truck, models.SET_NULL, null=True, blank=True, related_name="drivers")

    class Meta:
        ordering = ["name"]
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")

    def __str__(self) -> str:
        return self.name
