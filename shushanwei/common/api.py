"""What every API view shares: paging by cursor and a permission that names its code."""

from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission


class NewestFirst(CursorPagination):
    """Pages that stay in place while new rows arrive; `?page_size=` up to 200."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def holds(permission: str) -> type[BasePermission]:
    """A DRF permission class: the user holds `permission` through a role."""

    class Holds(BasePermission):
        def has_permission(self, request, view):
            return bool(request.user and request.user.is_authenticated and request.user.has_perm(permission))

    Holds.__name__ = f"Holds_{permission.replace('.', '_')}"
    return Holds
