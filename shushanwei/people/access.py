"""What a person may do and how far a person sees, from the roles held. Read once a request."""

from dataclasses import dataclass, field

from shushanwei.people.models import Role, RoleGrant, Scope, User

# Roles tell apart by their data, never by name; the widest scope that grants a permission decides.
WIDTH = [Scope.STREET, Scope.POLICE, Scope.DEPARTMENT, Scope.COMMUNITY, Scope.GRID, Scope.OWN, Scope.TOTALS, Scope.NONE]


@dataclass(frozen=True)
class Reach:
    """Where a permission holds: the whole street, or these areas, departments, or only own tasks."""

    street: bool = False
    police: bool = False
    areas: frozenset[str] = field(default_factory=frozenset)
    departments: frozenset[str] = field(default_factory=frozenset)
    own: bool = False

    def __bool__(self) -> bool:
        return self.street or self.police or bool(self.areas) or bool(self.departments) or self.own


def grants_of(user: User) -> list[RoleGrant]:
    """The roles a user holds, fetched once for each user object."""
    if not hasattr(user, "_grants"):
        user._grants = list(user.grants.select_related("role"))  # type: ignore[attr-defined]
    return user._grants  # type: ignore[attr-defined]


def permissions_of(user: User) -> set[str]:
    """All permission codes (`room.verb_thing`) that the user's roles list."""
    return {code for grant in grants_of(user) for code in grant.role.permissions}


def all_permission_codes() -> set[str]:
    """Every permission that any role lists: what a superuser holds."""
    return {code for codes in Role.objects.values_list("permissions", flat=True) for code in codes}


def role_codes(user: User) -> set[str]:
    """The codes of the roles held, for a greeting or a start page; permissions decide what is allowed."""
    return {grant.role.code for grant in grants_of(user)}


def reach_of(user: User, permission: str) -> Reach:
    """How far `permission` reaches for this user; an empty reach (false) where it is not held at all."""
    if not user.is_authenticated or not user.is_active:
        return Reach()
    if user.is_superuser:
        return Reach(street=True, own=True)
    held = [grant for grant in grants_of(user) if permission in grant.role.permissions]
    scopes = {grant.role.scope for grant in held}
    return Reach(
        street=bool(scopes & {Scope.STREET, Scope.TOTALS}),
        police=Scope.POLICE in scopes,
        areas=frozenset(g.area_code for g in held if g.role.scope in {Scope.COMMUNITY, Scope.GRID} and g.area_code),
        departments=frozenset(
            g.department_code for g in held if g.role.scope == Scope.DEPARTMENT and g.department_code
        ),
        own=bool(held) and bool(scopes - {Scope.NONE}),
    )
