"""Who is who in a grid: its co-governance team, within the reader's reach."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from grid.models import CoGovernanceMember, Grid
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import Reach, reach_of
from shushanwei.people.models import User

Type = CoGovernanceMember.Type
ORDER = Case(*(When(type=code, then=Value(n)) for n, code in enumerate(Type.values)), output_field=IntegerField())


def grids_in_reach(user: User, permission: str) -> QuerySet[Grid]:
    """The social grids whose teams a person may see or keep."""
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL)
    reach = reach_of(user, permission)
    if reach.street or reach.police:
        return grids
    return grids.filter(_areas(reach))


def grid_for(user: User, code: str, permission: str = "grid.edit_team") -> Grid:
    """One grid in reach; raises NotFound otherwise."""
    grid = grids_in_reach(user, permission).filter(pk=_code(code)).first()
    if grid is None:
        raise NotFound(_("There is no grid %(code)s.") % {"code": code[:24]})
    return grid


def locked_grid(code: str) -> Grid:
    """The grid's row under its lock."""
    return Grid.objects.select_for_update(no_key=True, of=("self",)).get(pk=code)


def team_of(user: User, grid_code: str) -> list[CoGovernanceMember]:
    """The team of a grid now, in the order of the nine roles; empty beyond the reader's reach."""
    code = _code(grid_code)
    if not grids_in_reach(user, "grid.view_team").filter(pk=code).exists():
        return []
    return list(members_now().filter(grid=code))


def members_now() -> QuerySet[CoGovernanceMember]:
    """Everybody who belongs to a team at this moment, by grid and role."""
    rows = CoGovernanceMember.objects.filter(period__contains=db_now()).select_related("grid__community")
    return rows.order_by("grid", ORDER, "id")


def member_for(user: User, pk: int, permission: str) -> CoGovernanceMember:
    """One member of a team in reach; raises NotFound otherwise, as if there were none."""
    member = CoGovernanceMember.objects.select_related("grid__community").filter(pk=pk).first()
    if member is None or not grids_in_reach(user, permission).filter(pk=member.grid_id).exists():
        raise NotFound(_("There is no team member %(id)s.") % {"id": pk})
    return member


def _code(text: str) -> str:
    # From an address anything may come; PostgreSQL cannot even be asked for a NUL.
    return text.replace("\x00", "")[:24]


def _areas(reach: Reach) -> Q:
    return Q(code__in=reach.areas) | Q(community__in=reach.areas)
