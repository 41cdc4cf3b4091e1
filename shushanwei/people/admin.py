"""Accounts and roles in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from shushanwei.people.models import Role, RoleGrant, User


class GrantInline(admin.TabularInline):
    model = RoleGrant
    extra = 0


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["username", "display_name", "is_active", "is_kiosk", "last_login"]
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "phone_masked")}),
        (_("Status"), {"fields": ("is_active", "is_staff", "is_superuser", "is_kiosk", "last_login")}),
    )
    filter_horizontal = ()
    inlines = [GrantInline]


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ["code", "name_zh", "name_en", "scope"]
    list_filter = ["scope"]
