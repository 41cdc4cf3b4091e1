"""Photos that prove something: kept with the incident under the id that the phone made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.models import Attachment, Incident
from incidents.services import add_attachment
from shushanwei.common.errors import BadInput
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.people.models import User


@dataclass(frozen=True)
class Photo:
    """A picture as it was sent; `lon` and `lat` in degrees WGS-84 where the phone knew them."""

    raw: bytes
    uuid: UUID
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    shot_at: datetime | None = None

    @classmethod
    def at(cls, *, lon: float | None, lat: float | None, crs: str = "wgs84", **columns: Any) -> "Photo":
        """A photo with its position converted; raises BadInput on `lon`, `lat` or `crs`."""
        if lon is None or lat is None:
            return cls(**columns)
        try:
            lon, lat = to_wgs84(lon, lat, crs)
        except BadPosition as error:
            raise BadInput(error.field, str(error)) from None
        return cls(lon=lon, lat=lat, **columns)


def keep(incident: Incident, photo: Photo, kind: str, actor: User | None) -> Attachment:
    """Store the photo with the incident (its lock is held); the same id twice stores once.

    Raises BadInput on `photo` for what is no picture.
    """
    try:
        return add_attachment(
            incident.pk,
            photo.raw,
            kind=kind,
            uuid=photo.uuid,
            actor=actor,
            name=photo.name,
            lon=photo.lon,
            lat=photo.lat,
            shot_at=photo.shot_at,
        )
    except BadInput as error:
        # The caller's field is called photo.
        raise BadInput("photo" if error.field == "file" else error.field or "photo", error.message) from None
