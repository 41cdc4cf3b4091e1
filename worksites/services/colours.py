"""The colour of a site follows its findings. The rules come with the register of sites."""

from shushanwei.people.models import User
from worksites.models import ColourChange


def recolour(site_id: int, *, actor: User | None = None) -> ColourChange | None:
    """Give the site the colour that the rules say now; the change, or None."""
    return None
