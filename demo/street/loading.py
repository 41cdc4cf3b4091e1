"""Put the people, units and sources of the street into the tables; what is there already stays as it is."""

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from demo.street.accounts import Account, accounts
from demo.street.sources import SourcePlan, sources
from demo.street.units import UNITS
from dispatch.models import PoliceRules, Unit, UnitMember
from grid.models import Community, Grid, Posting
from incidents.intake.signing import new_secret
from incidents.models import Source
from shushanwei.common.clock import STREET
from shushanwei.common.secrets import seal, unseal
from shushanwei.people.models import Role, RoleGrant, User

DEFAULT_PASSWORD = "Shushan-30515"
POSTED_SINCE = datetime(2026, 1, 1, tzinfo=STREET)


def password() -> str:
    """What every account of the exercise signs in with: DEMO_PASSWORD, or the published one."""
    return os.environ.get("DEMO_PASSWORD") or DEFAULT_PASSWORD


def secrets_file() -> Path:
    """Where the simulator finds the secrets of the sources (readable by the owner only)."""
    return Path(settings.CONFIG.local_dir) / "demo_secrets.json"


@transaction.atomic
def load_people() -> int:
    """Create the missing accounts with roles and postings; returns how many accounts are new."""
    communities = list(Community.objects.order_by("code").values_list("code", flat=True))
    grids = list(Grid.objects.filter(kind="social").order_by("code").values_list("code", "community_id"))
    plan = accounts(communities, grids)
    existing = set(User.objects.values_list("username", flat=True))
    missing = [person for person in plan if person.username not in existing]
    if missing:
        # One hash for all: slow hashing four hundred times would take minutes and protect a published password.
        hashed = make_password(password())
        User.objects.bulk_create([_user(person, hashed) for person in missing])
    users = {user.username: user for user in User.objects.filter(username__in=[p.username for p in plan])}
    roles = {role.code: role for role in Role.objects.all()}
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=users[p.username], role=roles[role], area_code=area, department_code=department)
            for p in missing
            for role, area, department in p.roles
        ],
        ignore_conflicts=True,
    )
    _post(missing, users)
    return len(missing)


@transaction.atomic
def load_units() -> int:
    """Create the missing units with their members; returns how many units are new. Accounts must be loaded."""
    existing = set(Unit.objects.values_list("code", flat=True))
    new = Unit.objects.bulk_create(
        Unit(
            code=plan.code,
            name=plan.name,
            kind=plan.kind,
            area=plan.area,
            skills=list(plan.skills),
            radio_call=plan.radio_call,
            home_lon=plan.lon,
            home_lat=plan.lat,
        )
        for plan in UNITS
        if plan.code not in existing
    )
    by_code = {unit.code: unit for unit in new}
    names = {f"{p.username}-{n}": (p.code, n == 1) for p in UNITS if p.code in by_code for n in range(1, p.size + 1)}
    UnitMember.objects.bulk_create(
        [
            UnitMember(unit=by_code[names[user.username][0]], user=user, is_leader=names[user.username][1])
            for user in User.objects.filter(username__in=names).order_by("id")
        ],
        ignore_conflicts=True,
    )
    return len(new)


@transaction.atomic
def load_sources() -> int:
    """Create the missing sources and write all secrets down for the simulator; returns how many are new."""
    plan = sources()
    existing = set(Source.objects.values_list("code", flat=True))
    new = Source.objects.bulk_create(_source(source) for source in plan if source.code not in existing)
    codes = [source.code for source in plan]
    known = {row.code: unseal(row.secret) for row in Source.objects.filter(code__in=codes).order_by("code")}
    _write_private(secrets_file(), json.dumps(known, indent=1))
    return len(new)


def load_police() -> int:
    """The telephone by which the police reach the seats; a number that cannot exist."""
    if PoliceRules.objects.exists():
        return 0
    PoliceRules.objects.create(effective_from=POSTED_SINCE, seat_phone="100-3051-5000")
    return 1


def _user(person: Account, hashed: str) -> User:
    return User(
        username=person.username,
        password=hashed,
        display_name=person.name,
        phone_masked=person.phone,
        is_kiosk=person.is_kiosk,
        is_staff=person.is_superuser or any(role.endswith("_admin") for role, _area, _dept in person.roles),
        is_superuser=person.is_superuser,
    )


def _post(people: list[Account], users: dict[str, User]) -> None:
    held = set(Posting.objects.values_list("grid_id", "duty"))
    Posting.objects.bulk_create(
        Posting(grid_id=grid, user=users[p.username], duty=duty, period=DateTimeTZRange(POSTED_SINCE, None, "[)"))
        for p in people
        for grid, duty in p.grids
        if (grid, duty) not in held
    )


def _source(plan: SourcePlan) -> Source:
    return Source(code=plan.code, name=plan.name, kind=plan.kind, secret=seal(new_secret()), lon=plan.lon, lat=plan.lat)


def _write_private(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    path.chmod(0o600)
