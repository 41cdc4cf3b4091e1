"""How movements of points and their rules are said."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from points.models import OF_RESIDENTS, LedgerTransaction, PointRule, TransactionKind

register = template.Library()


@register.filter
def rule_name(rule: PointRule) -> str:
    """The rule's name in the reader's language."""
    return rule.name_zh if (get_language() or "zh").startswith("zh") else rule.name_en


@register.filter
def reason_of(moved: LedgerTransaction) -> str:
    """What a movement was for: its rule, else its kind."""
    return rule_name(moved.rule) if moved.rule is not None else str(moved.get_kind_display())


@register.filter
def amount_of(moved: LedgerTransaction) -> int:
    """By how much the resident's points as a whole changed: 0 for what was only released."""
    return sum(line.amount for line in moved.lines.all() if line.account.kind in OF_RESIDENTS)


@register.filter
def signed(moved: LedgerTransaction) -> str:
    """`+5`, `-20`, or how many became free."""
    if moved.kind == TransactionKind.RELEASE:
        return _("%(n)s free") % {"n": moved.points}
    return f"{amount_of(moved):+d}"
