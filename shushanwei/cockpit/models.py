"""Frozen reports: the numbers as they were when the report was drawn up."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """One edition of a day's, a week's or a month's report (日研判, 周分析, 月通报).

    `key` is `2026-11-23`, `2026-W47` or `2026-11`; the period follows from it. Rows are never changed or removed
    (a trigger refuses it): a correction is a new edition with a reason. The first edition has no author.
    """

    class Kind(models.TextChoices):
        DAY = "day", _("Daily study")  # 日研判
        WEEK = "week", _("Weekly analysis")  # 周分析
        MONTH = "month", _("Monthly bulletin")  # 月通报

    kind = models.CharField(max_length=5, choices=Kind.choices)
    key = models.CharField(max_length=10)
    edition = models.PositiveSmallIntegerField(default=1)
    cutoff_at = models.DateTimeField()
    exclusions = models.JSONField(encoder=DjangoJSONEncoder)
    figures = models.JSONField(encoder=DjangoJSONEncoder)
    computed_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            # Two schedulers may nudge in the same minute.
            models.UniqueConstraint(fields=["kind", "key", "edition"], name="report_once_per_edition"),
            models.CheckConstraint(condition=Q(edition=1) | ~Q(reason=""), name="report_again_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key} ({self.edition})"
