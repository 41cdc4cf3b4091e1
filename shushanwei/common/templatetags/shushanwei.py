"""Template tags that every room uses: the import map and the page's settings for scripts."""

import json
from datetime import datetime
from functools import cache

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from shushanwei.common.assets import import_map

register = template.Library()
# A closing tag inside a URL or a setting must not end the script element.
SAFE = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """`<script type="importmap">` with the page's nonce; it must stand before the first module script."""
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        str(context.get("csp_nonce", "")),  # not "or": an unread nonce counts as false
        _map_body.__wrapped__() if settings.DEBUG else _map_body(),
    )


@cache
def _map_body() -> SafeString:
    # A hundred and thirty addresses, the same for every page until the next start.
    return mark_safe(json.dumps(import_map(), indent=None, separators=(",", ":")).translate(SAFE))


@register.simple_tag(takes_context=True)
def page_settings(context: template.Context) -> SafeString:
    """The settings that scripts read from `#page-settings` (see `static/js/page.js`)."""
    body = json.dumps(dict(context.get("page") or {}), ensure_ascii=False).translate(SAFE)
    return format_html('<script type="application/json" id="page-settings">{}</script>', mark_safe(body))


@register.filter
def holds(user, permission: str) -> bool:
    """`{% if user|holds:"incidents.move_incident" %}`: whether the person holds a permission code."""
    return bool(getattr(user, "is_authenticated", False) and user.has_perm(permission))


@register.filter
def named(thing) -> str:
    """The name of a class, department or shift in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    return thing.name_zh if chinese else (thing.name_en or thing.name_zh)


@register.filter
def instant(value: str) -> str:
    """An ISO instant of a shape as the street reads it."""
    return timezone.localtime(datetime.fromisoformat(value)).strftime("%m-%d %H:%M")
