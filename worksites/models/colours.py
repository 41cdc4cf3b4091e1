"""What colour a site had when and why, and by whose word it differs from the rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from worksites.lifecycle import Colour
from worksites.models.sites import Site


class ColourRules(models.Model):
    """The numbers of the three colours from a date on; the newest row in force counts. An edit wants a new row."""

    effective_from = models.DateTimeField(unique=True)
    counts_days = models.PositiveSmallIntegerField(default=30)  # a confirmed one colours so long
    minors_for_red = models.PositiveSmallIntegerField(default=3)  # so many open minor findings are serious
    clean_from_red = models.PositiveSmallIntegerField(default=2)  # clean weekly checks in a row
    clean_apart_days = models.PositiveSmallIntegerField(default=5)  # two clean ones nearer than this count as one
    clean_from_yellow = models.PositiveSmallIntegerField(default=1)
    yellow_every_days = models.PositiveSmallIntegerField(default=15)
    red_every_days = models.PositiveSmallIntegerField(default=7)
    repeat_days = models.PositiveSmallIntegerField(default=90)  # the same item again within these days: 反复
    override_days = models.PositiveSmallIntegerField(default=30)  # an override lasts no longer

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("rules of the three colours")
        verbose_name_plural = _("rules of the three colours")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"


class ColourChange(models.Model):
    """One change of a site's colour, with why and on what evidence; never edited.

    `why` are facts: [{"why": code, …numbers, ids}], read aloud by `worksites.wording.reason`.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="colour_changes")
    before = models.CharField(max_length=6, choices=Colour.choices)
    after = models.CharField(max_length=6, choices=Colour.choices)
    target = models.CharField(max_length=6, choices=Colour.choices)  # what the rules aim at
    why = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("change of colour")
        verbose_name_plural = _("changes of colour")
        indexes = [models.Index(fields=["site", "-at"], name="colour_change_of_site")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.before} → {self.after}"


class ColourOverride(models.Model):
    """Somebody wants another colour than the rules: asked with a reason, approved by a leader, until a day."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="overrides")
    uuid = models.UUIDField(unique=True)  # made by the page: pressed twice, asked once
    colour = models.CharField(max_length=6, choices=Colour.choices)
    reason = models.CharField(max_length=300)
    expires_on = models.DateField()  # the last day it holds
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    refused_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # refused, expired or taken back
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = _("override of a colour")
        verbose_name_plural = _("overrides of colours")
        constraints = [
            models.UniqueConstraint(fields=["site"], condition=Q(ended_at=None), name="override_one_per_site"),
            # Who asks does not approve.
            models.CheckConstraint(
                name="override_by_two",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.colour}"
