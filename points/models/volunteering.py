"""Volunteer tasks (红蜀有为): what is to be done, who claimed it, and what hours came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.models.residents import Resident
from points.volunteering_lifecycle import HOLDING, MOST_OPEN, OPEN_CLAIMS, QUARTER_MIN, ClaimStatus, TaskStatus


class VolunteerTask(models.Model):
    """One task, published by a worker or wished for by a resident; degrees are WGS-84.

    The place of a home is told only to those who were accepted.
    """

    Status = TaskStatus

    class Kind(models.TextChoices):
        WISH = "wish", _("small wish")  # 微心愿
        ERRAND = "errand", _("errand")  # 代办
        SERVICE = "service", pgettext_lazy("volunteer task", "service for neighbours")  # 便民服务
        PATROL = "patrol", pgettext_lazy("volunteer task", "volunteer patrol")  # 巡逻
        EMERGENCY = "emergency", pgettext_lazy("volunteer task", "emergency")  # 应急

    class Risk(models.TextChoices):
        LOW = "low", pgettext_lazy("risk", "low")  # 低
        MEDIUM = "medium", pgettext_lazy("risk", "medium")  # 中
        HIGH = "high", pgettext_lazy("risk", "high")  # 高

    class Skill(models.TextChoices):
        NONE = "", pgettext_lazy("skill", "none needed")  # 不限
        FIRST_AID = "first_aid", pgettext_lazy("skill", "first aid")  # 急救
        REPAIR = "repair", pgettext_lazy("skill", "repairing")  # 维修
        HAIRCUT = "haircut", pgettext_lazy("skill", "cutting hair")  # 理发
        TEACHING = "teaching", pgettext_lazy("skill", "teaching")  # 辅导
        DIGITAL = "digital", pgettext_lazy("skill", "phones and computers")  # 手机电脑
        LAW = "law", pgettext_lazy("skill", "law")  # 法律
        LISTENING = "listening", pgettext_lazy("skill", "listening")  # 心理陪伴
        DRIVING = "driving", pgettext_lazy("skill", "driving")  # 驾驶

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    skill = models.CharField(max_length=10, choices=Skill.choices, blank=True)
    community = models.ForeignKey("grid.Community", models.PROTECT, related_name="+")
    address = models.CharField(max_length=80)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    at_home = models.BooleanField(default=False)  # a home is entered (入户)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slots = models.PositiveSmallIntegerField(default=1)
    taken = models.PositiveSmallIntegerField(default=0)
    minors_allowed = models.BooleanField(default=False)
    risk = models.CharField(max_length=6, choices=Risk.choices, default=Risk.LOW)
    status = models.CharField(max_length=10, choices=TaskStatus.choices)
    check_code = models.CharField(max_length=32, unique=True)  # behind the QR code at the place
    asked_by = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="wishes")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)  # when the sweep ends it
    why = models.CharField(max_length=200, blank=True)  # refused or withdrawn

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("volunteer task")
        verbose_name_plural = _("volunteer tasks")
        constraints = [
            # Fifty thumbs may press in the same second.
            models.CheckConstraint(name="volunteer_task_never_overfull", condition=Q(taken__lte=F("slots"))),
            models.CheckConstraint(name="volunteer_task_window", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(
                name="volunteer_task_open_has_place",
                condition=Q(status__in=[TaskStatus.ASKED, TaskStatus.REFUSED, TaskStatus.WITHDRAWN])
                | Q(lon__isnull=False, lat__isnull=False, published_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "starts_at"], name="volunteer_tasks_by_start"),
            models.Index(fields=["community", "status"], name="volunteer_tasks_of_community"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="volunteer_tasks_to_end"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def left(self) -> int:
        """Slots that nobody has claimed."""
        return self.slots - self.taken


class Claim(models.Model):
    """One volunteer's part in one task (认领). Of where the phone was only the distance to the place is kept."""

    Status = ClaimStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    task = models.ForeignKey(VolunteerTask, models.PROTECT, related_name="claims")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="claims")
    status = models.CharField(max_length=10, choices=ClaimStatus.choices, default=ClaimStatus.CLAIMED)
    nth = models.PositiveSmallIntegerField()  # which of the resident's three open claims it is
    is_known = models.BooleanField(default=False)  # the household knows this volunteer
    claimed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    came_at = models.DateTimeField(null=True, blank=True)
    came_m = models.PositiveIntegerField(null=True, blank=True)
    went_at = models.DateTimeField(null=True, blank=True)
    went_m = models.PositiveIntegerField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # did not come: the end of the window
    minutes = models.PositiveIntegerField(null=True, blank=True)  # verified, in whole quarters of an hour
    finished_at = models.DateTimeField(null=True, blank=True)
    vouched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    task_stars = models.PositiveSmallIntegerField(null=True, blank=True)  # what the volunteer says
    task_words = models.CharField(max_length=200, blank=True)
    volunteer_stars = models.PositiveSmallIntegerField(null=True, blank=True)  # what the other side says
    volunteer_words = models.CharField(max_length=200, blank=True)
    rate_by = models.DateTimeField(null=True, blank=True)  # then it is paid without a word
    rated_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("claim of a volunteer task")
        verbose_name_plural = _("claims of volunteer tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "resident"], condition=Q(status__in=HOLDING), name="claim_one_of_each_resident"
            ),
            models.UniqueConstraint(
                fields=["resident", "nth"], condition=Q(status__in=OPEN_CLAIMS), name="claim_most_three_open"
            ),
            models.CheckConstraint(name="claim_nth", condition=Q(nth__gte=1, nth__lte=MOST_OPEN)),
            models.CheckConstraint(
                name="claim_stars",
                condition=(Q(task_stars__isnull=True) | Q(task_stars__range=(1, 5)))
                & (Q(volunteer_stars__isnull=True) | Q(volunteer_stars__range=(1, 5))),
            ),
            models.CheckConstraint(
                name="claim_finished_with_time",
                condition=~Q(status__in=[ClaimStatus.FINISHED, ClaimStatus.RATED])
                | Q(minutes__isnull=False, finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-id"], name="claims_of_resident"),
            models.Index(fields=["rate_by"], condition=Q(status="finished"), name="claims_to_settle"),
            models.Index(fields=["resident", "missed_at"], condition=Q(status="no_show"), name="claims_missed"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.resident_id}"

    @property
    def hours(self) -> str:
        """Verified hours, such as `1.25`; empty while there are none."""
        return "" if self.minutes is None else f"{self.minutes / 60:g}"


class VolunteerCertificate(models.Model):
    """A certificate of hours (志愿服务证明) over a span of days, frozen as issued; anybody can check its code."""

    uuid = models.UUIDField(unique=True)
    code = models.CharField(max_length=12, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="certificates")
    from_day = models.DateField()
    to_day = models.DateField()
    minutes = models.PositiveIntegerField()
    deeds = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("certificate of volunteer hours")
        verbose_name_plural = _("certificates of volunteer hours")
        constraints = [
            models.CheckConstraint(name="certificate_of_something", condition=Q(minutes__gte=QUARTER_MIN, deeds__gte=1))
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def hours(self) -> str:
        """Hours such as `12.5`."""
        return f"{self.minutes / 60:g}"
