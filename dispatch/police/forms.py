"""Forms of the transfers and of the police desk; the error stands beside its field."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.police.lifecycle import Channel, Quality, ReturnReason, Transfer, Urgency
from incidents.models import CaseCategory
from shushanwei.common.clock import STREET, db_now


def area(rows: int = 3) -> forms.Textarea:
    """A text box of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


class TransferFilter(forms.Form):
    """What the address of the transfers page asks for; what cannot be read counts as not asked."""

    TABS = [
        ("waiting", _("to be accepted"), [Transfer.OFFERED]),
        ("sent_back", _("second closing due"), [Transfer.SENT_BACK]),
        ("at_work", _("at work"), [Transfer.ACCEPTED, Transfer.FED_BACK]),
        ("closed", _("results given"), [Transfer.CLOSED]),
        ("returned", _("given back"), [Transfer.RETURNED]),
    ]
    tab = forms.ChoiceField(choices=[(code, words) for code, words, _states in TABS], required=False)
    transfer = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    q = forms.CharField(max_length=60, required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)


class TakeForm(forms.Form):
    """Take the call; the class is proposed from the 110 category."""

    category = forms.ChoiceField(label=_("Class"))
    level = forms.TypedChoiceField(label=_("Level"), coerce=int, choices=[])

    def __init__(self, *args, proposed: str = "", level: int = 3, **kwargs):
        super().__init__(*args, **kwargs)
        classes = CaseCategory.objects.filter(scheme="JCZZ", is_active=True, parent__isnull=False).order_by("code")
        self.fields["category"].choices = [(row.code, f"{row.name_zh} {row.code}") for row in classes]
        self.fields["category"].initial = proposed
        levels = CaseCategory._meta.get_field("default_level").choices or []
        self.fields["level"].choices = list(levels)
        self.fields["level"].initial = level


class GiveBackForm(forms.Form):
    """Give the call back, with one of four reasons."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("choose")), *ReturnReason.choices])
    note = forms.CharField(
        label=_("Explanation"), max_length=2_000, required=False, widget=area(2),
        help_text=_("What is missing, or which case knows it already; the police read it."),
    )  # fmt: skip


class FeedbackForm(forms.Form):
    """The first feedback by hand."""

    text = forms.CharField(label=_("First feedback to the police"), max_length=2_000, widget=area(3))


class SecondClosingForm(forms.Form):
    """The second closing: what was found, who was contacted, what was done, what remains."""

    found = forms.CharField(label=_("What was found"), max_length=2_000, widget=area(2))
    contacted = forms.CharField(label=_("Who was contacted"), max_length=2_000, required=False)
    done = forms.CharField(label=_("What was done"), max_length=2_000, widget=area(3))
    remains = forms.CharField(label=_("What remains"), max_length=2_000, required=False)
    confirm_brief = forms.BooleanField(label=_("Send it though it is brief"), required=False)


class OfferForm(forms.Form):
    """Hand a non-police call to the street."""

    police_no = forms.RegexField(
        r"^[A-Za-z0-9-]{4,40}$", label=_("Number of the call"),
        error_messages={"invalid": _("4 to 40 letters, digits and hyphens.")},
    )  # fmt: skip
    call_time = forms.DateTimeField(
        label=_("Time of the call"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
    )
    alarm_code = forms.ChoiceField(label=_("110 category"))
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    channel = forms.ChoiceField(label=_("Way"), choices=Channel.choices, initial=Channel.ORDER)
    address = forms.CharField(label=_("Address"), max_length=200)
    lon = forms.FloatField(
        label=_("Longitude"), min_value=-180, max_value=180, widget=forms.NumberInput(attrs={"step": "any"})
    )
    lat = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, widget=forms.NumberInput(attrs={"step": "any"})
    )
    description = forms.CharField(
        label=_("What is asked of the street"), max_length=2_000, required=False, widget=area(3),
        help_text=_("No facts about persons from police records: they are not kept here."),
    )  # fmt: skip
    caller_name = forms.CharField(label=_("Caller"), max_length=40, required=False)
    caller_phone = forms.CharField(
        label=_("Phone"), max_length=24, required=False, help_text=_("Kept encrypted, shown masked."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = CaseCategory.objects.filter(scheme="P110", is_active=True).order_by("code")
        self.fields["alarm_code"].choices = [(row.code, f"{row.name_zh} {row.code}") for row in codes]
        self.fields["alarm_code"].initial = "100600"
        self.fields["call_time"].initial = lambda: db_now().astimezone(STREET).replace(second=0, microsecond=0)

    def clean_call_time(self) -> datetime:
        at = self.cleaned_data["call_time"]
        if not 2000 <= at.year < 2100:
            raise forms.ValidationError(_("between the years 2000 and 2100"))
        if at > db_now() + timedelta(minutes=5):
            raise forms.ValidationError(_("This lies in the future."))
        return at


class JudgeForm(forms.Form):
    """What the police side says of a result."""

    quality = forms.ChoiceField(label=_("Quality"), choices=Quality.choices, initial=Quality.PASS)
    note = forms.CharField(label=_("Explanation"), max_length=2_000, required=False, widget=area(2))


class AcceptCallForm(forms.Form):
    """Take the call for the police, with a car."""

    unit = forms.TypedChoiceField(
        label=_("Car"), coerce=int, empty_value=None, required=False, choices=[], widget=forms.RadioSelect
    )

    def __init__(self, *args, cars=(), to_be_named=False, **kwargs):
        """`cars` are (id, words), the best first; where the call is taken already, one of them must be named."""
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [*cars, *([] if to_be_named else [("", _("a car is named later"))])]
        self.fields["unit"].required = to_be_named
        self.fields["unit"].error_messages["required"] = _("Choose a car: the call is accepted already.")
        self.fields["unit"].initial = cars[0][0] if cars else ""


class RefuseForm(forms.Form):
    """Refuse the call, with a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=area(2))


class NoteForm(forms.Form):
    """A note to the street."""

    text = forms.CharField(
        label=_("Note to the street"), max_length=2_000, widget=area(2),
        help_text=_("No facts about persons from police records: they are not kept here."),
    )  # fmt: skip
