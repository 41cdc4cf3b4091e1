"""The co-governance team of a grid: nine kinds of people who can be called about what happens there."""

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grid.models.ground import Grid


class CoGovernanceMember(models.Model):
    """One person of a grid's co-governance team (共治团队成员), with a card to call by.

    Phones are kept encrypted and shown masked; `period` says from when until when the person belongs to the team, so
    that old cases keep their people. A person may stand for several grids: one row each.
    """

    class Type(models.TextChoices):
        LINKED_CADRE = "linked_cadre", _("village-liaison cadre")  # 联村干部
        COMMUNITY_POLICE = "community_police", _("community police officer")  # 社区民警
        VILLAGE_CADRE = "village_cadre", _("village or community cadre")  # 村社干部
        GRID_WORKER = "grid_worker", pgettext_lazy("team", "grid worker")  # 网格员
        MICRO_GRID_WORKER = "micro_grid_worker", pgettext_lazy("team", "micro-grid worker")  # 微网格员
        PROPERTY = "property", pgettext_lazy("team", "property company")  # 物业
        OWNERS_COMMITTEE = "owners_committee", _("owners' committee")  # 业委会
        BUILDING_HEAD = "building_head", _("building head")  # 楼栋长
        VOLUNTEER = "volunteer", pgettext_lazy("team", "volunteer")  # 志愿者

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="team")
    type = models.CharField(max_length=20, choices=Type.choices)
    name = models.CharField(max_length=40)
    organisation = models.CharField(max_length=80, blank=True)  # employer or office (单位、职务)
    covers = models.CharField(max_length=80, blank=True)  # buildings or micro-grid answered for (负责楼栋)
    phone_sealed = models.TextField()
    phone_masked = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    period = DateTimeRangeField()

    class Meta:
        ordering = ["grid", "id"]
        verbose_name = _("member of a co-governance team")
        verbose_name_plural = _("members of co-governance teams")
        constraints = [
            models.CheckConstraint(name="team_member_has_time", condition=Q(period__isempty=False)),
        ]
        indexes = [models.Index(fields=["grid", "type"], name="team_of_grid")]

    def __str__(self) -> str:
        return f"{self.name} ({self.type})"
