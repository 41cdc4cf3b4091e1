"""The mall (积分商城): merchants and their rewards, what was redeemed, the months that were settled."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.lifecycle_mall import RedemptionStatus
from points.models.ledger import LedgerTransaction
from points.models.residents import Resident


class Merchant(models.Model):
    """A shop of the street that hands rewards out (兑换商户). Its phone lies encrypted."""

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    name = models.CharField(max_length=40)
    community = models.ForeignKey("grid.Community", models.PROTECT, related_name="+")
    address = models.CharField(max_length=80)
    phone_sealed = models.TextField(blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    opening_hours = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")

    def __str__(self) -> str:
        return self.name


class MerchantClerk(models.Model):
    """A resident who writes rewards off for a merchant (店员), named by a worker; at one merchant at a time."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="clerks")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(removed_at=None), name="clerk_of_one_merchant"),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} at {self.merchant_id}"


class CodeTry(models.Model):
    """A pick-up code that a clerk gave and that was none of the own merchant's: codes are not to be guessed."""

    clerk = models.ForeignKey(MerchantClerk, models.CASCADE, related_name="tries")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["clerk", "-at"], name="code_tries_of_clerk")]

    def __str__(self) -> str:
        return f"{self.clerk_id} {self.at:%H:%M}"


class Reward(models.Model):
    """What can be had for points (兑换品): never cash. `stock` is what is left to be promised."""

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="rewards")
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    picture = models.FileField(upload_to="rewards/%Y/%m/", max_length=200, blank=True)
    thumb = models.FileField(upload_to="rewards/%Y/%m/", max_length=200, blank=True)
    price = models.PositiveIntegerField()  # points
    stock = models.PositiveIntegerField()
    a_month = models.PositiveSmallIntegerField(null=True, blank=True)  # for one person; empty: as many as there are
    valid_from = models.DateField()
    valid_to = models.DateField()  # this day too
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["price", "id"]
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(name="reward_never_oversold", condition=Q(stock__gte=0)),
            models.CheckConstraint(name="reward_costs_something", condition=Q(price__gt=0)),
            models.CheckConstraint(name="reward_ends_after_it_begins", condition=Q(valid_to__gte=F("valid_from"))),
        ]
        indexes = [models.Index(fields=["valid_to"], condition=Q(is_active=True), name="rewards_on_offer")]

    def __str__(self) -> str:
        return self.name_zh


class Redemption(models.Model):
    """One reward that a resident took points for (兑换): fetched with its code within days, or all is undone."""

    Status = RedemptionStatus

    uuid = models.UUIDField(unique=True)  # made by the page
    rev = models.BigIntegerField(default=0)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="redemptions")
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="redemptions")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="redemptions")
    points = models.PositiveIntegerField()  # as it cost then
    code = models.CharField(max_length=12, unique=True)
    status = models.CharField(max_length=9, choices=RedemptionStatus.choices, default=RedemptionStatus.ISSUED)
    at = models.DateTimeField()
    day = models.DateField()  # of the street's calendar
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="+")
    used_uuid = models.UUIDField(null=True, blank=True)  # of the page that wrote it off
    spent = models.OneToOneField(LedgerTransaction, models.PROTECT, related_name="+")
    returned = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.CheckConstraint(
                name="redemption_ended_or_not",
                condition=Q(status="issued", ended_at=None) | (~Q(status="issued") & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="redemption_used_by_somebody",
                condition=Q(status="used", used_by__isnull=False) | (~Q(status="used") & Q(used_by=None)),
            ),
            # What was handed over was paid for: its points never come back.
            models.CheckConstraint(
                name="redemption_used_is_paid", condition=~Q(status="used") | Q(returned__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="issued"), name="redemptions_to_expire"),
            models.Index(fields=["resident", "-id"], name="redemptions_of_resident"),
            models.Index(fields=["merchant", "ended_at"], condition=Q(status="used"), name="redemptions_written_off"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id} {self.status}"


class Settlement(models.Model):
    """A month of a merchant as it was settled (对账单), for good: the lines, their sum, and a hash over both.

    `lines`: [{at, code, reward, points}] in order; `month` is the first day. A trigger refuses any change.
    """

    uuid = models.UUIDField(unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="settlements")
    month = models.DateField()
    lines = models.JSONField(encoder=DjangoJSONEncoder)
    count = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    yuan_per_point = models.DecimalField(max_digits=5, decimal_places=2)
    yuan = models.DecimalField(max_digits=10, decimal_places=2)
    sha256 = models.CharField(max_length=64)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "merchant"]
        verbose_name = _("settlement of a month")
        verbose_name_plural = _("settlements of months")
        constraints = [models.UniqueConstraint(fields=["merchant", "month"], name="settlement_once_a_month")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.month:%Y-%m}"
