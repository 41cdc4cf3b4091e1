"""Units and rules for the administrators; orders are read here and changed nowhere but by their services."""

from django.contrib import admin

from dispatch.models import Assignment, DispatchRule, ForceRule, PoliceRules, RiderRules, SkillRule, Unit, UnitMember


class MemberInline(admin.TabularInline):
    model = UnitMember
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    """Teams, cars and forces with their people."""

    list_display = ["code", "name", "kind", "area", "radio_call", "on_duty_since", "is_active"]
    list_filter = ["kind", "is_active", "area"]
    search_fields = ["code", "name", "radio_call"]
    readonly_fields = ["on_duty_since", "seen_at"]
    inlines = [MemberInline]


@admin.register(DispatchRule)
class DispatchRuleAdmin(admin.ModelAdmin):
    """What the system does by itself at each level."""

    list_display = ["level", "auto_after_s", "units", "forces", "notices", "missed_force", "decide_within_s"]


@admin.register(ForceRule)
class ForceRuleAdmin(admin.ModelAdmin):
    """How long a called force may take to answer, and who is called instead."""

    list_display = ["force", "answer_within_s", "next_forces"]


@admin.register(SkillRule)
class SkillRuleAdmin(admin.ModelAdmin):
    """Which classes ask for which skill."""

    list_display = ["scheme", "prefix", "skill"]
    list_filter = ["scheme", "skill"]


@admin.register(PoliceRules)
class PoliceRulesAdmin(admin.ModelAdmin):
    """How long a transfer may wait, and how the police reach the seats; an edit wants a new row."""

    list_display = ["effective_from", "accept_s", "feedback_s", "seat_phone"]


@admin.register(RiderRules)
class RiderRulesAdmin(admin.ModelAdmin):
    """The numbers of the volunteer force; an edit wants a new row."""

    list_display = ["effective_from", "ask_at_once", "position_kept_min", "lapse_min", "cases_before", "people_before",
                    "hazards_before"]  # fmt: skip


@admin.register(Assignment)
class AssignmentAdmin(admin.ModelAdmin):
    """Orders, to be read."""

    list_display = ["id", "incident", "unit", "department", "part", "status", "offered_at", "ended_at"]
    list_filter = ["status", "part"]
    search_fields = ["incident__case_no", "unit__name"]
    list_select_related = ["incident", "unit", "department"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
