"""The forms of permits, sinks, rule sets and sheets."""

import json
import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksites.lifecycle import PermitKind, PermitStatus
from worksites.models import Company, Permit, PermitRuleSet, Sink, Site
from worksites.services.permits import KINDS
from worksites.sites.forms import day

WINDOW = re.compile(r"([1-7])(?:-([1-7]))?\s+(\d\d:\d\d)-(\d\d:\d\d)")
HOLDERS = [("site", _("sites")), ("gate", _("gates")), ("truck", _("trucks")), ("sink", _("sinks"))]
STATES = [("", _("every state")), *PermitStatus.choices]


class PermitSearch(forms.Form):
    """What the list of permits shows."""

    of = forms.ChoiceField(choices=[("", _("of everybody")), *HOLDERS], required=False)
    kind = forms.ChoiceField(choices=[("", _("every kind")), *PermitKind.choices], required=False)
    status = forms.ChoiceField(choices=STATES, required=False)
    until = forms.ChoiceField(choices=[("", _("any validity")), ("soon", _("ends within 15 days")),
                                       ("over", _("expired"))], required=False)  # fmt: skip
    q = forms.CharField(max_length=60, required=False)


class JsonField(forms.CharField):
    """GeoJSON that a map wrote into a hidden field."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        """The value behind the text, whose length was looked at; empty is None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise forms.ValidationError(_now("Draw it on the map.")) from None


class WindowsField(forms.CharField):
    """Windows of a permit, a line each: days and times, `1-5 21:00-06:00`."""

    widget = forms.Textarea({"rows": 2})

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """The windows as `Permit.windows` keeps them."""
        windows = []
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            said = WINDOW.fullmatch(line.strip())
            if said is None or int(said[2] or said[1]) < int(said[1]):
                raise forms.ValidationError(_now("Write each window as 1-5 21:00-06:00 (Monday to Friday)."))
            days = list(range(int(said[1]), int(said[2] or said[1]) + 1))
            windows.append({"days": days, "from": said[3], "until": said[4]})
        return windows


def said_windows(windows: list[dict[str, Any]]) -> str:
    """Windows as `WindowsField` reads them: a line for each run of days."""
    lines = []
    for window in windows:
        days, runs = sorted(window["days"]), []
        for one in days:
            if runs and runs[-1][1] == one - 1:
                runs[-1][1] = one
            else:
                runs.append([one, one])
        for first, last in runs:
            lines.append(f"{first}{f'-{last}' if last > first else ''} {window['from']}-{window['until']}")
    return "\n".join(lines)


class PermitForm(forms.Form):
    """A permit; its routes are drawn on the map and lie in `routes` as GeoJSON."""

    kind = forms.ChoiceField(label=_("Permit"))
    number = forms.CharField(label=pgettext_lazy("permit", "Number"), max_length=40)
    issuer = forms.CharField(label=pgettext_lazy("permit", "Issued by"), max_length=60, required=False)
    status = forms.ChoiceField(
        label=_("State"), choices=PermitStatus.choices[:2], initial=PermitStatus.APPLIED,
        help_text=_("Refused and voided come later, with a reason."),
    )  # fmt: skip
    valid_from = day(label=_("Valid from"))
    valid_to = day(label=_("Valid to"))
    quantity_m3 = forms.IntegerField(label=_("Quantity, m³"), min_value=0, max_value=100_000_000, required=False)
    waste_class = forms.CharField(label=_("Class of waste"), max_length=40, required=False)
    sites = forms.ModelMultipleChoiceField(Site.objects.none(), label=_("From these sites"), required=False)
    sinks = forms.ModelMultipleChoiceField(Sink.objects.none(), label=_("To these sinks"), required=False)
    windows = WindowsField(
        label=_("Windows"), max_length=400, required=False,
        help_text=_("A line each: 1-5 21:00-06:00 is Monday to Friday, from nine in the evening. Empty: any time."),
    )  # fmt: skip
    routes = JsonField(max_length=400_000, required=False)

    def __init__(self, *args: Any, holder: str, known: Permit | None = None, **kwargs: Any) -> None:
        if known is not None:
            plain = ("kind", "number", "issuer", "valid_from", "valid_to", "quantity_m3", "waste_class")
            initial = {name: getattr(known, name) for name in plain}
            initial |= {name: list(getattr(known, name).values_list("pk", flat=True)) for name in ("sites", "sinks")}
            initial |= {"windows": said_windows(known.windows), "routes": json.dumps(known.routes)}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        labels = dict(PermitKind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in KINDS[holder]]  # type: ignore[attr-defined]
        self.fields["sites"].queryset = Site.objects.order_by("code")  # type: ignore[attr-defined]
        self.fields["sinks"].queryset = Sink.objects.order_by("code")  # type: ignore[attr-defined]
        if known is not None:
            del self.fields["status"]
        if holder in ("site", "gate"):
            del self.fields["sites"]
        if holder in ("sink", "gate"):
            for name in ("sinks", "routes", "windows", *(["sites"] if holder == "sink" else [])):
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        """What the service takes: ids instead of rows, no routes as an empty list."""
        given = dict(self.cleaned_data)
        for name in ("sites", "sinks"):
            if name in given:
                given[name] = [row.pk for row in given[name]]
        if "routes" in given:
            given["routes"] = given["routes"] or []
        return given


class DecideForm(forms.Form):
    """Approve, refuse or void."""

    status = forms.ChoiceField(label=_("State"), choices=PermitStatus.choices[1:])
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class PaperForm(forms.Form):
    """A paper for a permit; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("Paper"), max_length=200, help_text=_("PDF or picture of at most 10 MB; places in photos are removed.")
    )


class SinkForm(forms.Form):
    """A sink's card; the outline is drawn on the map and lies in `boundary` as GeoJSON."""

    code = forms.RegexField(r"^[A-Z0-9][A-Z0-9\-]{1,19}$", label=_("Code"), max_length=20,
                            help_text=_("Capital letters, digits and hyphens; it stays."))  # fmt: skip
    name = forms.CharField(label=pgettext_lazy("site", "Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of sink"), choices=Sink.Kind.choices)
    company = forms.ModelChoiceField(Company.objects.none(), label=_("Company"), required=False, empty_label="–")
    capacity_m3 = forms.IntegerField(label=_("Capacity, m³"), min_value=0, max_value=2_000_000_000, required=False)
    is_active = forms.BooleanField(label=_("takes spoil now"), required=False, initial=True)
    boundary = JsonField(max_length=200_000)

    def __init__(self, *args: Any, known: Sink | None = None, **kwargs: Any) -> None:
        if known is not None:
            initial = {name: getattr(known, name) for name in ("name", "kind", "capacity_m3", "is_active")}
            initial |= {"company": known.company_id, "boundary": json.dumps(known.boundary)}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = Company.objects.all()  # type: ignore[attr-defined]
        if known is not None:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        company = self.cleaned_data["company"]
        return self.cleaned_data | {"company": company.pk if company else None,
                                    "capacity_m3": self.cleaned_data["capacity_m3"] or 0}  # fmt: skip


class RuleSetForm(forms.Form):
    """A new version of what is asked for."""

    name = forms.CharField(label=pgettext_lazy("rule set", "Name"), max_length=40)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    effective_from = day(label=_("In force from"))
    required = forms.MultipleChoiceField(
        label=_("Asked for"), choices=PermitKind.choices, widget=forms.CheckboxSelectMultiple
    )
    needs_manifest = forms.BooleanField(label=_("a manifest for each trip"), required=False)
    needs_gate_camera = forms.BooleanField(label=_("a camera at each gate"), required=False)

    def __init__(self, *args: Any, like: PermitRuleSet | None = None, **kwargs: Any) -> None:
        if like is not None:
            names = ("required", "needs_manifest", "needs_gate_camera")
            kwargs.setdefault("initial", {name: getattr(like, name) for name in names})
        super().__init__(*args, **kwargs)


class SheetForm(forms.Form):
    """A sheet to be tried."""

    sheet = forms.FileField(label="xlsx", max_length=200, widget=forms.FileInput({"accept": ".xlsx"}))
