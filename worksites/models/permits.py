"""Permits of sites, trucks, sinks and gates, and which of them the rules of a date ask for."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import PermitKind, PermitStatus
from worksites.models.companies import Truck
from worksites.models.sites import Gate, Sink, Site


class PermitRuleSet(models.Model):
    """Which permits must be there from a date on (两审批一备案, 两审批两备案); the newest in force counts."""

    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, blank=True)
    effective_from = models.DateField(unique=True)
    required = ArrayField(models.CharField(max_length=20, choices=PermitKind.choices))
    needs_manifest = models.BooleanField(default=False)  # one per trip 电子联单
    needs_gate_camera = models.BooleanField(default=False)

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("rule set of permits")
        verbose_name_plural = _("rule sets of permits")

    def __str__(self) -> str:
        return self.name


class Permit(models.Model):
    """One permit, of one site, truck, sink or gate. `routes` are GeoJSON LineStrings in WGS-84.

    `windows` are [{"days": [1..7], "from": "21:00", "until": "06:00"}] in local time; empty means any time.
    """

    kind = models.CharField(max_length=20, choices=PermitKind.choices)
    number = models.CharField(max_length=40)
    issuer = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=PermitStatus.choices, default=PermitStatus.APPLIED)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="permits")
    truck = models.ForeignKey(Truck, models.PROTECT, null=True, blank=True, related_name="permits")
    sink = models.ForeignKey(Sink, models.PROTECT, null=True, blank=True, related_name="permits")
    gate = models.ForeignKey(Gate, models.PROTECT, null=True, blank=True, related_name="permits")
    valid_from = models.DateField()
    valid_to = models.DateField()
    voided_on = models.DateField(null=True, blank=True)  # in force until the day before
    quantity_m3 = models.PositiveIntegerField(null=True, blank=True)
    waste_class = models.CharField(max_length=40, blank=True)
    sinks = models.ManyToManyField(Sink, blank=True, related_name="+")  # where the load may go, as the card says
    sites = models.ManyToManyField(Site, blank=True, related_name="+")  # from where a truck may carry
    routes = models.JSONField(default=list, blank=True)
    windows = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-valid_to", "kind"]
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        indexes = [models.Index(fields=["valid_to"], condition=Q(status="approved"), name="permit_by_end")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="permit_number_once"),
            models.CheckConstraint(
                name="permit_ends_after_it_begins", condition=Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="permit_of_one",
                condition=Q(site__isnull=False, truck__isnull=True, sink__isnull=True, gate__isnull=True)
                | Q(site__isnull=True, truck__isnull=False, sink__isnull=True, gate__isnull=True)
                | Q(site__isnull=True, truck__isnull=True, sink__isnull=False, gate__isnull=True)
                | Q(site__isnull=True, truck__isnull=True, sink__isnull=True, gate__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class PermitFile(models.Model):
    """A paper uploaded to a permit: application, contract, drawing, photo of the washing bay; never changed."""

    uuid = models.UUIDField(unique=True)  # made by the page: sending it again is harmless
    permit = models.ForeignKey(Permit, models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="permits/%Y/%m/", max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the bytes as they were sent
    uploaded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["uploaded_at", "id"]
        verbose_name = _("paper of a permit")
        verbose_name_plural = _("papers of permits")
        constraints = [models.UniqueConstraint(fields=["permit", "sha256"], name="permit_file_once")]

    def __str__(self) -> str:
        return self.name
