"""The tables of the residents' side."""

from points.models.calls import CallPhoto, ServiceCall
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
from points.models.reports import ReportPhoto, ResidentReport
from points.models.residents import Consent, DeviceSeen, Level, PhoneCode, Purpose, Resident, ResidentSession

__all__ = [
    "OF_RESIDENTS", "AccountKind", "Award", "Consent", "DeviceSeen", "LedgerAccount", "LedgerLine",
    "LedgerTransaction", "Level", "PhoneCode", "PointLot", "PointPolicy", "PointRule", "Purpose", "Resident",
    "ResidentSession", "TransactionKind",
    "CallPhoto", "ReportPhoto", "ResidentReport", "ServiceCall",
]  # fmt: skip

from points.models.desk import AdjustmentRequest, Notice, RuleDraft
from points.models.mall import CodeTry, Merchant, MerchantClerk, Redemption, Reward, Settlement

__all__ += [
    "AdjustmentRequest", "CodeTry", "Merchant", "MerchantClerk", "Notice", "Redemption", "Reward", "RuleDraft",
    "Settlement",
]  # fmt: skip

from points.models.market import (  # isort: skip
    Deal,
    DealMessage,
    Fair,
    Listing,
    ListingPhoto,
    ListingReport,
    MarketBan,
    StallBooking,
)
from points.models.volunteering import Claim, VolunteerCertificate, VolunteerTask  # isort: skip

__all__ += [
    "Claim", "Deal", "DealMessage", "Fair", "Listing", "ListingPhoto", "ListingReport", "MarketBan", "StallBooking",
    "VolunteerCertificate", "VolunteerTask",
]  # fmt: skip
