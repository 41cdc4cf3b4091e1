"""The ground: communities, grids and the people who answer for them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Community(models.Model):
    """One of the 36 units of the street: a community 社区 or a village 村. Polygon in WGS-84 GeoJSON."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("community")
        VILLAGE = "village", _("village")

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=40)
    short_name = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    population = models.PositiveIntegerField(default=0)
    polygon = models.JSONField()
    label_lon = models.FloatField()
    label_lat = models.FloatField()

    class Meta:
        ordering = ["code"]
        verbose_name = _("community or village")
        verbose_name_plural = _("communities and villages")

    def __str__(self) -> str:
        return self.short_name


class Grid(models.Model):
    """A governed area. `code` is a string of up to 24 digits; a border point belongs to the lower code."""

    class Kind(models.TextChoices):
        SOCIAL = "social", _("grid")  # 网格
        MICRO = "micro", _("micro-grid")  # 微网格
        UNIT = "unit", _("unit grid")  # 单元网格
        DUTY = "duty", _("duty grid")  # 责任网格
        DEDICATED = "dedicated", _("dedicated grid")  # 专属网格

    code = models.CharField(max_length=24, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SOCIAL)
    name = models.CharField(max_length=60)
    community = models.ForeignKey(Community, models.PROTECT, related_name="grids")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    polygon = models.JSONField()
    label_lon = models.FloatField()
    label_lat = models.FloatField()
    households = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code"]
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        indexes = [models.Index(fields=["kind", "community"], name="grid_by_kind")]

    def __str__(self) -> str:
        return self.name


class Ground(models.Model):
    """The edition of all polygons: processes that keep them in memory reload when it changes."""

    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.edition)


class Posting(models.Model):
    """A person answers for a grid in a duty, from one day to another, so that old cases keep their owner."""

    class Duty(models.TextChoices):
        LEADER = "leader", _("grid leader")  # 网格长
        WORKER = "worker", _("full-time grid worker")  # 专职网格员
        BACKUP = "backup", _("backup (A/B pair)")  # AB岗
        COLLECTOR = "collector", pgettext_lazy("duty", "collector")  # 采集员

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="postings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    duty = models.CharField(max_length=10, choices=Duty.choices)
    period = DateTimeRangeField()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            # Two people cannot hold the same duty of one grid at the same time.
            ExclusionConstraint(
                name="posting_one_holder",
                expressions=[
                    ("grid", RangeOperators.EQUAL),
                    ("duty", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.duty} {self.user}"


class MapLayer(models.Model):
    """Something drawn on every map and never computed with: roads, buildings, water, sites.

    `geojson` is a FeatureCollection in WGS-84; each feature has `name`, and what its layer needs (`height_m`,
    `colour`). `approximate` layers are a sketch and must be labelled so. `edition` rises with each change.
    """

    code = models.SlugField(max_length=24, primary_key=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    geojson = models.JSONField()
    approximate = models.BooleanField(default=True)  # 示例, 示意
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        verbose_name = _("map layer")
        verbose_name_plural = _("map layers")

    def __str__(self) -> str:
        return self.code
