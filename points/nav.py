"""What this room puts into the top bar."""

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = []
