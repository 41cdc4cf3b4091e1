"""The exceptions of the flow as rows: more time asked for, supervision, and the numbers that rule them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FlowRules(models.Model):
    """The numbers of the flow, from a date on; the newest row in force counts. An edit wants a new row."""

    effective_from = models.DateTimeField(unique=True)
    extensions_most = models.PositiveSmallIntegerField(default=2)
    suspension_longest_days = models.PositiveSmallIntegerField(default=366)
    reopen_within_days = models.PositiveSmallIntegerField(default=7)
    closing_brief_chars = models.PositiveSmallIntegerField(default=30)  # shorter is likely 过简闭环
    supervise_after_returns = models.PositiveSmallIntegerField(default=2)
    supervise_after_rework = models.PositiveSmallIntegerField(default=2)
    supervision_reply_work_hours = models.PositiveSmallIntegerField(default=4)
    leader_supervision_after_limits = models.FloatField(default=2.0)  # open longer than so many limits

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("rules of the flow")
        verbose_name_plural = _("rules of the flow")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"


class TimeRequest(models.Model):
    """More time asked for: an extension 延期 or a suspension 挂账; handler → own department → dispatcher."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("extension")  # 延期
        SUSPENSION = "suspension", _("suspension")  # 挂账

    class State(models.TextChoices):
        ASKED = "asked", _("awaiting the department")
        ENDORSED = "endorsed", _("awaiting the dispatcher")
        APPROVED = "approved", pgettext_lazy("time request", "approved")
        REFUSED = "refused", pgettext_lazy("time request", "refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OPEN = (State.ASKED, State.ENDORSED)

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="time_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    reason = models.TextField()
    until = models.DateTimeField(null=True, blank=True)  # a suspension's end
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    endorsed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Handler and department may ask in the same second; the dispatcher decides once.
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=Q(state__in=["asked", "endorsed"]),
                name="time_request_one_open_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=False) | ~Q(kind="suspension"), name="time_request_suspension_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.incident_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it awaits somebody's word."""
        return self.state in self.OPEN

    @property
    def has_lapsed(self) -> bool:
        """Whether it ended with the handling, by nobody's word."""
        return self.state == self.State.WITHDRAWN and self.decided_by_id is None


class Supervision(models.Model):
    """A numbered notice 督办: by the shift leader (1), or signed by the commander (2); open until cleared."""

    class Level(models.IntegerChoices):
        SHIFT_LEAD = 1, _("supervision")  # 督办
        COMMANDER = 2, _("supervision by the leader")  # 领导督办

    class Trigger(models.TextChoices):
        OVERDUE = "overdue", _("handling overdue")
        REWORK = "rework", _("rework twice")
        RETURNED = "returned", _("sent back twice")
        UNANSWERED = "unanswered", _("supervision unanswered")
        SUPERIOR = "superior", _("instruction of a superior")
        LONG_OPEN = "long_open", _("open longer than twice the limit")
        JUDGEMENT = "judgement", _("judgement of the one who signs")

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="supervisions")
    number = models.CharField(max_length=20, unique=True)  # 督〔2026〕0001
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    note = models.TextField(blank=True)
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    reply_due_at = models.DateTimeField()
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "level"],
                condition=Q(cleared_at__isnull=True),
                name="supervision_one_open_per_level",
            ),
        ]
        indexes = [
            models.Index(fields=["reply_due_at"], condition=Q(cleared_at__isnull=True), name="supervision_open"),
        ]

    def __str__(self) -> str:
        return self.number
