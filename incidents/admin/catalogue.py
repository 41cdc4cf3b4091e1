"""The catalogue in the admin: classes, standards, departments, levels, alert kinds and promises."""

from django.contrib import admin
from django.db.models import Exists, OuterRef

from incidents.models import (
    AlertKind,
    CaseCategory,
    CategoryMap,
    Department,
    FilingStandard,
    LevelRule,
    SlaClock,
    SlaPolicy,
)


class StandardInline(admin.StackedInline):
    model = FilingStandard
    extra = 0


class MapInline(admin.TabularInline):
    model = CategoryMap
    fk_name = "from_category"
    autocomplete_fields = ["to_category"]
    extra = 0


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ["code", "name_zh", "name_en", "duty_phone", "is_active"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(CaseCategory)
class CaseCategoryAdmin(admin.ModelAdmin):
    list_display = [
        "code",
        "name_zh",
        "scheme",
        "version",
        "department",
        "default_level",
        "same_period",
        "need_followup",
        "is_active",
    ]
    list_filter = ["scheme", "version", "department", "default_level", "same_period", "need_followup", "is_active"]
    list_select_related = ["department"]
    search_fields = ["code", "name_zh", "name_en"]
    autocomplete_fields = ["parent", "department", "second_department"]
    inlines = [StandardInline, MapInline]


class DoubtfulFirst(admin.ModelAdmin):
    """Limits that could not be read stand first, so that somebody looks at them."""

    def get_queryset(self, request):
        return super().get_queryset(request).order_by("-limit_doubtful", "category", "letter")


@admin.register(FilingStandard)
class FilingStandardAdmin(DoubtfulFirst):
    list_display = ["category", "letter", "stage_no", "limit_value", "limit_kind", "original_text", "limit_doubtful"]
    list_filter = ["limit_doubtful", "limit_kind", "category__scheme"]
    list_select_related = ["category"]
    search_fields = ["category__code", "category__name_zh", "filing_condition"]
    autocomplete_fields = ["category"]


@admin.register(LevelRule)
class LevelRuleAdmin(admin.ModelAdmin):
    list_display = ["order", "level", "category", "source_kind", "alert_kind", "min_confidence", "keyword", "note"]
    list_filter = ["level"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]


@admin.register(AlertKind)
class AlertKindAdmin(admin.ModelAdmin):
    list_display = ["code", "name_zh", "category", "szcg_category", "level", "first_seen_at"]
    list_filter = [("category", admin.EmptyFieldListFilter), "level"]
    list_select_related = ["category", "szcg_category"]
    search_fields = ["code", "name_zh", "name_en"]
    autocomplete_fields = ["category", "szcg_category"]


class ClockInline(admin.TabularInline):
    model = SlaClock
    extra = 0


@admin.register(SlaPolicy)
class SlaPolicyAdmin(admin.ModelAdmin):
    """Running cases keep the copy they opened with; a changed promise wants a new version."""

    list_display = ["code", "version", "name_zh", "name_en", "effective_from", "in_force"]
    inlines = [ClockInline]

    def get_queryset(self, request):
        newer = SlaPolicy.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
        return super().get_queryset(request).annotate(replaced=Exists(newer))

    @admin.display(boolean=True)
    def in_force(self, policy: SlaPolicy) -> bool:
        """Whether no newer version stands beside it."""
        return not policy.replaced  # type: ignore[attr-defined]
