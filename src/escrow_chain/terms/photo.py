"""A photo, as recorded: what the killable worker measured, and who had seen the same before."""

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, FiniteFloat, StringConstraints

from escrow_chain.protocol.numbers import Bytes32, Uint8
from escrow_chain.terms.ink import visible
from escrow_chain.terms.place import Coordinates, Fix
from escrow_chain.terms.provenance import Provenance
from escrow_chain.terms.record import Instant, Record

PictureHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A PDQ hash: 256 bits, hexadecimal."""
PhotoFormat: TypeAlias = Literal["jpeg", "png", "webp"]
Category = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(visible)]
"""What a photo is to show, as in `before_service`."""


class Exif(Record):
    """What a photo's metadata claim. `taken_at` is local time, ISO 8601, with its offset if given."""

    taken_at: str | None = None
    position: Coordinates | None = None


class Sighting(Record):
    """The reuse index has seen this picture before: where and when, and how near the two are.

    `distance` counts differing bits between PDQ hashes (0…256), in the nearest of 8 orientations.
    """

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    received_at: Instant
    same_file: bool
    distance: Annotated[int, Field(ge=0, le=256)]


class Likeness(Record):
    """A part of this picture, or a turned copy of it, was in a photo of the same deal or the same wallet.

    `inliers` counts the details that lie in both as one movement of the picture takes them. `sha256` is the other
    photo's file, None if it belongs to another deal.
    """

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    received_at: Instant
    sha256: Bytes32 | None
    inliers: Annotated[int, Field(ge=0)]


class ManifestState(StrEnum):
    """What was found about a C2PA manifest."""

    TRUSTED = "trusted"
    """Untouched since it was signed, by a certificate that leads to a pinned anchor."""
    UNTRUSTED = "untrusted"
    """Untouched since it was signed, by somebody."""
    INVALID = "invalid"
    """Not what was signed, or nothing that can be verified without the network."""


class Manifest(Record):
    """The C2PA manifest in a photo. `captured`: the active manifest says that a camera took it, and names no edit.

    `issuer` is the signing certificate's organisation, `nonce` what the capture app put into it, both as the manifest
    says: to be believed only if `state` is trusted. `reason` says why it is not.
    """

    state: ManifestState
    captured: bool
    issuer: str | None = None
    nonce: Bytes32 | None = None
    reason: str | None = None


class Photo(Record):
    """A photo that the killable worker could decode whole.

    `size` in bytes, `width` and `height` in pixels; `pdq` has the hashes of the 8 orientations, the
    upright one first, and `pdq_quality` says how much they rest on. `sharpness` is the variance of the
    Laplacian, `brightness` the mean grey. `manifest` is None if the file has none. `captured_at`, `fix` and `category`
    are the signed upload's own. `sightings` is what the reuse index answered, `likenesses` what the histories of the
    deal and of the wallet did, each None if it was not asked.
    """

    kind: Literal["photo"] = "photo"
    content: Bytes32
    sha256: Bytes32
    format: PhotoFormat
    size: Annotated[int, Field(gt=0)]
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    exif: Exif = Exif()
    pdq: tuple[PictureHash, ...] = Field(min_length=8, max_length=8)
    pdq_quality: Annotated[int, Field(ge=0, le=100)]
    sharpness: Annotated[FiniteFloat, Field(ge=0)]
    brightness: Annotated[FiniteFloat, Field(ge=0, le=255)]
    manifest: Manifest | None = None
    category: Category | None = None
    captured_at: Instant | None = None
    fix: Fix | None = None
    sightings: tuple[Sighting, ...] | None = None
    likenesses: tuple[Likeness, ...] | None = None
    provenance: Provenance | None = None
