"""What trucks and gates say: fixes in partitions of a day, passes of gate cameras, electronic manifests, terminals."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksites.models.companies import Truck
from worksites.models.sites import Gate, Sink, Site

UNKNOWN, DOWN, UP = 0, 1, 2  # lift; and cover: 1 closed, 2 open
EMPTY, HALF, FULL = 1, 2, 3  # load


class TruckFix(models.Model):
    """One position of a truck: WGS-84 degrees, metres, km/h, degrees from north, UTC.

    Partitioned by `day` (the street's day of `at`), so that old days are dropped, not deleted; kept once for each truck
    and instant. Written by COPY in `worksites.services.fixes` only. Small numbers: see the constants above.
    """

    class Source(models.IntegerChoices):
        JT808 = 1, "JT/T 808"
        HTTP = 2, _("platform")
        FILE = 3, _("file")

    pk = models.CompositePrimaryKey("truck_id", "at", "day")
    truck = models.ForeignKey(Truck, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    day = models.DateField()
    lon = models.FloatField()
    lat = models.FloatField()
    speed_kmh = models.FloatField()
    heading = models.SmallIntegerField(default=0)
    altitude_m = models.SmallIntegerField(default=0)
    ignition = models.BooleanField(default=True)
    positioned = models.BooleanField(default=True)
    load = models.SmallIntegerField(default=UNKNOWN)
    lift = models.SmallIntegerField(default=UNKNOWN)
    cover = models.SmallIntegerField(default=UNKNOWN)
    mileage_km = models.FloatField(null=True, blank=True)
    alarm_bits = models.BigIntegerField(default=0)
    status_bits = models.BigIntegerField(default=0)
    source = models.SmallIntegerField(choices=Source.choices)
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "worksites_truckfix"
        verbose_name = _("position of a truck")
        verbose_name_plural = _("positions of trucks")

    def __str__(self) -> str:
        return f"{self.truck_id} {self.lon:.5f},{self.lat:.5f}"


class TruckState(models.Model):
    """Where a truck was last, and what the rules remember of it: one row a truck, so that a restart goes on.

    `engine` is the state of `worksites.trucks.engine`, with `engine_at` the newest instant it has seen.
    """

    truck = models.OneToOneField(Truck, models.CASCADE, related_name="last", primary_key=True)
    at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    speed_kmh = models.FloatField(null=True, blank=True)
    heading = models.SmallIntegerField(null=True, blank=True)
    load = models.SmallIntegerField(default=UNKNOWN)
    lift = models.SmallIntegerField(default=UNKNOWN)
    cover = models.SmallIntegerField(default=UNKNOWN)
    ignition = models.BooleanField(default=False)
    engine = models.JSONField(default=dict, blank=True)
    engine_at = models.DateTimeField(null=True, blank=True)
    engine_work_at = models.DateTimeField(null=True, blank=True)  # there are fixes that it has not seen

    class Meta:
        verbose_name = _("last state of a truck")
        verbose_name_plural = _("last states of trucks")
        indexes = [
            models.Index(fields=["engine_work_at"], condition=Q(engine_work_at__isnull=False), name="truck_has_work"),
        ]

    def __str__(self) -> str:
        return str(self.truck_id)


class JudgedDay(models.Model):
    """A day of the street whose gate counts have been held against its manifests (T12)."""

    day = models.DateField(primary_key=True)
    judged_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        verbose_name = _("judged day")
        verbose_name_plural = _("judged days")

    def __str__(self) -> str:
        return self.day.isoformat()


class Terminal(models.Model):
    """A JT/T 808 terminal that registered itself; it is believed once it belongs to a truck. The token is sealed."""

    phone = models.CharField(max_length=20, unique=True)  # the number in each frame's header
    truck = models.OneToOneField(Truck, models.SET_NULL, null=True, blank=True, related_name="terminal")
    province = models.PositiveIntegerField(default=0)
    city = models.PositiveIntegerField(default=0)
    maker = models.CharField(max_length=11, blank=True)
    model = models.CharField(max_length=30, blank=True)
    serial = models.CharField(max_length=30, blank=True)
    plate_told = models.CharField(max_length=20, blank=True)
    colour_told = models.PositiveSmallIntegerField(default=0)
    token_sealed = models.TextField(blank=True)
    version = models.PositiveSmallIntegerField(default=2013)
    vendor = models.CharField(max_length=20, blank=True)  # names the mapping of its extra items
    crs = models.CharField(max_length=8, default="wgs84")  # what it sends; the standard says WGS-84, some send gcj02
    blocked_at = models.DateTimeField(null=True, blank=True)  # nothing of it is taken any more
    registered_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    frames = models.BigIntegerField(default=0)
    bad_frames = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["phone"]
        verbose_name = _("terminal")
        verbose_name_plural = _("terminals")

    def __str__(self) -> str:
        return self.phone


class VendorItem(models.Model):
    """What a vendor's extra item of a position report means: lift, cover and load have no national number."""

    class Meaning(models.TextChoices):
        LIFT = "lift", _("body lifted")
        LOAD = "load", _("load")
        COVER = "cover", _("cover")
        WEIGHT = "weight", _("weight")

    vendor = models.CharField(max_length=20)
    item_id = models.PositiveSmallIntegerField()  # 0–255
    offset = models.PositiveSmallIntegerField(default=0)  # of the byte within the item's value
    meaning = models.CharField(max_length=6, choices=Meaning.choices)
    values = models.JSONField(default=dict, blank=True)  # {"1": 1, "2": 2}: what was sent → our number

    class Meta:
        ordering = ["vendor", "item_id", "offset"]
        verbose_name = _("extra item of a vendor")
        verbose_name_plural = _("extra items of vendors")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "item_id", "offset", "meaning"], name="vendor_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.item_id:#04x}"


class GatePass(models.Model):
    """A plate read by a camera (过车记录), at a gate or on a road."""

    class Direction(models.TextChoices):
        OUT = "out", _("out")  # 驶出
        IN = "in", _("in")  # 驶入
        BY = "by", _("past")  # 经过

    point_code = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    gate = models.ForeignKey(Gate, models.SET_NULL, null=True, blank=True, related_name="passes")
    truck = models.ForeignKey(Truck, models.SET_NULL, null=True, blank=True, related_name="passes")
    plate = models.CharField(max_length=10)
    plate_colour = models.CharField(max_length=10, blank=True)
    vehicle_class = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    lane = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    speed_kmh = models.FloatField(null=True, blank=True)
    loaded = models.BooleanField(null=True, blank=True)
    covered = models.BooleanField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    image_url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("pass of a camera")
        verbose_name_plural = _("passes of cameras")
        constraints = [models.UniqueConstraint(fields=["point_code", "external_id"], name="pass_once_per_camera")]
        indexes = [
            models.Index(fields=["plate", "-at"], name="pass_of_plate"),
            models.Index(fields=["gate", "-at"], name="pass_of_gate"),
            models.Index(fields=["-at"], name="pass_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.plate} {self.at:%H:%M:%S}"


class Manifest(models.Model):
    """An electronic manifest (电子联单): one load from a site to a sink."""

    class State(models.TextChoices):
        ISSUED = "issued", _("issued")  # 已开具
        RECEIVED = "received", pgettext_lazy("manifest", "received")  # 已签收
        VOIDED = "voided", _("voided")  # 作废

    number = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="manifests")
    sink = models.ForeignKey(Sink, models.PROTECT, related_name="manifests")
    truck = models.ForeignKey(Truck, models.PROTECT, related_name="manifests")
    driver_name = models.CharField(max_length=30, blank=True)
    volume_m3 = models.FloatField(null=True, blank=True)
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    rev = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-issued_at"]
        verbose_name = _("manifest")
        verbose_name_plural = _("manifests")
        indexes = [
            models.Index(fields=["site", "-issued_at"], name="manifest_of_site"),
            models.Index(fields=["truck", "-issued_at"], name="manifest_of_truck"),
        ]

    def __str__(self) -> str:
        return self.number
