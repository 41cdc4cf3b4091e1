"""The courier volunteers: who they are, what they reported, where they were asked to help, their notes of delay."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.riders.lifecycle import COMING, RUNNING, Help, Part, Why

NEAREST_M, FURTHEST_M = 300, 3_000


class RiderRules(models.Model):
    """The numbers of the volunteer force, from a date on; the newest row in force counts. An edit wants a new row."""

    effective_from = models.DateTimeField(unique=True)
    ask_at_once = models.PositiveSmallIntegerField(default=12)  # the nearest so many are asked
    position_kept_min = models.PositiveSmallIntegerField(default=10)  # an older last place is erased
    lapse_min = models.PositiveSmallIntegerField(default=60)  # who has accepted and not arrived by then
    # What the street had counted before this book began: cases helped to solve, people helped, hazards reported.
    cases_before = models.PositiveIntegerField(default=0)
    people_before = models.PositiveIntegerField(default=0)
    hazards_before = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("rules of the volunteer riders")
        verbose_name_plural = _("rules of the volunteer riders")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"


class Rider(models.Model):
    """A courier who volunteers (先锋骑手). The phone lies encrypted; the public knows the nickname only.

    The last place is one row, overwritten, never in the journal, and there only while the rider is on duty and has
    agreed to help nearby. Degrees are WGS-84.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rider")
    rev = models.BigIntegerField(default=0)
    vest_no = models.CharField(max_length=12, unique=True)  # 马甲编号
    nickname = models.CharField(max_length=20)
    platform = models.CharField(max_length=30)
    station = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=60, blank=True)  # 常跑片区
    phone_sealed = models.TextField(blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    joined_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)

    helps_nearby = models.BooleanField(default=False)  # asked for, never assumed
    radius_m = models.PositiveSmallIntegerField(default=1_000)
    on_duty_since = models.DateTimeField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    fix_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["vest_no"]
        verbose_name = _("volunteer rider")
        verbose_name_plural = _("volunteer riders")
        constraints = [
            # Nobody is followed who has not agreed, is off duty or paused.
            models.CheckConstraint(
                name="rider_placed_only_when_agreed",
                condition=Q(lon__isnull=True, lat__isnull=True, fix_at__isnull=True)
                | Q(helps_nearby=True, on_duty_since__isnull=False, paused_at__isnull=True, lon__isnull=False,
                    lat__isnull=False, fix_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rider_radius", condition=Q(radius_m__gte=NEAREST_M, radius_m__lte=FURTHEST_M)
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["fix_at"], condition=Q(fix_at__isnull=False), name="rider_placed")]

    def __str__(self) -> str:
        return f"{self.nickname} {self.vest_no}"


class RiderReport(models.Model):
    """One tap of a rider (一键上报): it opened an incident, or joined the live one of the same thing."""

    rider = models.ForeignKey(Rider, models.PROTECT, related_name="reports")
    uuid = models.UUIDField(unique=True)  # made by the phone: sent twice, reported once
    rev = models.BigIntegerField(default=0)
    hazard = models.CharField(max_length=12)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="+")
    joined = models.BooleanField(default=False)
    police = models.BooleanField(default=False)
    found_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)  # it helped to solve a case 协助破案
    solved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    solved_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["rider", "-id"], name="rider_report_of_rider"),
                   models.Index(fields=["sent_at"], name="rider_report_by_time")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.hazard} {self.incident_id}"


class HelpCall(models.Model):
    """The seat asks riders near an incident for help (就近求助): the first `wanted` who accept come."""

    Status, Why = Help, Why

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="+")
    uuid = models.UUIDField(unique=True)  # made by the console: pressed twice, asked once
    rev = models.BigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Help.choices, default=Help.OPEN)
    text = models.CharField(max_length=200)
    wanted = models.PositiveSmallIntegerField(default=2)
    taken = models.PositiveSmallIntegerField(default=0)
    radius_m = models.PositiveSmallIntegerField(default=1_000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=8, choices=Why.choices, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="help_not_more_than_wanted", condition=Q(taken__lte=F("wanted"))),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(ended_at__isnull=True), name="help_one_running_per_incident"
            ),
            models.CheckConstraint(
                name="help_ended_when_not_running",
                condition=Q(status__in=RUNNING, ended_at__isnull=True)
                | (~Q(status__in=RUNNING) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(ended_at__isnull=True), name="help_running")]

    def __str__(self) -> str:
        return f"help for {self.incident_id} ({self.status})"


class HelpPart(models.Model):
    """One rider's part in a request: asked, coming, there, helped. `people` is whom the rider says were helped."""

    Status = Part

    call = models.ForeignKey(HelpCall, models.PROTECT, related_name="parts")
    rider = models.ForeignKey(Rider, models.PROTECT, related_name="parts")
    rev = models.BigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Part.choices, default=Part.ASKED)
    distance_m = models.PositiveIntegerField()  # as the crow flies, when asked
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    did = models.CharField(max_length=200, blank=True)
    people = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "rider"], name="help_asked_once"),
            # Nobody can be in two places.
            models.UniqueConstraint(fields=["rider"], condition=Q(status__in=COMING), name="help_one_place_per_rider"),
        ]
        indexes = [
            models.Index(fields=["rider", "-id"], name="help_part_of_rider"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="help_part_finished"),
            models.Index(fields=["accepted_at"], condition=Q(status="accepted"), name="help_part_coming"),
        ]

    def __str__(self) -> str:
        return f"{self.rider_id} for {self.call_id} ({self.status})"


class DelayNote(models.Model):
    """A certificate of delay (延误证明): why a rider was late, with a code by which the platform checks it."""

    rider = models.ForeignKey(Rider, models.PROTECT, related_name="notes")
    uuid = models.UUIDField(unique=True)  # made with the form: pressed twice, issued once
    rev = models.BigIntegerField(default=0)
    number = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=10, unique=True)
    part = models.ForeignKey(HelpPart, models.PROTECT, null=True, blank=True, related_name="notes")
    report = models.ForeignKey(RiderReport, models.PROTECT, null=True, blank=True, related_name="notes")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    did = models.CharField(max_length=300)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="delay_note_begins_before_it_ends", condition=Q(begun_at__lt=F("ended_at"))),
            models.UniqueConstraint(fields=["part"], condition=Q(voided_at__isnull=True), name="delay_note_per_help"),
            models.UniqueConstraint(
                fields=["report"], condition=Q(voided_at__isnull=True), name="delay_note_per_report"
            ),
        ]
        indexes = [models.Index(fields=["rider", "-id"], name="delay_note_of_rider")]

    def __str__(self) -> str:
        return self.number
