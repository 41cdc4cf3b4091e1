"""How movements of points and their rules are said."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from points import identity, wechat
from points.models import OF_RESIDENTS, LedgerTransaction, PointRule, TransactionKind
from points.services import mall

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


@register.simple_tag(takes_context=True)
def own_tabs(context: template.Context) -> list[dict[str, str]]:
    """The tabs that only some have, {url, says}: couriers the riders' page, who hands out rewards the merchant's."""
    request = context.get("request")
    resident = identity.resident_of(request) if request is not None else None
    found = []
    if resident is not None and resident.is_courier:
        found.append({"url": reverse("points:riders"), "says": _("Rider")})
    if resident is not None and mall.is_clerk(resident):
        found.append({"url": reverse("points:merchant"), "says": pgettext("tab", "Hand out")})
    return found


@register.simple_tag(takes_context=True)
def wechat_sdk(context: template.Context) -> SafeString | str:
    """What `m/position.js` needs to ask WeChat, for pages inside its browser where the street has an account there."""
    request = context.get("request")
    if request is None or not wechat.is_on() or "MicroMessenger" not in request.headers.get("User-Agent", ""):
        return ""
    found = '<meta name="wechat-sdk" content="{}" data-config="{}">'
    return format_html(found, settings.WECHAT_JS_URL, reverse("points:wechat-config"))
