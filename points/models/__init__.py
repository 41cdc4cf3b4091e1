"""The tables of the residents' side."""

from points.models.health import Consultation, HealthDuty, HealthMessage, HealthRoom
from points.models.ledger import (
    OF_RESIDENTS,
    AccountKind,
    Award,
    LedgerAccount,
    LedgerLine,
    LedgerTransaction,
    PointLot,
    PointPolicy,
    PointRule,
    TransactionKind,
)
from points.models.medicine import Medicine, MedicineItem, MedicinePhoto, MedicineRequest
from points.models.residents import Consent, DeviceSeen, Level, PhoneCode, Purpose, Resident, ResidentSession

__all__ = [
    "OF_RESIDENTS", "AccountKind", "Award", "Consent", "DeviceSeen", "LedgerAccount", "LedgerLine",
    "LedgerTransaction", "Level", "PhoneCode", "PointLot", "PointPolicy", "PointRule", "Purpose", "Resident",
    "ResidentSession", "TransactionKind",
    "Consultation", "HealthDuty", "HealthMessage", "HealthRoom",
    "Medicine", "MedicineItem", "MedicinePhoto", "MedicineRequest",
]  # fmt: skip
