"""What residents report with a photo (随手拍): a signal that opened or joined an incident, and what it earns."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models import Incident
from points.models.residents import Resident
from points.reports_lifecycle import Look


class ResidentReport(models.Model):
    """One report of one resident, or of nobody: an anonymous one keeps no trace of who sent it.

    `settled_at` says that its points are decided. Positions in WGS-84 degrees. `from_hash` is a keyed hash of the
    address it came from, kept for a day against floods where nobody is signed in.
    """

    class PlaceBy(models.TextChoices):
        PHONE = "phone", pgettext_lazy("place by", "phone")
        MAP = "map", pgettext_lazy("place by", "map")
        COMMUNITY = "community", pgettext_lazy("place by", "community")

    Look = Look

    uuid = models.UUIDField(unique=True)  # made by the page: sent twice, opened once
    rev = models.BigIntegerField(default=0)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="reports")
    kind = models.CharField(max_length=12)  # an icon of `points.kinds`
    is_emergency = models.BooleanField(default=False)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="+")
    joined = models.BooleanField(default=False)
    lon = models.FloatField()
    lat = models.FloatField()
    place_by = models.CharField(max_length=10, choices=PlaceBy.choices)
    accuracy_m = models.FloatField(null=True, blank=True)
    address = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=500, blank=True)
    voice = models.FileField(upload_to="reports/%Y/%m/%d", blank=True)
    voice_type = models.CharField(max_length=20, blank=True)
    voice_s = models.PositiveSmallIntegerField(null=True, blank=True)
    found_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    from_hash = models.CharField(max_length=64, blank=True)

    doubts = models.JSONField(default=list, blank=True)  # codes of `Doubt`
    look = models.CharField(max_length=10, choices=Look.choices, default=Look.CLEAR)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    look_note = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_note = models.CharField(max_length=200, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    not_solved_at = models.DateTimeField(null=True, blank=True)
    # Where the closed case could not be opened again, the new one that takes its place.
    followed_by = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("resident's report")
        verbose_name_plural = _("residents' reports")
        constraints = [
            models.CheckConstraint(name="report_rated_one_to_five", condition=Q(rating=None) | Q(rating__range=(1, 5))),
            models.CheckConstraint(
                name="report_nobody_earns_nothing", condition=Q(resident__isnull=False) | Q(settled_at__isnull=False)
            ),
            models.CheckConstraint(
                name="report_look_by_whom", condition=Q(look__in=[Look.CLEAR, Look.HELD]) | Q(looked_by__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-sent_at"], name="reports_of_resident"),
            models.Index(fields=["incident"], name="reports_of_incident"),
            models.Index(
                fields=["id"], condition=Q(settled_at__isnull=True) & ~Q(look=Look.HELD), name="reports_to_settle"
            ),
            models.Index(fields=["-id"], condition=Q(look=Look.HELD), name="reports_held"),
            models.Index(fields=["from_hash", "-sent_at"], condition=~Q(from_hash=""), name="reports_from_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def case(self) -> Incident:
        """The incident that stands for it now: the one that follows it, or its master."""
        found: Incident = self.followed_by or self.incident
        while found.status == "merged" and found.master is not None:
            found = found.master
        return found


class ReportPhoto(models.Model):
    """What a picture of a report looks like, so that the same one is known again; the picture is the incident's."""

    report = models.ForeignKey(ResidentReport, models.CASCADE, related_name="photos")
    attachment = models.OneToOneField("incidents.Attachment", models.PROTECT, related_name="+")
    phash = models.BigIntegerField()  # 64 bits, as PostgreSQL counts: signed
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="report_photos_by_time")]

    def __str__(self) -> str:
        return f"{self.phash & (2**64 - 1):016x}"
