"""Sheets of companies, trucks, drivers, permits and people brought into the register: all rows or none, tried first."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput, DomainError
from shushanwei.common.secrets import unseal
from shushanwei.people.models import User
from worksites.lifecycle import CompanyKind, PermitKind, PermitStatus, TruckState
from worksites.models import Company, Driver, Gate, Permit, Sink, Site, SitePerson, Truck
from worksites.models.companies import MOST_WEIGHT_T
from worksites.plates import clean_plate, phone_of
from worksites.services.people import save_person
from worksites.services.permits import holder_for_kind, save_permit
from worksites.services.trucks import COLOURS, TRUCK_FIELDS, save_company, save_driver, save_truck
from worksites.services.typed import checked_phone, must_type
from worksites.workbooks import Mistake

Said = dict[str, str]  # a row: column → text, without the columns that are empty
YES, NO = {"是", "有", "yes", "1", "true", "y"}, {"否", "无", "no", "0", "false", "n"}
PLATE_COLOURS = {"黄": "yellow", "黄色": "yellow", "黄牌": "yellow", "蓝": "blue", "蓝色": "blue", "蓝牌": "blue",
                 "绿": "green", "绿色": "green", "绿牌": "green", "白": "white", "白色": "white", "黑": "black",
                 "黑色": "black"}  # fmt: skip
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
POSTS = {"建设单位代表": "owner", "项目负责人": "manager", "项目经理": "manager", "总监": "supervisor",
         "总监理工程师": "supervisor", "安全员": "safety", "运输负责人": "spoil"}  # fmt: skip
# What tells one row from another; a mistake about the whole row stands at the last of them.
KEYS = {"companies": ("name",), "trucks": ("plate",), "drivers": ("licence_no",), "permits": ("kind", "number"),
        "people": ("site", "post", "name")}  # fmt: skip


class Outcome(NamedTuple):
    """Rows that are new, that change what is there and that say what is there; or the mistakes."""

    new: int
    changed: int
    same: int
    mistakes: list[Mistake]


def bring_in(kind: str, rows: Sequence[tuple[int, Said]], *, actor: User, try_only: bool = False) -> Outcome:
    """Write all rows (number in the sheet, columns) of `kind` (a key of `STEPS`), or none.

    With `try_only` everything is done and taken back, so that what is told is what would happen. A column that is
    empty leaves what is there. Again it changes nothing.
    """
    counts, mistakes = {"new": 0, "changed": 0, "same": 0}, []
    seen: dict[tuple[str, ...], int] = {}
    step, keys = STEPS[kind], KEYS[kind]
    with transaction.atomic():
        with connection.cursor() as cursor:  # two sheets at once would lock their rows crosswise
            cursor.execute("select pg_advisory_xact_lock(hashtext('worksites:bring_in'))")
        for number, said in rows:
            key = tuple(said.get(name, "") for name in keys)
            if key[-1] and seen.setdefault(key, number) != number:
                twice = _("This stands in row %(n)s already.") % {"n": seen[key]}
                mistakes.append(Mistake(number, keys[-1], twice))
                continue
            became, wrong = _brought(step, said, actor, keys[-1])
            mistakes += [Mistake(number, field, message) for field, message in wrong.items()]
            counts[became] += not wrong
        if mistakes or try_only:
            transaction.set_rollback(True)
    return Outcome(counts["new"], counts["changed"], counts["same"], mistakes)


def _brought(step: Callable[[Said, User], str], said: Said, actor: User, key: str) -> tuple[str, Said]:
    """(what became of a row, what is wrong by column); a row with something wrong leaves nothing behind.

    A service refuses the first column it looks at: that one is left out and the others are tried again.
    """
    left, wrong = dict(said), Said()
    while True:
        try:
            with transaction.atomic():
                became = step(left, actor)
                transaction.set_rollback(bool(wrong))
        except DomainError as error:
            field = error.field or key
            left_out = left.pop(field, None) is not None
            if field not in wrong:
                wrong[field] = error.message
            if not left_out:
                return "same", wrong
        else:
            return became, wrong


def _company(said: Said, actor: User) -> str:
    known = Company.objects.filter(name=said.get("name", "")).first()
    now = {name: getattr(known, name) or "" for name in ("name", "kind", "credit_code", "contact")} if known else {}
    given = now | said
    if "kind" in said:
        given["kind"] = _code("kind", CompanyKind.choices, said["kind"])
    phone = said.get("phone", "")
    if known and {**given, "phone": ""} == {**now, "phone": ""} and phone in ("", unseal(known.phone_sealed)):
        return "same"
    save_company(given, actor=actor, company_id=known.pk if known else None)
    return "changed" if known else "new"


def _truck(said: Said, actor: User) -> str:
    plate = clean_plate(said.get("plate", ""))
    known = Truck.objects.filter(plate=plate).first() if plate else None
    names = ("plate", "state", "terminal_id", *TRUCK_FIELDS)
    now: dict[str, Any] = {name: getattr(known, name) for name in names} if known else {}
    now |= {"company": known.company_id} if known else {}
    given: dict[str, Any] = now | said | {"plate": plate or said.get("plate", "")}
    if "company" in said:
        given["company"] = _company_id(said)
    if "state" in said:
        given["state"] = _code("state", TruckState.choices, said["state"])
    if "plate_colour" in said:
        given["plate_colour"] = PLATE_COLOURS.get(said["plate_colour"], said["plate_colour"])
        if given["plate_colour"] not in COLOURS:
            raise BadInput("plate_colour", _("One of %(names)s.") % {"names": "黄、蓝、绿、白、黑"})
    if "terminal_id" in said:
        given["terminal_id"] = phone_of(said["terminal_id"])
        if not given["terminal_id"]:
            raise BadInput("terminal_id", _("A terminal's number has digits only, 20 at most."))
    if "volume_m3" in said:
        given["volume_m3"] = _number("volume_m3", said["volume_m3"])
        if not 0 < given["volume_m3"] <= MOST_WEIGHT_T:
            raise BadInput("volume_m3", _("More than 0, at most %(most)s.") % {"most": MOST_WEIGHT_T})
    for name in ("has_lift_sensor", "has_load_sensor", "has_cover_sensor"):
        if name in said:
            given[name] = _yes(name, said[name])
    if known and given == now:
        return "same"
    save_truck(given, actor=actor, truck_id=known.pk if known else None)
    return "changed" if known else "new"


def _driver(said: Said, actor: User) -> str:
    known = Driver.objects.filter(licence_no=said.get("licence_no", "")).first()
    now: dict[str, Any] = {}
    if known:
        now = {"name": known.name, "licence_no": known.licence_no, "company": known.company_id, "truck": known.truck_id}
    given: dict[str, Any] = now | said
    if "company" in said:
        given["company"] = _company_id(said)
    if "truck" in said:
        truck = Truck.objects.filter(plate=clean_plate(said["truck"]) or "-").first()
        if truck is None:
            raise BadInput("truck", _("There is no truck with this plate."))
        given["truck"] = truck.pk
    phone = said.get("phone", "")
    if known and {**given, "phone": ""} == {**now, "phone": ""} and phone in ("", unseal(known.phone_sealed)):
        return "same"
    save_driver(given, actor=actor, driver_id=known.pk if known else None)
    return "changed" if known else "new"


def _permit(said: Said, actor: User) -> str:
    given = _papers(said)
    for name in ("kind", "number", "holder"):
        if name not in said:
            raise BadInput(name, _("This must be filled in."))
    kind = given["kind"]
    holder = holder_for_kind(kind)
    owner = {
        "truck": lambda word: Truck.objects.filter(plate=clean_plate(word) or "-"),
        "site": lambda word: Site.objects.filter(code=word),
        "sink": lambda word: Sink.objects.filter(code=word),
        "gate": lambda word: Gate.objects.filter(code=word),
    }[holder](said["holder"]).first()
    if owner is None:
        raise BadInput("holder", _("Nothing is registered under this plate or code."))
    known = Permit.objects.filter(kind=kind, number=said["number"]).first()
    if known is not None and getattr(known, f"{holder}_id") != owner.pk:
        raise BadInput("number", _("There is a permit of this kind with this number."))
    for name in ("valid_from", "valid_to"):
        if name not in given and known is None:
            raise BadInput(name, _("This must be filled in."))
        given.setdefault(name, known and getattr(known, name))
    before = known.rev if known else 0
    saved = save_permit((holder, owner.pk), given, actor=actor, permit_id=known.pk if known else None)
    return "new" if known is None else "same" if saved.rev == before else "changed"


def _papers(said: Said) -> dict[str, Any]:
    """What a row says of a permit, each column read by itself."""
    given: dict[str, Any] = dict(said)
    for name, choices in (("kind", PermitKind.choices), ("status", PermitStatus.choices)):
        if name in said:
            given[name] = _code(name, choices, said[name])
    for name in ("valid_from", "valid_to"):
        if name in said:
            given[name] = _day(name, said[name])
    if "quantity_m3" in said:
        given["quantity_m3"] = int(_number("quantity_m3", said["quantity_m3"]))
    for name, model in (("sinks", Sink), ("sites", Site)):
        if name in said:
            codes = said[name].replace("，", "、").replace(",", "、").split("、")
            found = list(model.objects.filter(code__in=[code.strip() for code in codes]))  # type: ignore[attr-defined]
            if len(found) != len(codes):
                raise BadInput(name, _("One of these codes is not registered."))
            given[name] = [one.pk for one in found]
    return given


def _person(said: Said, actor: User) -> str:
    given: dict[str, Any] = dict(said)
    if "post" in said:
        given["post"] = POSTS.get(said["post"]) or _code("post", SitePerson.Post.choices, said["post"])
    if "company" in said:
        given["company"] = _company_id(said)
    phone = checked_phone(said.get("phone"))
    name = must_type("name", said.get("name"), SitePerson.name.field)
    for needed in ("site", "post"):
        if needed not in said:
            raise BadInput(needed, _("This must be filled in."))
    site = Site.objects.filter(code=said["site"]).first()
    if site is None:
        raise BadInput("site", _("There is no site with this code."))
    known = SitePerson.objects.filter(site=site, post=given["post"], name=name, ended_at=None).first()
    given.setdefault("company", known and known.company_id)
    if known and given["company"] == known.company_id and phone in ("", unseal(known.phone_sealed)):
        return "same"
    save_person(site.pk, given, actor=actor)
    return "changed" if known else "new"


STEPS: dict[str, Callable[[Said, User], str]] = {
    "companies": _company, "trucks": _truck, "drivers": _driver, "permits": _permit, "people": _person,
}  # fmt: skip


def _company_id(said: Said) -> int:
    found = Company.objects.filter(name=said["company"]).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput("company", _("There is no such company."))
    return found


def _code(field: str, choices: Sequence[tuple[str, Any]], word: str) -> str:
    """The code of a word in Chinese or English, or the code itself."""
    labels = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            labels += [(str(label), code) for code, label in choices]
    found = dict(labels) | {code: code for code, _label in choices}
    if word not in found:
        raise BadInput(
            field, _("One of %(names)s.") % {"names": "、".join(label for label, _c in labels[: len(choices)])}
        )
    return found[word]


def _number(field: str, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise BadInput(field, _("This is no number.")) from None
    if not 0 <= number < 1e8:
        raise BadInput(field, _("This is no number."))
    return number


def _yes(field: str, word: str) -> bool:
    if word.lower() in YES | NO:
        return word.lower() in YES
    raise BadInput(field, _("One of %(names)s.") % {"names": "是、否"})


def _day(field: str, word: str) -> date:
    said = DAY.match(word)
    try:
        return date(*(int(part) for part in said.groups())) if said else date.fromisoformat(word)
    except ValueError:
        raise BadInput(field, _("Write the day as 2026-11-27.")) from None
