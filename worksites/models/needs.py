"""What departments want looked at on a site (检查需求): served by the next check, never by a visit of their own."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import Department
from worksites.models.inspections import Inspection, PlannedCheck
from worksites.models.sites import Site


class CheckNeed(models.Model):
    """Items of the checklist that a department wants looked at; nothing outside the list is inspected.

    It rides on `planned`, the open check of its site, or waits for the next one; the signed sheet answers it.
    """

    uuid = models.UUIDField(unique=True)  # made by the page: pressed twice, asked once
    site = models.ForeignKey(Site, models.PROTECT, related_name="needs")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    items = ArrayField(models.CharField(max_length=4))  # codes, the same through all versions of the list
    text = models.CharField(max_length=200, blank=True)  # what to look for
    urgent_by = models.DateField(null=True, blank=True)
    urgent_reason = models.CharField(max_length=200, blank=True)
    planned = models.ForeignKey(PlannedCheck, models.PROTECT, null=True, blank=True, related_name="needs")
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("need of a department")
        verbose_name_plural = _("needs of departments")
        indexes = [
            models.Index(
                fields=["site"], condition=Q(answered_at=None, withdrawn_at=None), name="need_waiting_of_site"
            ),
            models.Index(fields=["department", "-at"], name="need_of_department"),
        ]
        constraints = [
            models.CheckConstraint(name="need_names_items", condition=Q(items__len__gt=0)),
            models.CheckConstraint(
                name="need_urgent_says_why",
                condition=Q(urgent_by=None, urgent_reason="") | (Q(urgent_by__isnull=False) & ~Q(urgent_reason="")),
            ),
            models.CheckConstraint(
                name="need_answered_by_a_sheet",
                condition=Q(answered_at=None, inspection=None)
                | Q(answered_at__isnull=False, inspection__isnull=False, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.site_id}"

    @property
    def is_late(self) -> bool:
        """Whether the open check that it rides on comes after its latest day."""
        check = self.planned
        waits = self.urgent_by is not None and self.answered_at is None and self.withdrawn_at is None
        if not waits or check is None or check.done_at or check.missed_at or check.dropped_at:
            return False
        return check.on > self.urgent_by
