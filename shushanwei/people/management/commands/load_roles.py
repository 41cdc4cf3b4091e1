"""Load the starter roles with the permissions of every room; may run at every start."""

from importlib import import_module

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils.module_loading import module_has_submodule

from shushanwei.people.services import load_roles


class Command(BaseCommand):
    help = "Load the starter roles with the permissions of every room (idempotent)."

    def handle(self, *args, **options):
        rooms = [
            import_module(f"{config.name}.permissions")
            for config in apps.get_app_configs()
            if module_has_submodule(config.module, "permissions") and config.name in ROOMS
        ]
        self.stdout.write(f"{load_roles(rooms)} new roles, {len(rooms)} rooms with permissions")


ROOMS = {"grid", "incidents", "dispatch", "worksites", "points", "shushanwei.cockpit"}
