"""How a medicine and an amount of it are said."""

from django import template
from django.utils.translation import get_language, ngettext

from points.models import Medicine

register = template.Library()
Form = Medicine.Form


@register.filter
def medicine_name(medicine: Medicine) -> str:
    """The generic name in the reader's language."""
    return medicine.name_zh if (get_language() or "zh").startswith("zh") else medicine.name_en


@register.filter
def units(amount: int, medicine: Medicine | str) -> str:
    """`12 tablets`: an amount in units of the form."""
    form = medicine if isinstance(medicine, str) else medicine.form
    n = amount
    said = {
        Form.TABLET: ngettext("%(n)s tablet", "%(n)s tablets", n),
        Form.CAPSULE: ngettext("%(n)s capsule", "%(n)s capsules", n),
        Form.PILL: ngettext("%(n)s pill", "%(n)s pills", n),
        Form.GRANULES: ngettext("%(n)s bag", "%(n)s bags", n),
        Form.VIAL: ngettext("%(n)s vial", "%(n)s vials", n),
        Form.LIQUID: ngettext("%(n)s bottle", "%(n)s bottles", n),
        Form.OINTMENT: ngettext("%(n)s tube", "%(n)s tubes", n),
        Form.PATCH: ngettext("%(n)s patch", "%(n)s patches", n),
        Form.SPRAY: ngettext("%(n)s bottle", "%(n)s bottles", n),
        Form.DROPS: ngettext("%(n)s bottle", "%(n)s bottles", n),
    }
    return said.get(form, "%(n)s") % {"n": n}
