"""Who is on duty: shifts, rosters, swaps, leave, seats taken, hand-over and the duty log."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def person(**options) -> models.ForeignKey:
    """A person whose rows outlive the account's use."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class Post(models.TextChoices):
    """What somebody is on duty as (岗位)."""

    COMMANDER = "commander", _("commander")  # 指挥长
    SHIFT_LEAD = "shift_lead", _("shift leader")  # 值班长
    SEAT = "seat", _("seat")  # 坐席
    DISPATCHER = "dispatcher", _("dispatcher")  # 派遣员
    UNIT = "unit", pgettext_lazy("post", "unit")  # 班组
    GRID_WORKER = "grid_worker", _("grid worker")  # 网格员
    COLLECTOR = "collector", pgettext_lazy("post", "collector")  # 采集员


class ShiftTemplate(models.Model):
    """A shift of every day 班次: from when to when (past midnight when `ends` is not later), and who must be there."""

    code = models.SlugField(max_length=16, unique=True)
    name_zh = models.CharField(max_length=20)
    name_en = models.CharField(max_length=40)
    starts = models.TimeField()
    ends = models.TimeField()
    leads_least = models.PositiveSmallIntegerField(default=1)
    seats_least = models.PositiveSmallIntegerField(default=2)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["starts"]
        verbose_name = _("shift template")
        verbose_name_plural = _("shift templates")

    def __str__(self) -> str:
        return f"{self.name_zh} {self.starts:%H:%M}–{self.ends:%H:%M}"


class DutyShift(models.Model):
    """One shift of one day (值班); `day` is the date on which it begins, in Hangzhou."""

    day = models.DateField()
    template = models.ForeignKey(ShiftTemplate, models.PROTECT, related_name="shifts")
    period = DateTimeRangeField()

    class Meta:
        ordering = ["period"]
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty shifts")
        constraints = [
            models.UniqueConstraint(fields=["day", "template"], name="shift_once_a_day"),
            ExclusionConstraint(name="shift_one_at_a_time", expressions=[("period", RangeOperators.OVERLAPS)]),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.template.name_zh}"


class RosterLine(models.Model):
    """This person, in this post, in this period (排班). `place` is a seat, a unit's or a grid's code, or empty.

    A backup (AB岗) stands in when asked and may be planned beside other duty; everybody else is in one place at a time.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        ON_LEAVE = "on_leave", _("on leave")
        CANCELLED = "cancelled", _("cancelled")

    user = person()
    post = models.CharField(max_length=12, choices=Post.choices)
    period = DateTimeRangeField()
    shift = models.ForeignKey(DutyShift, models.PROTECT, null=True, blank=True, related_name="lines")
    place = models.CharField(max_length=24, blank=True)
    is_backup = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    planned_by = person(null=True, blank=True)
    planned_at = models.DateTimeField()

    class Meta:
        ordering = ["period", "post", "id"]
        verbose_name = _("roster line")
        verbose_name_plural = _("roster lines")
        constraints = [
            # Looked at when the transaction ends, so that two people can change places.
            ExclusionConstraint(
                name="roster_nobody_in_two_places",
                expressions=[("user", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state="planned", is_backup=False),
                deferrable=Deferrable.DEFERRED,
            ),
            ExclusionConstraint(
                name="roster_one_at_a_seat",
                expressions=[("place", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(post="seat", state="planned", is_backup=False) & ~Q(place=""),
                deferrable=Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["shift", "post"], name="roster_by_shift")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_post_display()} {self.period}"


class Swap(models.Model):
    """Two people change their duty (换班), or one gives it to another; the shift leader approves."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("swap", "awaiting the shift leader")
        APPROVED = "approved", pgettext_lazy("swap", "approved")
        REFUSED = "refused", pgettext_lazy("swap", "refused")

    line = models.ForeignKey(RosterLine, models.PROTECT, related_name="swaps")
    to = person()
    back = models.ForeignKey(RosterLine, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = person()
    asked_at = models.DateTimeField()
    decided_by = person(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(state="asked"), name="swap_one_open_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.to}"


class Leave(models.Model):
    """Somebody is away (请假); the stand-in takes over every duty inside, or nobody goes."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("swap", "awaiting the shift leader")
        APPROVED = "approved", pgettext_lazy("swap", "approved")
        REFUSED = "refused", pgettext_lazy("swap", "refused")

    user = person()
    stand_in = person()
    period = DateTimeRangeField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_by = person(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="leave_once_at_a_time",
                expressions=[("user", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=~Q(state="refused"),
            ),
            models.CheckConstraint(condition=~Q(user=models.F("stand_in")), name="leave_stand_in_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.period}"


class SignOn(models.Model):
    """A person has come on duty (签到): from `at` to `off_at`; a seat is held by one person at a time.

    `heard_at` is the last sign of the console or phone: older than a minute counts as off-line.
    """

    user = person()
    line = models.ForeignKey(RosterLine, models.PROTECT, null=True, related_name="sign_ons")
    post = models.CharField(max_length=12, choices=Post.choices)
    seat = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(off_at__isnull=True), name="sign_on_one_per_person"),
            models.UniqueConstraint(
                fields=["seat"], condition=Q(off_at__isnull=True, seat__isnull=False), name="seat_held_by_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%m-%d %H:%M}"


class Handover(models.Model):
    """The note from one shift to the next (交接班): written, signed by who goes, confirmed by who comes.

    `open_incidents` and `due_soon` are frozen when it is signed: lists of {id, case_no, title, level, …};
    `equipment` is a list of {name, state}, `counted` of {name, count}. `restricted` is for those who may read it.
    """

    shift = models.OneToOneField(DutyShift, models.PROTECT, related_name="handover")
    open_incidents = models.JSONField(default=list)
    due_soon = models.JSONField(default=list)
    equipment = models.JSONField(default=list)
    counted = models.JSONField(default=list)
    instructions = models.TextField(blank=True)
    watch = models.TextField(blank=True)
    restricted = models.TextField(blank=True)
    written_by = person()
    written_at = models.DateTimeField()
    signed_by = person(null=True)
    signed_at = models.DateTimeField(null=True)
    confirmed_by = person(null=True)
    confirmed_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(signed_at__isnull=False), name="handover_signed_first"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("signed_by")),
                name="handover_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return str(self.shift)


class DutyLog(models.Model):
    """One order, call or radio exchange (值班日志): a row, never a running text. Rows are not changed."""

    class Kind(models.TextChoices):
        CALL = "call", _("phone call")
        RADIO = "radio", _("radio")
        ORDER = "order", pgettext_lazy("duty log", "order")
        OTHER = "other", pgettext_lazy("duty log", "other")

    client_uuid = models.UUIDField(unique=True)  # sent twice, stored once
    at = models.DateTimeField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    caller = models.CharField(max_length=60)
    called = models.CharField(max_length=60)
    content = models.TextField()
    # The rooms above know the incident; here it is only a number to look it up by.
    case_no = models.CharField(max_length=19, blank=True)
    shift = models.ForeignKey(DutyShift, models.PROTECT, null=True, related_name="log")
    by = person()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("duty log")
        verbose_name_plural = _("duty log")
        indexes = [models.Index(fields=["case_no"], name="log_by_case", condition=~Q(case_no=""))]

    def __str__(self) -> str:
        return f"{self.at:%m-%d %H:%M} {self.caller} → {self.called}"
