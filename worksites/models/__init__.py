"""The tables of sites and their checks, of trucks and their trips."""

from worksites.models.colours import ColourChange, ColourOverride, ColourRules
from worksites.models.companies import Company, Driver, Truck
from worksites.models.documents import SiteDocument
from worksites.models.findings import Evidence, Finding, Penalty, SiteLink
from worksites.models.held import HeldFix
from worksites.models.inspections import (
    Checklist,
    ChecklistGroup,
    ChecklistItem,
    Draw,
    Inspection,
    ItemResult,
    PlannedCheck,
    Signature,
)
from worksites.models.needs import CheckNeed
from worksites.models.permits import Permit, PermitFile, PermitRuleSet
from worksites.models.sites import Gate, Sink, Site, SitePerson
from worksites.models.tracks import GatePass, JudgedDay, Manifest, Terminal, TruckFix, TruckState, VendorItem
from worksites.models.trials import RuleTrial
from worksites.models.trips import Trip, TruckAlert, TruckRule

__all__ = [
    "CheckNeed", "Checklist", "ChecklistGroup", "ChecklistItem", "ColourChange", "ColourOverride", "ColourRules",
    "Company", "Draw", "Driver", "Evidence", "Finding", "Gate", "GatePass", "HeldFix", "Inspection", "ItemResult",
    "JudgedDay", "Manifest", "Penalty", "Permit", "PermitFile", "PermitRuleSet", "PlannedCheck", "RuleTrial",
    "Signature", "Sink", "Site", "SiteDocument", "SiteLink", "SitePerson", "Terminal", "Trip", "Truck", "TruckAlert",
    "TruckFix", "TruckRule", "TruckState", "VendorItem",
]  # fmt: skip
