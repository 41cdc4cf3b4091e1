"""The forms of judging and of the rules' numbers."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksites.lifecycle import WATCHED
from worksites.models import Site, TruckAlert, TruckRule
from worksites.services.adjudication import MOST_REASON
from worksites.services.truck_rules import MOST_REASON as MOST_WHY
from worksites.services.truck_rules import MOST_SUPPRESS_S
from worksites.trucks.rules import DEFAULTS, PARAMS, Param

ACTS = [("confirm", _("True")), ("false", _("False")), ("merge", _("Merge"))]


class DecisionForm(forms.Form):
    """A person's word; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    act = forms.ChoiceField(label=pgettext_lazy("judging", "Decision"), choices=ACTS, widget=forms.RadioSelect)
    into = forms.ChoiceField(label=_("Merge into"), required=False)
    site = forms.ModelChoiceField(
        label=_("Site it came from"), queryset=Site.objects.none(), required=False,
        help_text=_("The rules found none; a site that is named here may change its colour."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=MOST_REASON, min_length=2, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, alert: TruckAlert, others: list[TruckAlert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(one.number, f"{one.number} {one.rule} {one.truck or one.site or ''}") for one in others]
        self.fields["into"].choices = [("", "—"), *rows]  # type: ignore[attr-defined]
        if alert.site_id is None:
            self.fields["site"].queryset = Site.objects.order_by("name")  # type: ignore[attr-defined]
        else:
            del self.fields["site"]


class NoteForm(forms.Form):
    """How it was cleared up."""

    note = forms.CharField(label=_("How it was cleared up"), max_length=MOST_REASON, min_length=2)


class MudForm(forms.Form):
    """What somebody saw on the road; the place is the phone's own or tapped on the map (WGS-84)."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    photo = forms.FileField(
        label=_("Photo"), max_length=120,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )  # fmt: skip
    plate = forms.CharField(
        label=_("Plate"), max_length=12, required=False, help_text=_("A part is enough where one truck alone has it."),
        widget=forms.TextInput(attrs={"list": "plates", "autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    site = forms.ModelChoiceField(
        label=_("Site it came from"), required=False, empty_label=_("not known"),
        queryset=Site.objects.filter(status__in=WATCHED).order_by("name"),
    )  # fmt: skip
    lon = forms.FloatField(label=_("Place"), min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(label=_("Place"), min_value=-90, max_value=90, widget=forms.HiddenInput)
    seen_at = forms.DateTimeField(
        label=_("Seen at"), initial=now,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), max_length=MOST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class RuleForm(forms.Form):
    """The next version of a rule; its numbers are fields of their own, `n_` before the name."""

    is_active = forms.BooleanField(label=_("Switched on"), required=False)
    level = forms.TypedChoiceField(label=_("Level of its alerts"), choices=[(n, str(n)) for n in (1, 2, 3)], coerce=int)
    suppress_s = forms.IntegerField(
        label=_("Silent for the same truck afterwards (s)"), min_value=0, max_value=MOST_SUPPRESS_S,
        help_text=_("From 86,400 on: once a day."),
    )  # fmt: skip
    effective_from = forms.DateTimeField(
        label=_("In force from"), required=False, help_text=_("Left empty: at once."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=MOST_WHY, min_length=2, required=True)

    def __init__(self, *args: Any, code: str, newest: TruckRule | None, **kwargs: Any) -> None:
        rule = DEFAULTS[code]
        numbers = {**rule.params, **(newest.params if newest else {})}
        first = {
            "is_active": newest.is_active if newest else True, "level": newest.level if newest else rule.level,
            "suppress_s": newest.suppress_s if newest else rule.suppress_s,
            **{f"n_{name}": _shown(numbers[name]) for name in PARAMS[code]},
        }  # fmt: skip
        kwargs.setdefault("initial", first)
        super().__init__(*args, **kwargs)
        self.code = code
        for name, param in PARAMS[code].items():
            self.fields[f"n_{name}"] = _number(param)

    def numbers(self) -> dict[str, float]:
        """The rule's numbers by their names."""
        return {name: self.cleaned_data[f"n_{name}"] for name in PARAMS[self.code]}

    def number_fields(self) -> list[tuple[Any, Param]]:
        """(field, what the number is) in the rule's order."""
        return [(self[f"n_{name}"], param) for name, param in PARAMS[self.code].items()]


def _number(param: Param) -> forms.Field:
    kind = forms.IntegerField if param.kind is int else forms.FloatField
    return kind(label=param.label, min_value=_shown(param.least), max_value=_shown(param.most))


def _shown(value: float) -> float:
    return int(value) if value == int(value) else value
