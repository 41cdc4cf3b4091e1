"""Papers of a site: what was handed in for its permits, stored once under the id that the page made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from worksites.models.sites import Site


class SiteDocument(models.Model):
    """One paper (材料) of a site, a PDF or a photo. Taken away it stays in the story with the reason."""

    class Kind(models.TextChoices):
        PERMIT = "permit", _("approval or permit")  # 许可证件
        PLAN = "plan", _("disposal plan")  # 处置方案
        CONTRACT = "contract", _("transport contract")  # 运输合同
        SINK = "sink", _("proof of the sink")  # 消纳证明
        DRAWING = "drawing", _("drawing of gate and wash bay")  # 出入口及冲洗设施图
        RECEIPT = "receipt", _("receipt of a fee")  # 缴费凭证
        ORDER = "order", _("order or notice")  # 通知、责令文书
        OTHER = "other", _("other paper")  # 其他材料

    uuid = models.UUIDField(unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=80)
    file = models.FileField(upload_to="worksites/papers/%Y/%m/", max_length=200)
    thumb = models.FileField(upload_to="worksites/papers/%Y/%m/", max_length=200, blank=True)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["kind", "-at"]
        verbose_name = _("paper of a site")
        verbose_name_plural = _("papers of sites")
        indexes = [models.Index(fields=["site", "kind"], name="document_of_site")]

    def __str__(self) -> str:
        return self.title
