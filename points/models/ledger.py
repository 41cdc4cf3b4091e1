"""The ledger of points (积分流水): double entry, append-only, balances kept and guarded by PostgreSQL itself.

A point lies in one of a resident's two accounts, frozen or spendable, or in one of the street's three. Every
transaction moves points between accounts, so that the sum of all lines is always zero. Triggers of migration 0002
write each resident's balance, refuse any change of a line, and refuse a transaction whose lines do not sum to zero.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from points.models.residents import Resident


class AccountKind(models.TextChoices):
    """Whose points: a resident's, frozen or spendable; or the street's, given out, redeemed, expired."""

    FROZEN = "frozen", _("frozen")  # 冻结
    SPENDABLE = "spendable", _("spendable")  # 可用
    ISSUED = "issued", _("issued")  # 发放
    REDEEMED = "redeemed", _("redeemed")  # 兑换
    EXPIRED = "expired", _("expired")  # 过期


OF_RESIDENTS = (AccountKind.FROZEN, AccountKind.SPENDABLE)


class LedgerAccount(models.Model):
    """An account; only those of residents keep a balance, those of the street are summed when asked."""

    Kind = AccountKind

    kind = models.CharField(max_length=10, choices=AccountKind.choices)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="accounts")
    balance = models.IntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "resident"], nulls_distinct=False, name="account_once"),
            models.CheckConstraint(name="account_never_below_zero", condition=Q(balance__gte=0)),
            models.CheckConstraint(
                name="account_of_whom",
                condition=Q(kind__in=OF_RESIDENTS, resident__isnull=False)
                | (~Q(kind__in=OF_RESIDENTS) & Q(resident__isnull=True, balance=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resident_id or ''}".strip()


class PointRule(models.Model):
    """One version of one rule of earning (积分规则); of each code one is in force. An edit wants a new row."""

    class Per(models.TextChoices):
        ITEM = "item", _("each time")
        HOUR = "hour", _("each hour")

    class Cap(models.TextChoices):
        GENERAL = "general", _("general")  # with all others: 30 a day
        VOLUNTEER = "volunteer", _("volunteering")  # 40 a day of its own
        NONE = "none", _("none")  # special tasks

    code = models.SlugField(max_length=30)
    version = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    points = models.SmallIntegerField()  # below zero: a fine, as far as the balance reaches
    per = models.CharField(max_length=5, choices=Per.choices, default=Per.ITEM)
    cap = models.CharField(max_length=10, choices=Cap.choices, default=Cap.GENERAL)
    times_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("point rule")
        verbose_name_plural = _("point rules")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="point_rule_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="point_rule_one_in_force"
            ),
            models.CheckConstraint(
                name="point_rule_two_people",
                condition=Q(written_by__isnull=True) | ~Q(written_by=F("approved_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class PointPolicy(models.Model):
    """The numbers of the economy from an instant on: caps, freezing, expiry, budget. The newest in force counts."""

    effective_from = models.DateTimeField(unique=True)
    general_a_day = models.PositiveSmallIntegerField(default=30)
    volunteer_a_day = models.PositiveSmallIntegerField(default=40)
    all_a_month = models.PositiveSmallIntegerField(default=300)
    frozen_days = models.PositiveSmallIntegerField(default=3)
    kept_months = models.PositiveSmallIntegerField(default=24)
    remind_days = models.PositiveSmallIntegerField(default=30)
    audited_percent = models.PositiveSmallIntegerField(default=5)
    budget_a_month = models.PositiveIntegerField(default=20_000)  # points that may be given out in a month
    yuan_per_point = models.DecimalField(max_digits=5, decimal_places=2, default="0.20")  # for the liability
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("policy of points")
        verbose_name_plural = _("policies of points")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"


class TransactionKind(models.TextChoices):
    """What a transaction was for."""

    EARN = "earn", _("earned")  # 获得
    RELEASE = "release", _("released")  # 解冻
    REDEEM = "redeem", _("redeemed")  # 兑换
    REFUND = "refund", _("given back")  # 退回
    EXPIRE = "expire", _("expired")  # 过期
    FINE = "fine", _("taken off")  # 扣减
    REVERSE = "reverse", _("reversed")  # 冲正
    ADJUST = "adjust", _("adjusted")  # 人工调整


class LedgerTransaction(models.Model):
    """One movement of points with its lines, for good: a mistake is reversed by another one (冲正)."""

    Kind = TransactionKind

    uuid = models.UUIDField(unique=True)
    at = models.DateTimeField()
    day = models.DateField()  # of the street's calendar
    kind = models.CharField(max_length=8, choices=TransactionKind.choices)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="transactions")
    points = models.PositiveIntegerField()
    rule = models.ForeignKey(PointRule, models.PROTECT, null=True, related_name="+")
    source_type = models.CharField(max_length=24)
    source_id = models.CharField(max_length=40)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source_type", "source_id"], name="transaction_once_of_each_source"
            ),
            models.CheckConstraint(name="transaction_moves_something", condition=Q(points__gt=0)),
            models.CheckConstraint(
                name="transaction_adjusted_by_two",
                condition=~Q(kind="adjust")
                | (Q(by__isnull=False, approved_by__isnull=False) & ~Q(by=F("approved_by"))),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-id"], name="transactions_of_resident"),
            models.Index(fields=["day", "kind"], name="transactions_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points}"


class LedgerLine(models.Model):
    """One account's part in a transaction: points that came in (+) or went out (-)."""

    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="lines")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="lines")
    amount = models.IntegerField()
    balance_after = models.IntegerField(null=True)  # written by the trigger; empty for accounts of the street

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="line_moves_something", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.amount:+d}"


class PointLot(models.Model):
    """What is left of the points of one earning: spent oldest first, released and expired by its own dates."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="lots")
    earned_by = models.OneToOneField(LedgerTransaction, models.PROTECT, related_name="lot")
    points = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    release_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["expires_at", "id"]
        constraints = [models.CheckConstraint(name="lot_not_more_than_earned", condition=Q(left__lte=F("points")))]
        indexes = [
            models.Index(fields=["resident", "expires_at"], condition=Q(left__gt=0), name="lots_left"),
            models.Index(fields=["release_at"], condition=Q(released_at__isnull=True, left__gt=0), name="lots_frozen"),
            models.Index(fields=["expires_at"], condition=Q(left__gt=0), name="lots_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.left}/{self.points}"


class Award(models.Model):
    """What a rule decided about one deed, once: how much it was worth, how much was given and why not all."""

    class Short(models.TextChoices):
        """Why less was given than the rule says."""

        DAY = "day", _("day's cap reached")
        MONTH = "month", _("month's cap reached")
        TIMES = "times", _("often enough today")
        STAFF = "staff", _("duty of staff")
        BLOCKED = "blocked", _("blocked")
        ANONYMOUS = "anonymous", _("anonymous")
        DOUBT = "doubt", _("being looked at")
        BALANCE = "balance", _("no more there")
        BUDGET = "budget", _("month's budget used up")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="awards")
    rule = models.ForeignKey(PointRule, models.PROTECT, related_name="+")
    code = models.SlugField(max_length=30)  # of the rule, whatever its version
    source_type = models.CharField(max_length=24)
    source_id = models.CharField(max_length=40)
    at = models.DateTimeField()
    day = models.DateField()
    worth = models.SmallIntegerField()
    given = models.SmallIntegerField()
    short = models.CharField(max_length=10, choices=Short.choices, blank=True)
    transaction = models.OneToOneField(LedgerTransaction, models.PROTECT, null=True, related_name="award")
    is_audited = models.BooleanField(default=False)  # drawn by lot for a look
    audited_at = models.DateTimeField(null=True, blank=True)
    audited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    audit_passed = models.BooleanField(null=True)
    audit_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [
            models.UniqueConstraint(fields=["source_type", "source_id", "code"], name="award_once_of_each_deed"),
        ]
        indexes = [
            models.Index(fields=["resident", "day"], name="awards_of_day"),
            models.Index(fields=["id"], condition=Q(is_audited=True, audited_at__isnull=True), name="awards_to_audit"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.given}/{self.worth}"
