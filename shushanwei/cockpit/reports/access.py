"""Who may read which report: the whole street, the own area, and without what could name a person."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from shushanwei.common.errors import NotAllowed
from shushanwei.people.access import Reach, grants_of, reach_of
from shushanwei.people.models import Scope, User

VIEW = "cockpit.view_reports"
RECOMPUTE = "cockpit.recompute_report"


@dataclass(frozen=True)
class Reader:
    """A person's reach, and whether single cases may be read with their words (a totals scope may not)."""

    reach: Reach
    sees_cases: bool

    @property
    def whole_street(self) -> bool:
        """Whether the frozen figures of the street are this person's figures."""
        return self.reach.street


def reader_of(user: User) -> Reader:
    """What `user` may read; NotAllowed without the permission or without any area."""
    reach = reach_of(user, VIEW)
    bounded = Reach(reach.street, reach.police, reach.areas, reach.departments)
    if not (bounded.street or bounded.police or bounded.areas or bounded.departments):
        raise NotAllowed(_("No report is open to this account."))
    scopes = {grant.role.scope for grant in grants_of(user) if VIEW in grant.role.permissions}
    return Reader(bounded, user.is_superuser or bool(scopes - {Scope.TOTALS, Scope.NONE}))
