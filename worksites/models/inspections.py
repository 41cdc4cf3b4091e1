"""The checklist, the planned checks, and the inspection that covers all departments at once (综合查一次)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksites.lifecycle import Colour, Fix, Phase, Severity
from worksites.models.sites import Site


class Checklist(models.Model):
    """One version of the sheet; a published one is not edited any more, the newest published one is used."""

    version = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=60)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-version"]
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ChecklistGroup(models.Model):
    """A group of items, led by one or two departments."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="groups")
    code = models.CharField(max_length=2)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    lead_zh = models.CharField(max_length=40, blank=True)
    lead_en = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["checklist", "code"]
        verbose_name = _("group of the checklist")
        verbose_name_plural = _("groups of the checklist")
        constraints = [models.UniqueConstraint(fields=["checklist", "code"], name="checklist_group_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class ChecklistItem(models.Model):
    """One thing to look at. `phases` empty means all; `fix_days` are workdays, 24 hours for a stop."""

    group = models.ForeignKey(ChecklistGroup, models.CASCADE, related_name="items")
    code = models.CharField(max_length=4)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    severity = models.CharField(max_length=1, choices=Severity.choices)
    serious_when_zh = models.CharField(max_length=60, blank=True)  # a minor item that may be serious, and when
    serious_when_en = models.CharField(max_length=80, blank=True)
    phases = ArrayField(models.CharField(max_length=2, choices=Phase.choices), default=list, blank=True)
    fix = models.CharField(max_length=4, choices=Fix.choices)
    fix_days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["group", "code"]
        verbose_name = _("item of the checklist")
        verbose_name_plural = _("items of the checklist")
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="checklist_item_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Draw(models.Model):
    """The draw of a period: its secret number is fixed before, told after, so that the draw can be repeated.

    `commitment` is SHA-256 of `number`; it stands in the journal from the start and shows that nobody chose later.
    """

    period = models.CharField(max_length=10, unique=True)  # 2026-11
    algorithm = models.CharField(max_length=40)
    number_sealed = models.TextField()
    commitment = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-period"]
        verbose_name = _("draw")
        verbose_name_plural = _("draws")

    def __str__(self) -> str:
        return self.period


class PlannedCheck(models.Model):
    """One check of a site that must happen (检查计划): a day for the brigade, a last day for the promise.

    Who goes is drawn among `candidates` (account names) with the secret number of `draw`, anew each time that `lots`
    grows; people set by hand leave `lots` as it is and say why in the journal.
    """

    class Kind(models.TextChoices):
        RANDOM = "random", _("random check")  # 随机检查
        GENERAL = "general", _("general check")  # 一般检查
        KEY = "key", _("key check")  # 重点检查

    site = models.ForeignKey(Site, models.PROTECT, related_name="planned")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    period = models.CharField(max_length=24)  # 2026-11 for a random one, the date it counts from for the others
    colour = models.CharField(max_length=6, choices=Colour.choices)
    on = models.DateField()  # the day drawn or due
    due_at = models.DateTimeField()  # the end of that day, or of the month
    drawn_on = models.DateField(null=True, blank=True)  # the first day, where an urgent need brought it forward
    moved_reason = models.CharField(max_length=200, blank=True)
    inspectors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    candidates = ArrayField(models.CharField(max_length=150), default=list, blank=True)
    lots = models.PositiveSmallIntegerField(default=0)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="checks")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    inspection = models.ForeignKey(
        "worksites.Inspection", models.PROTECT, null=True, blank=True, related_name="planned"
    )
    missed_at = models.DateTimeField(null=True, blank=True)  # it fell due unseen: `due_at`
    dropped_at = models.DateTimeField(null=True, blank=True)  # the colour changed, the site was finished
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["on", "site"]
        verbose_name = _("planned check")
        verbose_name_plural = _("planned checks")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, missed_at=None, dropped_at=None),
                         name="check_open_by_due"),
            models.Index(fields=["on"], name="check_by_day"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "period"], name="check_once_a_period"),
            models.UniqueConstraint(
                fields=["site"], condition=Q(done_at=None, missed_at=None, dropped_at=None), name="check_one_open"
            ),
            # Brought forward means earlier, and says why.
            models.CheckConstraint(
                name="check_moved_says_why",
                condition=Q(drawn_on=None, moved_reason="") | (Q(drawn_on__gt=models.F("on")) & ~Q(moved_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.on}"


class Inspection(models.Model):
    """One visit, one sheet (检查表). Locked by the signatures; what changes later is a new version.

    `clean` is known once it is locked: nothing failed that was not put right on the spot.
    """

    class Status(models.TextChoices):
        RUNNING = "running", pgettext_lazy("inspection", "under way")  # 检查中
        LOCKED = "locked", pgettext_lazy("inspection", "signed and locked")  # 已签字锁定
        REPLACED = "replaced", pgettext_lazy("inspection", "replaced by a newer version")  # 已被新版本替代
        VOIDED = "voided", pgettext_lazy("inspection", "voided")  # 作废
        DROPPED = "dropped", pgettext_lazy("inspection", "given up")  # 已放弃, never signed

    uuid = models.UUIDField(unique=True)  # made by the phone: begun twice, begun once
    site = models.ForeignKey(Site, models.PROTECT, related_name="inspections")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    phase = models.CharField(max_length=2, choices=Phase.choices)
    colour = models.CharField(max_length=6, choices=Colour.choices)  # of the site when it began
    kind = models.CharField(max_length=8)  # random, general, key; extra where none was planned; recheck
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    conduct_code = models.CharField(max_length=40)  # 行政行为码, shown before the start 亮码
    code_shown_at = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    clean = models.BooleanField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)
    needs = ArrayField(models.BigIntegerField(), default=list, blank=True)  # ids of the needs that this visit serves
    asked = models.JSONField(default=dict, blank=True)  # what the phone sent to begin it: the same again is the same
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    sheet = models.JSONField(null=True, blank=True)  # the sheet as it was signed
    sha256 = models.CharField(max_length=64, blank=True)  # of `sheet`, canonical JSON
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")  # whose phone began it
    inspectors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        indexes = [models.Index(fields=["site", "-started_at"], name="inspection_of_site")]
        constraints = [
            models.CheckConstraint(
                name="inspection_locked_whole",
                condition=Q(locked_at__isnull=True) | (~Q(sha256="") & Q(clean__isnull=False, sheet__isnull=False)),
            ),
            models.CheckConstraint(
                name="inspection_given_up_unsigned", condition=~Q(status="dropped") | Q(locked_at__isnull=True)
            ),
            # One code, one visit: a newer version of its sheet keeps the code.
            models.UniqueConstraint(fields=["conduct_code"], condition=Q(version=1), name="inspection_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.started_at:%Y-%m-%d}"


class ItemResult(models.Model):
    """What was seen of one item during one inspection."""

    class Result(models.TextChoices):
        CONFORMS = "ok", _("conforms")  # 符合
        FAILS = "fails", _("does not conform")  # 不符合
        NOT_APPLICABLE = "na", _("not applicable")  # 不适用
        CORRECTED = "spot", _("corrected on the spot")  # 现场整改

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="results")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="+")
    result = models.CharField(max_length=5, choices=Result.choices)
    serious = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["inspection", "item"]
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="item_result_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.result}"


class Signature(models.Model):
    """Who signed a sheet, drawn with the finger, or refused before a witness (拒签)."""

    class Role(models.TextChoices):
        INSPECTOR = "inspector", _("inspector")  # 检查人员
        OWNER = "owner", _("owner's representative")  # 建设单位
        MANAGER = "manager", _("project manager")  # 施工项目经理
        SUPERVISOR = "supervisor", _("supervision chief")  # 监理总监

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="signatures")
    uuid = models.UUIDField(unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    strokes = models.JSONField(default=list, blank=True)  # [[[x, y], …], …] on a field of 1000 × 400
    refused_reason = models.CharField(max_length=200, blank=True)
    witness = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["inspection", "id"]
        constraints = [
            models.CheckConstraint(
                name="signature_drawn_or_refused",
                condition=(~Q(strokes=[]) & Q(refused_reason=""))
                | (Q(strokes=[]) & ~Q(refused_reason="") & ~Q(witness="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
