"""What of the chest and the lifeline a resident takes along, and what goes with the resident or with the consent."""

from datetime import datetime
from typing import Any

from points.medicine_lifecycle import ItemStatus
from points.models import Purpose, Resident
from points.services import consents, health, medicine, medicine_requests, residents
from shushanwei.common.drain import drain
from shushanwei.common.secrets import unseal


def own_health(resident: Resident) -> dict[str, Any]:
    """Shared medicines, requests with the answers given, consultations with their messages."""
    return {
        "medicines_shared": list(
            resident.medicines.values(
                "medicine__name_zh", "brand", "batch", "expires_on", "amount", "status", "reason", "offered_at"
            )
        ),
        "medicine_requests": [
            {
                "medicine": row.item.medicine.name_zh, "amount": row.amount, "status": row.status,
                "asked_at": row.asked_at, "ended_at": row.ended_at, "answers": medicine_requests.answers_of(row),
                "reason": unseal(row.reason_sealed),
            }
            for row in resident.medicine_requests.select_related("item__medicine")
        ],
        "consultations": [
            {
                "opened_at": thread.opened_at, "status": thread.status, "rating": thread.rating,
                "messages": [
                    {"at": said["at"], "text": said["text"], "by": "officer" if said["officer"] else "me"}
                    for said in health.messages_of(thread)
                ],
            }
            for thread in resident.consultations.all()
        ],
    }  # fmt: skip


def erase_health(resident: Resident) -> None:
    """Everything about the health of a resident goes; open requests and consultations end, waiting offers too."""
    medicine_requests.forget_resident(resident)
    health.forget_resident(resident)
    for uuid in resident.medicines.filter(status=ItemStatus.OFFERED).values_list("uuid", flat=True):
        medicine.withdraw(uuid, resident)


def consent_withdrawn(resident: Resident, purpose: str) -> None:
    """Without the consent for health data nothing of it may be kept."""
    if purpose == Purpose.HEALTH:
        medicine_requests.forget_resident(resident)
        health.forget_resident(resident)


def forget_old(now: datetime) -> int:
    """Answers and messages whose ninety days are over go; returns of how many requests and consultations."""
    return drain(medicine_requests.due_to_erase(now), medicine_requests.erase) + drain(
        health.due_to_erase(now), health.erase
    )


residents.OWN_DATA.append(own_health)
residents.ERASE.append(erase_health)
consents.WITHDRAWN.append(consent_withdrawn)
