"""What was found wrong at a site, how it was put right, and what it cost."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import UNCORRECTED, FindingStatus, Fix, Severity
from worksites.models.inspections import ChecklistItem, Inspection
from worksites.models.sites import Site


class Finding(models.Model):
    """One problem (问题) at a site; `confirmed_at` is when its sheet was signed, from then on it counts."""

    Status = FindingStatus

    uuid = models.UUIDField(unique=True)  # made by the phone
    number = models.CharField(max_length=24, unique=True)  # WT-20261127-0001
    site = models.ForeignKey(Site, models.PROTECT, related_name="findings")
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="findings")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=4)  # the same through all versions of the list
    severity = models.CharField(max_length=1, choices=Severity.choices)
    status = models.CharField(max_length=10, choices=FindingStatus.choices, default=FindingStatus.OPEN)
    fix = models.CharField(max_length=4, choices=Fix.choices)
    text = models.CharField(max_length=300)
    is_repeated = models.BooleanField(default=False)  # 反复: the same item within the days of the rules
    before = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="again")
    confirmed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # none where it was put right on the spot
    attempts = models.PositiveSmallIntegerField(default=0)  # evidence that did not pass
    handed_in_at = models.DateTimeField(null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    rechecked_by = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="rechecked")
    missed_at = models.DateTimeField(null=True, blank=True)  # the limit passed unmet: `due_at`
    missed_count = models.PositiveSmallIntegerField(
        default=0
    )  # how many limits passed unmet: a new limit erases nothing
    handed_in_note = models.CharField(max_length=300, blank=True)  # the site's own words to its evidence
    review_note = models.CharField(max_length=300, blank=True)  # the last verdict, for the site to read
    reported_at = models.DateTimeField(null=True, blank=True)  # told to the office in charge (1005: wages, in 24 h)
    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-confirmed_at", "-id"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [
            models.Index(fields=["site", "-confirmed_at"], name="finding_of_site"),
            models.Index(fields=["due_at"], condition=Q(status__in=UNCORRECTED, missed_at=None), name="finding_by_due"),
            models.Index(fields=["site", "item_code", "confirmed_at"], name="finding_again"),
        ]
        constraints = [
            models.CheckConstraint(
                name="finding_ended_when_it_says_so",
                condition=Q(status__in=["closed", "withdrawn"], ended_at__isnull=False)
                | (~Q(status__in=["closed", "withdrawn"]) & Q(ended_at__isnull=True)),
            ),
            # A limit is missed when it fell due, whenever somebody noticed.
            models.CheckConstraint(
                name="finding_missed_when_due", condition=Q(missed_at__isnull=True) | Q(missed_at=models.F("due_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Evidence(models.Model):
    """A photo of a finding: before, during or after; bytes are stored once under their hash."""

    class When(models.TextChoices):
        BEFORE = "before", _("before")  # 整改前
        AFTER = "after", _("after")  # 整改后
        PAPER = "paper", _("document")  # 材料

    uuid = models.UUIDField(unique=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="photos")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="evidence")
    attempt = models.PositiveSmallIntegerField(default=0)
    when = models.CharField(max_length=6, choices=When.choices)
    file = models.FileField(upload_to="worksites/%Y/%m/", max_length=200)
    thumb = models.FileField(upload_to="worksites/%Y/%m/", max_length=200, blank=True)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    shot_at = models.DateTimeField(null=True, blank=True)
    uploaded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by_site = models.BooleanField(default=False)  # handed in by the site itself, through its link

    class Meta:
        ordering = ["id"]
        verbose_name = _("photo of a finding")
        verbose_name_plural = _("photos of findings")

    def __str__(self) -> str:
        return f"{self.when} {self.uuid}"


class SiteLink(models.Model):
    """The site's own page, without an account: a token that ends. Only its fingerprint is stored."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="links")
    fingerprint = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("link of a site")
        verbose_name_plural = _("links of sites")

    def __str__(self) -> str:
        return f"{self.site_id} {self.expires_at:%Y-%m-%d}"


class Penalty(models.Model):
    """A penalty case (立案处罚) out of an overdue or serious finding, and its decision. Yuan."""

    class Status(models.TextChoices):
        FILED = "filed", _("filed")  # 立案
        DECIDED = "decided", _("decided")  # 已决定
        PAID = "paid", _("paid")  # 已缴
        CLOSED = "closed", _("not pursued")  # 不予处罚

    number = models.CharField(max_length=24, unique=True)  # CF-2026-0001
    site = models.ForeignKey(Site, models.PROTECT, related_name="penalties")
    finding = models.OneToOneField(Finding, models.PROTECT, null=True, blank=True, related_name="penalty")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.FILED)
    subject = models.CharField(max_length=80)  # who is fined
    why = models.CharField(max_length=12)  # overdue, serious, dumping
    basis = models.CharField(max_length=200, blank=True)
    decision_no = models.CharField(max_length=40, blank=True)
    amount = models.PositiveIntegerField(null=True, blank=True)
    filed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    reconsideration = models.CharField(max_length=200, blank=True)  # 复议
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-filed_at"]
        verbose_name = _("penalty")
        verbose_name_plural = _("penalties")

    def __str__(self) -> str:
        return self.number
