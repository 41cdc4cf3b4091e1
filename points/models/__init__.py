"""The tables of the residents' side."""

from points.models.calls import CallPhoto, ServiceCall
from points.models.desk import AdjustmentRequest, Notice, RuleDraft
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
from points.models.mall import CodeTry, Merchant, MerchantClerk, Redemption, Reward, Settlement
from points.models.market import (
    Deal,
    DealMessage,
    Fair,
    Listing,
    ListingPhoto,
    ListingReport,
    MarketBan,
    StallBooking,
    StreetWord,
)
from points.models.medicine import Medicine, MedicineItem, MedicinePhoto, MedicineRequest
from points.models.reports import ReportPhoto, ResidentReport
from points.models.residents import (
    Consent,
    DeviceSeen,
    Level,
    PhoneCode,
    Purpose,
    Resident,
    ResidentSession,
    StandingBlock,
)
from points.models.volunteering import Claim, VolunteerCertificate, VolunteerTask

__all__ = [
    "AccountKind", "AdjustmentRequest", "Award", "CallPhoto", "Claim", "CodeTry", "Consent", "Consultation", "Deal",
    "DealMessage", "DeviceSeen", "Fair", "HealthDuty", "HealthMessage", "HealthRoom", "LedgerAccount", "LedgerLine",
    "LedgerTransaction", "Level", "Listing", "ListingPhoto", "ListingReport", "MarketBan", "Medicine", "MedicineItem",
    "MedicinePhoto", "MedicineRequest", "Merchant", "MerchantClerk", "Notice", "OF_RESIDENTS", "PhoneCode", "PointLot",
    "PointPolicy", "PointRule", "Purpose", "Redemption", "ReportPhoto", "Resident", "ResidentReport",
    "ResidentSession", "Reward", "RuleDraft", "ServiceCall", "Settlement", "StallBooking", "StandingBlock",
    "StreetWord", "TransactionKind", "VolunteerCertificate", "VolunteerTask",
]  # fmt: skip
