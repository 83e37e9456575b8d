"""What a photo's EXIF header claims: when and where. Anybody can write anything there (grade G0)."""

import math
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from PIL import ExifTags, Image

_LARGEST: Final = {"N": 90.0, "S": 90.0, "E": 180.0, "W": 180.0}


@dataclass(frozen=True, slots=True)
class ExifClaims:
    """`taken_at`: local time, ISO 8601, with its offset if given. Latitude and longitude in degrees."""

    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def exif_claims(image: Image.Image) -> ExifClaims:
    """The claims of an image's header; those that cannot be read are not made."""
    try:
        header = image.getexif()
        details, gps = header.get_ifd(ExifTags.IFD.Exif), header.get_ifd(ExifTags.IFD.GPSInfo)
    except (OSError, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError, struct.error):
        return ExifClaims()
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "NS")
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "EW")
    placed = latitude is not None and longitude is not None
    return ExifClaims(
        taken_at=_taken_at(details.get(ExifTags.Base.DateTimeOriginal), details.get(ExifTags.Base.OffsetTimeOriginal)),
        latitude=latitude if placed else None,
        longitude=longitude if placed else None,
    )


def _taken_at(local: Any, offset: Any) -> str | None:
    for text, form in ((f"{local}{offset}", "%Y:%m:%d %H:%M:%S%z"), (f"{local}", "%Y:%m:%d %H:%M:%S")):
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007  (cameras without a zone)
        except ValueError:
            continue
    return None


def _degrees(parts: Any, half: Any, halves: str) -> float | None:
    """Degrees from (degrees, minutes, seconds) and the half of the globe, None if they make no sense."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    if half not in tuple(halves) or not math.isfinite(angle) or not 0 <= angle <= _LARGEST[half]:
        return None
    return round(-angle if half in ("S", "W") else angle, 7)
