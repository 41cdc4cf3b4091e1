"""What the pages of reports and emergencies send, as values of the right kind; the services judge them."""

from typing import Any

from django import forms
from django.http import HttpRequest

from points.m.asking import cleaned, limited, uploads
from points.selectors_reports import joined_by
from points.services import voices
from points.services.places import Place
from points.services.reports import Sent
from shushanwei.common.errors import BadInput


class PlaceForm(forms.Form):
    """Where; `place_by` phone, map or community."""

    uuid = forms.UUIDField()
    kind = forms.CharField(max_length=12)
    place_by = forms.CharField(max_length=10, required=False)
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    crs = forms.CharField(max_length=10, required=False)
    accuracy_m = forms.FloatField(required=False, min_value=0, max_value=100_000)
    mocked = forms.BooleanField(required=False)
    agreed = forms.BooleanField(required=False)
    community = forms.CharField(max_length=12, required=False)
    address = forms.CharField(max_length=100, required=False)
    text = forms.CharField(max_length=500, required=False)

    def place(self) -> Place:
        """The place as the services take it; without a word about it, what there is decides."""
        said = self.cleaned_data
        by = said["place_by"] or ("map" if said["lon"] is not None and said["lat"] is not None else "community")
        return Place(
            by=by, lon=said["lon"], lat=said["lat"], crs=said["crs"] or "wgs84", accuracy_m=said["accuracy_m"],
            community=said["community"], address=said["address"],
        )  # fmt: skip


class ReportForm(PlaceForm):
    """A report; `join` is a token of what was offered nearby, or `new` for none of them."""

    voice_s = forms.IntegerField(required=False, min_value=0, max_value=3600)
    found_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])
    anonymous = forms.BooleanField(required=False)
    join = forms.CharField(max_length=200, required=False)


def sent_report(request: HttpRequest) -> Sent:
    """The report that was sent. Raises BadInput by field."""
    form = ReportForm(request.POST)
    said = _renamed(form)
    voice = request.FILES.get("voice")
    return Sent(
        uuid=said["uuid"], kind=said["kind"], place=form.place(), photos=uploads(request), text=said["text"],
        voice=limited(voice, "voice", voices.LARGEST) if voice else b"", voice_s=said["voice_s"],
        found_at=said["found_at"], anonymous=said["anonymous"], mocked=said["mocked"], agreed=said["agreed"],
        join=joined_by(said["join"]), distinct=said["join"] == "new",
    )  # fmt: skip


def sent_emergency(request: HttpRequest) -> Sent:
    """The call for help that was sent. Raises BadInput by field."""
    form = PlaceForm(request.POST)
    said = _renamed(form)
    return Sent(uuid=said["uuid"], kind=said["kind"], place=form.place(), photos=uploads(request), text=said["text"])


def _renamed(form: PlaceForm) -> dict[str, Any]:
    try:
        return cleaned(form)
    except BadInput as error:
        # Several inputs make one place; the page shows what is wrong with it there.
        field = "place" if error.field in ("lon", "lat", "crs", "accuracy_m", "place_by") else error.field
        raise BadInput(field or "", error.message) from error
