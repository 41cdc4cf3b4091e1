"""Promises as rows: what is due, met and missed. Due work is a column with a partial index."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

OPEN = Q(met_at__isnull=True, missed_at__isnull=True, void_at__isnull=True, paused_at__isnull=True)

ENDLESS = {"stopped_at__isnull": True, "void_at__isnull": True}  # the stop has not come, missed or not
RUNNING = {**ENDLESS, "paused_at__isnull": True}
CALENDAR_KINDS = ["work_hour", "work_day"]


class Deadline(models.Model):
    """One promise of one incident (阶段计时): `due_at`, `met_at`, `missed_at`.

    Copied from the policy when its clock starts. A miss carries the instant it fell due, and the stop event
    that comes later is kept in `stopped_at`; `met_at` is set only when the promise was kept. `work_at` is when
    the sweep looks at it (the due time, or later after a failed try).

    `due_at` is `counted_from` plus `counted_s` of its kind of time: the whole limit from the start, what was left
    after a hold, one original limit more after an extension. A changed calendar lays that out again.
    `remind_at` is when it is reminded next (催办), empty for not at all.
    """

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="deadlines")
    generation = models.PositiveSmallIntegerField(default=0)
    policy = models.CharField(max_length=24)  # street_30515, city, stage
    code = models.CharField(max_length=12)
    part = models.CharField(max_length=40, blank=True)  # the force, department or assignment it is about
    stop = models.CharField(max_length=4, blank=True)  # event code that ends it
    on_miss = models.CharField(max_length=32, blank=True)
    accountable = models.CharField(max_length=40, blank=True)
    limit_kind = models.CharField(max_length=12, blank=True)  # empty: clock seconds
    target_s = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    work_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    during_outage = models.BooleanField(default=False)
    consequence_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_s = models.PositiveIntegerField(default=0)
    void_at = models.DateTimeField(null=True, blank=True)
    exempt = models.BooleanField(default=False)
    exempt_reason = models.CharField(max_length=200, blank=True)
    counted_from = models.DateTimeField(null=True, blank=True)
    counted_s = models.FloatField(default=0.0, db_default=0.0)
    remind_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    remind_every_s = models.PositiveIntegerField(default=0, db_default=0)
    remind_at = models.DateTimeField(null=True, blank=True)
    remind_count = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            # Whatever is retried, an incident has one clock of a kind in a generation.
            models.UniqueConstraint(
                fields=["incident", "generation", "code", "part"],
                condition=Q(void_at__isnull=True),
                name="deadline_once",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(missed_at__isnull=True), name="deadline_met_or_missed"
            ),
            models.CheckConstraint(
                condition=Q(missed_at__isnull=True) | Q(missed_at=models.F("due_at")),
                name="deadline_missed_when_due",
            ),
        ]
        indexes = [
            models.Index(fields=["work_at", "id"], condition=OPEN, name="deadline_open"),
            models.Index(
                fields=["on_miss", "id"],
                condition=Q(missed_at__isnull=False, consequence_at__isnull=True) & ~Q(on_miss=""),
                name="deadline_consequence",
            ),
            models.Index(
                fields=["remind_at"],
                condition=Q(remind_at__isnull=False, **RUNNING),
                name="deadline_reminder",
            ),
            # What a changed calendar lays out again.
            models.Index(
                fields=["limit_kind", "id"],
                condition=Q(limit_kind__in=CALENDAR_KINDS, missed_at__isnull=True, **ENDLESS),
                name="deadline_on_calendar",
            ),
            models.Index(fields=["started_at", "code"], name="deadline_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.incident_id} ≤ {self.due_at}"


class Alarm(models.Model):
    """Somebody must look now: raised exactly once for a missed promise, until acknowledged."""

    class Kind(models.TextChoices):
        R30_MISSED = "r30_missed", _("no response within 30 seconds")
        A5_MISSED = "a5_missed", _("nobody on site within 5 minutes")
        S15_MISSED = "s15_missed", _("no reinforcement within 15 minutes")
        F24_MISSED = "f24_missed", _("no follow-up within 24 hours")
        NO_UNIT = "no_unit", _("no unit can be sent")
        HELP_UNANSWERED = "help_unanswered", _("no force comes as reinforcement")
        NO_PROGRESS = "no_progress", _("still nothing after the promised time")
        SUPERVISION_DUE = "supervision_due", _("a case for supervision")
        LEVEL_2_UNDECIDED = "level_2_undecided", _("reinforcement neither requested nor declined")
        SEATS_EMPTY = "seats_empty", _("too few seats are taken")
        UNITS_ABSENT = "units_absent", _("planned units have not signed on")
        GRIDS_UNCOVERED = "grids_uncovered", _("grids without a patrol today")
        OUTAGE_DIGEST = "outage_digest", _("promises missed while the system was down")
        TRANSFER_UNANSWERED = "transfer_late", _("a 110 transfer was not answered in time")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, related_name="alarms")
    deadline = models.ForeignKey(Deadline, models.PROTECT, null=True, related_name="+")
    rev = models.BigIntegerField(default=0)
    for_role = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "kind"], condition=Q(deadline__isnull=False), name="alarm_once_per_miss"
            ),
        ]
        indexes = [
            models.Index(fields=["for_role", "-id"], condition=Q(acknowledged_at__isnull=True), name="alarm_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.incident_id}"


class Outage(models.Model):
    """A gap in which no sweep ran; clocks that fell due inside it are told as one digest."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    missed_count = models.PositiveIntegerField(default=0)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at}"


class SweepState(models.Model):
    """When the sweep last ran, one row: a gap is an outage."""

    last_run_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.last_run_at}"


class CalendarState(models.Model):
    """The working calendar as the open limits know it, one row: `seen` by the sweep, `applied` to the limits."""

    seen = models.CharField(max_length=32)
    seen_at = models.DateTimeField()
    applied = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return self.applied


class CaseSequence(models.Model):
    """The last case number given on a day (案卷号 counts by day)."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.last}"
