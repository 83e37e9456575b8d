"""What every photo is held to, whatever the term asks for: the checks of one photo, and of it beside others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from escrow_chain.terms.binding import captured
from escrow_chain.terms.check import Check, Raw, Rule
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.photo import Likeness, Manifest, ManifestState, Photo, Sighting
from escrow_chain.terms.record import Grade

SAME_PICTURE_BITS: Final = 31
"""PDQ hashes that differ in at most so many of 256 bits show the same picture.

Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Meta, 2019.
"""
SAME_SCENE_INLIERS: Final = 20
"""Pictures that share at least so many details, moved as one, show the same scene from the same place."""
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

_UNSEARCHED: Final = "unsearched"
_EDITED: Final = "edited"
PIXELS: Final = Rule(
    "photo.pixels",
    passed="One picture of {width} x {height} pixels, decoded whole.",
    failed="The photo has only {width} x {height} pixels. Let the camera take larger pictures.",
    unit="pixels on the smaller side",
)
DETAIL: Final = Rule(
    "photo.detail",
    passed="The picture shows enough to be told from others.",
    failed="There is next to nothing in the picture. Take one that shows what it is to prove, in good light.",
    unit="PDQ quality",
)
TIMESTAMP: Final = Rule(
    "photo.timestamp",
    passed="There is a time.",
    failed="Neither the photo nor its upload says its time. Allow the camera to save it.",
)
LOCATION: Final = Rule(
    "photo.location",
    passed="There is a position.",
    failed="Neither the photo nor its upload says its position. Allow the camera to save it.",
)
SAME_FILE: Final = Rule(
    "photo.same_file",
    passed="Nobody handed in this file before.",
    failed="This file was handed in before. Take a new photo, from another place.",
    otherwise={_UNSEARCHED: "Nobody could look whether this file was seen before. Hand it in again later."},
    unit="times before",
)
SAME_PICTURE: Final = Rule(
    "photo.same_picture",
    passed="Nobody handed in this picture before.",
    failed="This picture was handed in before. Take a new photo, from another place.",
    otherwise={_UNSEARCHED: "Nobody could look whether this picture was seen before. Hand it in again later."},
    unit="bits apart at least",
)
SAME_SCENE: Final = Rule(
    "photo.same_scene",
    passed="It is no part and no turned copy of another photo.",
    failed="It is a part or a turned copy of a photo that was handed in before. Take a new photo, from another place.",
    otherwise={_UNSEARCHED: "Nobody could look whether it is a part of another photo. Hand it in again later."},
    unit="shared details",
)
SHARPNESS: Final = Rule(
    "photo.sharpness",
    passed="The picture is sharp enough.",
    failed="The picture is too blurred to show anything. Hold the camera still, clean its lens, and take another.",
    unit="variance of the Laplacian",
)
BRIGHTNESS: Final = Rule(
    "photo.brightness",
    passed="The picture is well enough lit.",
    failed="The picture is too dark or too bright to show anything. Take another in better light.",
    unit="mean grey of 255",
)
AUTHENTIC: Final = Rule(
    "photo.authentic",
    passed="It was taken for this term ({measured}).",
    failed="Nothing shows that it was taken for this term. Ask for a nonce, take a new photo, and sign it.",
    otherwise={_EDITED: "It was changed after the camera took it. Hand in the file as the camera saved it."},
)


def bits_apart(one: Photo, other: Photo) -> int:
    """How many of 256 bits two photos' PDQ hashes differ in, in the nearest of 8 orientations."""
    upright = int(one.pdq[0], 16)
    return min((upright ^ int(turned, 16)).bit_count() for turned in other.pdq)


def found(  # noqa: PLR0913  (the fields of a check)
    rule: Rule,
    exhibit: Exhibit[Photo],
    *,
    passed: bool,
    measured: Raw,
    limit: Raw,
    values: Mapping[str, Raw] | None = None,
    reason: str | None = None,
) -> Check:
    """What was found about one photo."""
    return Check(rule, passed, measured, limit, exhibit.grade, exhibit.number, values=values, reason=reason)


def pixels(exhibit: Exhibit[Photo]) -> Check:
    """Whether it is large enough."""
    photo = exhibit.piece
    side = min(photo.width, photo.height)
    shown = {"width": photo.width, "height": photo.height}
    return found(PIXELS, exhibit, passed=side >= LEAST_SIDE, measured=side, limit=LEAST_SIDE, values=shown)


def detail(exhibit: Exhibit[Photo]) -> Check:
    """Whether it shows anything."""
    quality = exhibit.piece.pdq_quality
    return found(DETAIL, exhibit, passed=quality >= LEAST_DETAIL, measured=quality, limit=LEAST_DETAIL)


def _timestamp(exhibit: Exhibit[Photo]) -> Check:
    photo = exhibit.piece
    signed = photo.captured_at.isoformat() if photo.captured_at else None
    return _metadata_check(TIMESTAMP, exhibit, upload=signed, exif=photo.exif.taken_at)


def _location(exhibit: Exhibit[Photo]) -> Check:
    photo = exhibit.piece
    upload, exif = (
        f"{place.latitude}, {place.longitude}" if place else None for place in (photo.fix, photo.exif.position)
    )
    return _metadata_check(LOCATION, exhibit, upload=upload, exif=exif)


METADATA: Final = {"timestamp": _timestamp, "location": _location}


def _metadata_check(rule: Rule, exhibit: Exhibit[Photo], *, upload: str | None, exif: str | None) -> Check:
    """The upload's own value is as good as the upload; the photo's own is a claim."""
    stated = upload or exif
    grade = exhibit.grade if upload else Grade.CLAIM
    return Check(rule, stated is not None, stated, "present", grade, exhibit.number)


def _is_elsewhere(seen: Sighting | Likeness, photo: Photo, circumstances: Circumstances) -> bool:
    """Whether it was seen other than at this very term, where trying again is no offence."""
    return photo.provenance is None or (seen.deal, seen.milestone, seen.term) != (
        circumstances.deal,
        circumstances.milestone,
        photo.provenance.term,
    )


def _elsewhere(photo: Photo, circumstances: Circumstances) -> list[Sighting]:
    return [each for each in photo.sightings or () if _is_elsewhere(each, photo, circumstances)]


def _reason(asked: object) -> str | None:
    return _UNSEARCHED if asked is None else None


def same_file(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    """Whether these very bytes came before: in this submission, or anywhere."""
    photo = exhibit.piece
    twins = sum(each.piece.sha256 == photo.sha256 for each in counted)
    twins += sum(sighting.same_file for sighting in _elsewhere(photo, circumstances))
    return found(
        SAME_FILE,
        exhibit,
        passed=photo.sightings is not None and twins == 0,
        measured=None if photo.sightings is None else twins,
        limit=0,
        reason=_reason(photo.sightings),
    )


def same_picture(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    """Whether this picture came before, in any orientation: in this submission, or anywhere."""
    photo = exhibit.piece
    distances = [bits_apart(each.piece, photo) for each in counted]
    distances += [sighting.distance for sighting in _elsewhere(photo, circumstances)]
    nearest = min(distances, default=None)
    again = nearest is not None and nearest <= SAME_PICTURE_BITS
    return found(
        SAME_PICTURE,
        exhibit,
        passed=photo.sightings is not None and not again,
        measured=nearest,
        limit=SAME_PICTURE_BITS + 1,
        reason=_reason(photo.sightings),
    )


def same_scene(exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances) -> Check:
    """Whether it is cut out of a photo of this submission, of this deal or of this wallet, or a turned copy of one."""
    photo = exhibit.piece
    files = {each.piece.sha256 for each in counted}
    inliers = [
        each.inliers
        for each in photo.likenesses or ()
        if each.sha256 in files or _is_elsewhere(each, photo, circumstances)
    ]
    # Of two that came at once, the one that is judged first may be the one that was compared with the other.
    inliers += [
        each.inliers for other in counted for each in other.piece.likenesses or () if each.sha256 == photo.sha256
    ]
    most = max(inliers, default=0)
    return found(
        SAME_SCENE,
        exhibit,
        passed=photo.likenesses is not None and most < SAME_SCENE_INLIERS,
        measured=None if photo.likenesses is None else most,
        limit=SAME_SCENE_INLIERS - 1,
        reason=_reason(photo.likenesses),
    )


def sharpness(exhibit: Exhibit[Photo]) -> Check:
    """Whether anything can be made out."""
    sharp = exhibit.piece.sharpness
    return found(SHARPNESS, exhibit, passed=sharp >= LEAST_SHARPNESS, measured=sharp, limit=LEAST_SHARPNESS)


def brightness(exhibit: Exhibit[Photo]) -> Check:
    """Whether it is lit."""
    measured = exhibit.piece.brightness
    limits = f"{LEAST_BRIGHTNESS:g} to {MOST_BRIGHTNESS:g}"
    passed = LEAST_BRIGHTNESS <= measured <= MOST_BRIGHTNESS
    return found(BRIGHTNESS, exhibit, passed=passed, measured=measured, limit=limits)


def authenticity(
    exhibit: Exhibit[Photo], counted: Sequence[Exhibit[Photo]], circumstances: Circumstances, *, new: bool
) -> Iterator[Check]:
    """Whether it was taken for this term, and whether it is a part of another photo.

    Authentic is what a trusted camera took for this very nonce; or what is bound, as far as is known `new`, and not
    spoken against by its own manifest.
    """
    scene = same_scene(exhibit, counted, circumstances)
    yield scene
    if exhibit.grade == Grade.ATTESTED and captured(exhibit.piece):
        yield found(AUTHENTIC, exhibit, passed=True, measured=exhibit.grade, limit=Grade.BOUND)
        return
    edited = _speaks_against(exhibit.piece.manifest)
    passed = new and scene.passed and exhibit.grade >= Grade.BOUND and not edited
    reason = _EDITED if edited else None
    yield found(AUTHENTIC, exhibit, passed=passed, measured=exhibit.grade, limit=Grade.BOUND, reason=reason)


def _speaks_against(manifest: Manifest | None) -> bool:
    """Whether a manifest was broken, or its trusted signer says that it is not as a camera took it."""
    if manifest is None:
        return False
    return manifest.state == ManifestState.INVALID or (
        manifest.state == ManifestState.TRUSTED and not manifest.captured
    )
