"""The forms of the centre's page of volunteers."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch.models import Rider
from shushanwei.common.clock import STREET, db_now

WHEN = "%Y-%m-%dT%H:%M"


class RiderForm(forms.Form):
    """A rider's card; the vest number and the name are given once, at registration."""

    vest_no = forms.CharField(label=_("Vest number"), max_length=12, help_text=_("The account is called after it."))
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=40)
    nickname = forms.CharField(
        label=_("Nickname"), max_length=20, help_text=_("What the public and other riders read instead of the name.")
    )
    platform = forms.CharField(label=_("Delivery platform"), max_length=30)
    station = forms.CharField(label=_("Station"), max_length=60, required=False)
    area = forms.CharField(label=_("Working area"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, help_text=_("Kept encrypted, seen by the centre only."))

    def __init__(self, *args, known: Rider | None = None, **kwargs):
        if known is not None:
            fields = ("nickname", "platform", "station", "area")
            kwargs.setdefault("initial", {name: getattr(known, name) for name in fields})
        super().__init__(*args, **kwargs)
        if known is not None:
            del self.fields["vest_no"], self.fields["name"]
            self.fields["phone"].required = False
            self.fields["phone"].widget.attrs["placeholder"] = known.phone_masked
            self.fields["phone"].help_text = _("Left empty, the phone stays.")


class PauseForm(forms.Form):
    """Why a rider is paused."""

    reason = forms.CharField(label=_("Why paused"), max_length=200)


class NoteForm(forms.Form):
    """A certificate of delay; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    part = forms.IntegerField(required=False, widget=forms.HiddenInput)
    report = forms.IntegerField(required=False, widget=forms.HiddenInput)
    rider = forms.ModelChoiceField(label=_("Rider"), queryset=Rider.objects.none(), empty_label=_("choose"))
    begun_at = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WHEN)
    )
    ended_at = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WHEN)
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    did = forms.CharField(label=_("What the rider did"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rider"].queryset = Rider.objects.order_by("vest_no")
        self.fields["uuid"].initial = uuid4
        for name in ("begun_at", "ended_at"):
            self.fields[name].input_formats = [WHEN]
            self.fields[name].initial = lambda: db_now().astimezone(STREET).replace(second=0, microsecond=0)


class SolvedForm(forms.Form):
    """How a report helped to solve a case."""

    note = forms.CharField(label=_("How it helped to solve the case"), max_length=200)
