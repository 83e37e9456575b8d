"""Photos: Pillow, EXIF, C2PA, details; and details that were kept and come back.

All of it is compiled code: in the sandbox.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from PIL import Image

from bench.camera import jpeg as as_phone
from bench.camera import picture
from escrow_chain.evidence.intake import _measured
from escrow_chain.evidence.likeness import features, inliers_with_each
from escrow_chain.evidence.photo import PhotoFindings, parse_photo
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import canonical
from escrow_chain.terms.photo import ManifestState, Photo
from fuzz.mutation import (
    jpeg,
    jpeg_segments,
    mutate_bytes,
    mutate_either,
    mutate_within,
    png,
    png_chunks,
    webp,
    webp_chunks,
)
from fuzz.target import Material, Target, expect, refused
from tests.evidence.capture import Holder, now

_SIZE: Final = (160, 120)
_DETAILS_SIZE: Final = (640, 480)
_HEADER: Final = 9
_APP11: Final = b"\xff\xeb"
_MOST_FEATURES: Final = 40_000


@dataclass(frozen=True, slots=True)
class _Trusted:
    """Whom photos are trusted from, and what those show that were signed."""

    anchors: str
    at: datetime
    shown: frozenset[tuple[Any, ...]]


def photo(content: bytes, trusted: _Trusted) -> str:
    """A photo is found to be the same twice, can be recorded, and is trusted only if it shows what was signed."""
    found = parse_photo(content, anchors=trusted.anchors, at=trusted.at)
    if isinstance(found, Refusal):
        return refused(found)
    expect(parse_photo(content, anchors=trusted.anchors, at=trusted.at) == found, "another finding the second time")
    bare = parse_photo(content)
    expect(isinstance(bare, PhotoFindings) and _shown(bare) == _shown(found), "another picture by whom is trusted")
    record = Photo(content=bytes(32), sha256=bytes(32), size=max(1, len(content)), **_measured(found))
    canonical(record.model_dump(mode="json"))
    expect(Photo.model_validate_json(record.model_dump_json()) == record, "another record after a trip through JSON")
    expect(inliers_with_each(found.features, [found.features])[0] >= 0, "it has nothing in common with itself")
    if found.manifest is None:
        return "read"
    if found.manifest.state is ManifestState.TRUSTED:
        expect(_shown(found) in trusted.shown, "a camera is said to have taken what it did not")
    expect(
        isinstance(bare, Refusal) or bare.manifest is None or bare.manifest.state is not ManifestState.TRUSTED,
        "trusted by nobody",
    )
    return f"read, manifest {found.manifest.state}"


def _shown(found: PhotoFindings) -> tuple[Any, ...]:
    """What people see, and where and when it claims to be taken."""
    return (found.format, found.width, found.height, found.pdq, found.sharpness, found.brightness, found.exif)


def likeness(content: bytes, kept: bytes) -> str:
    """Details that come back damaged are refused, or have no more in common than there are."""
    try:
        (one,), (other,) = inliers_with_each(kept, [content]), inliers_with_each(content, [kept])
    except ValueError:
        return "refused"
    expect(0 <= one <= len(content) and 0 <= other <= len(content), f"{one} and {other} details in common")
    return "alike" if one else "not alike"


def _photo_seeds() -> Material:
    authority = Holder.authority()
    camera = authority.under("Cameras").camera()
    taken = as_phone(picture("coffee", _SIZE))
    signed = [camera.sign(taken)]
    signed += [camera.sign(_saved(kind), mime=f"image/{kind.lower()}") for kind in ("PNG", "WEBP")]
    shown = [parse_photo(each) for each in signed]
    context = _Trusted(
        authority.pem, now(), frozenset(_shown(each) for each in shown if isinstance(each, PhotoFindings))
    )
    others = (camera.edit(signed[0]), Holder.authority("Others").camera().sign(taken))
    fake = _with_manifest_of(signed[0], as_phone(picture("rocket", _SIZE)))
    return Material((taken, *signed, *others, fake, *_pictures()), context)


def _with_manifest_of(signed: bytes, other: bytes) -> bytes:
    """Another picture, with the manifest of the one that was signed."""
    manifest = [segment for segment in jpeg_segments(signed) or () if segment.startswith(_APP11)]
    return jpeg([*manifest, *(jpeg_segments(other) or ())])


def _pictures() -> Iterator[bytes]:
    """One of each kind that is read, and of each that is refused."""
    image = picture("coffee", _SIZE)
    yield _saved("JPEG", progressive=True)
    yield _saved("JPEG", image.convert("CMYK"))
    yield _saved("JPEG", image.convert("L"))
    yield _saved("PNG")
    yield _saved("PNG", image.convert("RGBA"))
    yield _saved("PNG", image.quantize(16), transparency=0)
    yield _saved("PNG", Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257))
    yield _saved("PNG", image.convert("1"))
    yield _saved("WEBP", quality=50, exif=as_phone_exif())
    yield _saved("WEBP", lossless=True)
    yield _saved("WEBP", save_all=True, append_images=[image.rotate(90)])
    yield _saved("PNG", save_all=True, append_images=[image.rotate(90)])
    yield _saved("MPO", save_all=True, append_images=[image])
    yield _saved("GIF")


def as_phone_exif() -> Image.Exif:
    """A phone's metadata."""
    return Image.open(io.BytesIO(as_phone(picture("coffee", _SIZE)))).getexif()


def _saved(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    file = io.BytesIO()
    (image or picture("coffee", _SIZE)).save(file, kind, **options)
    return file.getvalue()


def _likeness_seeds() -> Material:
    found = [features(picture(name, _DETAILS_SIZE).convert("L")) for name in ("coffee", "rocket")]
    return Material((*found, found[0][:_HEADER], features(Image.new("L", _SIZE))), found[0])


_MUTATE: Final = mutate_either(
    mutate_bytes, mutate_within(jpeg_segments, jpeg), mutate_within(png_chunks, png), mutate_within(webp_chunks, webp)
)
_WORDS: Final = (
    *(
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*",
        b"\xff\xd8",
        b"\xff\xc2",
        b"\xff\xda",
        b"\xff\xdd\0\4\0\0",
        b"\xff\xee\0\x0eAdobe",
    ),
    *(b"IHDR", b"IDAT", b"acTL", b"iCCP", b"tRNS", b"PLTE", b"zTXt", b"eXIf", b"caBX"),
    *(b"VP8X", b"VP8L", b"VP8 ", b"ANIM", b"ALPH", b"EXIF", b"C2PA"),
    *(b"jumb", b"jumd", b"c2pa", b"c2pa.claim", b"c2pa.signature", b"dcterms:provenance", b"org.escrow-chain.nonce"),
)
PHOTO: Final = Target("photo", _photo_seeds, photo, _MUTATE, words=_WORDS, contained=True, cpu_s=5.0, max_bytes=200_000)
LIKENESS: Final = Target("likeness", _likeness_seeds, likeness, mutate_bytes, contained=True, max_bytes=_MOST_FEATURES)
