"""Trucks, terminals, sites and people for the tests of what trucks say."""

from datetime import datetime
from uuid import uuid4

from django.test import Client

from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from worksites.models import Company, Gate, Sink, Site, Terminal, Truck
from worksites.services.fixes import Fix, instant_us

CENTRE = (120.236927, 30.123588)
SQUARE = {"type": "Polygon", "coordinates": [[[120.2, 30.1], [120.21, 30.1], [120.21, 30.11], [120.2, 30.1]]]}


def make_truck(plate: str = "浙A1D234", **values) -> Truck:
    """A truck of a transport company."""
    company, _new = Company.objects.get_or_create(name="青石运输", defaults={"kind": "haulier"})
    return Truck.objects.create(plate=plate, **{"company": company, **values})


def make_terminal(phone: str = "13812345678", truck: Truck | None = None, **values) -> Terminal:
    """A terminal that registered itself, of a truck if one is given."""
    return Terminal.objects.create(phone=phone, truck=truck, **values)


def make_site(code: str = "GD-001", camera: str = "CAM-1") -> Site:
    """A site with one gate that has a camera."""
    now = db_now()
    site = Site.objects.create(
        code=code, name=f"{code} 工地", boundary=SQUARE, lon=CENTRE[0], lat=CENTRE[1], phase="EW", colour_since=now,
        watched_since=now, plate_code=uuid4().hex[:12],
    )  # fmt: skip
    Gate.objects.create(site=site, code=f"{code}-1", name="东门", lon=CENTRE[0], lat=CENTRE[1], camera_code=camera)
    return site


def make_sink(code: str = "XN-01") -> Sink:
    return Sink.objects.create(code=code, name=f"{code} 消纳场", boundary=SQUARE, lon=120.3, lat=30.2)


def fix(truck: Truck, at: datetime, north: float = 0.0, **values) -> Fix:
    """A position, `north` degrees north of the centre."""
    return Fix(truck.pk, instant_us(at), CENTRE[0], CENTRE[1] + north, **{"speed_kmh": 30.0, **values})


def signed_in(role: str) -> Client:
    """A browser in which somebody with this role has signed in."""
    user = User.objects.create(username=f"{role}-{User.objects.count()}", display_name=role)
    grant(user, role)
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client
