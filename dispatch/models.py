"""Hands and feet: units, where they are, and what they were ordered to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Skill(models.TextChoices):
    """What a unit is good at; `SkillRule` says which classes of incident ask for it."""

    FIRE = "fire", _("firefighting")  # 消防
    RESCUE = "rescue", _("first aid and rescue")  # 急救救援
    ORDER = "order", _("public order")  # 治安
    DISPUTE = "dispute", _("disputes")  # 矛盾调解
    TRAFFIC = "traffic", _("traffic")  # 交通疏导
    STREET = "street", _("street appearance")  # 市容环境
    SITE = "site", _("worksites and waste trucks")  # 工地渣土
    WATER = "water", _("flood and water")  # 防汛排涝
    SAFETY = "safety", _("workplace safety")  # 安全生产


class Unit(models.Model):
    """A team, car or force that can be sent (班组, 处置力量)."""

    class Kind(models.TextChoices):
        SQUAD = "squad", _("patrol squad")  # 综治队班组
        POLICE = "police", _("police")
        ENFORCEMENT = "enforcement", _("enforcement brigade")
        FIRE = "fire", _("fire rescue")
        VOLUNTEER = "volunteer", _("volunteers")

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SQUAD)
    area = models.CharField(max_length=24, blank=True)
    skills = models.JSONField(default=list, blank=True)
    radio_call = models.CharField(max_length=20, blank=True)
    home_lon = models.FloatField(null=True, blank=True)
    home_lat = models.FloatField(null=True, blank=True)
    on_duty_since = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # its phone last asked or told something
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name


class UnitMember(models.Model):
    """A person of a unit; the phone that last signed on speaks for the unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="unit_memberships")
    is_leader = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "user"], name="unit_member_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.unit}"


class UnitPosition(models.Model):
    """The last believed place of a unit, one row each: overwritten, no history, not journalled.

    A fix that a phone marks as mocked, or that lies a jump away, is not believed: only `flag` and
    `flagged_at` tell of it. Degrees are WGS-84; `fix_at` is the device's instant, corrected to our clock.
    """

    class Flag(models.TextChoices):
        NONE = "", _("nothing unusual")
        MOCKED = "mocked", _("simulated position")  # 模拟定位
        JUMP = "jump", _("impossible jump")  # 位置跳变

    unit = models.OneToOneField(Unit, models.CASCADE, primary_key=True, related_name="position")
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy_m = models.FloatField()
    speed_kmh = models.FloatField(null=True, blank=True)
    flag = models.CharField(max_length=8, choices=Flag.choices, default=Flag.NONE, blank=True)
    flagged_at = models.DateTimeField(null=True, blank=True)
    believed = models.BooleanField(default=True)  # false: the only fix ever sent was a mocked one
    fix_at = models.DateTimeField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.unit_id} {self.lon:.5f},{self.lat:.5f}"


class Assignment(models.Model):
    """This unit or department for this incident: from the offer to the end."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("offered")  # 已下达
        ACCEPTED = "accepted", _("accepted")  # 已接单
        ARRIVED = "arrived", _("on scene")  # 已到场
        FINISHED = "finished", _("finished")  # 已完成
        CONFIRMED = "confirmed", _("confirmed by department")  # 部门已确认
        DECLINED = "declined", _("declined")  # 已拒绝
        RETURNED = "returned", _("returned")  # 已回退
        EXPIRED = "expired", _("not answered")  # 超时未接
        RECALLED = "recalled", _("recalled")  # 已撤回

    class Part(models.TextChoices):
        MAIN = "main", _("main unit")  # 主责
        SUPPORT = "support", _("supporting unit")  # 协同
        REINFORCEMENT = "reinforcement", _("reinforcement")  # 增援

    OPEN = ("offered", "accepted", "arrived")

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="+")
    rev = models.BigIntegerField(default=0)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="assignments")
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, blank=True, related_name="+")
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    departed_at = models.DateTimeField(null=True, blank=True)  # set off for the scene (已出发)
    part = models.CharField(max_length=14, choices=Part.choices, default=Part.MAIN)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OFFERED)
    generation = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)  # why this unit, in one sentence in the street's language
    why = models.JSONField(default=dict, db_default={}, blank=True)  # the same as facts (`dispatch.why`)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    first_feedback_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)
    end_note = models.TextField(blank=True)
    near_fixes = models.PositiveSmallIntegerField(default=0)  # consecutive fixes inside the geofence
    last_fix_at = models.DateTimeField(null=True, blank=True)  # the newest fix that was held against the geofence
    result = models.JSONField(default=dict, blank=True)  # closing facts told by the unit or department

    class Meta:
        ordering = ["id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                name="assignment_unit_or_department",
                condition=Q(unit__isnull=False, department__isnull=True)
                | Q(unit__isnull=True, department__isnull=False),
            ),
            # Two seats can press in the same second; one unit goes to one place.
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(ended_at__isnull=True, unit__isnull=False),
                name="assignment_one_live_per_unit",
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(ended_at__isnull=True, part="main"),
                name="assignment_one_live_main_per_incident",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="offered"), name="assignment_expiring"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="assignment_live"),
            models.Index(fields=["offered_at"], name="assignment_by_time"),
            models.Index(fields=["incident", "id"], name="assignment_of_incident"),
            models.Index(fields=["department", "status", "id"], name="assignment_of_department"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.department} → {self.incident_id} ({self.status})"


class Report(models.Model):
    """One message from the scene (现场反馈): words, with a photo or not. The client's UUID stops repeats."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="reports")
    uuid = models.UUIDField(unique=True)
    text = models.TextField(blank=True)
    photo = models.ForeignKey("incidents.Attachment", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.text[:20]}"


class ArrivalProof(models.Model):
    """Why we believe that the unit is there: two fixes inside the geofence, or a photo (到场凭证)."""

    class Method(models.TextChoices):
        GEOFENCE = "geofence", _("position inside the geofence")
        PHOTO = "photo", _("photo on scene")

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="proof")
    method = models.CharField(max_length=10, choices=Method.choices)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    distance_m = models.FloatField(null=True)
    doubtful = models.BooleanField(default=False)  # manual arrival more than 300 m away: 位置异常
    photo = models.ForeignKey("incidents.Attachment", models.PROTECT, null=True, related_name="+")
    device_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.method}"


class Force(models.TextChoices):
    """Who can be called for help (增援力量): the kinds of units, and a department."""

    SQUAD = "squad", _("patrol squad")  # 综治队班组
    POLICE = "police", _("police")
    ENFORCEMENT = "enforcement", _("enforcement brigade")
    FIRE = "fire", _("fire rescue")
    VOLUNTEER = "volunteer", _("volunteers")
    DEPARTMENT = "department", _("department")  # 职能部门


class ForceRule(models.Model):
    """How long a called force may take to answer, and who is called instead when it refuses or stays silent."""

    force = models.CharField(max_length=12, choices=Force.choices, primary_key=True)
    answer_within_s = models.PositiveSmallIntegerField(default=120)
    next_forces = models.JSONField(default=list, blank=True)  # codes of `Force`, in this order

    class Meta:
        ordering = ["force"]
        verbose_name = _("rule of a force")
        verbose_name_plural = _("rules of forces")

    def __str__(self) -> str:
        return f"{self.force} → {', '.join(self.next_forces)}"


class Reinforcement(models.Model):
    """A call for another force (增援): asked at E5, met at E6 when its first member arrives.

    A force that refuses, or has not answered by `answer_by`, is passed over: `passed_at` says when, and the call
    that `follows` it says who was called instead.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("requested")
        ACCEPTED = "accepted", _("accepted")
        ARRIVED = "arrived", _("arrived")
        REFUSED = "refused", _("refused")
        UNANSWERED = "unanswered", _("not answered")  # 超时未应答
        CANCELLED = "cancelled", _("cancelled")

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="+")
    force = models.CharField(max_length=12, choices=Force.choices)
    department = models.ForeignKey("incidents.Department", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    reason = models.TextField(blank=True)
    rule = models.CharField(max_length=24, blank=True)  # level_1, a5_missed, next:17, or empty for a person
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A rule asks once for an incident, whatever is swept twice.
            models.UniqueConstraint(
                fields=["incident", "force", "rule"],
                condition=~Q(rule=""),
                name="reinforcement_once_per_rule",
            ),
            models.CheckConstraint(
                name="reinforcement_names_department",
                condition=~Q(force="department") | Q(department__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=Q(status="requested", passed_at__isnull=True, ended_at__isnull=True),
                name="reinforcement_unheard",
            ),
            models.Index(
                fields=["id"], condition=Q(status="refused", passed_at__isnull=True), name="reinforcement_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.force} for {self.incident_id} ({self.status})"


class DispatchRule(models.Model):
    """What the system does by itself for incidents of a level (自动派遣规则).

    `auto_after_s` seconds after the incident began to wait, `units` units are ordered if no seat has done it
    (empty: never by itself). `forces` are asked for reinforcement at once, `notices` are only told. Where a
    seat must decide about reinforcement, `decide_within_s` says how long it may take.
    """

    level = models.PositiveSmallIntegerField(primary_key=True)
    auto_after_s = models.PositiveSmallIntegerField(null=True, blank=True)
    units = models.PositiveSmallIntegerField(default=1)
    forces = models.JSONField(default=list, blank=True)
    notices = models.JSONField(default=list, blank=True)
    missed_force = models.CharField(max_length=12, choices=Unit.Kind.choices, blank=True)  # asked when A5 is missed
    decide_within_s = models.PositiveSmallIntegerField(null=True, blank=True)
    reason_needed = models.BooleanField(default=False)  # to overrule the proposed unit

    class Meta:
        ordering = ["level"]
        verbose_name = _("dispatch rule")
        verbose_name_plural = _("dispatch rules")

    def __str__(self) -> str:
        return f"{self.level}"


class SkillRule(models.Model):
    """Classes whose code begins with `prefix` ask for a unit with this skill; the longest prefix decides."""

    scheme = models.CharField(max_length=8)
    prefix = models.CharField(max_length=24)
    skill = models.CharField(max_length=12, choices=Skill.choices)

    class Meta:
        ordering = ["scheme", "prefix"]
        verbose_name = _("skill rule")
        verbose_name_plural = _("skill rules")
        constraints = [models.UniqueConstraint(fields=["scheme", "prefix"], name="skill_rule_once")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.prefix}… → {self.get_skill_display()}"


# Their tables are of this app; they stand in a file of their own.
from dispatch.models_police import (  # noqa: E402
    LinkSubject,
    PoliceCall,
    PoliceLink,
    PoliceMessage,
    PoliceReceipt,
    PoliceRules,
    PoliceTransfer,
)
from dispatch.models_riders import (  # noqa: E402
    DelayNote,
    HelpCall,
    HelpPart,
    Rider,
    RiderReport,
    RiderRules,
)

__all__ = [
    "ArrivalProof",
    "Assignment",
    "DelayNote",
    "DispatchRule",
    "HelpCall",
    "HelpPart",
    "LinkSubject",
    "PoliceCall",
    "PoliceLink",
    "PoliceMessage",
    "PoliceReceipt",
    "PoliceRules",
    "PoliceTransfer",
    "Reinforcement",
    "Report",
    "Rider",
    "RiderReport",
    "RiderRules",
    "Skill",
    "SkillRule",
    "Unit",
    "UnitMember",
    "UnitPosition",
]
