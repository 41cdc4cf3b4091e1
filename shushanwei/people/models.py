"""Who may sign in, what a role allows and where its data scope ends (roles are data)."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """How far a role sees; the letters stand for the scopes of the role table in docs/glossary.md."""

    STREET = "street", _("whole street")  # S
    POLICE = "police", _("police queue")  # P
    DEPARTMENT = "department", _("own department")  # D
    COMMUNITY = "community", _("own community")  # C
    GRID = "grid", _("own grid")  # G
    OWN = "own", _("own tasks")  # O
    TOTALS = "totals", _("totals only")  # X
    NONE = "none", _("no business data")


class Role(models.Model):
    """A job in the centre or in the field: permissions and a data scope, editable in the admin."""

    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    # What the rooms have ever offered to this role: a permission taken away is not given back at the next start.
    offered = ArrayField(models.CharField(max_length=60), default=list, blank=True, editable=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class User(AbstractUser):
    """A personal account. Kiosk accounts (`is_kiosk`) drive a wall and never time out."""

    display_name = models.CharField(max_length=60, blank=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    is_kiosk = models.BooleanField(default=False)
    roles = models.ManyToManyField(Role, through="RoleGrant", related_name="users")

    def __str__(self) -> str:
        return self.display_name or self.username


class RoleGrant(models.Model):
    """This person holds this role, here: the area or department that bounds what is seen.

    `area_code` is a community's 12-digit or a grid's 14-digit code, `department_code` a department's code;
    both are empty for scopes that need none. Codes, not foreign keys: the kernel knows no business table.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    area_code = models.CharField(max_length=24, blank=True)
    department_code = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "area_code", "department_code"], name="role_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} {self.area_code or self.department_code}".rstrip()
