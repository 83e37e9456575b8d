"""Pieces of evidence, as recorded: what was handed in, measured and verified before anybody judges.

The judge believes these records, so whoever makes them (`escrow_chain.evidence`) must have checked
what they say: `signer` was recovered from the signature, `nonce_status` is the nonce book's answer,
`pdq` was computed by the killable worker from the bytes that `sha256` names.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, FiniteFloat, StringConstraints
from pydantic_core import PydanticCustomError

from escrow_chain.protocol.numbers import Address, Bytes32, Uint8
from escrow_chain.terms.record import Instant, Record

Latitude = Annotated[FiniteFloat, Field(ge=-90, le=90)]
"""Degrees north, WGS84."""
Longitude = Annotated[FiniteFloat, Field(ge=-180, le=180)]
"""Degrees east, WGS84."""
PictureHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A PDQ hash: 256 bits, hexadecimal."""
PhotoFormat: TypeAlias = Literal["jpeg", "png", "webp"]
Category = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""What a photo is to show, as in `before_service`."""
CodeText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _visible(text: str) -> str:
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise PydanticCustomError("invisible", "nothing in it can be seen")
    return text


DataName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
DataValues = Annotated[
    Mapping[DataName, Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_visible)]],
    Field(min_length=1, max_length=100),
]
"""Text by name: at least one, and none that shows nothing."""
Rating = Annotated[int, Field(ge=1, le=5)]
Kind: TypeAlias = Literal["position", "photo", "confirmation", "code", "data"]
"""What a piece of evidence can be."""


class NonceStatus(StrEnum):
    """What the nonce book said when the piece was received."""

    FRESH = "fresh"
    """Issued for this deal, milestone and term, not expired, and redeemed by this piece."""
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    """Issued for another deal, milestone or term."""
    UNASKED = "unasked"
    """Not redeemed, because the piece was not signed by the submitter."""


class Coordinates(Record):
    """A place on WGS84, in degrees."""

    latitude: Latitude
    longitude: Longitude


class Fix(Coordinates):
    """A position as a device reports it. `accuracy` in metres; None or zero: not reported."""

    accuracy: FiniteFloat | None = None


class Provenance(Record):
    """Where a signed piece comes from: what its message names, and what was found about it.

    The fields up to `content` are as the signed message has them. `signer` is
    who signed that message, None if nobody can be recovered. `issued_at` (None if the nonce is not
    known) and `received_at` are the server's times, the only ones that are trusted.
    """

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    nonce: Bytes32
    kind: str
    content: Bytes32
    signer: Address | None
    nonce_status: NonceStatus
    issued_at: Instant | None
    received_at: Instant


class Position(Record):
    """A position that somebody hands in. `captured_at` is the device's claim.

    `content` is the sha-256 of the piece's canonical JSON, which the signed message must name.
    """

    kind: Literal["position"] = "position"
    content: Bytes32
    fix: Fix
    captured_at: Instant | None
    provenance: Provenance | None = None


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


class Photo(Record):
    """A photo that the killable worker could decode whole.

    `size` in bytes, `width` and `height` in pixels; `pdq` has the hashes of the 8 orientations, the
    upright one first, and `pdq_quality` says how much they rest on. `sharpness` is the variance of the
    Laplacian, `brightness` the mean grey. `captured_at`, `fix` and `category` are the signed upload's own.
    `sightings` is what the reuse index answered, None if it was not asked.
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
    category: Category | None = None
    captured_at: Instant | None = None
    fix: Fix | None = None
    sightings: tuple[Sighting, ...] | None = None
    provenance: Provenance | None = None


class Confirmation(Record):
    """What somebody says who was to get something: whether it came as agreed, and how good it was (1 to 5).

    `content` is the sha-256 of its canonical JSON, as of a position.
    """

    kind: Literal["confirmation"] = "confirmation"
    content: Bytes32
    confirmed: bool
    rating: Rating | None = None
    captured_at: Instant | None
    provenance: Provenance | None = None


class Code(Record):
    """A code that somebody gives back. `attempt` counts from 1 what was tried for the term; None if nobody counted."""

    kind: Literal["code"] = "code"
    content: Bytes32
    code: CodeText = Field(repr=False)
    salt: str = Field(repr=False)
    attempt: Annotated[int, Field(ge=1)] | None = None
    captured_at: Instant | None
    provenance: Provenance | None = None


class Data(Record):
    """What somebody supplies, by name."""

    kind: Literal["data"] = "data"
    content: Bytes32
    data: DataValues
    captured_at: Instant | None
    provenance: Provenance | None = None


class Unusable(Record):
    """A piece that could not be read, and why: the failed check that the verdict will show.

    `claims` is the kind of piece it was handed in as, None if nothing says.
    """

    kind: Literal["unusable"] = "unusable"
    claims: Kind | None
    code: str
    sentence: str
    measured: str | int | float | None = None
    limit: str | int | float | None = None
    unit: str | None = None


Usable: TypeAlias = Position | Photo | Confirmation | Code | Data
"""What can be judged."""
Piece: TypeAlias = Annotated[Usable | Unusable, Field(discriminator="kind")]
