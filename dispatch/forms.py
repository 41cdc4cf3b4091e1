"""Forms of the department desk; the error stands beside its field."""

import uuid
from datetime import datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import CaseReturn, TimeRequest
from shushanwei.common.clock import STREET, db_now

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


class SceneForm(forms.Form):
    """A photo from the scene with its place and time."""

    photo = forms.FileField(
        label=_("Photo on scene"),
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


class HandleForm(SceneForm):
    """What was done, with a photo made after handling, its place and time."""

    field_order = ["done", "photo", "shot_at"]
    done = forms.CharField(label=_("What was done"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["photo"].label = _("Photo after handling")


class TimeForm(forms.Form):
    """Ask for an extension or a suspension, with a reason and a document or photo."""

    kind = forms.ChoiceField(label=_("What is asked for"), widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("On hold until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day of the hold; the case is taken up again by itself."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(
        label=_("Document or photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )
    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, kinds: list[str], has_evidence: bool, longest_days: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [choice for choice in TimeRequest.Kind.choices if choice[0] in kinds]
        self.fields["kind"].initial = kinds[0] if kinds else None
        self.fields["file"].required = not has_evidence
        self.fields["file"].help_text = (
            _("PDF or picture, at most 10 MB; not needed where the case has one already.")
            if has_evidence
            else _("PDF or picture, at most 10 MB; nothing can be asked for without one.")
        )
        today = db_now().astimezone(STREET).date()
        self.fields["until"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + timedelta(days=longest_days - 1)).isoformat(),
        }

    def clean_until(self):
        """The last minute of that day, as the street reads it."""
        day = self.cleaned_data["until"]
        return datetime.combine(day, time(23, 59), STREET) if day else None

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_PHOTO:
            raise forms.ValidationError(_("Larger than 10 MB."))
        return file


class RequestForm(forms.Form):
    """Which request for time is meant."""

    request = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    """What the department answers to a supervision notice."""

    supervision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reply = forms.CharField(
        label=_("Reply"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has been done, and by when the rest will be. The first reply stands."),
    )  # fmt: skip


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
