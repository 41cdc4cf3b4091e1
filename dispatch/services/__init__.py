"""Writes about units and their orders: id in, lock (incident → order → unit), check, write, record, return."""

from dispatch.services.absent import watch_units
from dispatch.services.answers import accept, arrive_by_photo, decline, depart, feedback, finish, mark_delivered
from dispatch.services.departments import accept_case, arrive_to_help, confirm, handle, send_back
from dispatch.services.duty import hear, set_duty
from dispatch.services.escalation import accept_call, note_call, refuse_call
from dispatch.services.orders import order_department, order_unit, recall
from dispatch.services.photos import Photo
from dispatch.services.positions import Gathered, RawFix, Taken, take_gateway_positions, take_positions
from dispatch.services.reinforcement import request_forces, request_reinforcement
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
    "accept_transfer",
    "act_on_missed",
    "arrive_by_photo",
    "arrive_to_help",
    "assign_waiting",
    "close_again",
    "confirm",
    "decline",
    "depart",
    "expire_offers",
    "feed_back",
    "feedback",
    "finish",
    "handle",
    "hear",
    "judge_transfer",
    "mark_delivered",
    "note_call",
    "order_department",
    "order_unit",
    "recall",
    "receive_transfer",
    "refuse_call",
    "request_forces",
    "request_reinforcement",
    "return_transfer",
    "send_back",
    "set_duty",
    "show_caller",
    "sweep_transfers",
    "take_gateway_positions",
    "take_positions",
]
