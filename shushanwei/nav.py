"""The top bar: every room's items, and of those what this person may open."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

import dispatch.nav
import grid.nav
import incidents.nav
import points.nav
import shushanwei.cockpit.nav
import worksites.nav
from shushanwei.common.navigation import NavItem

ROOMS = [incidents.nav, grid.nav, dispatch.nav, worksites.nav, points.nav, shushanwei.cockpit.nav]
ITEMS: list[NavItem] = sorted((item for room in ROOMS for item in room.ITEMS), key=lambda item: item.order)
# Who plans the checks of others sits at a desk, though the phone of an inspector is open to them as well.
PLANNERS, PLANS = "worksites:sites", "worksites.plan_checks"
# Where a person starts to work: the first of these that may be opened. A wall's account starts at the wall.
LANDING = [
    "cockpit:console",
    "dispatch:police-desk",
    PLANNERS,
    "worksites:inspect",
    "dispatch:unit",
    "dispatch:dept",
    "incidents:field",
    "dispatch:rider",
    "cockpit:reports",
    "cockpit:screen",
]
AT_HAND = 7  # as many fit beside clock, sound and name at 1,280 px, in English too
KIOSK_LANDING = ["cockpit:screen", "cockpit:console"]


@dataclass(frozen=True)
class Link:
    """A top-bar item as drawn for one request."""

    label: str
    url: str
    url_name: str
    hint: str
    current: bool
    more: bool = False  # stands behind “More”


def links_for(user, path: str = "") -> list[Link]:
    """What `user` may open, in order; current is the one of whose pages `path` begins with the longest address."""
    if user is None or not user.is_authenticated:
        return []
    held = [(item, url) for item in ITEMS if user.has_perm(item.permission) and (url := _address(item.url_name))]
    under = {place: url for item, url in held for place in (url, *filter(None, map(_address, item.also)))}
    current = under.get(max((place for place in under if path.startswith(place)), key=len, default=""), "")
    # One link alone behind “More” would only be further away.
    shown = len(held) if len(held) <= AT_HAND + 1 else AT_HAND
    if any(url == current for _, url in held[shown:]):
        shown -= 1  # the open page stands beside “More” and takes the last one's place
    return [
        Link(str(item.label), url, item.url_name, str(item.hint), url == current, place >= shown)
        for place, (item, url) in enumerate(held)
    ]


def _address(url_name: str) -> str | None:
    """One room's wrong item must not take every page with it; a test finds it instead."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def landing_for(user) -> str | None:
    """The address a person starts at, or None where the start page should list what may be opened."""
    open_to = {link.url_name: link.url for link in links_for(user)}
    order = KIOSK_LANDING if user.is_kiosk else [name for name in LANDING if name != PLANNERS or user.has_perm(PLANS)]
    return next((open_to[name] for name in order if name in open_to), None)


def navigation(request: HttpRequest) -> dict:
    """Context processor: `navigation` is computed only by templates that draw it."""
    return {"navigation": lambda: links_for(getattr(request, "user", None), request.path)}
