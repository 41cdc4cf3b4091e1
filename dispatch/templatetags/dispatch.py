"""Template words of the department desk."""

import json
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from dispatch.why import said

register = template.Library()


@register.filter
def as_json(value) -> str:
    """A shape for a data attribute; the template escapes it."""
    return json.dumps(value)


@register.filter
def reason(order) -> str:
    """Why it was given to whom, in the reader's language; old orders say it as it was written down."""
    return said(order.why) or order.reason


@register.filter
def place(incident) -> str:
    """Where an incident is: what is known of address, community and grid; a dash for nothing."""
    known = (incident.address, incident.community, incident.grid)
    return " · ".join(str(part) for part in known if part) or "–"


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
