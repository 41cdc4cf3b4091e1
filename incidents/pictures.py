"""Photos and documents from outside: checked by content, re-encoded, stripped of EXIF. No database here."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from shushanwei.common.errors import BadInput

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2560
THUMB = 480
FORMATS = {"JPEG", "PNG", "WEBP", "MPO"}
STREET = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Clean:
    """What may be stored: bytes, a thumbnail for pictures, and what the camera said about the shot."""

    content: bytes
    thumb: bytes | None
    content_type: str
    suffix: str
    sha256: str
    lon: float | None = None
    lat: float | None = None
    shot_at: datetime | None = None


def clean(raw: bytes, *, photo: bool = False) -> Clean:
    """The storable form of an upload; `sha256` is of the bytes as sent. Raises BadInput for field `file`.

    With `photo` only a picture will do, and a refusal says so.
    """
    if not raw:
        raise BadInput("file", _("The file is empty."))
    if len(raw) > LARGEST:
        raise BadInput("file", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(b"%PDF-"):
        if photo:
            raise BadInput("file", _("A photo is needed, not a document."))
        return Clean(raw, None, "application/pdf", ".pdf", digest)
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            if picture.format not in FORMATS:
                wrong = _("%(format)s is not accepted: use JPEG, PNG, WebP or PDF.")
                if photo:
                    wrong = _("%(format)s is not accepted: use JPEG, PNG or WebP.")
                raise BadInput("file", wrong % {"format": picture.format})
            if picture.width * picture.height > MOST_PIXELS:
                raise BadInput("file", _("The picture has too many pixels."))
            lon, lat, shot_at = _camera_facts(picture)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        wrong = _("This is not a picture that can be read.")
        if not photo:
            wrong = _("This is not a picture or PDF that can be read.")
        raise BadInput("file", wrong) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = upright.copy()
    small.thumbnail((THUMB, THUMB))
    return Clean(_jpeg(upright, 85), _jpeg(small, 75), "image/jpeg", ".jpg", digest, lon, lat, shot_at)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _camera_facts(picture: Image.Image) -> tuple[float | None, float | None, datetime | None]:
    """(lon, lat, shot_at) from EXIF, None for what is missing or nonsense."""
    try:
        exif = picture.getexif()
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps.get(2), gps.get(1) == "S")
        lon = _degrees(gps.get(4), gps.get(3) == "W")
        taken = exif.get_ifd(ExifTags.IFD.Exif).get(36867) or exif.get(306)
    except Exception:  # EXIF is written by strangers; nothing in it may stop a photo
        return None, None, None
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        lat = lon = None
    try:
        shot_at = datetime.strptime(str(taken), "%Y:%m:%d %H:%M:%S").replace(tzinfo=STREET) if taken else None
    except ValueError:
        shot_at = None
    return lon, lat, shot_at


def _degrees(parts, negative: bool) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
