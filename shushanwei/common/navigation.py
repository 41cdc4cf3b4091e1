"""What a room puts into the top bar; `shushanwei.nav` collects the rooms' items."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class NavItem:
    """One link of the top bar, shown to those who hold `permission`; lower `order` stands further left."""

    label: str | Promise
    url_name: str
    permission: str
    order: int = 100
    hint: str | Promise = ""  # one sentence for the start page
    also: tuple[str, ...] = ()  # names of further pages that belong to it, whatever their address
