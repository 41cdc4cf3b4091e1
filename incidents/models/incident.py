"""One problem on the street, one row, one number, one story."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.lifecycle import LIVE, Status
from incidents.models.alerts import SourceKind
from incidents.models.catalogue import CaseCategory, FilingStandard, Level


class Incident(models.Model):
    """One problem on the street, however many alerts reported it (事件); its case file 案卷 is the same row.

    Columns `…_at` named after E0–E9 hold the first occurrence in the present generation; the journal holds
    them all. `generation` rises when a closed incident is reopened. `rev` is the id of its newest entry.

    Each step of a case rewrites its row, and each rewrite that does not fit on its page touches every index: so only
    what is searched is indexed, and pages are filled to 70 per cent.
    """

    case_no = models.CharField(max_length=19, unique=True)
    status = models.CharField(max_length=18, choices=Status.choices, default=Status.REPORTED)
    generation = models.PositiveSmallIntegerField(default=0)
    rev = models.BigIntegerField(default=0)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    category = models.ForeignKey(CaseCategory, models.PROTECT, related_name="+", db_index=False)
    szcg_category = models.ForeignKey(
        CaseCategory, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    standard = models.ForeignKey(
        FilingStandard, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    source_kind = models.CharField(max_length=16, choices=SourceKind.choices)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    address = models.CharField(max_length=200, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    community = models.ForeignKey(
        "grid.Community", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    grid = models.ForeignKey("grid.Grid", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reporter_name_masked = models.CharField(max_length=40, blank=True)
    reporter_phone_masked = models.CharField(max_length=20, blank=True)

    client_uuid = models.UUIDField(null=True, blank=True, unique=True)  # registered twice, opened once
    join_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - none, or unique among the live
    joins_until = models.DateTimeField(null=True, blank=True)
    alert_count = models.PositiveIntegerField(default=1)
    last_alert_at = models.DateTimeField(null=True, blank=True)
    master = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    is_test = models.BooleanField(default=False)
    needs_field_action = models.BooleanField(default=True)
    need_followup = models.BooleanField(default=False)
    supervised = models.BooleanField(default=False)
    self_handled = models.BooleanField(default=False, db_default=False)  # 自行处置: counted apart
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # who found it in the field
    sla = models.JSONField(default=list, encoder=DjangoJSONEncoder)  # clocks copied from the policies in force

    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, blank=True, related_name="+")

    opened_at = models.DateTimeField()  # E0 received
    filed_at = models.DateTimeField(null=True, blank=True)
    response_started_at = models.DateTimeField(null=True, blank=True)  # E1
    unit_accepted_at = models.DateTimeField(null=True, blank=True)  # E2
    arrived_at = models.DateTimeField(null=True, blank=True)  # E3
    first_feedback_at = models.DateTimeField(null=True, blank=True)  # E4
    reinforcement_requested_at = models.DateTimeField(null=True, blank=True)  # E5
    reinforcement_arrived_at = models.DateTimeField(null=True, blank=True)  # E6
    scene_closed_at = models.DateTimeField(null=True, blank=True)  # E7
    followup_done_at = models.DateTimeField(null=True, blank=True)  # E8
    closed_at = models.DateTimeField(null=True, blank=True)  # E9
    ended_at = models.DateTimeField(null=True, blank=True)  # any end: closed, rejected, merged, voided
    suspended_at = models.DateTimeField(null=True, blank=True)  # on hold 挂账: a fact beside the state
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_used = models.BooleanField(default=False)
    overdue_at = models.DateTimeField(null=True, blank=True)  # the first promise missed
    next_due_at = models.DateTimeField(null=True, blank=True)  # the nearest open promise
    return_count = models.PositiveSmallIntegerField(default=0)
    rework_count = models.PositiveSmallIntegerField(default=0)
    extension_count = models.PositiveSmallIntegerField(default=0)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    closing = models.JSONField(default=dict, blank=True)  # found, contacted, done, remains
    followup_due_by_appointment = models.DateTimeField(null=True, blank=True)  # 约定跟进

    class Meta:
        ordering = ["-id"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            # Two cameras can report the same heap of rubbish in the same second.
            models.UniqueConstraint(
                fields=["join_key"],
                condition=Q(status__in=LIVE, join_key__isnull=False),
                name="incident_one_live_per_key",
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="incident_level_one_to_four"),
            models.CheckConstraint(
                condition=Q(self_handled=False) | Q(reported_by__isnull=False), name="incident_self_handled_by_whom"
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(ended_at__isnull=True), name="incident_live"),
            models.Index(fields=["category", "lat", "lon"], condition=Q(ended_at__isnull=True), name="incident_nearby"),
            models.Index(fields=["status", "-id"], name="incident_by_status"),
            models.Index(fields=["opened_at"], name="incident_by_time"),
            models.Index(fields=["ended_at"], name="incident_by_end"),
            models.Index(fields=["community", "-id"], name="incident_by_community"),
            models.Index(fields=["grid", "-id"], name="incident_by_grid"),
            models.Index(
                fields=["reported_by", "-id"], condition=Q(reported_by__isnull=False), name="incident_by_reporter"
            ),
            models.Index(fields=["suspended_until"], condition=Q(suspended_at__isnull=False), name="incident_on_hold"),
        ]

    def __str__(self) -> str:
        return f"{self.case_no} {self.title}"


class CaseReturn(models.Model):
    """Sent back, with a reason: a return never wipes what was entered (回退)."""

    class Reason(models.TextChoices):
        NOT_OUR_DUTY = "not_our_duty", _("not our duty")  # 非本单位职责
        WRONG_PLACE = "wrong_place", _("wrong place")
        INSUFFICIENT = "insufficient", _("insufficient information")
        DUPLICATE = "duplicate", _("duplicate")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=14, choices=Reason.choices)
    note = models.TextField(blank=True)
    from_status = models.CharField(max_length=18)
    to_status = models.CharField(max_length=18)
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.incident_id} {self.reason}"


class CaseCheck(models.Model):
    """A look in the field (or at the pictures): verification 核实 before filing, check 核查 before closing."""

    class Kind(models.TextChoices):
        VERIFICATION = "verification", _("verification")
        CHECK = "check", _("check")

    class Result(models.TextChoices):
        TRUE = "true", _("true")  # 属实
        NOT_FOUND = "not_found", _("not found")
        CANNOT_JUDGE = "cannot_judge", _("cannot judge")
        PASSED = "passed", _("passed")
        FAILED = "failed", _("not passed")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    collector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_picture = models.BooleanField(default=False)
    ordered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result.choices, blank=True)
    note = models.TextField(blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind"], condition=Q(done_at__isnull=True), name="check_one_open_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.incident_id} {self.result}"


class Attachment(models.Model):
    """A photo or file, re-encoded, without EXIF; the shot's position and time are kept here."""

    class Kind(models.TextChoices):
        NEAR = "near", _("near")  # 近景
        FAR = "far", _("far")  # 远景
        REFERENCE = "reference", _("reference object")  # 参照物
        BEFORE = "before", _("before")  # 处置前
        AFTER = "after", _("after")  # 处置后
        ARRIVAL = "arrival", _("arrival")  # 到场
        FILE = "file", _("document")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments")
    uuid = models.UUIDField(unique=True)  # made by the client: sending twice stores once
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.FileField(upload_to="incidents/%Y/%m/%d")
    thumb = models.FileField(upload_to="incidents/%Y/%m/%d", blank=True)
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    shot_at = models.DateTimeField(null=True)
    uploaded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
