"""The forms of the roster page; a refusal of a service stands beside the field it names."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.models import DutyShift, Post
from shushanwei.common.clock import STREET
from shushanwei.people.models import User


class PersonField(forms.ModelChoiceField):
    """One of the people who can be planned, by name."""

    def __init__(self, **options):
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj):
        return f"{obj} ({obj.username})"


class WeekForm(forms.Form):
    """`?week=` any day of it; anything else is this week."""

    week = forms.DateField(required=False)


class PlanForm(forms.Form):
    """Put somebody on duty for a shift."""

    shift = forms.ModelChoiceField(DutyShift.objects.none(), label=_("Shift"))
    person = PersonField(label=_("Person"))
    post = forms.ChoiceField(choices=Post.choices, label=_("Post"), initial=Post.SEAT)
    place = forms.CharField(max_length=24, required=False, label=_("Seat, unit or grid"))
    is_backup = forms.BooleanField(required=False, label=_("Backup (A/B pair)"))

    def __init__(self, *args, shifts, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["shift"].queryset = DutyShift.objects.filter(pk__in=[shift.pk for shift in shifts])
        self.fields["shift"].label_from_instance = lambda shift: f"{shift.day:%m-%d} {shift.template}"
        self.fields["person"].queryset = people


class CopyForm(forms.Form):
    """Plan this week as an earlier one was."""

    source = forms.DateField(label=_("As the week of"), widget=forms.DateInput(attrs={"type": "date"}))
    target = forms.DateField(widget=forms.HiddenInput)


class SwapForm(forms.Form):
    """Give a duty away, or change with one of the other's duties."""

    to = PersonField(label=_("To"))
    back = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class LeaveForm(forms.Form):
    """From a morning to an evening, with a stand-in."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To (inclusive)"), widget=forms.DateInput(attrs={"type": "date"}))
    stand_in = PersonField(label=_("Stand-in"))
    reason = forms.CharField(max_length=200, label=_("Reason"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = people

    def period(self):
        """Midnight of the first day to the midnight after the last, in Hangzhou."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return _midnight(first), _midnight(last + timedelta(days=1))


class DecisionForm(forms.Form):
    """Yes or no, and why."""

    answer = forms.ChoiceField(choices=[("yes", _("approve")), ("no", _("refuse"))])
    note = forms.CharField(max_length=200, required=False)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), STREET)
