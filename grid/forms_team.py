"""The form of a team member's card."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grid.models import CoGovernanceMember


class MemberForm(forms.Form):
    """A card: role, name, phone, where from, what for."""

    type = forms.ChoiceField(label=_("Role"), choices=[("", _("choose")), *CoGovernanceMember.Type.choices])
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=40)
    phone = forms.CharField(label=_("Phone"), max_length=20)
    organisation = forms.CharField(label=_("Organisation or office"), max_length=80, required=False)
    covers = forms.CharField(label=_("Buildings answered for"), max_length=80, required=False)

    def __init__(self, *args, known: CoGovernanceMember | None = None, **kwargs):
        if known is not None:
            kwargs.setdefault(
                "initial", {name: getattr(known, name) for name in ("type", "name", "organisation", "covers")}
            )
        super().__init__(*args, **kwargs)
        if known is not None:
            self.fields["phone"].required = False
            self.fields["phone"].widget.attrs["placeholder"] = known.phone_masked
            self.fields["phone"].help_text = _("Left empty, the phone stays.")
