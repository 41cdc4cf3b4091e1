"""Which step a person may take on an incident right now: a permission and the states it fits. No database here."""

from collections.abc import Collection
from dataclasses import dataclass

from incidents.lifecycle import LIVE, Status

S = Status


@dataclass(frozen=True)
class Action:
    """One button: its name in the API, the permission it needs and the states in which it makes sense."""

    name: str
    permission: str
    statuses: tuple[Status, ...]


_LIVE = tuple(LIVE)
ACTIONS = [
    Action("answer", "incidents.answer_incident", _LIVE),
    Action("verify", "incidents.verify_incident", (S.REPORTED, S.PENDING_FILING)),
    Action("finish-verification", "incidents.verify_incident", (S.VERIFYING, S.REPORTED)),
    Action("file", "incidents.file_incident", (S.REPORTED, S.PENDING_FILING)),
    Action("reject", "incidents.file_incident", (S.REPORTED, S.PENDING_FILING)),
    Action("void", "incidents.file_incident", (S.REPORTED, S.PENDING_FILING, S.PENDING_DISPATCH)),
    Action("merge", "incidents.file_incident", (S.REPORTED, S.PENDING_FILING, S.PENDING_DISPATCH)),
    Action("return-to-filing", "incidents.file_incident", (S.RETURNED, S.PENDING_DISPATCH)),
    Action("level", "incidents.set_level", _LIVE),
    Action("decline-reinforcement", "incidents.answer_incident", _LIVE),
    Action("check", "incidents.check_incident", (S.PENDING_CHECK,)),
    Action("finish-check", "incidents.check_incident", (S.PENDING_CHECK, S.CHECKING)),
    Action("close", "incidents.close_incident", (S.PENDING_CLOSE,)),
    Action("force-close", "incidents.force_close_incident", _LIVE),
    Action("reopen", "incidents.close_incident", (S.CLOSED,)),
    Action("suspend", "incidents.suspend_incident", (S.HANDLING,)),
    Action("resume", "incidents.suspend_incident", (S.HANDLING,)),
    Action("request-time", "incidents.request_time", (S.HANDLING,)),
    Action("endorse-time", "incidents.endorse_time", (S.HANDLING,)),
    Action("withdraw-time", "incidents.request_time", (S.HANDLING,)),
    Action("decide-time", "incidents.suspend_incident", (S.HANDLING,)),
    Action("supervise", "incidents.supervise", _LIVE),
    Action("reply-supervision", "incidents.reply_supervision", tuple(S)),
    Action("clear-supervision", "incidents.supervise", tuple(S)),
    Action("extend", "incidents.suspend_incident", (S.DISPATCHED, S.HANDLING)),
    Action("follow-up", "incidents.follow_up", tuple(S)),
    Action("agree-follow-up", "incidents.follow_up", tuple(S)),
]
BY_NAME = {action.name: action for action in ACTIONS}


def allowed(
    status: str,
    held: set[str],
    *,
    suspended: bool,
    scene_closed: bool,
    followed_up: bool,
    reopened: bool,
    level: int,
    requests: Collection[str] = (),
    notices: Collection[bool] = (),
) -> list[str]:
    """The names of the steps that make sense now for somebody who holds the permissions `held`.

    `requests` are the states of the open requests for time; `notices` say of each open supervision notice whether it
    has been answered.
    """
    fits = {
        "resume": suspended,
        "suspend": not suspended,
        "extend": not suspended,
        "follow-up": scene_closed and not followed_up,
        "agree-follow-up": scene_closed and not followed_up,
        "reopen": not reopened,
        "decline-reinforcement": level <= 2,
        "request-time": not suspended,
        "endorse-time": "asked" in requests,
        "withdraw-time": bool(requests),
        "decide-time": "endorsed" in requests,
        "reply-supervision": False in notices,
        "clear-supervision": bool(notices),
    }
    return [
        action.name
        for action in ACTIONS
        if action.permission in held and status in action.statuses and fits.get(action.name, True)
    ]
