"""Forms of the pages of sources and kinds."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from incidents.models import AlertKind, CaseCategory
from incidents.models.catalogue import Level

MINUTES = [
    (30, _("30 minutes")),
    (120, _("2 hours")),
    (480, _("8 hours")),
    (1440, _("one day")),
    (10080, _("7 days")),
]


class MuteForm(forms.Form):
    """Keep a source quiet: why, how long, and which of its kinds."""

    kind = forms.ChoiceField(label=_("What is muted"), required=False)
    minutes = forms.TypedChoiceField(label=_("How long"), choices=MINUTES, coerce=int)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"placeholder": _("such as: lens fogged")})
    )

    def __init__(self, *args, kinds: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("the whole source")), *kinds]  # type: ignore[attr-defined]


class CategoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, category: CaseCategory) -> str:
        chinese = (get_language() or "zh").startswith("zh")
        return f"{category.code} {category.name_zh if chinese else category.name_en or category.name_zh}"


class MapForm(forms.Form):
    """Which class a kind stands for."""

    category = CategoryChoice(label=_("Class"), queryset=CaseCategory.objects.none(), empty_label=_("choose a class"))
    level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("as the class")), *Level.choices],
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), required=False, max_length=80)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=80)

    def __init__(self, data=None, *, kind: AlertKind, categories: QuerySet[CaseCategory]):
        initial = {
            "category": kind.category_id,
            "level": kind.level or "",
            "name_zh": kind.name_zh,
            "name_en": kind.name_en,
        }
        super().__init__(data, initial=initial)
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]
