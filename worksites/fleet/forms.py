"""The forms of the register of trucks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksites.lifecycle import CompanyKind, TruckState
from worksites.models import Company, Driver, Truck, VendorItem

PLATE_COLOURS = [("yellow", _("yellow plate")), ("blue", _("blue plate")), ("green", _("green plate")),
                 ("white", _("white plate")), ("black", _("black plate"))]  # fmt: skip


class TruckForm(forms.Form):
    """A truck's card."""

    plate = forms.CharField(label=_("Plate"), max_length=12)
    plate_colour = forms.ChoiceField(label=_("Colour of the plate"), choices=PLATE_COLOURS, initial="yellow")
    company = forms.ModelChoiceField(label=_("Transport company"), queryset=Company.objects.none())
    state = forms.ChoiceField(label=_("State"), choices=TruckState.choices)
    terminal_id = forms.CharField(
        label=_("Number of the terminal"), max_length=20, required=False, help_text=_("As the device sends it.")
    )
    volume_m3 = forms.FloatField(label=_("Volume of the box (m³)"), initial=12)
    has_lift_sensor = forms.BooleanField(label=_("Senses the lifted box"), required=False)
    has_load_sensor = forms.BooleanField(label=_("Senses the load"), required=False)
    has_cover_sensor = forms.BooleanField(label=_("Senses the cover"), required=False)

    def __init__(self, *args: Any, known: Truck | None = None, **kwargs: Any) -> None:
        if known is not None:
            values = {name: getattr(known, name) for name in self.base_fields}
            kwargs.setdefault("initial", values | {"company": known.company_id})
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = Company.objects.filter(kind=CompanyKind.HAULIER)  # type: ignore[attr-defined]


class CompanyForm(forms.Form):
    """A company that carries or takes spoil."""

    name = forms.CharField(label=_("Company name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of company"), choices=CompanyKind.choices, initial=CompanyKind.HAULIER)
    credit_code = forms.CharField(label=_("Credit code"), max_length=18, required=False)
    contact = forms.CharField(label=_("Contact person"), max_length=30, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)

    def __init__(self, *args: Any, known: Company | None = None, **kwargs: Any) -> None:
        if known is not None:
            names = ("name", "kind", "credit_code", "contact")
            kwargs.setdefault("initial", {name: getattr(known, name) for name in names})
        super().__init__(*args, **kwargs)
        if known is not None:
            self.fields["phone"].help_text = _("Left empty, the phone stays.")


class DriverForm(forms.Form):
    """A driver."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=30)
    licence_no = forms.CharField(label=_("Driving licence"), max_length=20)
    company = forms.ModelChoiceField(label=_("Transport company"), queryset=Company.objects.none())
    truck = forms.ModelChoiceField(label=_("Drives"), queryset=Truck.objects.none(), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)

    def __init__(self, *args: Any, known: Driver | None = None, **kwargs: Any) -> None:
        if known is not None:
            values = {"name": known.name, "licence_no": known.licence_no}
            kwargs.setdefault("initial", values | {"company": known.company_id, "truck": known.truck_id})
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = Company.objects.filter(kind=CompanyKind.HAULIER)  # type: ignore[attr-defined]
        self.fields["truck"].queryset = Truck.objects.order_by("plate")  # type: ignore[attr-defined]


class TerminalForm(forms.Form):
    """What people say of a terminal."""

    plate = forms.CharField(label=_("Belongs to the truck"), max_length=12, required=False)
    vendor = forms.CharField(label=_("Table of extra items"), max_length=20, required=False)
    crs = forms.ChoiceField(label=_("Datum it sends"), choices=[("wgs84", "WGS-84"), ("gcj02", "GCJ-02")])

    def vendors(self) -> list[str]:
        """The vendors that have a table."""
        return sorted(set(VendorItem.objects.values_list("vendor", flat=True)))
