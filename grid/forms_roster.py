"""The forms of the roster page; a refusal of a service stands beside the field it names."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from grid.models import DutyShift, Post, RosterLine
from shushanwei.common.clock import STREET
from shushanwei.people.models import User

# What somebody must be allowed to do to be planned into a post of the centre.
NEEDED = {Post.SEAT: "grid.log_calls", Post.SHIFT_LEAD: "grid.plan_roster", Post.COMMANDER: "grid.plan_roster"}


class PersonField(forms.ModelChoiceField):
    """One of the people who can be planned, by name."""

    def __init__(self, **options):
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj):
        return f"{obj} ({obj.username})"


class DayField(forms.DateField):
    """A day that the street may speak of: no year one, no year 9999."""

    def __init__(self, **options):
        bounds = [MinValueValidator(date(2020, 1, 1)), MaxValueValidator(date(2099, 12, 31))]
        super().__init__(validators=bounds, **options)


class WeekForm(forms.Form):
    """`?week=` any day of it; anything else is this week."""

    week = DayField(required=False)


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

    def clean(self):
        given = super().clean()
        person, needed = given.get("person"), NEEDED.get(given.get("post"))
        if person is not None and needed and not person.has_perm(needed):
            self.add_error("person", _("This person has no role for this post."))
        if given.get("post") == Post.SEAT and not given.get("place"):
            self.add_error("place", _("Say which seat."))
        return given


class CopyForm(forms.Form):
    """Plan this week as an earlier one was."""

    source = DayField(label=_("As the week of"), widget=forms.DateInput(attrs={"type": "date"}))
    target = DayField(widget=forms.HiddenInput)


class DutyField(forms.ModelChoiceField):
    """A duty of somebody else that is still to come."""

    def __init__(self, **options):
        super().__init__(queryset=RosterLine.objects.none(), **options)

    def label_from_instance(self, obj):
        begin = obj.period.lower.astimezone(STREET)
        return f"{obj.user} · {begin:%m-%d %H:%M} · {obj.get_post_display()} {obj.place}".strip()


class SwapForm(forms.Form):
    """Give a duty away, or change with one of the other's duties."""

    to = PersonField(label=_("To"))
    back = DutyField(label=_("In exchange for"), required=False, empty_label=_("nothing: given away"))
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))

    def __init__(self, *args, people, duties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        self.fields["back"].queryset = duties


class LeaveForm(forms.Form):
    """From a morning to an evening, with a stand-in."""

    first = DayField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = DayField(label=_("To (inclusive)"), widget=forms.DateInput(attrs={"type": "date"}))
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
