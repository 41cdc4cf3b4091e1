"""Alerts and sources in the admin: to read, to switch off, to try again; secrets are made by command."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from incidents.intake import desk
from incidents.models import Alert, Mute, Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "kind", "rate_per_minute", "is_active", "last_seen_at"]
    list_filter = ["kind", "is_active"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "kind", "rate_per_minute", "lon", "lat", "is_active", "last_seen_at"]
    readonly_fields = ["code", "last_seen_at"]

    def has_add_permission(self, request):
        return False  # `make_source` makes one and shows the secret once

    def has_delete_permission(self, request, obj=None):
        return False


class _ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Mute)
class MuteAdmin(_ReadOnly):
    list_display = ["source", "kind", "reason", "since", "until", "by", "lifted_at"]
    readonly_fields = list_display


@admin.register(Alert)
class AlertAdmin(_ReadOnly):
    list_display = ["id", "received_at", "source", "kind", "title", "state", "incident", "attempts", "error"]
    list_filter = ["state", "source"]
    list_select_related = ["source", "incident"]
    search_fields = ["external_id", "trace"]
    readonly_fields = [field.name for field in Alert._meta.fields]
    actions = ["try_again"]

    @admin.action(description=_("Try the failed ones again"))
    def try_again(self, request, queryset):
        queued = desk.try_again(list(queryset.values_list("pk", flat=True)), actor=request.user)
        said = ngettext("%(n)s alert is tried again.", "%(n)s alerts are tried again.", queued)
        self.message_user(request, said % {"n": queued})
