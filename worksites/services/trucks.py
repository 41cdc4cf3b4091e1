"""The register of trucks, companies that carry, and drivers; and who a plate or a terminal's number belongs to."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput, NotFound
from shushanwei.common.secrets import mask_phone, seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import CompanyKind, TruckState
from worksites.models import Company, Driver, Truck
from worksites.models.companies import MOST_WEIGHT_T
from worksites.plates import clean_plate, phone_of
from worksites.services.terminals import join_truck
from worksites.services.typed import checked_phone, must_type, typed

TRUCK_FIELDS = ("plate_colour", "volume_m3", "has_lift_sensor", "has_load_sensor", "has_cover_sensor")
COLOURS = ("yellow", "blue", "green", "white", "black")


class Fleet(NamedTuple):
    """The trucks by plate and by the number of their terminal."""

    plates: dict[str, int]
    terminals: dict[str, int]


def fleet(plates: Collection[str] | None = None, terminals: Collection[str] | None = None) -> Fleet:
    """Which truck a plate or a terminal is; without arguments all of them (a street has some thousands)."""
    rows = Truck.objects.values_list("plate", "terminal_id", "pk")
    if plates is not None or terminals is not None:
        known = rows.filter(plate__in=set(plates or ())) | rows.filter(terminal_id__in=set(terminals or ()))
        rows = known
    found = list(rows)
    return Fleet({plate: pk for plate, _t, pk in found}, {phone: pk for _p, phone, pk in found if phone})


@transaction.atomic
def save_truck(values: dict[str, Any], *, actor: User | None, truck_id: int | None = None) -> Truck:
    """Register a truck, or correct its card. `values`: plate, company (id), terminal_id, state and `TRUCK_FIELDS`.

    Raises BadInput by field (a plate or terminal that is taken is one), NotFound. A terminal that is known and free
    is bound, with what it said before.
    """
    truck = Truck() if truck_id is None else _locked(Truck, truck_id)
    before = truck.state
    plate = clean_plate(values.get("plate") or truck.plate)
    if not plate:
        raise BadInput("plate", _("This is no number plate."))
    company = Company.objects.filter(pk=values.get("company") or truck.company_id).first()
    if company is None:
        raise BadInput("company", _("There is no such company."))
    number = (values.get("terminal_id") or "").strip()
    if number and not (number := phone_of(number)):
        raise BadInput("terminal_id", _("A terminal's number has digits only, 20 at most."))
    state = values.get("state") or truck.state
    if state not in TruckState.values:
        raise BadInput("state", _("There is no such state."))
    for name in TRUCK_FIELDS:
        if values.get(name) is not None:
            setattr(truck, name, values[name])
    if truck.plate_colour not in COLOURS:
        raise BadInput("plate_colour", _("One of %(names)s.") % {"names": ", ".join(COLOURS)})
    if not 0 < truck.volume_m3 <= MOST_WEIGHT_T:
        raise BadInput("volume_m3", _("More than 0, at most %(most)s.") % {"most": MOST_WEIGHT_T})
    others = Truck.objects.exclude(pk=truck.pk)
    if others.filter(plate=plate).exists():
        raise BadInput("plate", _("This plate is registered already."))
    if number and others.filter(terminal_id=number).exists():
        raise BadInput("terminal_id", _("Another truck has this terminal."))
    truck.plate, truck.company, truck.terminal_id, truck.state = plate, company, number or None, state
    try:
        with transaction.atomic():
            truck.save()
    except IntegrityError as error:
        raise BadInput("plate", _("This plate is registered already.")) from error
    data = {"plate": plate, "state": state} | ({"before": before} if truck_id and before != state else {})
    record(truck, "truck.registered" if truck_id is None else "truck.changed", actor=actor, data=data)
    if number:
        join_truck(truck, actor=actor)
    return truck


@transaction.atomic
def save_company(values: dict[str, Any], *, actor: User | None, company_id: int | None = None) -> Company:
    """Register or correct a company: name, kind, credit_code, contact, phone (empty: it stays). Raises BadInput."""
    company = Company() if company_id is None else _locked(Company, company_id)
    name = must_type("name", values.get("name"), Company.name.field)
    if values.get("kind") not in CompanyKind.values:
        raise BadInput("kind", _("There is no such kind of company."))
    others = Company.objects.exclude(pk=company.pk)
    if others.filter(name=name).exists():
        raise BadInput("name", _("There is a company of this name."))
    code = (values.get("credit_code") or "").strip().upper() or None
    if code and (len(code) != 18 or not code.isascii() or not code.isalnum()):
        raise BadInput("credit_code", _("A credit code has 18 letters and digits."))
    if code and others.filter(credit_code=code).exists():
        raise BadInput("credit_code", _("Another company has this code."))
    company.name, company.kind, company.credit_code = name, values["kind"], code
    company.contact = typed("contact", values.get("contact"), Company.contact.field)
    _set_phone(company, values)
    _kept(company, "name", _("There is a company of this name."))
    record(company, "company.registered" if company_id is None else "company.changed", actor=actor, data={"name": name})
    return company


@transaction.atomic
def save_driver(values: dict[str, Any], *, actor: User | None, driver_id: int | None = None) -> Driver:
    """Register or correct a driver: name, company (id), licence_no, phone (empty: it stays), truck (id or none).

    Raises BadInput by field.
    """
    driver = Driver() if driver_id is None else _locked(Driver, driver_id)
    driver.name = must_type("name", values.get("name"), Driver.name.field)
    driver.licence_no = must_type("licence_no", values.get("licence_no"), Driver.licence_no.field)
    if Driver.objects.exclude(pk=driver.pk).filter(licence_no=driver.licence_no).exists():
        raise BadInput("licence_no", _("Another driver has this licence."))
    company = Company.objects.filter(pk=values.get("company") or 0).first()
    if company is None:
        raise BadInput("company", _("There is no such company."))
    truck = Truck.objects.filter(pk=values["truck"]).first() if values.get("truck") else None
    if truck is not None and truck.company_id != company.pk:
        raise BadInput("truck", _("This truck belongs to another company."))
    driver.company, driver.truck = company, truck
    _set_phone(driver, values)
    _kept(driver, "licence_no", _("Another driver has this licence."))
    record(driver, "driver.registered" if driver_id is None else "driver.changed", actor=actor)
    return driver


@transaction.atomic
def show_phone(kind: str, pk: int, *, actor: User) -> str:
    """The phone of a driver or company in clear text, for who is about to call; that somebody looked is written down.

    Raises NotFound, also where there is no phone.
    """
    row = _locked({"driver": Driver, "company": Company}.get(kind, Driver), pk)
    if kind not in ("driver", "company") or not row.phone_sealed:
        raise NotFound(_("There is no such thing."))
    record(row, f"{kind}.phone_shown", actor=actor)
    return unseal(row.phone_sealed)


def _kept(row: Company | Driver, field: str, message: str) -> None:
    """Save; somebody may have taken the name in the same instant."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadInput(field, message) from error


def _set_phone(row: Company | Driver, values: dict[str, Any]) -> None:
    phone = checked_phone(values.get("phone"))
    if not phone:
        return
    row.phone_sealed, row.phone_masked = seal(phone), mask_phone(phone)


def _locked(model: Any, pk: int) -> Any:
    row = model.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
