"""The green lifeline (绿色生命通道): health rooms of the communities, officers on duty, consultations."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from points.medicine_lifecycle import TALKING, ThreadStatus
from points.models.residents import Resident


class HealthRoom(models.Model):
    """The health room of a community (健康小屋) with its chest, and the health centre behind it.

    Phones are those of the rooms, never of a person.
    """

    community = models.OneToOneField("grid.Community", models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    place = models.CharField(max_length=80)
    phone = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=60, blank=True)
    centre_name = models.CharField(max_length=40, blank=True)  # 社区卫生服务中心
    centre_phone = models.CharField(max_length=20, blank=True)
    has_chest = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["community"]
        verbose_name = _("health room")
        verbose_name_plural = _("health rooms")

    def __str__(self) -> str:
        return self.name


class HealthDuty(models.Model):
    """A health officer is on duty for a community during a period."""

    room = models.ForeignKey(HealthRoom, models.PROTECT, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["period", "id"]
        verbose_name = _("duty of a health officer")
        verbose_name_plural = _("duties of health officers")
        constraints = [
            ExclusionConstraint(
                name="health_duty_once_at_a_time",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="health_duty_lasts",
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.period}"


class Consultation(models.Model):
    """A resident and the health officers of the own community write to each other (文字咨询); no diagnosis.

    `escalate_at` is set while a question waits; `resident` goes when the messages go.
    """

    Status = ThreadStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="consultations")
    room = models.ForeignKey(HealthRoom, models.PROTECT, related_name="consultations")
    status = models.CharField(max_length=12, choices=ThreadStatus.choices, default=ThreadStatus.WAITING)
    is_urgent = models.BooleanField(default=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    said_at = models.DateTimeField()  # the newest message
    waits_since = models.DateTimeField(null=True, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_urgent", "waits_since", "-id"]
        verbose_name = _("health consultation")
        verbose_name_plural = _("health consultations")
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(status__in=TALKING), name="consultation_one_at_a_time"
            ),
            models.CheckConstraint(
                name="consultation_waits_or_not",
                condition=Q(status="waiting") ^ Q(waits_since__isnull=True, escalate_at__isnull=True),
            ),
            models.CheckConstraint(
                name="consultation_ended", condition=Q(status__in=TALKING) ^ Q(ended_at__isnull=False)
            ),
            models.CheckConstraint(
                name="consultation_rated_1_to_5", condition=Q(rating__isnull=True) | Q(rating__range=(1, 5))
            ),
        ]
        indexes = [
            models.Index(fields=["room", "status"], name="consultations_of_room"),
            models.Index(
                fields=["escalate_at"],
                condition=Q(status="waiting", escalated_at__isnull=True),
                name="consultations_to_escalate",
            ),
            models.Index(fields=["said_at"], condition=Q(status="answered"), name="consultations_gone_quiet"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"


class HealthMessage(models.Model):
    """One message of a consultation, sealed; deleted after ninety days."""

    uuid = models.UUIDField(unique=True)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="messages")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    text_sealed = models.TextField()
    is_emergency = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="health_messages_to_erase")]

    def __str__(self) -> str:
        return f"{self.uuid}"
