"""The forms of the mall, of rules and of notices; `uuid` lets a second press find the first."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grid.models import Community
from points.models import Merchant, Notice, PointPolicy, PointRule, Reward, RuleDraft
from points.services import merchants, rules
from points.services.signing_in import PHONE

DAY = {"type": "date"}
AT = "%Y-%m-%dT%H:%M"


def at_input() -> forms.DateTimeInput:
    """A day and a time of the street."""
    return forms.DateTimeInput({"type": "datetime-local"}, format=AT)


def length(model, name: str) -> int:
    """How much a column takes."""
    return model._meta.get_field(name).max_length


class OncePosted(forms.Form):
    """A form with the id that the page made."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        kwargs["initial"] = {"uuid": uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class MerchantForm(OncePosted):
    """A merchant; an empty phone keeps what is there."""

    name = forms.CharField(label=_("Name"), max_length=length(Merchant, "name"))
    community = forms.ModelChoiceField(label=_("Community"), queryset=Community.objects.all(), empty_label=_("choose"))
    address = forms.CharField(label=_("Address"), max_length=length(Merchant, "address"))
    opening_hours = forms.CharField(
        label=pgettext_lazy("merchant", "Opening hours"), max_length=length(Merchant, "opening_hours"), required=False
    )
    phone = forms.RegexField(
        PHONE, label=_("Contact phone"), required=False, help_text=_("Kept encrypted; left empty, it stays as it is."),
        error_messages={"invalid": _("A mobile number has eleven digits.")},
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("takes part"), required=False, initial=True)


class RewardForm(OncePosted):
    """A reward of a merchant."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=length(Reward, "name_zh"))
    name_en = forms.CharField(label=_("Name in English"), max_length=length(Reward, "name_en"))
    price = forms.IntegerField(label=_("Price in points"), min_value=1, max_value=merchants.DEAREST)
    stock = forms.IntegerField(label=_("Stock"), min_value=0, max_value=merchants.MOST_STOCK)
    a_month = forms.IntegerField(
        label=_("Monthly limit per person"), min_value=1, max_value=merchants.MOST_A_MONTH, required=False,
        help_text=_("Left empty: as many as there are."),
    )  # fmt: skip
    valid_from = forms.DateField(label=pgettext_lazy("day", "From"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    valid_to = forms.DateField(label=_("To, this day too"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    description = forms.CharField(
        label=_("Description"), max_length=length(Reward, "description"), required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    picture = forms.FileField(
        label=_("Picture"), required=False, help_text=_("JPEG, PNG or WebP, at most 10 MB."),
        widget=forms.FileInput({"accept": "image/*"}),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("on offer"), required=False, initial=True)

    def __init__(self, *args, new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not new:  # how many are left has a form of its own
            del self.fields["stock"]


class RuleForm(OncePosted):
    """The next version of a rule."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=length(RuleDraft, "name_zh"))
    name_en = forms.CharField(label=_("Name in English"), max_length=length(RuleDraft, "name_en"))
    points = forms.IntegerField(label=pgettext_lazy("points", "Points"), min_value=rules.LEAST, max_value=rules.MOST)
    cap = forms.ChoiceField(label=_("Cap of the day"), choices=PointRule.Cap.choices)
    times_a_day = forms.IntegerField(
        label=_("Times a day"), min_value=1, max_value=rules.MOST_TIMES, required=False,
        help_text=_("Left empty: no limit."),
    )  # fmt: skip
    valid_from = forms.DateTimeField(label=_("In force from"), widget=at_input(), input_formats=[AT])
    reason = forms.CharField(label=_("Reason"), max_length=length(RuleDraft, "reason"))


NUMBERS = {
    "general_a_day": _("Points a day, volunteering apart"),
    "volunteer_a_day": _("Points a day for volunteering"),
    "all_a_month": _("Points a month, special tasks apart"),
    "frozen_days": _("Days until points can be spent"),
    "kept_months": _("Months until points expire"),
    "remind_days": _("Days before that the resident is told"),
    "audited_percent": _("Awards drawn for a look, in percent"),
    "budget_a_month": _("Points that may be given a month"),
}


class PolicyForm(forms.Form):
    """The numbers of points from an instant on."""

    def __init__(self, *args, policy: PointPolicy, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in NUMBERS.items():
            least, most = rules.NUMBERS[name]
            self.fields[name] = forms.IntegerField(
                label=label, min_value=least, max_value=most, initial=getattr(policy, name)
            )
        self.fields["yuan_per_point"] = forms.DecimalField(
            label=_("Yuan that a point is worth"), min_value=0, max_value=rules.DEAREST_POINT, decimal_places=2,
            initial=policy.yuan_per_point,
        )  # fmt: skip
        self.fields["effective_from"] = forms.DateTimeField(
            label=_("In force from"), widget=at_input(), input_formats=[AT]
        )


class NoticeForm(OncePosted):
    """A notice to residents."""

    title = forms.CharField(label=_("Title"), max_length=length(Notice, "title"))
    text = forms.CharField(label=_("Text"), max_length=length(Notice, "text"), widget=forms.Textarea({"rows": 4}))
    community = forms.ModelChoiceField(label=_("For whom"), queryset=Community.objects.none(), required=False)
    shown_from = forms.DateField(label=_("Shown from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    shown_to = forms.DateField(label=_("To, this day too"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))

    def __init__(self, *args, communities, street: bool, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        field.queryset, field.required = communities, not street
        field.empty_label = _("the whole street") if street else _("choose")
