"""The forms of findings, penalties, links and the checklist."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import Department
from shushanwei.people.models import User
from worksites.checks.desk import chinese
from worksites.checks.rules import MOST_NEW_DAYS
from worksites.lifecycle import Fix, Phase, Severity
from worksites.models import Site
from worksites.services.checklists import MOST_DAYS
from worksites.services.links import LONGEST_DAYS, SHORTEST_DAYS, USUAL_DAYS
from worksites.services.penalties import MOST_YUAN

WHY = {
    "overdue": _("limit missed"),
    "serious": _("serious finding"),
    "dumping": _("dumping or spillage"),
    "other": _("other"),
}


class ManyFiles(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleaned to a list."""

    widget = ManyFiles

    def clean(self, data, initial=None):
        """Each of them as a file of its own."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one or len(given) == 1]


class RejectForm(forms.Form):
    """Why the evidence does not do, and until when it must."""

    reason = forms.CharField(label=_("Why it does not do"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    days = forms.IntegerField(label=_("New limit in workdays"), min_value=1, max_value=MOST_NEW_DAYS, initial=1)


class PassForm(forms.Form):
    """The evidence is good."""

    note = forms.CharField(label=_("Remark (may be left out)"), max_length=300, required=False)


class HandInForm(forms.Form):
    """Photos after mending; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    photos = FilesField(
        label=_("Photos after mending"), help_text=_("One to six photos, JPEG, PNG or WebP, at most 10 MB each."),
        widget=ManyFiles(attrs={"accept": "image/*", "multiple": True}),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What was done (may be left out)"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"uuid": uuid4()})
        super().__init__(*args, **kwargs)


class ReasonForm(forms.Form):
    """A reason in one sentence."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReportForm(forms.Form):
    """What was told to the wage office."""

    note = forms.CharField(label=_("Told to whom, and what"), max_length=300)


class DecideForm(forms.Form):
    """A decision on a penalty."""

    amount = forms.IntegerField(label=_("Amount in yuan"), min_value=1, max_value=MOST_YUAN)
    basis = forms.CharField(label=_("Legal basis"), max_length=200)
    decision_no = forms.CharField(label=_("Number of the decision"), max_length=40)
    note = forms.CharField(label=_("Remark (may be left out)"), max_length=300, required=False)


class FileForm(forms.Form):
    """A case that is filed by hand."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=_("choose"))
    why = forms.ChoiceField(label=_("What for"), choices=WHY.items())
    subject = forms.CharField(
        label=_("Who is fined"), max_length=80, required=False, help_text=_("Left empty, the construction company.")
    )
    note = forms.CharField(label=_("Remark (may be left out)"), max_length=300, required=False)

    def __init__(self, *args, sites, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites


class LinkForm(forms.Form):
    """A new link of a site."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=_("choose"))
    days = forms.IntegerField(
        label=_("Holds for days"), min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS, initial=USUAL_DAYS
    )

    def __init__(self, *args, sites, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites


class NeedForm(forms.Form):
    """What a department wants looked at on a site; `uuid` lets a second press find the first."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none(), empty_label=None)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=_("choose"))
    items = forms.MultipleChoiceField(label=_("What is to be looked at"), widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(
        label=_("What to look for (may be left out)"), max_length=200, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    urgent_by = forms.DateField(
        label=_("Urgent: at the latest on"), required=False, widget=forms.DateInput({"type": "date"}),
        help_text=_("Only where it cannot wait for the planned check; the brigade may then bring that check forward."),
    )  # fmt: skip
    urgent_reason = forms.CharField(label=_("Why it is urgent"), max_length=200, required=False)

    def __init__(self, *args, sites, departments, items, site=None, **kwargs):
        first = departments.first()
        kwargs.setdefault("initial", {"uuid": uuid4(), "site": site, "department": first.pk if first else None})
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["department"].queryset = departments
        self.fields["department"].label_from_instance = department_name
        self.fields["items"].choices = items


def department_name(department: Department) -> str:
    """Its name in the reader's language."""
    return department.name_zh if chinese() else department.name_en


class CrewForm(forms.Form):
    """Who goes to a planned check instead of the lot."""

    inspectors = forms.ModelMultipleChoiceField(
        label=_("Inspectors"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args, able, **kwargs):
        super().__init__(*args, **kwargs)
        ids = [person.pk for person in able]
        self.fields["inspectors"].queryset = User.objects.filter(pk__in=ids).order_by("display_name", "username")


class RedrawForm(forms.Form):
    """Draw anew; `lots` is the number of lots that the page showed."""

    lots = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ForwardForm(forms.Form):
    """An earlier day for an urgent need."""

    on = forms.DateField(label=_("New day"), widget=forms.DateInput({"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ItemForm(forms.Form):
    """One item of a draft of the checklist."""

    name_zh = forms.CharField(label=_("Text in Chinese"), max_length=80)
    name_en = forms.CharField(label=_("Text in English"), max_length=120, required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    serious_when_zh = forms.CharField(label=_("Serious when (Chinese)"), max_length=60, required=False)
    serious_when_en = forms.CharField(label=_("Serious when (English)"), max_length=80, required=False)
    phases = forms.MultipleChoiceField(
        label=_("Phases (none means all)"), choices=Phase.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    fix = forms.ChoiceField(label=_("Rectification"), choices=Fix.choices)
    fix_days = forms.IntegerField(
        label=_("Limit in workdays"), min_value=0, max_value=MOST_DAYS, required=False, help_text=_("For “by a date”.")
    )
