"""The street's working calendar: hours of the offices, holidays, adjusted workdays."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkPeriod(models.Model):
    """Working hours of a weekday (0 Monday … 6 Sunday; empty = any workday), valid from a date on."""

    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    start = models.TimeField()
    end = models.TimeField()
    valid_from = models.DateField()

    class Meta:
        ordering = ["valid_from", "weekday", "start"]
        verbose_name = _("working period")
        verbose_name_plural = _("working periods")

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


class CalendarDay(models.Model):
    """A day that the State Council's calendar moves: a holiday, or a weekend day that is worked."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        WORKDAY = "workday", _("adjusted workday")  # 调休

    date = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
