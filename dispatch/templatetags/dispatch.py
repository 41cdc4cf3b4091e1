"""Template words of the department desk."""

import json
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.filter
def as_json(value) -> str:
    """A shape for a data attribute; the template escapes it."""
    return json.dumps(value)


@register.simple_tag
def query(kept: dict, **changed) -> str:
    """The query string with some parameters changed."""
    return urlencode(kept | changed)


@register.filter
def photo_url(photo) -> str:
    """Where a photo is served, to who may see its incident."""
    return reverse("incidents:attachment", args=[photo.uuid])


@register.filter
def thumb_url(photo) -> str:
    """The small picture of a photo."""
    return f"{photo_url(photo)}?thumb=1"
