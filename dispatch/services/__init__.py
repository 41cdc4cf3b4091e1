"""Writes about units and their orders: id in, lock (incident → order → unit), check, write, record, return."""

from dispatch.services.answers import accept, arrive_by_photo, decline, feedback, finish, mark_delivered
from dispatch.services.departments import accept_case, confirm, handle, send_back
from dispatch.services.duty import hear, set_duty
from dispatch.services.orders import order_department, order_unit, recall
from dispatch.services.photos import Photo
from dispatch.services.positions import RawFix, Taken, take_positions
from dispatch.services.reinforcement import request_reinforcement
from dispatch.services.sweeps import act_on_missed, assign_waiting, expire_offers

__all__ = [
    "Photo",
    "RawFix",
    "Taken",
    "accept",
    "accept_case",
    "act_on_missed",
    "arrive_by_photo",
    "assign_waiting",
    "confirm",
    "decline",
    "expire_offers",
    "feedback",
    "finish",
    "handle",
    "hear",
    "mark_delivered",
    "order_department",
    "order_unit",
    "recall",
    "request_reinforcement",
    "send_back",
    "set_duty",
    "take_positions",
]
