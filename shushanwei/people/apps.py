"""The room's name in the administration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "shushanwei.people"
    verbose_name = _("accounts and roles")
