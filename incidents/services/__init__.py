"""Writes about alerts and incidents: id in, lock, check, write, record, return."""

from incidents.services.alarms import acknowledge
from incidents.services.attachments import add_attachment
from incidents.services.base import locked
from incidents.services.closing import (
    agree_follow_up,
    close,
    finish_check,
    follow_up,
    force_close,
    order_check,
    reopen,
)
from incidents.services.filing import (
    answer,
    decline_reinforcement,
    file_case,
    finish_verification,
    merge,
    order_verification,
    reject,
    set_level,
    void,
)
from incidents.services.holding import exempt, extend, resume, return_case, return_to_filing, suspend
from incidents.services.moving import mark, mark_locked, move, pass_promise_on, step
from incidents.services.opening import Draft, join_incident, open_incident, open_or_join
from incidents.services.requesting import decide_request, endorse_request, request_time, withdraw_request
from incidents.services.supervising import clear_supervision, reply_supervision, supervise
from incidents.services.sweeping import announce_missed, raise_for

__all__ = [
    "Draft",
    "acknowledge",
    "add_attachment",
    "agree_follow_up",
    "announce_missed",
    "answer",
    "clear_supervision",
    "close",
    "decide_request",
    "decline_reinforcement",
    "endorse_request",
    "exempt",
    "extend",
    "file_case",
    "finish_check",
    "finish_verification",
    "follow_up",
    "force_close",
    "join_incident",
    "locked",
    "mark",
    "mark_locked",
    "merge",
    "move",
    "open_incident",
    "open_or_join",
    "order_check",
    "order_verification",
    "pass_promise_on",
    "raise_for",
    "reject",
    "reopen",
    "reply_supervision",
    "request_time",
    "resume",
    "return_case",
    "return_to_filing",
    "set_level",
    "step",
    "supervise",
    "suspend",
    "void",
    "withdraw_request",
]
