"""Photos and documents: what comes in, what is kept, what is refused."""

import io
import uuid

import pytest
from PIL import Image

from incidents.pictures import LARGEST, clean
from incidents.services import add_attachment
from shushanwei.common.errors import BadInput, Conflict
from tests.incidents.conftest import jpeg


def photo(incident, kind="after", **values):
    return add_attachment(incident.pk, jpeg(), kind=kind, uuid=uuid.uuid4(), actor=None, **values)


def test_a_photo_loses_its_exif_and_the_row_keeps_where_it_was_shot():
    tidy = clean(jpeg(gps=True))
    assert tidy.lon == pytest.approx(120.2369, abs=1e-3)
    assert tidy.lat == pytest.approx(30.1236, abs=1e-3)
    assert tidy.shot_at.year == 2026
    assert not dict(Image.open(io.BytesIO(tidy.content)).getexif())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"<html>",
        b"GIF89a" + b"\0" * 30,
        b"\xff\xd8\xff" + b"x" * 99,
        b"x" * (LARGEST + 1),
    ],
    ids=["empty", "svg", "html", "broken gif", "broken jpeg", "too large"],
)
def test_what_is_no_photo_is_refused_by_name(raw):
    with pytest.raises(BadInput) as refused:
        clean(raw)
    assert refused.value.field == "file"


def test_the_same_photo_sent_twice_is_stored_once(opened):
    incident, uid = opened(), uuid.uuid4()
    first = add_attachment(incident.pk, jpeg(), kind="after", uuid=uid, actor=None)
    second = add_attachment(incident.pk, jpeg(), kind="after", uuid=uid, actor=None)
    assert first.pk == second.pk
    with pytest.raises(Conflict):
        add_attachment(incident.pk, jpeg("blue"), kind="after", uuid=uid, actor=None)
