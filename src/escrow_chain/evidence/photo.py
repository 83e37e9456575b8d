"""The parser of photos. It sees untrusted bytes, so it runs in a killable worker and nowhere else.

In this order: what the first bytes say it is; the pixels that the header promises; one frame; greys
that everybody shows alike; no second format in the same file; every byte decoded; nothing to be seen
through. Only then is anything measured: what is hashed must be what people see. A JPEG is decoded to
its brightness alone: all its data are read, but no time goes into colours that nothing here looks
at.

Imported by a fresh worker, so it imports little.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
import pdqhash
from PIL import Image, UnidentifiedImageError

from escrow_chain.evidence.exif import ExifClaims, exif_claims
from escrow_chain.evidence.file_kind import file_kind, second_kind
from escrow_chain.evidence.refusal import Refusal

PhotoFormat: TypeAlias = Literal["jpeg", "png", "webp"]

MAX_PIXELS: Final = 64_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_NAMES: Final[dict[str, PhotoFormat]] = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}
"""An MPO is a JPEG with more pictures behind it (depth, gain map); the first one is the photo."""
_DEEP_GREYS: Final = ("I", "F")
"""Modes that begin so have more than 256 greys, of which some programs show others than Pillow does."""
_DRAFT: Final = 256
_HASHED: Final = 64
_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class PhotoFindings:
    """What a photo is: `width` and `height` in pixels, `pdq` in hexadecimal, the upright one first.

    `pdq_quality` says how much there is to tell this picture from others by, from 0 to 100. `sharpness` is the variance
    of the Laplacian and `brightness` the mean of the greys (0 to 255), both of the picture reduced to about a
    thousand pixels on its longer side.
    """

    format: PhotoFormat
    width: int
    height: int
    exif: ExifClaims
    pdq: tuple[str, ...]
    pdq_quality: int
    sharpness: float
    brightness: float


def parse_photo_file(path: str) -> PhotoFindings | Refusal:
    """`parse_photo` of a file's bytes."""
    return parse_photo(Path(path).read_bytes())


def parse_photo(content: bytes) -> PhotoFindings | Refusal:
    """What these bytes show, or why they are no photo."""
    kind = file_kind(content)
    if kind not in _NAMES.values():
        return Refusal(
            code="photo.format",
            sentence=f"The file is no photo but {kind} by its content. Hand in a JPEG, PNG or WebP photo.",
            measured=kind,
            limit="jpeg, png, webp",
        )
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            return _refusal(image, content) or _findings(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError) as error:
        return Refusal(
            code="photo.decode",
            sentence="The photo is damaged or cut short. Hand in the file as the camera saved it.",
            measured=type(error).__name__,
            limit="decodes whole",
        )


def _refusal(image: Image.Image, content: bytes) -> Refusal | None:
    """What can be refused before anything is decoded."""
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        return Refusal(
            code="photo.pixels",
            sentence=f"The photo has {image.width} x {image.height} pixels. Let the camera take smaller pictures.",
            measured=pixels,
            limit=MAX_PIXELS,
            unit="pixels",
        )
    frames = _frames(image)
    if frames != 1:
        return Refusal(
            code="photo.frames",
            sentence="The file is an animation. Hand in a photo.",
            measured=frames,
            limit=1,
            unit="frames",
        )
    if image.mode.startswith(_DEEP_GREYS):
        return _mode_refusal(image.mode, limit="8 bits a colour")
    second = second_kind(content)
    if second is not None:
        return Refusal(
            code="photo.one_format",
            sentence=f"The file is a photo and {second} at once. Hand in the file as the camera saved it.",
            measured=second,
            limit="nothing but a photo",
        )
    return None


def _frames(image: Image.Image) -> int:
    return 1 if image.format == "MPO" else getattr(image, "n_frames", 1)


def _mode_refusal(measured: str, *, limit: str) -> Refusal:
    return Refusal(
        code="photo.mode",
        sentence="The picture does not look the same in every program. Hand in the file as the camera saved it.",
        measured=measured,
        limit=limit,
    )


def _findings(image: Image.Image) -> PhotoFindings | Refusal:
    if image.mode == "RGB":
        image.draft("L", image.size)
    width, height = image.size
    brightness = image.convert("L")  # decodes it whole; metadata may stand behind the pixels
    if _can_be_seen_through(image):
        return _mode_refusal("transparent", limit="opaque")
    pdq, quality = _pdq(brightness)
    sharpness, mean = _quality(brightness)
    return PhotoFindings(
        format=_NAMES[image.format or ""],
        width=width,
        height=height,
        exif=exif_claims(image),
        pdq=pdq,
        pdq_quality=quality,
        sharpness=sharpness,
        brightness=mean,
    )


def _can_be_seen_through(image: Image.Image) -> bool:
    """Whether any pixel is not opaque, be it by alpha, palette or a colour that stands for nothing."""
    return image.has_transparency_data and image.convert("RGBA").getchannel("A").getextrema() != (255, 255)


def _pdq(brightness: Image.Image) -> tuple[tuple[str, ...], int]:
    """The PDQ hashes of a picture and of its turned and mirrored copies, and their quality.

    64 hexadecimal digits each. PDQ samples 64 x 64 places, not symmetrically if it is given more.
    Given just these, averaged from the whole picture, the hashes of turned copies are exact and cost
    next to nothing. The quality is that of the 64 x 64 places too, so its scale is the usual one.
    """
    factors = (max(1, brightness.width // _DRAFT), max(1, brightness.height // _DRAFT))
    small = brightness.reduce(factors).resize((_HASHED, _HASHED), Image.Resampling.BILINEAR)
    hashes, quality = pdqhash.compute_dihedral(np.repeat(np.asarray(small)[:, :, None], 3, axis=2))
    spelled = (np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes().hex() for bits in hashes)
    return tuple(spelled), int(quality)


def _quality(brightness: Image.Image) -> tuple[float, float]:
    """Variance of the Laplacian, and mean. In whole numbers up to the last division: the same on every machine.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000.
    """
    small = brightness.reduce(max(1, max(brightness.size) // _LOOKED_AT))
    greys = np.asarray(small, dtype=np.int32)
    mean = int(greys.sum(dtype=np.int64)) / greys.size
    edges = greys[:-2, 1:-1] + greys[2:, 1:-1] + greys[1:-1, :-2] + greys[1:-1, 2:] - 4 * greys[1:-1, 1:-1]
    count = edges.size
    if not count:
        return 0.0, mean
    total, squares = int(edges.sum(dtype=np.int64)), int(np.square(edges, dtype=np.int64).sum())
    return (count * squares - total * total) / (count * count), mean
