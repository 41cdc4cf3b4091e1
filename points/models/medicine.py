"""The shared medicine chest (共享药箱): what may be in it, what is, and who asked for some of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.medicine_lifecycle import ItemStatus, RequestStatus
from points.models.health import HealthRoom
from points.models.residents import Resident


class Medicine(models.Model):
    """A generic name of the white list (通用名白名单): only what stands here is taken and handed out.

    `most` is the greatest amount for three days, in units of the form; strengths that differ are lines of their own.
    """

    class Use(models.TextChoices):
        """What it is for, as the shelf is ordered."""

        PAIN = "pain", _("fever and pain")  # 解热镇痛
        COLD = "cold", _("colds")  # 感冒
        COUGH = "cough", _("cough and throat")  # 止咳化痰咽喉
        STOMACH = "stomach", _("stomach and digestion")  # 消化
        ALLERGY = "allergy", _("allergy and travel sickness")  # 抗过敏与晕动
        SKIN = "skin", _("skin and small wounds")  # 皮肤外用
        MUSCLE = "muscle", _("bruises and muscles")  # 跌打与肌肉
        MOUTH = "mouth", _("eyes and mouth")  # 五官
        VITAMIN = "vitamin", _("vitamins and minerals")  # 维生素与矿物质
        CARE = "care", _("traditional home remedies")  # 家庭常备中成药

    class Form(models.TextChoices):
        """The dosage form, which says what is counted."""

        TABLET = "tablet", _("tablet")  # 片
        CAPSULE = "capsule", _("capsule")  # 胶囊
        PILL = "pill", _("pill")  # 丸
        GRANULES = "granules", _("bag of granules or powder")  # 颗粒、散剂
        VIAL = "vial", _("single-dose vial")  # 单剂量口服液
        LIQUID = "liquid", _("bottle of liquid")  # 瓶装液体
        OINTMENT = "ointment", _("ointment or cream")  # 软膏、乳膏
        PATCH = "patch", _("patch")  # 贴膏
        SPRAY = "spray", _("spray")  # 喷雾、气雾
        DROPS = "drops", pgettext_lazy("medicine", "drops")  # 滴剂

    # What lies in blisters, bags or vials one by one; everything else must be a sealed pack.
    SINGLE = {Form.TABLET, Form.CAPSULE, Form.PILL, Form.GRANULES, Form.VIAL, Form.PATCH}

    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=80)
    use = models.CharField(max_length=10, choices=Use.choices)
    form = models.CharField(max_length=10, choices=Form.choices)
    most = models.PositiveSmallIntegerField()
    is_listed = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["use", "id"]
        verbose_name = _("medicine of the white list")
        verbose_name_plural = _("medicines of the white list")
        constraints = [models.CheckConstraint(name="medicine_has_a_dose", condition=Q(most__gt=0))]

    def __str__(self) -> str:
        return self.name_zh


class MedicineItem(models.Model):
    """A medicine that a resident shares: one pack, counted in units of its form. Seen only once approved.

    `left` is what nobody has asked for yet: an open request has its amount taken off already.
    """

    Status = ItemStatus

    class Packing(models.TextChoices):
        """How it came; anything opened is refused."""

        SEALED = "sealed", _("sealed pack")  # 未开封
        BLISTER = "blister", _("intact blisters, bags or vials")  # 铝塑板、小袋、单支完好

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    giver = models.ForeignKey(Resident, models.PROTECT, related_name="medicines")
    room = models.ForeignKey(HealthRoom, models.PROTECT, related_name="medicines")
    medicine = models.ForeignKey(Medicine, models.PROTECT, related_name="items")
    brand = models.CharField(max_length=40)
    batch = models.CharField(max_length=30)
    expires_on = models.DateField()
    packing = models.CharField(max_length=8, choices=Packing.choices)
    amount = models.PositiveSmallIntegerField()
    left = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ItemStatus.choices, default=ItemStatus.OFFERED)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)  # why refused, or why taken out
    hidden_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    disposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    disposed_how = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["expires_on", "id"]
        verbose_name = _("shared medicine")
        verbose_name_plural = _("shared medicines")
        constraints = [
            models.CheckConstraint(
                name="medicine_not_more_than_there", condition=Q(left__lte=F("amount")) & Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="medicine_decided_by_somebody",
                condition=Q(status__in=[ItemStatus.OFFERED, ItemStatus.WITHDRAWN])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="medicine_refused_with_reason", condition=~Q(status=ItemStatus.REFUSED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="medicine_disposal_recorded",
                condition=~Q(status=ItemStatus.DISPOSED)
                | (Q(disposed_by__isnull=False, disposed_at__isnull=False) & ~Q(disposed_how="")),
            ),
        ]
        indexes = [
            models.Index(fields=["room", "status"], name="medicine_of_room"),
            models.Index(fields=["giver", "-id"], name="medicine_of_giver"),
            models.Index(fields=["expires_on"], condition=Q(status="approved"), name="medicine_to_hide"),
        ]

    def __str__(self) -> str:
        return f"{self.medicine} · {self.brand}"


class MedicinePhoto(models.Model):
    """One side of the pack, re-encoded and without the camera's data."""

    class Side(models.TextChoices):
        FRONT = "front", _("front, with the name")
        BACK = "back", _("back, with batch and expiry")

    uuid = models.UUIDField(unique=True)
    item = models.ForeignKey(MedicineItem, models.CASCADE, related_name="photos")
    side = models.CharField(max_length=5, choices=Side.choices)
    file = models.FileField(upload_to="points/medicine/%Y/%m/", max_length=200)
    thumb = models.FileField(upload_to="points/medicine/%Y/%m/", max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-side"]
        constraints = [models.UniqueConstraint(fields=["item", "side"], name="medicine_photo_of_each_side")]

    def __str__(self) -> str:
        return f"{self.side}"


class MedicineRequest(models.Model):
    """A resident asks for some of one medicine (申领) and picks it up with a code.

    After ninety days answers, reason, code and the resident are gone: the row that is left is a statistic.
    """

    Status = RequestStatus

    uuid = models.UUIDField(unique=True)
    rev = models.BigIntegerField(default=0)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="medicine_requests")
    item = models.ForeignKey(MedicineItem, models.PROTECT, related_name="requests")
    amount = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.READY)
    answers_sealed = models.TextField(blank=True)  # age group, pregnancy, allergy, what for
    reason_sealed = models.TextField(blank=True)  # why it was not handed out
    code_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    code_sealed = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    # Who hands out has looked at the answers before.
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    erase_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("request for medicine")
        verbose_name_plural = _("requests for medicine")
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(status="ready"), name="medicine_one_open_request"
            ),
            models.CheckConstraint(name="medicine_request_of_some", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="medicine_request_ended", condition=Q(status="ready") ^ Q(ended_at__isnull=False)
            ),
            models.CheckConstraint(
                name="medicine_request_erased_whole",
                condition=Q(erased_at__isnull=True)
                | Q(answers_sealed="", reason_sealed="", code_sealed="", code_hash__isnull=True, resident__isnull=True),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["resident", "-id"], name="medicine_requests_of_resident"),
            models.Index(fields=["lapses_at"], condition=Q(status="ready"), name="medicine_requests_to_lapse"),
            models.Index(
                fields=["erase_at"], condition=Q(erased_at__isnull=True), name="medicine_requests_to_erase"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item_id} × {self.amount}"
