"""Other numbers tried on the past: who asked, what would have fired. The row is the queue."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RuleTrial(models.Model):
    """One run of the truck rules over a stretch of the past, with some numbers replaced; nothing of it is in force.

    `changes` is {"T02": {"stop_s": 240}}, empty for the numbers in force; `result` as `services.trials` writes it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("trial", "waiting")
        RUNNING = "running", pgettext_lazy("trial", "running")
        DONE = "done", pgettext_lazy("trial", "done")
        FAILED = "failed", pgettext_lazy("trial", "failed")

    uuid = models.UUIDField(unique=True)  # made by the page: asked twice, run once
    changes = models.JSONField(default=dict, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("trial of truck rules")
        verbose_name_plural = _("trials of truck rules")
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="rule_trial_open"),
        ]
        constraints = [
            # A month of all trucks keeps a processor busy for minutes: never two at once.
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="rule_trial_one_runs"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
