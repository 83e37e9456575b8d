"""`photo_upload`: the recipient handed in so many photos that nobody has seen before.

Each photo must be of an accepted format and size, decoded whole, large and detailed enough to be told
from others, with the metadata asked for, and neither the same file nor the same picture as another
one: in this submission, or anywhere before. A picture is the same if the PDQ hashes differ in at most
31 of 256 bits in any of 8 orientations.

An EXIF header is a claim (G0), whoever signed the photo: it can meet `metadata_required`, and no
other check rests on it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, field_validator

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options, Part, not_supported
from escrow_chain.terms.pieces import Photo, PhotoFormat, Sighting
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.verdict import Check

SAME_PICTURE_BITS: Final = 31
"""PDQ hashes that differ in at most so many of 256 bits show the same picture.

Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Meta, 2019.
"""
LEAST_DETAIL: Final = 50
"""Pictures of a lower PDQ quality (0 to 100) are featureless: their hashes are chance.

Source: the same; on the photographs of the demo and the tests the quality is 100 (60 and more out of
focus), on plain walls and single lines of text below 50.
"""
LEAST_SIDE: Final = 480
"""Pixels of the smaller side. Every camera has more; less shows nothing that proves anything."""
MEGABYTE: Final = 1_000_000
MAX_PHOTO_BYTES: Final = 64 * MEGABYTE
"""No photo larger than this is read, whatever the term allows."""


def _alias(name: Any) -> Any:
    return "jpeg" if name == "jpg" else name


class AiValidation(Part):
    """The automatic checks of quality and authenticity."""

    enabled: bool = True
    check_quality: bool = False
    verify_authenticity: bool = False


class PhotoOptions(Options):
    """The options of the wire's section 9.2. `max_file_size_mb` in megabytes of 1,000,000 bytes."""

    required_count: Annotated[int, Field(ge=1, le=100)] = 1
    accepted_formats: Annotated[tuple[Annotated[PhotoFormat, BeforeValidator(_alias)], ...], Field(min_length=1)] = (
        "jpeg",
        "png",
    )
    max_file_size_mb: Annotated[FiniteFloat, Field(ge=0.01, le=MAX_PHOTO_BYTES / MEGABYTE)] = 10.0
    metadata_required: tuple[Literal["timestamp", "location"], ...] = ()
    ai_validation: AiValidation | None = None
    photo_requirements: Any = None

    @field_validator("ai_validation")
    @classmethod
    def _no_ai_validation(cls, asked: AiValidation | None) -> AiValidation | None:
        if asked is not None and asked.enabled:
            raise not_supported("the automatic check of quality and authenticity", at="enabled")
        return asked

    @field_validator("photo_requirements")
    @classmethod
    def _no_categories(cls, asked: Any) -> Any:
        if asked is not None:
            raise not_supported("asking for photos by category")
        return asked

    @property
    def max_bytes(self) -> int:
        """The largest photo that can count, in bytes."""
        return int(self.max_file_size_mb * MEGABYTE)


def examine(options: PhotoOptions, exhibits: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Findings:
    """What the photos prove. `exhibits` are photos in the order of their receipt."""
    checks, counted = photos_that_count(options, exhibits, circumstances)
    checks.append(_count(counted, options.required_count))
    return Findings(checks=tuple(checks), counted=tuple(each.number for each in counted))


def photos_that_count(
    options: PhotoOptions, exhibits: Sequence[Exhibit[Photo]], circumstances: Circumstances
) -> tuple[list[Check], list[Exhibit[Photo]]]:
    """The checks of each photo, and those that passed them all."""
    checks: list[Check] = []
    counted: list[Exhibit[Photo]] = []
    for exhibit in exhibits:
        found = [
            _format(exhibit, options),
            _file_size(exhibit, options),
            _pixels(exhibit),
            _detail(exhibit),
            *(_METADATA[name](exhibit) for name in dict.fromkeys(options.metadata_required)),
            _same_file(exhibit, counted, circumstances),
            _same_picture(exhibit, counted, circumstances),
        ]
        checks.extend(found)
        if exhibit.timely and all(check.passed for check in found):
            counted.append(exhibit)
    return checks, counted


def bits_apart(one: Photo, other: Photo) -> int:
    """How many of 256 bits two photos' PDQ hashes differ in, in the nearest of 8 orientations."""
    upright = int(one.pdq[0], 16)
    return min((upright ^ int(turned, 16)).bit_count() for turned in other.pdq)


def _format(exhibit: Exhibit[Photo], options: PhotoOptions) -> Check:
    photo, accepted = exhibit.piece, ", ".join(dict.fromkeys(options.accepted_formats))
    passed = photo.format in options.accepted_formats
    return Check(
        code="photo.format",
        passed=passed,
        sentence="The format is accepted."
        if passed
        else f"The photo is {photo.format} by its content. Hand one in as {accepted}.",
        measured=photo.format,
        limit=accepted,
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _file_size(exhibit: Exhibit[Photo], options: PhotoOptions) -> Check:
    photo = exhibit.piece
    passed = photo.size <= options.max_bytes
    return Check(
        code="photo.file_size",
        passed=passed,
        sentence="The file is small enough."
        if passed
        else "The file is too large. Let the camera take smaller pictures.",
        measured=photo.size,
        limit=options.max_bytes,
        unit="bytes",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _pixels(exhibit: Exhibit[Photo]) -> Check:
    photo = exhibit.piece
    side = min(photo.width, photo.height)
    passed = side >= LEAST_SIDE
    return Check(
        code="photo.pixels",
        passed=passed,
        sentence=f"One picture of {photo.width} x {photo.height} pixels, decoded whole."
        if passed
        else f"The photo has only {photo.width} x {photo.height} pixels. Let the camera take larger pictures.",
        measured=side,
        limit=LEAST_SIDE,
        unit="pixels on the smaller side",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _detail(exhibit: Exhibit[Photo]) -> Check:
    quality = exhibit.piece.pdq_quality
    passed = quality >= LEAST_DETAIL
    return Check(
        code="photo.detail",
        passed=passed,
        sentence="The picture shows enough to be told from others."
        if passed
        else "There is next to nothing in the picture. Take one that shows what it is to prove, in good light.",
        measured=quality,
        limit=LEAST_DETAIL,
        unit="PDQ quality",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _timestamp(exhibit: Exhibit[Photo]) -> Check:
    photo = exhibit.piece
    signed = photo.captured_at.isoformat() if photo.captured_at else None
    return _metadata_check(exhibit, "timestamp", "time", upload=signed, exif=photo.exif.taken_at)


def _location(exhibit: Exhibit[Photo]) -> Check:
    photo = exhibit.piece
    upload, exif = (
        f"{place.latitude}, {place.longitude}" if place else None for place in (photo.fix, photo.exif.position)
    )
    return _metadata_check(exhibit, "location", "position", upload=upload, exif=exif)


_METADATA: Final = {"timestamp": _timestamp, "location": _location}


def _metadata_check(exhibit: Exhibit[Photo], name: str, thing: str, *, upload: str | None, exif: str | None) -> Check:
    """The upload's own value is as good as the upload; the photo's own is a claim."""
    found = upload or exif
    return Check(
        code=f"photo.{name}",
        passed=found is not None,
        sentence=f"There is a {thing}."
        if found
        else f"Neither the photo nor its upload says its {thing}. Allow the camera to save it.",
        measured=found,
        limit="present",
        grade=exhibit.grade if upload else Grade.CLAIM,
        piece=exhibit.number,
    )


def _elsewhere(photo: Photo, circumstances: Circumstances) -> list[Sighting]:
    """Sightings other than at this very term, where trying again is no offence."""
    return [
        sighting
        for sighting in photo.sightings or ()
        if photo.provenance is None
        or (sighting.deal, sighting.milestone, sighting.term)
        != (circumstances.deal, circumstances.milestone, photo.provenance.term)
    ]


def _same_file(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    photo = exhibit.piece
    twins = sum(each.piece.sha256 == photo.sha256 for each in counted)
    twins += sum(sighting.same_file for sighting in _elsewhere(photo, circumstances))
    return Check(
        code="photo.same_file",
        passed=photo.sightings is not None and twins == 0,
        sentence=_reuse_sentence(photo, "file", again=twins > 0),
        measured=None if photo.sightings is None else twins,
        limit=0,
        unit="times before",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _same_picture(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    photo = exhibit.piece
    distances = [bits_apart(each.piece, photo) for each in counted]
    distances += [sighting.distance for sighting in _elsewhere(photo, circumstances)]
    nearest = min(distances, default=None)
    again = nearest is not None and nearest <= SAME_PICTURE_BITS
    return Check(
        code="photo.same_picture",
        passed=photo.sightings is not None and not again,
        sentence=_reuse_sentence(photo, "picture", again=again),
        measured=nearest,
        limit=SAME_PICTURE_BITS + 1,
        unit="bits apart at least",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _reuse_sentence(photo: Photo, thing: str, *, again: bool) -> str:
    if photo.sightings is None:
        return f"Nobody could look whether this {thing} was seen before. Hand it in again later."
    if again:
        return f"This {thing} was handed in before. Take a new photo, from another place."
    return f"Nobody handed in this {thing} before."


def _count(counted: Sequence[Exhibit[Photo]], required: int) -> Check:
    passed = len(counted) >= required
    missing = required - len(counted)
    return Check(
        code="photo.count",
        passed=passed,
        sentence="There are enough photos."
        if passed
        else f"{missing} more {'photo that counts is' if missing == 1 else 'photos that count are'} needed.",
        measured=len(counted),
        limit=required,
        unit="photos",
        grade=min((each.grade for each in counted), default=None),
        decisive=True,
    )


TERM_TYPE: Final = TermType(
    name="photo_upload",
    kinds=frozenset({"photo"}),
    options=PhotoOptions,
    examine=examine,
)
