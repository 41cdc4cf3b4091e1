"""The ground, its keepers and the working calendar in the admin; polygons come by import only."""

from django.contrib import admin

from grid.models import CalendarDay, Community, Grid, MapLayer, Posting, WorkPeriod


@admin.register(Community)
class CommunityAdmin(admin.ModelAdmin):
    list_display = ["code", "short_name", "kind", "population"]
    list_filter = ["kind"]
    search_fields = ["code", "name"]
    readonly_fields = ["code", "label_lon", "label_lat"]
    exclude = ["polygon"]

    def has_add_permission(self, request):
        return False


@admin.register(Grid)
class GridAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "kind", "community", "households"]
    list_filter = ["kind", "community"]
    list_select_related = ["community"]
    search_fields = ["code", "name"]
    readonly_fields = ["code", "kind", "community", "parent", "label_lon", "label_lat"]
    exclude = ["polygon"]

    def has_add_permission(self, request):
        return False


@admin.register(Posting)
class PostingAdmin(admin.ModelAdmin):
    list_display = ["grid", "user", "duty", "period"]
    list_filter = ["duty"]
    list_select_related = ["grid", "user"]
    search_fields = ["grid__code", "grid__name", "user__username", "user__display_name"]
    raw_id_fields = ["grid", "user"]


@admin.register(WorkPeriod)
class WorkPeriodAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "weekday", "start", "end"]


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ["date", "kind", "name"]
    list_filter = ["kind"]
    date_hierarchy = "date"


@admin.register(MapLayer)
class MapLayerAdmin(admin.ModelAdmin):
    list_display = ["code", "name_zh", "name_en", "approximate", "edition"]
    exclude = ["geojson"]

    def has_add_permission(self, request):
        return False
