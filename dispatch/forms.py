"""Forms of the department desk; the error stands beside its field."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import CaseReturn

LARGEST_PHOTO = 11 * 1024 * 1024


class AcceptForm(forms.Form):
    """Take the case, and name who handles it where the department wants to."""

    handler = forms.ChoiceField(label=_("Handler"), required=False)

    def __init__(self, *args, handlers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["handler"].choices = [("", _("not named")), *[(u.username, str(u)) for u in handlers]]


class ReturnForm(forms.Form):
    """Send the case back with one of the four reasons and a note."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("choose"))] + CaseReturn.Reason.choices)
    note = forms.CharField(
        label=_("Explanation"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The dispatcher reads it; what was entered so far stays."),
    )  # fmt: skip


class HandleForm(forms.Form):
    """What was done, with a photo made after handling, its place and time."""

    done = forms.CharField(label=_("What was done"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField(
        label=_("Photo after handling"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, at most 10 MB."),
    )
    shot_at = forms.DateTimeField(
        label=_("Time of the photo"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        help_text=_("Left empty, the photo's own time counts."),
    )  # fmt: skip
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_photo(self):
        photo = self.cleaned_data["photo"]
        if photo.size > LARGEST_PHOTO:
            raise forms.ValidationError(_("Larger than 10 MB."))
        return photo


class DeskFilter(forms.Form):
    """What the table shows; kept in the address."""

    STATES = [
        ("open", _("all open")),
        ("offered", _("to accept")),
        ("accepted", _("in handling")),
        ("finished", _("to confirm")),
        ("ended", _("ended")),
    ]
    state = forms.ChoiceField(choices=STATES, required=False)
    overdue = forms.BooleanField(required=False)
    q = forms.CharField(required=False, max_length=60)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
