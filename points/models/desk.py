"""What workers write behind the residents' pages and others decide: rules, changes by hand; and notices."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.lifecycle_mall import RequestStatus
from points.models.ledger import PointRule
from points.models.residents import Resident


class Decided(models.Model):
    """Written by one, approved or refused by another; once."""

    uuid = models.UUIDField(unique=True)  # made by the page
    status = models.CharField(max_length=8, choices=RequestStatus.choices, default=RequestStatus.ASKED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_note = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


def two_people(name: str) -> list[models.CheckConstraint]:
    """The constraints of what one writes and another decides."""
    open_ = Q(status=RequestStatus.ASKED, decided_by=None, decided_at=None)
    closed = ~Q(status=RequestStatus.ASKED) & Q(decided_by__isnull=False, decided_at__isnull=False)
    # Who wrote it may take it back, but not approve it.
    other = ~Q(status=RequestStatus.APPROVED) | ~Q(decided_by=F("by"))
    return [
        models.CheckConstraint(name=f"{name}_decided_or_not", condition=open_ | closed),
        models.CheckConstraint(name=f"{name}_two_people", condition=other),
    ]


class AdjustmentRequest(Decided):
    """A change of a resident's points by hand (人工调整), asked for with its reason."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    points = models.IntegerField()  # up or down
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("request to change points")
        verbose_name_plural = _("requests to change points")
        constraints = [
            *two_people("adjustment"),
            models.CheckConstraint(name="adjustment_changes_something", condition=~Q(points=0)),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(status="asked"), name="adjustments_to_decide")]

    def __str__(self) -> str:
        return f"{self.points:+d} {self.status}"


class RuleDraft(Decided):
    """The next version of a rule of earning, before somebody else approves it."""

    code = models.SlugField(max_length=30)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    points = models.SmallIntegerField()
    cap = models.CharField(max_length=10, choices=PointRule.Cap.choices)
    times_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateTimeField()
    reason = models.CharField(max_length=200)
    made = models.OneToOneField(PointRule, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("draft of a point rule")
        verbose_name_plural = _("drafts of point rules")
        constraints = [
            *two_people("rule_draft"),
            models.CheckConstraint(
                name="rule_draft_made_when_approved",
                condition=Q(status="approved", made__isnull=False) | (~Q(status="approved") & Q(made=None)),
            ),
        ]
        indexes = [models.Index(fields=["code"], condition=Q(status="asked"), name="rule_drafts_to_decide")]

    def __str__(self) -> str:
        return f"{self.code} {self.status}"


class Notice(models.Model):
    """A word to the residents (通知): of one community or of all, on their first page for some days."""

    uuid = models.UUIDField(unique=True)  # made by the page
    title = models.CharField(max_length=40)
    text = models.CharField(max_length=1000)
    community = models.ForeignKey("grid.Community", models.PROTECT, null=True, blank=True, related_name="+")
    shown_from = models.DateField()
    shown_to = models.DateField()  # this day too
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(name="notice_ends_after_it_begins", condition=Q(shown_to__gte=F("shown_from"))),
        ]
        indexes = [models.Index(fields=["shown_to"], condition=Q(withdrawn_at=None), name="notices_shown")]

    def __str__(self) -> str:
        return self.title
