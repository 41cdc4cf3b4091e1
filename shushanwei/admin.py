"""The admin site: every room's tables; django-leaflet's own admin needs GDAL, which we do without."""

from importlib import import_module

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

WITHOUT = {"leaflet"}
# Libraries bring tables whose headings are package names.
HEADINGS = {"axes": _("sign-in protection"), "knox": _("access tokens")}


class GuardAdminSite(admin.AdminSite):
    site_header = site_title = _("Shushan Guard administration")
    index_title = _("Catalogue, accounts and settings")


class GuardAdminConfig(SimpleAdminConfig):
    default_site = "shushanwei.admin.GuardAdminSite"

    def ready(self) -> None:
        super().ready()
        for config in apps.get_app_configs():
            config.verbose_name = HEADINGS.get(config.label, config.verbose_name)
            if config.name not in WITHOUT and module_has_submodule(config.module, "admin"):
                import_module(f"{config.name}.admin")
        apps.get_model("knox", "AuthToken")._meta.verbose_name_plural = HEADINGS["knox"]
