"""The room's name in the administration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "shushanwei.journal"
    verbose_name = _("journal of all cases")
