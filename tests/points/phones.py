"""Phones of residents for tests: a browser that is signed in, pictures that differ, what a page sends."""

import io
from uuid import uuid4

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from grid.selectors import grid_at
from points.models import DeviceSeen, Resident
from points.services import consents, signing_in
from points.services.places import Place
from points.services.reports import Sent
from shushanwei.common.clock import db_now
from tests.incidents.conftest import CENTRE


def home() -> str:
    """The code of the community in whose middle these tests happen."""
    place = grid_at(*CENTRE)
    assert place is not None
    return place.community_code


def phone_of(resident: Resident) -> Client:
    """A browser in which this resident is signed in."""
    browser = Client()
    browser.cookies["ssw_resident"] = signing_in.start_session(resident)
    return browser


def shot(seed: int = 1, *, exif: Image.Exif | None = None) -> bytes:
    """A JPEG; another seed looks quite different."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, **({"exif": exif} if exif is not None else {}))
    return buffer.getvalue()


def agreed(resident: Resident) -> Resident:
    """Who has agreed that the phone's position is used."""
    consents.give(resident, "location")
    return resident


def sent(seed: int = 1, kind: str = "waste", **values) -> Sent:
    """A report with a photo from the middle of a community."""
    place = values.pop("place", Place("phone", *CENTRE))
    return Sent(**{"uuid": uuid4(), "kind": kind, "place": place, "photos": [shot(seed)], **values})


def form(seed: int = 1, **values) -> dict:
    """The same as the page sends it."""
    said = {
        "uuid": uuid4(), "kind": "waste", "place_by": "phone", "lon": CENTRE[0], "lat": CENTRE[1], "crs": "wgs84",
        "photo": SimpleUploadedFile("a.jpg", shot(seed), "image/jpeg"),
    }  # fmt: skip
    return {name: value for name, value in (said | values).items() if value is not None}


def on_device(resident: Resident, name: str) -> None:
    """Signed in once with this browser."""
    DeviceSeen.objects.create(resident=resident, device_hash=name * 64, first_at=db_now(), last_at=db_now())
