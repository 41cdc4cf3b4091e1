"""Writes about accounts and roles."""

from collections.abc import Iterable
from types import ModuleType

from django.db import transaction

from shushanwei.people.models import Role, RoleGrant, User
from shushanwei.people.roles import PERMISSIONS, ROLE_PERMISSIONS, ROLES


@transaction.atomic
def load_roles(rooms: Iterable[ModuleType] = ()) -> int:
    """Create the starter roles and give them the permissions that the rooms declare; returns how many are new.

    May run at every start: a permission is added where a room newly declares it (a role remembers which it has
    been offered), and what the security administrator took away stays away.
    """
    known = set(PERMISSIONS)
    wanted = {code: list(permissions) for code, permissions in ROLE_PERMISSIONS.items()}
    for room in rooms:
        known |= set(room.PERMISSIONS)
        for code, permissions in room.ROLE_PERMISSIONS.items():
            wanted.setdefault(code, []).extend(permissions)
    unknown = sorted({p for permissions in wanted.values() for p in permissions} - known)
    if unknown:
        raise ValueError(f"permissions given to roles but declared by no room: {', '.join(unknown)}")
    new = 0
    for code, name_zh, name_en, scope in ROLES:
        role, created = Role.objects.get_or_create(
            code=code, defaults={"name_zh": name_zh, "name_en": name_en, "scope": scope}
        )
        new += created
        offered = sorted(set(wanted.get(code, ())) - set(role.offered))
        if offered:
            role.permissions = sorted({*role.permissions, *offered})
            role.offered = sorted({*role.offered, *offered})
            role.save(update_fields=["permissions", "offered"])
    return new


def grant(user: User, role_code: str, *, area: str = "", department: str = "") -> RoleGrant:
    """Let `user` hold a role, bounded by an area's or a department's code. Twice is once."""
    made, _ = RoleGrant.objects.get_or_create(
        user=user, role=Role.objects.get(code=role_code), area_code=area, department_code=department
    )
    if hasattr(user, "_grants"):
        del user._grants
    return made
