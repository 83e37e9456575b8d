"""The parser of photos. It sees untrusted bytes, so it runs in a killable worker and nowhere else.

In this order: what the first bytes say it is; the pixels that the header promises; one frame, of few
scans; greys that everybody shows alike; no second format in the same file; every byte decoded; a
colour for every pixel; nothing to be seen through. Only then is anything measured: what is hashed
must be what people see. A JPEG is decoded to its brightness alone: all its data are read, but no time
goes into colours that nothing here looks at. Last its manifest is verified, if it has one.

Imported by a fresh worker, so it imports little.
"""

import io
import warnings
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
import pdqhash
from PIL import Image, UnidentifiedImageError

from escrow_chain.evidence.exif import ExifClaims, exif_claims
from escrow_chain.evidence.file_kind import file_kind, second_kind
from escrow_chain.evidence.jpeg_scans import scans
from escrow_chain.evidence.likeness import features
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.terms.photo import Manifest
from escrow_chain.terms.sentence import say

PhotoFormat: TypeAlias = Literal["jpeg", "png", "webp"]

MAX_PIXELS: Final = 64_000_000
MAX_SIDE: Final = 65_535
"""Pixels in a row or column: what a JPEG can have. A PNG's rows are kept three times while it is decoded."""
MOST_MEMORY: Final = 165_000_000
"""Bytes for the file and its decoding. With what else a worker has (120 MB) it stays below 300 MB."""
MAX_SCANS: Final = 100
"""Ten times what programs make of a progressive JPEG. Each takes up to 30 ms."""
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_NAMES: Final[dict[str, PhotoFormat]] = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}
"""An MPO is a JPEG with more pictures behind it (depth, gain map); the first one is the photo."""
_JPEGS: Final = ("JPEG", "MPO")
_DEEP_GREYS: Final = ("I", "F")
"""Modes that begin so have more than 256 greys, of which some programs show others than Pillow does."""
_DECODED_TO_GREYS: Final = ("L", "RGB")
"""The modes of a JPEG that libjpeg decodes to brightness alone."""
_STRIP: Final = 1 << 20
"""Pixels that are looked through at once: at least 16 rows of the longest."""
_MANIFEST_MARKS: Final = (b"c2pa", b"dcterms:provenance")
"""One of them is in every photo with a manifest: its first label, or the XMP property that says where it is kept."""
_DRAFT: Final = 256
_HASHED: Final = 64
_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class PhotoFindings:
    """What a photo is: `width` and `height` in pixels, `pdq` in hexadecimal, the upright one first.

    `pdq_quality` says how much there is to tell this picture from others by, from 0 to 100. `sharpness` is the variance
    of the Laplacian and `brightness` the mean of the greys (0 to 255), both of the picture reduced to about a
    thousand pixels on its longer side. `features` are its details (`escrow_chain.evidence.likeness`), `manifest` what
    was found about its C2PA manifest, None if it has none.
    """

    format: PhotoFormat
    width: int
    height: int
    exif: ExifClaims
    pdq: tuple[str, ...]
    pdq_quality: int
    sharpness: float
    brightness: float
    features: bytes
    manifest: Manifest | None = None


def parse_photo_file(path: str, anchors: str = "", at: datetime | None = None) -> PhotoFindings | Refusal:
    """`parse_photo` of a file's bytes."""
    return parse_photo(Path(path).read_bytes(), anchors=anchors, at=at)


def parse_photo(content: bytes, *, anchors: str = "", at: datetime | None = None) -> PhotoFindings | Refusal:
    """What these bytes show, or why they are no photo.

    `anchors` are the certificates (PEM text) to which that of the manifest's signer may lead at that moment. Without
    both, no manifest is trusted. Raises ValueError if they are no certificates.
    """
    kind = file_kind(content)
    if kind not in _NAMES.values():
        return Refusal(
            code="photo.format",
            sentence=say(
                "The file is no photo but {kind} by its content. Hand in a JPEG, PNG or WebP photo.", kind=kind
            ),
            measured=kind,
            limit="jpeg, png, webp",
        )
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            found = _refusal(image, content) or _findings(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError) as error:
        return Refusal(
            code="photo.decode",
            sentence="The photo is damaged or cut short. Hand in the file as the camera saved it.",
            measured=type(error).__name__,
            limit="decodes whole",
        )
    if isinstance(found, Refusal):
        return found
    return replace(found, manifest=_manifest(content, found.format, anchors, at))


def _refusal(image: Image.Image, content: bytes) -> Refusal | None:
    """What can be refused before anything is decoded."""
    return _too_large(image, content) or _too_many(image, content) or _ambiguous(image, content)


def _too_large(image: Image.Image, content: bytes) -> Refusal | None:
    pixels, longest = image.width * image.height, max(image.size)
    most = min(MAX_PIXELS, _most_pixels(image, content))
    if longest > MAX_SIDE:
        return _pixels_refusal(image, measured=longest, limit=MAX_SIDE, unit="pixels on the longer side")
    if pixels > most:
        return _pixels_refusal(image, measured=pixels, limit=most, unit="pixels")
    return None


def _too_many(image: Image.Image, content: bytes) -> Refusal | None:
    frames = _frames(image)
    if frames != 1:
        return Refusal(
            code="photo.frames",
            sentence="The file is an animation. Hand in a photo.",
            measured=frames,
            limit=1,
            unit="frames",
        )
    count = sum(1 for _ in scans(content)) if image.format in _JPEGS else 1
    if count > MAX_SCANS:
        return Refusal(
            code="photo.scans",
            sentence="The photo comes in more scans than any camera makes. Hand in the file as the camera saved it.",
            measured=count,
            limit=MAX_SCANS,
            unit="scans",
        )
    return None


def _ambiguous(image: Image.Image, content: bytes) -> Refusal | None:
    if image.mode.startswith(_DEEP_GREYS):
        return _mode_refusal(image.mode, limit="8 bits a colour")
    second = second_kind(content)
    if second is not None:
        return Refusal(
            code="photo.one_format",
            sentence=say(
                "The file is a photo and {second} at once. Hand in the file as the camera saved it.", second=second
            ),
            measured=second,
            limit="nothing but a photo",
        )
    return None


def _pixels_refusal(image: Image.Image, *, measured: int, limit: int, unit: str) -> Refusal:
    return Refusal(
        code="photo.pixels",
        sentence=say(
            "The photo has {width} x {height} pixels. Let the camera take smaller pictures.",
            width=image.width,
            height=image.height,
        ),
        measured=measured,
        limit=limit,
        unit=unit,
    )


def _most_pixels(image: Image.Image, content: bytes) -> int:
    """How many pixels of its kind can be decoded in `MOST_MEMORY` bytes, beside the file and Pillow's copies of it."""
    copies = 3 if image.format == "WEBP" else 1
    return max(0, MOST_MEMORY - copies * len(content)) // _bytes_a_pixel(image, content)


def _bytes_a_pixel(image: Image.Image, content: bytes) -> int:
    """What a pixel takes while it is decoded and made grey; measured, with Pillow 13.

    Pillow keeps several colours in four bytes. libjpeg keeps two bytes a colour until it has seen all scans. libwebp
    draws on two canvases, and hands out a copy.
    """
    bands = len(image.getbands())
    if image.format == "WEBP":
        return 16
    if image.format == "PNG":
        return 2 if bands == 1 else 5
    waiting = 0 if _in_one_scan(image, content) else 2 * bands
    return 1 + waiting if image.mode in _DECODED_TO_GREYS else max(9, 4 + waiting)


def _in_one_scan(image: Image.Image, content: bytes) -> bool:
    """Whether a JPEG's first scan has all colours in full."""
    return next(scans(content), 0) == len(image.getbands()) and "progressive" not in image.info


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
    image.load()  # decodes it whole; metadata may stand behind the pixels
    if _lacks_colours(image):
        return _mode_refusal("out of the palette", limit="in the palette")
    if _can_be_seen_through(image):
        return _mode_refusal("transparent", limit="opaque")
    brightness = image if image.mode == "L" else image.convert("L")
    pdq, quality = _pdq(brightness)
    small = brightness.reduce(max(1, max(brightness.size) // _LOOKED_AT))
    sharpness, mean = _quality(small)
    return PhotoFindings(
        format=_NAMES[image.format or ""],
        width=width,
        height=height,
        exif=exif_claims(image),
        pdq=pdq,
        pdq_quality=quality,
        sharpness=sharpness,
        brightness=mean,
        features=features(small),
    )


def _manifest(content: bytes, kind: PhotoFormat, anchors: str, at: datetime | None) -> Manifest | None:
    """What is found about the manifest; next to nothing is done if there is none."""
    if not any(mark in content for mark in _MANIFEST_MARKS):
        return None
    from escrow_chain.evidence.c2pa_manifest import manifest_of  # noqa: PLC0415  (loads 20 MB, for few photos)

    return manifest_of(content, mime=f"image/{kind}", anchors=anchors, at=at)


def _lacks_colours(image: Image.Image) -> bool:
    """Whether the colour of any pixel is not in the palette: it is shown black, grey, or not at all."""
    if image.mode != "P":
        return False
    colours = len(image.getpalette() or ()) // 3
    return any(image.histogram()[colours:])


def _can_be_seen_through(image: Image.Image) -> bool:
    """Whether any pixel is not opaque, be it by alpha, palette or a colour that stands for nothing."""
    if not image.has_transparency_data:
        return False
    rows = _STRIP // image.width
    strips = (image.crop((0, top, image.width, min(top + rows, image.height))) for top in range(0, image.height, rows))
    return any(strip.convert("RGBA").getchannel("A").getextrema() != (255, 255) for strip in strips)


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


def _quality(small: Image.Image) -> tuple[float, float]:
    """Variance of the Laplacian, and mean. In whole numbers up to the last division: the same on every machine.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000.
    """
    greys = np.asarray(small, dtype=np.int32)
    mean = int(greys.sum(dtype=np.int64)) / greys.size
    edges = greys[:-2, 1:-1] + greys[2:, 1:-1] + greys[1:-1, :-2] + greys[1:-1, 2:] - 4 * greys[1:-1, 1:-1]
    count = edges.size
    if not count:
        return 0.0, mean
    total, squares = int(edges.sum(dtype=np.int64)), int(np.square(edges, dtype=np.int64).sum())
    return (count * squares - total * total) / (count * count), mean
