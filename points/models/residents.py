"""Who the residents are to us: a nickname, a phone that lies encrypted, what they agreed to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How far somebody is known; each function says from which level on it is open."""

    BROWSE = 0, _("looks around")  # 浏览
    PHONE = 1, _("phone known")  # 手机认证
    VERIFIED = 2, _("real name verified")  # 实名认证


class Resident(models.Model):
    """Somebody at the residents' page. No identity-card number is kept; phone and name lie encrypted.

    The public sees the nickname. An erased resident keeps a row without any trace of a person, so that the ledger
    stays whole.
    """

    Level = Level

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.BROWSE)
    nickname = models.CharField(max_length=20)
    phone_sealed = models.TextField(blank=True)
    phone_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    openid_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)  # of the WeChat account
    name_sealed = models.TextField(blank=True)
    name_masked = models.CharField(max_length=40, blank=True)
    community = models.ForeignKey("grid.Community", models.PROTECT, null=True, blank=True, related_name="+")
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    # Under fourteen (未满十四周岁): nothing is open until the guardian, a resident himself, has agreed.
    is_child = models.BooleanField(default=False)
    guardian = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # A worker of the street earns nothing for what is duty.
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    is_party_member = models.BooleanField(default=False)
    large_type = models.BooleanField(default=False)  # 适老化
    in_ranking = models.BooleanField(default=True)
    is_courier = models.BooleanField(default=False)  # says so of himself: the riders' page gets a tab of its own
    blocked_until = models.DateTimeField(null=True, blank=True)
    blocked_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = [
            models.CheckConstraint(
                name="resident_known_by_phone",
                condition=Q(level=Level.BROWSE) | Q(phone_hash__isnull=False) | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="resident_erased_whole",
                condition=Q(erased_at__isnull=True)
                | Q(phone_sealed="", phone_hash__isnull=True, openid_hash__isnull=True, name_sealed="",
                    phone_masked="", name_masked=""),
            ),
            models.CheckConstraint(name="resident_not_own_guardian", condition=~Q(guardian=models.F("id"))),
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "level"], name="resident_of_community")]

    def __str__(self) -> str:
        return self.nickname


class PhoneCode(models.Model):
    """A one-time code that was sent to a phone; only keyed hashes of phone and code are kept, for a day."""

    phone_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["phone_hash", "-sent_at"], name="code_of_phone"),
            models.Index(fields=["address", "-sent_at"], name="code_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class StandingBlock(models.Model):
    """A block that outlives its account: who erases the account and comes back with the same phone is blocked still.

    Only the keyed hash of the phone is kept, and only until the block ends.
    """

    class Kind(models.TextChoices):
        ALL = "all"
        MARKET = "market"  # 集市黑名单
        VOLUNTEERING = "volunteering"  # a pause after no-shows

    phone_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ALL)
    until = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["until"]
        constraints = [
            models.UniqueConstraint(fields=["phone_hash", "kind"], name="standing_block_one_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.until}"


class ResidentSession(models.Model):
    """A browser in which a resident is signed in; the cookie holds the token, the table its hash.

    Apart from the session of a worker: the same browser may hold both, and each ends by its own rules.
    """

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["expires_at"], name="resident_sessions_to_end")]

    def __str__(self) -> str:
        return self.token_hash[:8]


class Purpose(models.TextChoices):
    """What a resident is asked to agree to, each apart from the others (单独同意)."""

    NOTICE = "notice", _("privacy notice")  # 隐私政策
    LOCATION = "location", _("precise position")  # 精确位置
    HEALTH = "health", _("health data")  # 健康信息
    CHILD = "child", _("a child's data, as guardian")  # 未成年人信息


class Consent(models.Model):
    """A consent to one version of one purpose, and when it was taken back. Never changed otherwise."""

    Purpose = Purpose

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    version = models.CharField(max_length=12)
    about = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="+")  # the child
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "purpose", "about"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="consent_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"


class DeviceSeen(models.Model):
    """Which residents signed in with one browser: several on one device are looked at before points are given."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="devices")
    device_hash = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["resident", "device_hash"], name="device_of_resident_once")]
        indexes = [models.Index(fields=["device_hash"], name="residents_of_device")]

    def __str__(self) -> str:
        return self.device_hash[:8]
