"""The journal in the admin: to read, never to write."""

from django.contrib import admin

from shushanwei.journal.models import Entry, Seal


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ["id", "at", "verb", "subject_type", "subject_id", "actor_name", "note"]
    list_filter = ["subject_type", "verb"]
    search_fields = ["subject_id", "note", "trace"]
    show_full_result_count = False


@admin.register(Seal)
class SealAdmin(ReadOnly):
    list_display = ["from_xid", "to_xid", "count", "sha256", "sealed_at"]
