"""The upload of a ground file."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 30 * 1024 * 1024


class GroundForm(forms.Form):
    """A GeoJSON file; what is wrong with its content is added by the view after the import tried it."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("WGS-84 degrees. A file is complete for each community and kind of grid that it mentions."),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 30 MB."))
        return file
