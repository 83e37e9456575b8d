"""Photographs as a camera saves them, for tests, measurements and the demo.

Made from real photographs that scikit-image carries in its wheel, all of them free: `coffee` (Rachel
Michetti, CC0), `chelsea` (Stefan van der Walt, CC0), `rocket` (SpaceX, public domain), `astronaut`
(NASA, public domain). They are small, so they are enlarged, and get a sensor's noise.
"""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np
import skimage
from PIL import ExifTags, Image, ImageOps

_FOLDER: Final = Path(skimage.__file__).parent / "data"
_FILES: Final = {
    "coffee": "coffee.png",
    "chelsea": "chelsea.png",
    "rocket": "rocket.jpg",
    "astronaut": "astronaut.png",
}
NAMES: Final = tuple(_FILES)
NATIVE: Final = (4000, 3000)
"""12 megapixels."""
_KAMPALA: Final = timezone(timedelta(hours=3))


@dataclass(frozen=True)
class Shot:
    """When and where a photo claims to be taken; latitude and longitude in degrees."""

    taken_at: datetime = datetime(2025, 6, 30, 16, 12, 40, tzinfo=_KAMPALA)
    latitude: float = 0.315812
    longitude: float = 32.576498


def picture(name: str, size: tuple[int, int] = NATIVE) -> Image.Image:
    """The photograph of this name in pixels."""
    with Image.open(_FOLDER / _FILES[name]) as small:
        enlarged = ImageOps.fit(small.convert("RGB"), size, Image.Resampling.LANCZOS)
    noise = np.random.default_rng(NAMES.index(name)).normal(0, 2.5, (size[1], size[0], 1))
    return Image.fromarray(np.clip(np.asarray(enlarged) + noise, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, *, quality: int = 90, shot: Shot | None = Shot()) -> bytes:
    """The file that a phone makes of it: baseline JPEG with 4:2:0 colours, and EXIF unless `shot` is None."""
    saved = io.BytesIO()
    header = {} if shot is None else {"exif": _exif(shot)}
    image.save(saved, "JPEG", quality=quality, subsampling="4:2:0", **header)
    return saved.getvalue()


def photograph(name: str, size: tuple[int, int] = NATIVE) -> bytes:
    """`jpeg` of `picture`."""
    return jpeg(picture(name, size))


def _exif(shot: Shot) -> Image.Exif:
    header = Image.Exif()
    header[ExifTags.Base.Make] = "Example"
    header[ExifTags.Base.Model] = "Phone 1"
    header[ExifTags.Base.Orientation] = 1
    details = header.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    details[ExifTags.Base.OffsetTimeOriginal] = shot.taken_at.isoformat()[-6:]
    gps = header.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N" if shot.latitude >= 0 else "S"
    gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(shot.latitude)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E" if shot.longitude >= 0 else "W"
    gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(shot.longitude)
    return header


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(abs(degrees) * 60, 60)
    return (whole, float(int(minutes)), round(minutes % 1 * 60, 4))
