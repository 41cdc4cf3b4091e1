"""The catalogue as data: categories of every scheme, filing standards, levels, departments, policies."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scheme(models.TextChoices):
    SZCG = "SZCG", _("digital urban management")  # 数字城管
    JCZZ = "JCZZ", _("grass-roots governance")  # 基层智治
    P110 = "P110", _("110 categories")  # 110警情类别
    H12345 = "H12345", _("12345 topics")  # 12345事项


class Level(models.IntegerChoices):
    """Incident levels 事件等级; 4 is not immediate and goes through verification and filing."""

    I = 1, _("Ⅰ very urgent")  # noqa: E741 - the Roman numeral is the term
    II = 2, _("Ⅱ urgent")
    III = 3, _("Ⅲ ordinary")
    IV = 4, _("Ⅳ not immediate")


class LimitKind(models.TextChoices):
    URGENT_HOUR = "urgent_hour", _("urgent hours")  # 紧急工作时
    WORK_HOUR = "work_hour", _("work hours")  # 工作时
    WORK_DAY = "work_day", _("workdays")  # 工作日
    NATURAL_DAY = "natural_day", _("natural days")  # 自然日


class Department(models.Model):
    """Who must handle (处置部门, 责任单位)."""

    code = models.CharField(max_length=24, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    duty_phone = models.CharField(max_length=24, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self) -> str:
        return self.name_zh


class CaseCategory(models.Model):
    """One class of one edition of one scheme. A code has no meaning without its version."""

    scheme = models.CharField(max_length=8, choices=Scheme.choices)
    version = models.CharField(max_length=24)
    code = models.CharField(max_length=24)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    second_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    default_level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.IV)
    same_period = models.BooleanField(default=False)  # T: checked at the time of day of the report
    need_followup = models.BooleanField(default=False)  # F24 applies
    needs_field_action = models.BooleanField(default=True)  # consultation does not
    join_radius_m = models.PositiveSmallIntegerField(default=50)
    join_window_s = models.PositiveIntegerField(default=24 * 3600)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["scheme", "version", "code"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version", "code"], name="category_once_per_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class FilingStandard(models.Model):
    """When a class is filed, when it may close and how long it may take (立案标准)."""

    category = models.ForeignKey(CaseCategory, models.PROTECT, related_name="standards")
    letter = models.CharField(max_length=2, default="a")
    stage_no = models.PositiveSmallIntegerField(default=1)
    filing_condition = models.TextField()
    closing_condition = models.TextField()
    filing_condition_en = models.TextField(blank=True)
    closing_condition_en = models.TextField(blank=True)
    limit_kind = models.CharField(max_length=12, choices=LimitKind.choices)
    limit_value = models.PositiveSmallIntegerField()
    original_text = models.CharField(max_length=60, blank=True)
    limit_doubtful = models.BooleanField(default=False)  # the text could not be read; one natural day stands in

    class Meta:
        ordering = ["category", "letter", "stage_no"]
        verbose_name = _("filing standard")
        verbose_name_plural = _("filing standards")
        constraints = [
            models.UniqueConstraint(fields=["category", "letter", "stage_no"], name="standard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category.code}{self.letter} {self.filing_condition}"


class CategoryMap(models.Model):
    """Which class of one scheme stands for which class of another; one default each way."""

    from_category = models.ForeignKey(CaseCategory, models.CASCADE, related_name="maps_to")
    to_category = models.ForeignKey(CaseCategory, models.CASCADE, related_name="mapped_from")
    is_default = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_category", "to_category"], name="category_map_once"),
        ]

    def __str__(self) -> str:
        return f"{self.from_category.code} → {self.to_category.code}"


class LevelRule(models.Model):
    """Which level an incident of a class opens at; the first rule that fits decides, by `order`.

    Empty conditions fit everything. `min_confidence` compares with the alert's confidence (0–1).
    """

    order = models.PositiveSmallIntegerField(default=100)
    category = models.ForeignKey(CaseCategory, models.CASCADE, null=True, blank=True, related_name="level_rules")
    source_kind = models.CharField(max_length=20, blank=True)
    alert_kind = models.CharField(max_length=60, blank=True)
    min_confidence = models.FloatField(null=True, blank=True)
    keyword = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("level rule")
        verbose_name_plural = _("level rules")

    def __str__(self) -> str:
        return f"{self.order} → {self.get_level_display()}"


class SlaPolicy(models.Model):
    """A set of promises (时效方案): the street's 30515, the city profile. Copied into the incident at opening."""

    code = models.CharField(max_length=24)
    version = models.PositiveSmallIntegerField(default=1)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    effective_from = models.DateTimeField()

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("limit policy")
        verbose_name_plural = _("limit policies")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.name_zh} v{self.version}"


class SlaClock(models.Model):
    """One promise of a policy: from which event to which, in how many seconds, for whom.

    `start` and `stop` are event codes E0–E10. `applies` is one of: immediate (levels Ⅰ–Ⅲ that need field
    action), attended (whose plan needs attendance), reinforced (with E5), followed_up (disputes, help,
    complaints, or flagged), all; stage, for clocks that run with the states of a case file (no events).
    `on_miss` names the consequence, empty for none. Reminded 催办 once `remind_percent` of the limit is used, and
    every `remind_every_s` after a miss until the stop has come; 0 for never.
    """

    policy = models.ForeignKey(SlaPolicy, models.CASCADE, related_name="clocks")
    code = models.CharField(max_length=12)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    start = models.CharField(max_length=4, blank=True)
    stop = models.CharField(max_length=4, blank=True)
    limit_kind = models.CharField(max_length=12, choices=LimitKind.choices, blank=True)  # empty: clock seconds
    target_s = models.PositiveIntegerField()
    applies = models.CharField(max_length=16)
    accountable = models.CharField(max_length=40, blank=True)
    on_miss = models.CharField(max_length=32, blank=True)
    remind_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    remind_every_s = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["policy", "id"]
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="clock_once_per_policy")]

    def __str__(self) -> str:
        return f"{self.code} ≤ {self.target_s} s"
