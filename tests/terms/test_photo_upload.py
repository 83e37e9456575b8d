"""`photo_upload`, option by option and check by check."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Coordinates, Exif, Fix, Grade, NonceStatus, Photo, Sighting
from escrow_chain.terms.photo import ManifestState
from escrow_chain.terms.photo_checks import SAME_SCENE_INLIERS, bits_apart
from escrow_chain.terms.photo_upload import MAX_PHOTOS
from tests.terms.records import (
    DEAL,
    DEVICE,
    MORNING,
    failed,
    likeness,
    manifest,
    only,
    photo,
    picture_hash,
    pictured,
    verdict_on,
)

ONE = pictured()


def sighting(*, distance: int, same_file: bool = False, deal: bytes = b"\x01" * 32, term: bytes = ONE.id) -> Sighting:
    """An earlier sighting in another deal, or in this one."""
    return Sighting(deal=deal, milestone=0, term=term, received_at=MORNING, same_file=same_file, distance=distance)


def flipped(pdq: str, bits: int) -> str:
    """A hash that differs in so many bits."""
    return f"{int(pdq, 16) ^ ((1 << bits) - 1):064x}"


def test_a_signed_new_photo_fulfils() -> None:
    """With all defaults."""
    verdict = verdict_on(ONE, photo(ONE))
    assert verdict.fulfilled
    assert verdict.accepted == (0,)


def test_so_many_photos_are_needed() -> None:
    """The count is of photos that count."""
    term = pictured(required_count=2)
    short = verdict_on(term, photo(term, 1), photo(term, 2, format="webp"))
    assert failed(short) == {"photo.count", "photo.format"}
    assert (only(short, "photo.count").measured, only(short, "photo.count").limit) == (1, 2)
    assert short.accepted == ()
    enough = verdict_on(term, photo(term, 1), photo(term, 2, format="webp"), photo(term, 3))
    assert enough.fulfilled
    assert enough.accepted == (0, 2)


def test_the_format_is_the_contents() -> None:
    """WebP counts where it is accepted."""
    assert not verdict_on(ONE, photo(ONE, format="webp")).fulfilled
    term = pictured(accepted_formats=["webp"])
    assert verdict_on(term, photo(term, format="webp")).fulfilled
    assert not verdict_on(term, photo(term)).fulfilled


@pytest.mark.parametrize(("size", "counts"), [(1_500_000, True), (1_500_001, False)])
def test_the_size_limit_is_in_megabytes(size: int, counts: bool) -> None:
    """1.5 MB are 1,500,000 bytes, the limit included."""
    term = pictured(max_file_size_mb=1.5)
    verdict = verdict_on(term, photo(term, size=size))
    assert verdict.fulfilled is counts
    assert (only(verdict, "photo.file_size").measured, only(verdict, "photo.file_size").limit) == (size, 1_500_000)


@pytest.mark.parametrize(("width", "height", "counts"), [(480, 640, True), (479, 4000, False), (4000, 479, False)])
def test_the_smaller_side_must_show_something(width: int, height: int, counts: bool) -> None:
    """480 pixels, the limit included."""
    verdict = verdict_on(ONE, photo(ONE, width=width, height=height))
    assert verdict.fulfilled is counts
    assert (only(verdict, "photo.pixels").measured, only(verdict, "photo.pixels").limit) == (min(width, height), 480)


@pytest.mark.parametrize(("quality", "counts"), [(0, False), (49, False), (50, True), (100, True)])
def test_a_featureless_picture_does_not_count(quality: int, counts: bool) -> None:
    """Its hash is chance, so nobody could tell whether it was seen before."""
    verdict = verdict_on(ONE, photo(ONE, pdq_quality=quality))
    assert verdict.fulfilled is counts
    assert (only(verdict, "photo.detail").measured, only(verdict, "photo.detail").limit) == (quality, 50)


def test_metadata_come_from_the_upload_or_from_the_photo() -> None:
    """The upload's are as good as its signature, the photo's are a claim; without either it fails."""
    term = pictured(metadata_required=["timestamp", "location"])
    place = Fix(latitude=0.3, longitude=32.5, accuracy=5.0)
    uploaded = verdict_on(term, photo(term, fix=place))
    assert uploaded.fulfilled
    assert only(uploaded, "photo.location").grade == Grade.BOUND
    claimed = verdict_on(term, photo(term, exif=Exif(position=Coordinates(latitude=0.3, longitude=32.5))))
    assert claimed.fulfilled
    assert only(claimed, "photo.location").grade == Grade.CLAIM
    assert failed(verdict_on(term, photo(term))) == {"photo.location", "photo.count"}


def test_a_photo_without_any_time_fails_where_one_is_required() -> None:
    """Nobody signed it, and its header was stripped."""
    term = pictured(metadata_required=["timestamp"])
    stripped = photo(term, captured_at=None, provenance=None)
    assert "photo.timestamp" in failed(verdict_on(term, stripped))
    kept = photo(term, captured_at=None, provenance=None, exif=Exif(taken_at="2025-06-30T09:00:00"))
    assert "photo.timestamp" not in failed(verdict_on(term, kept))


def test_the_same_file_counts_once() -> None:
    """The first one that counts does."""
    term = pictured(required_count=2)
    verdict = verdict_on(term, photo(term, 1), photo(term, 1, at=MORNING + timedelta(minutes=5)))
    assert {"photo.same_file", "photo.same_picture"} <= failed(verdict)
    assert {check.piece for check in verdict.failures if check.code == "photo.same_file"} == {1}


@pytest.mark.parametrize(("bits", "counts"), [(0, False), (31, False), (32, True)])
@pytest.mark.parametrize("turn", [0, 5])
def test_the_same_picture_counts_once_in_any_orientation(bits: int, turn: int, counts: bool) -> None:
    """Up to 31 of 256 bits apart it is the same."""
    term = pictured(required_count=2)
    first = photo(term, 1)
    hashes = [picture_hash(9, number) for number in range(8)]
    hashes[turn] = flipped(first.pdq[0], bits)
    verdict = verdict_on(term, first, photo(term, 9, pdq=tuple(hashes)))
    assert verdict.fulfilled is counts
    assert min(check.measured for check in verdict.checks if check.code == "photo.same_picture" and check.piece) == bits  # type: ignore[type-var]


def test_a_picture_seen_elsewhere_is_refused() -> None:
    """Near enough, in any other deal or term; the verdict says how near."""
    other = verdict_on(ONE, photo(ONE, sightings=(sighting(distance=12),)))
    assert failed(other) == {"photo.same_picture", "photo.count"}
    assert only(other, "photo.same_picture").measured == 12
    assert "photo.same_file" in failed(verdict_on(ONE, photo(ONE, sightings=(sighting(distance=0, same_file=True),))))
    own_deal = sighting(distance=0, deal=DEAL, term=b"\x02" * 32)
    assert not verdict_on(ONE, photo(ONE, sightings=(own_deal,))).fulfilled


def test_trying_again_for_the_same_term_is_no_offence() -> None:
    """A first try that failed for another reason does not burn the photo."""
    assert verdict_on(ONE, photo(ONE, sightings=(sighting(distance=0, same_file=True, deal=DEAL),))).fulfilled


def test_nobody_looked_is_a_failed_check() -> None:
    """Without an index there is no word on reuse."""
    verdict = verdict_on(ONE, photo(ONE, sightings=None))
    assert failed(verdict) == {"photo.same_file", "photo.same_picture", "photo.count"}


@given(st.integers(0, 256), st.integers(0, 7))
def test_the_distance_is_counted_to_the_nearest_orientation(bits: int, turn: int) -> None:
    """Eight orientations, one distance."""
    one, other = photo(ONE, 1), photo(ONE, 9)
    hashes = [flipped(one.pdq[0], 200)] * 8
    hashes[turn] = flipped(one.pdq[0], bits)
    assert bits_apart(one, other.model_copy(update={"pdq": tuple(hashes)})) == min(bits, 200)


# ---------------------------------------------------------------------------------------------------- by category


BEFORE_AND_AFTER = pictured(photo_requirements=[{"category": "before"}, {"category": "after", "required_count": 2}])


def test_photos_count_for_the_category_that_they_name() -> None:
    """One before and two after; no photo counts for two categories."""
    before, first, second = (
        photo(BEFORE_AND_AFTER, n, category=c) for n, c in ((1, "before"), (2, "after"), (3, "after"))
    )
    assert verdict_on(BEFORE_AND_AFTER, before, first, second).fulfilled
    assert failed(verdict_on(BEFORE_AND_AFTER, before, first)) == {"photo.category_count"}
    assert failed(verdict_on(BEFORE_AND_AFTER, first, second)) == {"photo.category_count"}
    assert failed(verdict_on(BEFORE_AND_AFTER)) == {"photo.category_count", "evidence.grade"}


@pytest.mark.parametrize("category", [None, "Before", "befor", "before "])
def test_a_photo_of_no_category_counts_for_none(category: str | None) -> None:
    """What it is for must be said, as it was agreed."""
    bare = photo(BEFORE_AND_AFTER, 4, category=category)
    verdict = verdict_on(BEFORE_AND_AFTER, bare)
    assert failed(verdict) == {"photo.category", "photo.category_count"}
    assert only(verdict, "photo.category").limit == "before, after"


def test_categories_stand_beside_a_count_of_all() -> None:
    """Then a photo without category counts for that, and one with it for both."""
    term = pictured(required_count=2, photo_requirements=[{"category": "before"}])
    named, bare = photo(term, 1, category="before"), photo(term, 2)
    assert verdict_on(term, named, bare).fulfilled
    assert failed(verdict_on(term, photo(term, 3), bare)) == {"photo.category_count"}
    assert failed(verdict_on(term, named)) == {"photo.count"}


@pytest.mark.parametrize(("minutes", "counts"), [(29.9, False), (30, True), (31, True)])
def test_photos_of_a_category_are_some_time_apart(minutes: float, counts: bool) -> None:
    """From the receipt of one to the nonce of the next, whatever the device says; other categories don't wait."""
    term = pictured(
        photo_requirements=[
            {"category": "during", "required_count": 2, "min_interval_minutes": 30},
            {"category": "after"},
        ]
    )
    issued = MORNING + timedelta(minutes=minutes)
    received = issued + timedelta(minutes=5)
    first = photo(term, 1, category="during")
    second = photo(term, 2, category="during", at=received, captured_at=received, origin={"issued_at": issued})
    after = photo(term, 3, category="after", at=MORNING + timedelta(seconds=1))
    verdict = verdict_on(term, first, second, after)
    assert verdict.fulfilled is counts
    assert failed(verdict) == (set() if counts else {"photo.interval", "photo.category_count"})


def test_a_burst_is_one_photo_of_those_that_need_time() -> None:
    """Whoever shoots more than needed in between loses nothing by it."""
    term = pictured(photo_requirements=[{"category": "during", "required_count": 2, "min_interval_minutes": 30}])
    minutes = (0, 1, 2, 31)
    burst = [photo(term, n, category="during", at=MORNING + timedelta(minutes=m)) for n, m in enumerate(minutes, 1)]
    verdict = verdict_on(term, *burst)
    assert verdict.fulfilled
    assert verdict.accepted == (0, 3)


# ------------------------------------------------------------------------------------------------------ validation


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sharpness": 4.99}, "photo.sharpness"),
        ({"sharpness": 0.0}, "photo.sharpness"),
        ({"brightness": 19.9}, "photo.brightness"),
        ({"brightness": 235.1}, "photo.brightness"),
    ],
)
def test_quality_is_looked_at_where_it_is_asked_for(fields: dict[str, float], code: str) -> None:
    """Of all photos, of those of a category, or of none."""
    everywhere = pictured(ai_validation={"enabled": True, "check_quality": True})
    assert failed(verdict_on(everywhere, photo(everywhere, **fields))) == {code, "photo.count"}
    for nowhere in (
        pictured(),
        pictured(ai_validation={"enabled": False, "check_quality": True}),
        pictured(ai_validation={"verify_authenticity": True}),
    ):
        assert verdict_on(nowhere, photo(nowhere, **fields)).fulfilled
    here = pictured(photo_requirements=[{"category": "proof", "quality_check": True}, {"category": "other"}])
    good = photo(here, 2, category="other", **fields)
    assert failed(verdict_on(here, photo(here, category="proof", **fields), good)) == {code, "photo.category_count"}
    assert verdict_on(here, photo(here, category="proof"), good).fulfilled


def test_the_limits_of_quality_are_within() -> None:
    """At the limit a photo counts."""
    term = pictured(ai_validation={"check_quality": True})
    for fields in ({"sharpness": 5.0}, {"brightness": 20.0}, {"brightness": 235.0}):
        assert verdict_on(term, photo(term, **fields)).fulfilled


def test_authentic_is_what_is_bound_and_new() -> None:
    """A nonce of the service, a signature, and a picture that nobody has seen."""
    term = pictured(ai_validation={"enabled": True, "verify_authenticity": True})
    assert verdict_on(term, photo(term)).fulfilled
    assert "photo.authentic" in failed(verdict_on(term, photo(term, provenance=None)))
    assert "photo.authentic" in failed(verdict_on(term, photo(term, origin={"nonce_status": NonceStatus.USED})))
    assert "photo.authentic" in failed(verdict_on(term, photo(term, sightings=None)))
    assert all(check.code != "photo.authentic" for check in verdict_on(ONE, photo(ONE)).checks)


# ------------------------------------------------------------------------------------------- parts and turned copies


AUTHENTIC = pictured(ai_validation={"verify_authenticity": True})
TWO = pictured(required_count=2, ai_validation={"verify_authenticity": True})
ELSEWHERE = b"\x02" * 32


@pytest.mark.parametrize(
    ("inliers", "counts"), [(0, True), (SAME_SCENE_INLIERS - 1, True), (SAME_SCENE_INLIERS, False)]
)
@pytest.mark.parametrize(("deal", "term"), [(DEAL, ELSEWHERE), (b"\x01" * 32, ELSEWHERE), (b"\x01" * 32, AUTHENTIC.id)])
def test_a_part_of_a_photo_from_elsewhere_is_not_authentic(
    inliers: int, counts: bool, deal: bytes, term: bytes
) -> None:
    """From another term of the deal, or from another deal of the wallet; the verdict says how much they share."""
    piece = photo(
        AUTHENTIC,
        likenesses=(likeness(inliers=3, deal=deal, term=term), likeness(inliers=inliers, deal=deal, term=term)),
    )
    verdict = verdict_on(AUTHENTIC, piece)
    assert failed(verdict) == (set() if counts else {"photo.same_scene", "photo.authentic", "photo.count"})
    assert only(verdict, "photo.same_scene").measured == max(3, inliers)


def test_a_part_of_a_photo_that_counts_is_no_second_photo() -> None:
    """Of one that did not count it is the first."""
    whole = photo(TWO, 1)
    part = photo(TWO, 2, at=MORNING + timedelta(minutes=1), likenesses=(likeness(whole.sha256, term=TWO.id),))
    assert failed(verdict_on(TWO, whole, part)) == {"photo.same_scene", "photo.authentic", "photo.count"}
    useless = whole.model_copy(update={"pdq_quality": 10})
    assert verdict_on(TWO, useless, part, photo(TWO, 3)).fulfilled


def test_a_part_stays_a_part_when_it_comes_at_the_same_time() -> None:
    """Whichever of the two is judged first, and whichever of them was compared with the other."""
    whole = photo(TWO, 1)
    part = photo(TWO, 2, likenesses=(likeness(whole.sha256, term=TWO.id),))
    for pair in ((whole, part), (part, whole)):
        verdict = verdict_on(TWO, *pair)
        assert failed(verdict) == {"photo.same_scene", "photo.authentic", "photo.count"}
        assert {check.piece for check in verdict.failures if check.code == "photo.same_scene"} == {1}


def test_trying_again_with_a_part_is_no_offence() -> None:
    """Somebody who was told to go nearer may send a part of the same photo for the same term."""
    before = likeness(b"\x07" * 32, term=AUTHENTIC.id)
    assert verdict_on(AUTHENTIC, photo(AUTHENTIC, likenesses=(before,))).fulfilled
    other_milestone = before.model_copy(update={"milestone": 1})
    assert not verdict_on(AUTHENTIC, photo(AUTHENTIC, likenesses=(other_milestone,))).fulfilled


def test_nobody_looked_for_parts_is_a_failed_check() -> None:
    """Without a history there is no word on them."""
    verdict = verdict_on(AUTHENTIC, photo(AUTHENTIC, likenesses=None))
    assert failed(verdict) == {"photo.same_scene", "photo.authentic", "photo.count"}
    assert "Nobody could look" in str(only(verdict, "photo.same_scene").sentence)


def test_parts_are_looked_at_where_authenticity_is_asked_for() -> None:
    """Elsewhere a photo is only held against whole ones."""
    alike = (likeness(term=ELSEWHERE),)
    for term in (
        ONE,
        pictured(ai_validation={"enabled": False, "verify_authenticity": True}),
        pictured(ai_validation={"check_quality": True}),
    ):
        assert verdict_on(term, photo(term, likenesses=alike)).fulfilled


# ---------------------------------------------------------------------------------------------------- trusted cameras


def of_this_nonce(**fields: Any) -> Photo:
    """A photo that a trusted camera took for its own nonce."""
    piece = photo(AUTHENTIC, **fields)
    assert piece.provenance is not None
    return piece.model_copy(update={"manifest": manifest(nonce=piece.provenance.nonce)})


def test_a_photo_that_a_trusted_camera_took_for_this_nonce_is_authentic() -> None:
    """And still no part of another one: of a photo and a part of it, one counts."""
    verdict = verdict_on(AUTHENTIC, of_this_nonce())
    assert failed(verdict) == set()
    assert only(verdict, "photo.authentic").measured == "G2"
    for likenesses in (None, (likeness(term=ELSEWHERE),)):
        assert failed(verdict_on(AUTHENTIC, of_this_nonce(likenesses=likenesses))) >= {"photo.same_scene"}


def test_a_manifest_that_says_nothing_of_this_nonce_is_none() -> None:
    """The photo is held to what one without a manifest is; so is one that nobody knows signed."""
    for found in (
        manifest(),
        manifest(state=ManifestState.UNTRUSTED),
        manifest(state=ManifestState.UNTRUSTED, captured=False),
    ):
        assert verdict_on(AUTHENTIC, photo(AUTHENTIC, manifest=found)).fulfilled
        assert "photo.authentic" in failed(verdict_on(AUTHENTIC, photo(AUTHENTIC, manifest=found, likenesses=None)))
        part = photo(AUTHENTIC, manifest=found, likenesses=(likeness(term=ELSEWHERE),))
        assert "photo.authentic" in failed(verdict_on(AUTHENTIC, part))


@pytest.mark.parametrize("changes", [{"state": ManifestState.INVALID}, {"captured": False}])
def test_a_manifest_may_speak_against_its_photo(changes: dict[str, object]) -> None:
    """One that is broken, or whose trusted signer says that it is not as a camera took it. The recipient is told so."""
    verdict = verdict_on(AUTHENTIC, photo(AUTHENTIC, manifest=manifest(**changes)))
    assert "photo.authentic" in failed(verdict)
    assert "changed after the camera took it" in str(only(verdict, "photo.authentic").sentence)
    vouched = photo(AUTHENTIC, manifest=manifest(**changes), origin={"device": DEVICE})
    assert "photo.authentic" in failed(verdict_on(AUTHENTIC, vouched)), "an app vouches for itself, not for a camera"


def test_more_photos_than_can_be_compared_are_not_judged() -> None:
    """The first ones are; later ones are passed over, and the verdict says so."""
    term = pictured(required_count=1)
    pieces = [photo(term, 1 + n % 31, at=MORNING + timedelta(seconds=n)) for n in range(MAX_PHOTOS)]
    assert "evidence.count" not in failed(verdict_on(term, *pieces))
    verdict = verdict_on(term, *pieces, photo(term, 1, at=MORNING + timedelta(hours=1)))
    assert only(verdict, "evidence.count").measured == MAX_PHOTOS + 1
    assert verdict.fulfilled


def test_a_trusted_cameras_photo_is_shown_once_all_the_same() -> None:
    """The same file or picture was seen before, whoever took it; and somebody must have signed it."""
    for seen in (sighting(distance=0, same_file=True), sighting(distance=10)):
        assert "photo.same_picture" in failed(
            verdict_on(AUTHENTIC, photo(AUTHENTIC, manifest=manifest(), sightings=(seen,)))
        )
    assert "photo.same_file" in failed(verdict_on(AUTHENTIC, photo(AUTHENTIC, manifest=manifest(), sightings=None)))
    unsigned = photo(AUTHENTIC, manifest=manifest(), provenance=None)
    assert failed(verdict_on(AUTHENTIC, unsigned)) == {"evidence.grade", "photo.authentic", "photo.count"}
