"""The neighbourhood market (邻里集市): listings, what two neighbours agree on, market days. No money is handled."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.market_lifecycle import STALL_HELD, DealStatus, FairStatus, ListingStatus, StallStatus
from points.models.residents import Resident


class Listing(models.Model):
    """One entry of the market. It shows nickname and community, never an address; there is no price in it."""

    Status = ListingStatus

    class Kind(models.TextChoices):
        FREE = "free", pgettext_lazy("listing", "giving away")  # 免费赠送
        SWAP = "swap", pgettext_lazy("listing", "swap")  # 以物换物
        HELP = "help", pgettext_lazy("listing", "lend and help")  # 互助服务
        SECOND_HAND = "second_hand", pgettext_lazy("listing", "second-hand")  # 闲置转让
        CHARITY = "charity", pgettext_lazy("listing", "charity sale")  # 义卖
        OFFER = "offer", pgettext_lazy("listing", "merchant's offer")  # 商户优惠

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    owner = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="listings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    merchant = models.CharField(max_length=40, blank=True)  # of an offer that a worker put in
    kind = models.CharField(max_length=12, choices=Kind.choices)
    seeks = models.BooleanField(default=False)  # asks for help instead of offering it (求助)
    title = models.CharField(max_length=30)
    text = models.CharField(max_length=500)
    wants = models.CharField(max_length=60, blank=True)  # in return, of a swap
    community = models.ForeignKey("grid.Community", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ListingStatus.choices, default=ListingStatus.REVIEW)
    flags = models.JSONField(default=list)  # [category, word] that a reviewer is shown
    for_adults = models.BooleanField(default=False)  # alcohol or tobacco: never shown to children
    sent_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)
    street_at = models.DateTimeField(null=True, blank=True)  # from then on the whole street sees it
    expires_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-shown_at", "-id"]
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.CheckConstraint(
                name="listing_of_somebody",
                condition=Q(owner__isnull=False, merchant="") | (Q(owner__isnull=True, kind="offer") & ~Q(merchant="")),
            ),
            models.CheckConstraint(
                name="listing_shown_was_reviewed",
                condition=~Q(status__in=["shown", "reserved", "done", "expired"])
                | Q(decided_by__isnull=False, shown_at__isnull=False),
            ),
            models.CheckConstraint(name="listing_seeks_help_only", condition=Q(seeks=False) | Q(kind="help")),
        ]
        indexes = [
            models.Index(fields=["status", "-shown_at"], name="listings_shown"),
            models.Index(fields=["sent_at"], condition=Q(status="review"), name="listings_to_review"),
            models.Index(fields=["expires_at"], condition=Q(status="shown"), name="listings_to_expire"),
            models.Index(fields=["owner", "-id"], name="listings_of_resident"),
        ]

    def __str__(self) -> str:
        return self.title


class ListingPhoto(models.Model):
    """One photo of a listing, re-encoded, without what the camera knew."""

    uuid = models.UUIDField(unique=True)
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="points/market/%Y/%m/", max_length=200)
    thumb = models.FileField(upload_to="points/market/%Y/%m/", max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["listing", "sha256"], name="listing_photo_once")]

    def __str__(self) -> str:
        return str(self.uuid)


class Deal(models.Model):
    """One neighbour's reservation of a listing (预订): done when both sides have said so."""

    Status = DealStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="deals")
    taker = models.ForeignKey(Resident, models.PROTECT, related_name="deals")
    status = models.CharField(max_length=8, choices=DealStatus.choices, default=DealStatus.OPEN)
    reserved_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    owner_done_at = models.DateTimeField(null=True, blank=True)
    taker_done_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("deal between neighbours")
        verbose_name_plural = _("deals between neighbours")
        constraints = [
            # Two neighbours may press in the same second.
            models.UniqueConstraint(fields=["listing"], condition=Q(status="open"), name="deal_one_at_a_time"),
            models.CheckConstraint(
                name="deal_done_by_both",
                condition=~Q(status="done") | Q(owner_done_at__isnull=False, taker_done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["lapses_at"], condition=Q(status="open"), name="deals_to_lapse"),
            models.Index(fields=["taker", "-id"], name="deals_of_resident"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.taker_id}"


class DealMessage(models.Model):
    """One line between the two of a deal; nobody else reads it unless one of them reports it."""

    uuid = models.UUIDField(unique=True)
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="messages")
    by = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.at:%H:%M}"


class ListingReport(models.Model):
    """A neighbour reports a listing or a deal (举报); decided once."""

    class Reason(models.TextChoices):
        FORBIDDEN = "forbidden", pgettext_lazy("report", "forbidden goods")  # 违禁物品
        FRAUD = "fraud", pgettext_lazy("report", "fraud")  # 欺诈
        ABUSE = "abuse", pgettext_lazy("report", "abuse or harassment")  # 辱骂骚扰
        MONEY = "money", pgettext_lazy("report", "asks for money")  # 索要钱财
        OTHER = "other", pgettext_lazy("report", "something else")  # 其他

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="reports")
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    text = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    upheld = models.BooleanField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("report of a listing")
        verbose_name_plural = _("reports of listings")
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "by"], condition=Q(decided_at__isnull=True), name="listing_report_one_open"
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(decided_at__isnull=True), name="listing_reports_to_decide")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.reason}"


class MarketBan(models.Model):
    """A resident may not use the market for some days (黑名单); lifted early with a reason."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="market_bans")
    rev = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("ban from the market")
        verbose_name_plural = _("bans from the market")
        constraints = [
            models.CheckConstraint(name="market_ban_ends", condition=Q(until__gt=F("since"))),
            models.UniqueConstraint(
                fields=["resident"], condition=Q(lifted_at__isnull=True), name="market_ban_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.until:%Y-%m-%d}"


class StreetWord(models.Model):
    """A word that the street itself put on the market's list, before what comes with the product."""

    class Act(models.TextChoices):
        REFUSE = "refuse", pgettext_lazy("word", "turn away")  # 拦截
        REVIEW = "review", pgettext_lazy("word", "show to the reviewer")  # 提示复核
        SPARE = "spare", pgettext_lazy("word", "let pass")  # 放行

    word = models.CharField(max_length=20)
    squeezed = models.CharField(max_length=20)  # the word as texts are searched: half width, letters and digits only
    category = models.CharField(max_length=12)
    act = models.CharField(max_length=6, choices=Act.choices)
    why = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("word of the street")
        verbose_name_plural = _("words of the street")
        constraints = [
            models.UniqueConstraint(fields=["squeezed"], condition=Q(removed_at__isnull=True), name="street_word_once"),
        ]

    def __str__(self) -> str:
        return self.word


class Fair(models.Model):
    """A market day (集市日): a place, a time, numbered stalls. Degrees are WGS-84."""

    Status = FairStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    title = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)
    community = models.ForeignKey("grid.Community", models.PROTECT, related_name="+")
    address = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stalls = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=FairStatus.choices, default=FairStatus.OPEN)
    check_code = models.CharField(max_length=32, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("market day")
        verbose_name_plural = _("market days")
        constraints = [
            models.CheckConstraint(name="fair_window", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(name="fair_has_stalls", condition=Q(stalls__range=(1, 200))),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(status="open"), name="fairs_to_end")]

    def __str__(self) -> str:
        return self.title


class StallBooking(models.Model):
    """One stall of a market day, booked by one resident (摊位)."""

    Status = StallStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    fair = models.ForeignKey(Fair, models.PROTECT, related_name="bookings")
    number = models.PositiveSmallIntegerField()
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="stalls")
    goods = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=StallStatus.choices, default=StallStatus.BOOKED)
    booked_at = models.DateTimeField()
    came_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number", "id"]
        verbose_name = _("stall")
        verbose_name_plural = _("stalls")
        constraints = [
            models.UniqueConstraint(fields=["fair", "number"], condition=Q(status__in=STALL_HELD), name="stall_once"),
            models.UniqueConstraint(
                fields=["fair", "resident"], condition=Q(status__in=STALL_HELD), name="stall_one_a_resident"
            ),
            models.CheckConstraint(name="stall_has_number", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.fair_id} {self.number}"
