"""Communities, tasks, listings and browsers that the tests of volunteering and the market start from."""

import io
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from PIL import Image

from grid.models import Community
from points.models import Claim, Listing, Resident, VolunteerTask
from points.services import consents, market, signing_in, volunteering
from points.services.market import ListingDraft
from points.services.volunteer_hours import Here
from points.volunteering_lifecycle import GRACE
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from tests.points.conftest import a_resident

LON, LAT = 120.236927, 30.123588
NORTH_180_M, NORTH_230_M = LAT + 180 / 111_195, LAT + 230 / 111_195


def a_community(code: str = "330109001001", name: str = "湘湖社区") -> Community:
    """A community, made once."""
    square = {"type": "Polygon", "coordinates": [[[LON, LAT], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]]}
    return Community.objects.get_or_create(
        code=code,
        defaults={"name": name, "short_name": name, "kind": "community", "polygon": square, "label_lon": LON,
                  "label_lat": LAT},
    )[0]  # fmt: skip


def a_neighbour(n: int = 1, **values) -> Resident:
    """A verified resident of the community."""
    return a_resident(n, **{"level": 2, "community": a_community(), **values})


def a_worker(name: str = "worker") -> User:
    """Somebody behind a desk."""
    return User.objects.get_or_create(username=name)[0]


def a_task(**values) -> VolunteerTask:
    """An open task that began an hour ago and goes on for two more."""
    now = db_now()
    said = {
        "uuid": uuid4(), "kind": "service", "title": "社区义诊秩序维护", "text": "引导排队", "community": a_community(),
        "address": "社区广场", "lon": LON, "lat": LAT, "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=2), "slots": 5, "status": "open", "check_code": uuid4().hex,
        "published_by": a_worker(), "made_at": now, "published_at": now,
    }  # fmt: skip
    said |= values
    said.setdefault("look_at", said["ends_at"] + GRACE)
    return VolunteerTask.objects.create(**said)


def accepted(task: VolunteerTask, resident: Resident, *, is_known: bool = False) -> Claim:
    """A volunteer who was taken on and agreed to say where the phone is."""
    row = volunteering.claim(resident, task.uuid, uuid=uuid4())
    consents.give(resident, "location")
    return volunteering.accept(row.pk, is_known=is_known, actor=a_worker())


def at(task: VolunteerTask, lat: float = LAT, lon: float = LON, accuracy: float = 20, **values) -> Here:
    """A phone that scanned the task's code."""
    return Here(**{"code": task.check_code, "lon": lon, "lat": lat, "accuracy_m": accuracy, **values})


def a_listing(owner: Resident, *, shown: bool = True, kind: str = "free", **values) -> Listing:
    """Something in the market, looked at by a worker."""
    draft = ListingDraft(**{"kind": kind, "title": "儿童自行车", "text": "九成新，自取", "wants": "图书", **values})
    row = market.offer(owner, draft, [], uuid=uuid4())
    return market.show(row.pk, actor=a_worker()) if shown else row


def browser_of(resident: Resident) -> Client:
    """A browser in which the resident is signed in."""
    client = Client(raise_request_exception=False)
    client.cookies["ssw_resident"] = signing_in.start_session(resident)
    return client


def a_photo(colour: str = "red") -> bytes:
    """A small picture with a position in its EXIF."""
    picture = Image.new("RGB", (64, 48), colour)
    exif = picture.getexif()
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 7.0, 24.9), 3: "E", 4: (120.0, 14.0, 12.9)})
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
