"""Building sites with gates and people, and the places that take their spoil."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import Colour, Phase, SiteStatus
from worksites.models.companies import Company


class Site(models.Model):
    """A building site (工地). Boundary and positions are GeoJSON and degrees in WGS-84.

    `colour` is what the rules and overrides say now, `rule_colour` what the rules say; `ColourChange` tells
    how it came.
    `plate_code` stands on the plate at the gate (亮码) and opens the public page of the site.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=120, blank=True)
    community = models.ForeignKey("grid.Community", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grid.Grid", models.PROTECT, null=True, blank=True, related_name="+")
    boundary = models.JSONField()  # a Polygon
    lon = models.FloatField()
    lat = models.FloatField()
    area_m2 = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=2, choices=Phase.choices)
    status = models.CharField(max_length=10, choices=SiteStatus.choices, default=SiteStatus.BUILDING)
    colour = models.CharField(max_length=6, choices=Colour.choices, default=Colour.WHITE)
    colour_since = models.DateTimeField()
    rule_colour = models.CharField(max_length=6, choices=Colour.choices, default=Colour.WHITE)  # without any override
    rule_since = models.DateTimeField(db_default=Now())
    recolour_at = models.DateTimeField(null=True, blank=True)  # when time alone may change it
    watched_since = models.DateTimeField()  # registered: checks are planned from here on, loading is lawful
    started_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # as planned
    owner = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    builder = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    supervisor = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    haulier = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    spoil_m3 = models.PositiveIntegerField(default=0)  # waste plan: how much, of what, treated how, by whom answered
    spoil_class = models.CharField(max_length=40, blank=True)
    treatment = models.CharField(max_length=200, blank=True)
    hotline = models.CharField(max_length=20, blank=True)
    plate_code = models.CharField(max_length=12, unique=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    idle_since = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["code"]
        verbose_name = _("worksite")
        verbose_name_plural = _("worksites")
        indexes = [
            models.Index(fields=["status", "colour"], name="site_by_colour"),
            models.Index(fields=["recolour_at"], condition=Q(recolour_at__isnull=False), name="site_to_recolour"),
        ]
        constraints = [
            models.CheckConstraint(
                name="site_stopped_when_it_says_so",
                condition=Q(status=SiteStatus.STOPPED, stopped_at__isnull=False)
                | (~Q(status=SiteStatus.STOPPED) & Q(stopped_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SitePerson(models.Model):
    """Who answers for a site, until `ended_at`. Phones lie encrypted; of who has gone none is kept."""

    class Post(models.TextChoices):
        OWNER = "owner", _("owner's representative")  # 建设单位负责人
        MANAGER = "manager", _("project manager")  # 项目经理
        SUPERVISOR = "supervisor", _("supervision chief")  # 总监理工程师
        SAFETY = "safety", _("safety officer")  # 专职安全员
        SPOIL = "spoil", _("spoil transport")  # 渣土运输负责人

    site = models.ForeignKey(Site, models.CASCADE, related_name="people")
    post = models.CharField(max_length=10, choices=Post.choices)
    name = models.CharField(max_length=30)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    phone_sealed = models.TextField(blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["site", "post", "name"]
        verbose_name = _("person in charge")
        verbose_name_plural = _("people in charge")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "post", "name"], condition=Q(ended_at=None), name="site_person_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Gate(models.Model):
    """An entry and exit of a site (出入口); lawful once filed."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="gates")
    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=40)
    lon = models.FloatField()
    lat = models.FloatField()
    added_at = models.DateTimeField(null=True, blank=True)  # on the map since; none: as long as its site
    filed_on = models.DateField(null=True, blank=True)
    has_wash_bay = models.BooleanField(default=False)
    camera_code = models.CharField(max_length=40, blank=True, db_index=True)  # names it in the pass records

    class Meta:
        ordering = ["code"]
        verbose_name = _("gate")
        verbose_name_plural = _("gates")

    def __str__(self) -> str:
        return self.name


class Sink(models.Model):
    """A place that takes spoil (消纳场): registered or not known to anybody who may register it."""

    class Kind(models.TextChoices):
        LANDFILL = "landfill", _("landfill")  # 消纳场
        RECYCLING = "recycling", _("recycling plant")  # 资源化利用厂
        WHARF = "wharf", _("transfer wharf")  # 中转码头
        BACKFILL = "backfill", _("backfill site")  # 回填点

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LANDFILL)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="sinks")
    boundary = models.JSONField()  # a Polygon
    lon = models.FloatField()
    lat = models.FloatField()
    capacity_m3 = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    registered_at = models.DateTimeField(null=True, blank=True)  # none: before anything was recorded
    closed_at = models.DateTimeField(null=True, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["code"]
        verbose_name = _("sink")
        verbose_name_plural = _("sinks")

    def __str__(self) -> str:
        return self.name
