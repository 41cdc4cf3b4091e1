"""Writes about units and their orders: id in, lock (incident → order → unit), check, write, record, return."""

from dispatch.services.absent import watch_units
from dispatch.services.answers import accept, arrive_by_photo, decline, depart, feedback, finish, mark_delivered
from dispatch.services.delay_notes import issue_note, void_note
from dispatch.services.departments import accept_case, arrive_to_help, confirm, handle, send_back
from dispatch.services.duty import hear, set_duty
from dispatch.services.escalation import accept_call, note_call, refuse_call
from dispatch.services.orders import order_department, order_unit, recall
from dispatch.services.photos import Photo
from dispatch.services.positions import Gathered, RawFix, Taken, take_gateway_positions, take_positions
from dispatch.services.reinforcement import request_forces, request_reinforcement
from dispatch.services.rider_help import (
    accept_help,
    arrive_to_help_out,
    ask_riders,
    decline_help,
    finish_help,
    look_at_call,
    running_call_ids,
    withdraw_help,
)
from dispatch.services.rider_reports import mark_solved, report_hazard
from dispatch.services.riders import (
    agree,
    change_rider,
    erase_old_places,
    own_rider,
    pause_rider,
    place_rider,
    register_rider,
    resume_rider,
    set_rider_duty,
    show_rider_phone,
)
from dispatch.services.sweeps import act_on_missed, assign_waiting, expire_offers
from dispatch.services.transfer_sweeps import sweep_transfers
from dispatch.services.transfers import (
    Offer,
    accept_transfer,
    close_again,
    feed_back,
    judge_transfer,
    receive_transfer,
    return_transfer,
    show_caller,
)

__all__ = [
    "Gathered",
    "Offer",
    "Photo",
    "RawFix",
    "Taken",
    "accept",
    "accept_call",
    "accept_case",
    "accept_help",
    "accept_transfer",
    "act_on_missed",
    "agree",
    "arrive_by_photo",
    "arrive_to_help",
    "arrive_to_help_out",
    "ask_riders",
    "assign_waiting",
    "change_rider",
    "close_again",
    "confirm",
    "decline",
    "decline_help",
    "depart",
    "erase_old_places",
    "expire_offers",
    "feed_back",
    "feedback",
    "finish",
    "finish_help",
    "handle",
    "hear",
    "issue_note",
    "judge_transfer",
    "look_at_call",
    "mark_delivered",
    "mark_solved",
    "note_call",
    "order_department",
    "order_unit",
    "own_rider",
    "pause_rider",
    "place_rider",
    "recall",
    "receive_transfer",
    "refuse_call",
    "register_rider",
    "report_hazard",
    "request_forces",
    "request_reinforcement",
    "resume_rider",
    "return_transfer",
    "running_call_ids",
    "send_back",
    "set_duty",
    "set_rider_duty",
    "show_caller",
    "show_rider_phone",
    "sweep_transfers",
    "take_gateway_positions",
    "take_positions",
    "void_note",
    "withdraw_help",
]
