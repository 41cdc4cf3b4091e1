"""The tables of the ground, its calendar, and of who is on duty."""

from grid.models.calendar import CalendarDay, WorkPeriod
from grid.models.ground import Community, Grid, Ground, MapLayer, Posting
from grid.models.patrols import Patrol, PatrolPoint, PatrolRoute, PatrolVisit, PersonPosition
from grid.models.positions import PositionFix
from grid.models.shifts import DutyLog, DutyShift, Handover, Leave, Post, RosterLine, ShiftTemplate, SignOn, Swap
from grid.models.team import CoGovernanceMember

__all__ = [
    "CalendarDay",
    "CoGovernanceMember",
    "Community",
    "DutyLog",
    "DutyShift",
    "Grid",
    "Ground",
    "Handover",
    "Leave",
    "MapLayer",
    "Post",
    "Patrol",
    "PatrolPoint",
    "PatrolRoute",
    "PatrolVisit",
    "PersonPosition",
    "PositionFix",
    "Posting",
    "RosterLine",
    "ShiftTemplate",
    "SignOn",
    "Swap",
    "WorkPeriod",
]
