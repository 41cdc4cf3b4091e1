"""The room of building sites and waste trucks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksitesConfig(AppConfig):
    name = "worksites"
    verbose_name = _("worksites and waste trucks")
