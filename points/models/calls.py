"""Every call is answered (有呼必应): who called for what, who answered when, how it ended, what the caller thinks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.calls_lifecycle import CallKind, CallStatus
from points.models.residents import Resident


class ServiceCall(models.Model):
    """One call of one resident to the own community.

    `due_at` is the promise of the first answer; `look_at` is when the sweep looks at it next: at the due instant it
    goes to the secretary of the community (`secretary_at`), later to the street (`street_at`). An anonymous call
    shows workers nobody and no phone; its caller still reads the answer.
    """

    Kind, Status = CallKind, CallStatus

    uuid = models.UUIDField(unique=True)  # made by the page: sent twice, called once
    rev = models.BigIntegerField(default=0)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="calls")
    community = models.ForeignKey("grid.Community", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=CallKind.choices)
    status = models.CharField(max_length=10, choices=CallStatus.choices, default=CallStatus.CALLED)
    is_safety = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False)
    text = models.CharField(max_length=500)
    address = models.CharField(max_length=100, blank=True)
    called_at = models.DateTimeField()
    due_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True, blank=True)
    secretary_at = models.DateTimeField(null=True, blank=True)
    street_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reply = models.CharField(max_length=500, blank=True)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="+")
    handed_on_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=500, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_note = models.CharField(max_length=200, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                name="call_answered_by_whom",
                condition=Q(status=CallStatus.CALLED, answered_at__isnull=True, holder__isnull=True)
                | (~Q(status=CallStatus.CALLED)
                   & Q(answered_at__isnull=False, answered_by__isnull=False, holder__isnull=False)),
            ),
            models.CheckConstraint(
                name="call_rated_one_to_five",
                condition=Q(rating__isnull=True, rated_at__isnull=True)
                | Q(rating__range=(1, 5), rated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="call_anonymous_for_safety", condition=Q(is_anonymous=False) | Q(is_safety=True)
            ),
            models.CheckConstraint(name="call_due_after_it", condition=Q(due_at__gt=F("called_at"))),
            models.CheckConstraint(
                name="call_street_after_secretary", condition=Q(street_at__isnull=True) | Q(secretary_at__isnull=False)
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["look_at"],
                condition=Q(status=CallStatus.CALLED, look_at__isnull=False),
                name="calls_to_look_at",
            ),
            models.Index(
                fields=["incident"],
                condition=Q(status=CallStatus.PROCESSING, incident__isnull=False),
                name="calls_handed_on",
            ),
            models.Index(fields=["resident", "-id"], name="calls_of_resident"),
            models.Index(fields=["community", "status", "due_at"], name="calls_of_community"),
            models.Index(fields=["called_at"], name="calls_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_done(self) -> bool:
        """Whether `result` is what it ended with; of a call that was opened again it is the earlier one."""
        return self.status in (CallStatus.DONE, CallStatus.RATED)


class CallPhoto(models.Model):
    """A picture of a call, re-encoded and without EXIF: what the caller shows, or what the worker did."""

    class When(models.TextChoices):
        BEFORE = "before", _("before")  # 处置前
        AFTER = "after", _("after")  # 处置后

    uuid = models.UUIDField(unique=True)
    call = models.ForeignKey(ServiceCall, models.PROTECT, related_name="photos")
    when = models.CharField(max_length=6, choices=When.choices)
    file = models.FileField(upload_to="calls/%Y/%m/%d")
    thumb = models.FileField(upload_to="calls/%Y/%m/%d")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.when} {self.uuid}"
