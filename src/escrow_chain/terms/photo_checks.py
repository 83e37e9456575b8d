"""What every photo is held to, whatever the term asks for: the checks of one photo, and of it beside others."""

from collections.abc import Sequence
from typing import Final

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.pieces import Photo, Sighting
from escrow_chain.terms.record import Grade
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
LEAST_SHARPNESS: Final = 5.0
"""Variance of the Laplacian of a picture of a thousand pixels.

Measured on the 26 photographs of scikit-image: 24 of them are above 8, a clock in motion has 24; out of focus by four
pixels and more, all have 10 or less, and all but noise and chessboards 3 or less.
"""
LEAST_BRIGHTNESS: Final = 20.0
MOST_BRIGHTNESS: Final = 235.0
"""Mean grey, 0 to 255: what is darker, or brighter, shows nothing."""
LEAST_SIDE: Final = 480
"""Pixels of the smaller side. Every camera has more; less shows nothing that proves anything."""
_REUSE: Final = ("photo.same_file", "photo.same_picture")


def bits_apart(one: Photo, other: Photo) -> int:
    """How many of 256 bits two photos' PDQ hashes differ in, in the nearest of 8 orientations."""
    upright = int(one.pdq[0], 16)
    return min((upright ^ int(turned, 16)).bit_count() for turned in other.pdq)


def pixels(exhibit: Exhibit[Photo]) -> Check:
    """Whether it is large enough."""
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


def detail(exhibit: Exhibit[Photo]) -> Check:
    """Whether it shows anything."""
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


METADATA: Final = {"timestamp": _timestamp, "location": _location}


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


def same_file(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    """Whether these very bytes came before: in this submission, or anywhere."""
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


def same_picture(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    """Whether this picture came before, in any orientation: in this submission, or anywhere."""
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


def sharpness(exhibit: Exhibit[Photo]) -> Check:
    """Whether anything can be made out."""
    passed = exhibit.piece.sharpness >= LEAST_SHARPNESS
    return Check(
        code="photo.sharpness",
        passed=passed,
        sentence="The picture is sharp enough."
        if passed
        else "The picture is too blurred to show anything. Hold the camera still, clean its lens, and take another.",
        measured=round(exhibit.piece.sharpness, 2),
        limit=LEAST_SHARPNESS,
        unit="variance of the Laplacian",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def brightness(exhibit: Exhibit[Photo]) -> Check:
    """Whether it is lit."""
    measured = exhibit.piece.brightness
    passed = LEAST_BRIGHTNESS <= measured <= MOST_BRIGHTNESS
    return Check(
        code="photo.brightness",
        passed=passed,
        sentence="The picture is well enough lit."
        if passed
        else "The picture is too dark or too bright to show anything. Take another in better light.",
        measured=round(measured, 2),
        limit=f"{LEAST_BRIGHTNESS:g} to {MOST_BRIGHTNESS:g}",
        unit="mean grey of 255",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def authentic(exhibit: Exhibit[Photo], found: Sequence[Check]) -> Check:
    """Whether it was taken for this term: new by the checks that were `found`, and bound."""
    new = all(check.passed for check in found if check.code in _REUSE)
    passed = new and exhibit.grade >= Grade.BOUND
    return Check(
        code="photo.authentic",
        passed=passed,
        sentence="It was taken for this term, and nobody has seen it before."
        if passed
        else "Nothing shows that it was taken for this term. Ask for a nonce, take a new photo, and sign it.",
        measured=exhibit.grade.value,
        limit=Grade.BOUND.value,
        grade=exhibit.grade,
        piece=exhibit.number,
    )
