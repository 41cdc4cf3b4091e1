"""The forms of the duty log: what is looked for, and a line that is written."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grid.models import DutyLog


class LogSearch(forms.Form):
    """`?day=&kind=&q=`; what makes no sense is left out."""

    day = forms.DateField(
        required=False, label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "class": "input"})
    )
    kind = forms.ChoiceField(
        choices=[("", _("every kind")), *DutyLog.Kind.choices],
        required=False,
        label=_("Kind"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    q = forms.CharField(required=False, max_length=60, label=_("Words or case number"))

    def chosen(self) -> dict:
        """The filters that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class LogForm(forms.Form):
    """One order, call or radio exchange. The page makes `uuid`: sent twice, written once."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    kind = forms.ChoiceField(choices=DutyLog.Kind.choices, label=_("Kind"))
    caller = forms.CharField(max_length=60, label=pgettext_lazy("duty log", "From"))
    called = forms.CharField(max_length=60, label=pgettext_lazy("duty log", "To"))
    content = forms.CharField(max_length=4_000, label=_("Content"), widget=forms.Textarea(attrs={"rows": 3}))
    case_no = forms.CharField(max_length=19, required=False, label=_("Case number"))
    at = forms.DateTimeField(
        required=False,
        label=_("At (empty: now)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
