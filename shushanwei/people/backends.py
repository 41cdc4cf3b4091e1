"""Permissions from roles, so that Django's own `has_perm` and decorators work with them."""

from django.contrib.auth.backends import ModelBackend

from shushanwei.people.access import all_permission_codes, permissions_of


class RoleBackend(ModelBackend):
    """Signs in with a password; a permission is held when one of the user's roles lists it."""

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        held = permissions_of(user_obj) | super().get_all_permissions(user_obj, obj)
        return held | all_permission_codes() if user_obj.is_superuser else held

    def has_perm(self, user_obj, perm, obj=None):
        return user_obj.is_active and perm in self.get_all_permissions(user_obj, obj)
