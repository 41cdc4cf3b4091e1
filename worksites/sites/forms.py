"""The forms of the register of sites."""

import json
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grid.models import Community
from incidents.pictures import LARGEST
from worksites.lifecycle import OF_GATE, OF_SITE, Colour, CompanyKind, PermitKind, PermitStatus, Phase, SiteStatus
from worksites.models import Company, Gate, Site, SiteDocument, SitePerson


def day(**more) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


def company(kind: str, label) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Company.objects.filter(kind=kind), label=label, required=False)


class SearchForm(forms.Form):
    """What the register shows."""

    colour = forms.ChoiceField(choices=[("", _("every colour")), *Colour.choices], required=False)
    phase = forms.ChoiceField(choices=[("", _("every phase")), *Phase.choices], required=False)
    status = forms.ChoiceField(choices=[("", _("watched")), *SiteStatus.choices], required=False)
    community = forms.ModelChoiceField(Community.objects.all(), required=False, empty_label=_("every community"))
    q = forms.CharField(max_length=60, required=False)


class SiteForm(forms.Form):
    """A site's card; the outline is drawn on the map and lies in `boundary` as GeoJSON."""

    code = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9\-]{1,19}$", label=_("Code"), max_length=20,
        help_text=_("Capital letters, digits and hyphens; it stays."),
        error_messages={"invalid": _("Two to twenty capital letters, digits and hyphens, such as GD-2026-015.")},
    )  # fmt: skip
    name = forms.CharField(label=pgettext_lazy("site", "Name"), max_length=80)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices)
    area_m2 = forms.IntegerField(label=_("Area, m²"), min_value=0, max_value=10_000_000, required=False)
    started_on = day(label=_("Begun on"), required=False)
    ends_on = day(label=_("Planned end"), required=False)
    owner = company(CompanyKind.OWNER, _("Building owner"))
    builder = company(CompanyKind.BUILDER, _("Construction company"))
    supervisor = company(CompanyKind.SUPERVISOR, _("Supervision company"))
    haulier = company(CompanyKind.HAULIER, _("Transport company"))
    spoil_class = forms.CharField(label=_("Class of waste"), max_length=40, required=False)
    spoil_m3 = forms.IntegerField(label=_("Spoil to move, m³"), min_value=0, max_value=100_000_000, required=False)
    treatment = forms.CharField(label=_("Treatment"), max_length=200, required=False)
    hotline = forms.CharField(label=_("Hotline"), max_length=20, required=False)
    boundary = forms.CharField(widget=forms.HiddenInput, max_length=200_000,
                               error_messages={"required": _("Draw the outline of the site on the map.")})  # fmt: skip

    def __init__(self, *args, known: Site | None = None, **kwargs):
        if known is not None:
            names = [name for name in self.base_fields if name not in ("boundary", "code")]
            initial = {name: getattr(known, name) for name in names}
            kwargs.setdefault("initial", initial | {"boundary": json.dumps(known.boundary)})
        super().__init__(*args, **kwargs)
        if known is not None:
            del self.fields["code"]

    def clean_boundary(self):
        try:
            return json.loads(self.cleaned_data["boundary"])
        except ValueError:
            raise forms.ValidationError(self.fields["boundary"].error_messages["required"]) from None

    def clean_area_m2(self):
        return self.cleaned_data["area_m2"] or 0

    def clean_spoil_m3(self):
        return self.cleaned_data["spoil_m3"] or 0


class GateForm(forms.Form):
    """A gate; its place is tapped on the map."""

    gate = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=pgettext_lazy("gate", "Name"), max_length=40)
    lon = forms.FloatField(label=_("Longitude (WGS-84)"))
    lat = forms.FloatField(label=_("Latitude (WGS-84)"))
    filed_on = day(label=_("Filed on"), required=False)
    camera_code = forms.CharField(label=_("Camera"), max_length=40, required=False)
    has_wash_bay = forms.BooleanField(label=_("wash bay"), required=False)


class PersonForm(forms.Form):
    """Somebody who answers for the site; an empty phone leaves the one that is there."""

    person = forms.IntegerField(widget=forms.HiddenInput, required=False)
    post = forms.ChoiceField(label=pgettext_lazy("site", "Post"), choices=SitePerson.Post.choices)
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=30)
    company = forms.ModelChoiceField(Company.objects.all(), label=_("Company"), required=False, empty_label="–")
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)

    def __init__(self, *args, known: SitePerson | None = None, **kwargs):
        if known is not None:
            initial = {"person": known.pk, "post": known.post, "name": known.name, "company": known.company_id}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        if known is not None and known.phone_masked:
            self.fields["phone"].widget.attrs["placeholder"] = known.phone_masked


class PermitForm(forms.Form):
    """A permit of the site, or the registration of one of its gates."""

    permit = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=_("Permit"), choices=[(k.value, k.label) for k in PermitKind if k in [*OF_SITE, *OF_GATE]]
    )
    gate = forms.ModelChoiceField(Gate.objects.none(), label=_("Gate"), required=False, empty_label="–")
    number = forms.CharField(label=pgettext_lazy("permit", "Number"), max_length=40)
    issuer = forms.CharField(label=pgettext_lazy("permit", "Issued by"), max_length=60, required=False)
    status = forms.ChoiceField(label=_("State"), choices=PermitStatus.choices, initial=PermitStatus.APPROVED)
    valid_from = day(label=_("Valid from"))
    valid_to = day(label=_("Valid to"))
    quantity_m3 = forms.IntegerField(label=_("Quantity, m³"), min_value=0, max_value=100_000_000, required=False)
    waste_class = forms.CharField(label=_("Class of waste"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args, site: Site, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gate"].queryset = site.gates.all()


class StatusForm(forms.Form):
    """Stop a site by order, let it go on, write it idle or finished."""

    status = forms.ChoiceField(label=_("State"), choices=SiteStatus.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class DocumentForm(forms.Form):
    """A paper of the site; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=pgettext_lazy("paper", "Kind"), choices=SiteDocument.Kind.choices)
    title = forms.CharField(label=pgettext_lazy("paper", "Title"), max_length=80)
    file = forms.FileField(
        label=pgettext_lazy("paper", "File"), max_length=200, help_text=_("PDF, JPEG, PNG or WebP, at most 10 MB."),
        widget=forms.ClearableFileInput({"accept": "application/pdf,image/*"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"uuid": uuid4()})
        super().__init__(*args, **kwargs)

    def clean_file(self):
        if self.cleaned_data["file"].size > LARGEST:
            raise forms.ValidationError(_now("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
        return self.cleaned_data["file"]


class OverrideForm(forms.Form):
    """Ask for another colour; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices)
    expires_on = day(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))
