"""How much evidence can be relied on, and that nobody's counts whose word doesn't."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Grade, InvalidTerms, NonceStatus, NotSupportedYet, Photo, Piece, Term, Unusable
from escrow_chain.terms.photo import ManifestState
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement
from tests.terms.records import (
    CUSTOMER,
    DEVICE,
    INSPECTOR,
    KAMPALA,
    MANAGER,
    METRE,
    MORNING,
    PHONE,
    ROOT,
    STRANGER,
    WALLET,
    code,
    confirmation,
    customized,
    data,
    delivered,
    document,
    failed,
    located,
    manifest,
    meeting,
    only,
    pdf_signature,
    phone_code,
    photo,
    pictured,
    position,
    verdict_on,
)

PLACE = located(**KAMPALA, radius=100, grade="G2")
PICTURE = pictured(grade="G2")
SUPPLIED = customized(required_data={"report": True}, grade="G2")
CODED = customized(verification_code="QC-1", grade="G2")
PAPER = customized(required_documents=[{"type": "report"}], grade="G2")
MINUTE = timedelta(minutes=1)
NONCE = b"\x09" * 32

HANDED_IN: dict[str, tuple[Term, Callable[..., Piece]]] = {
    "position": (PLACE, lambda **origin: position(PLACE, **KAMPALA, **origin)),
    "photo": (PICTURE, lambda **origin: photo(PICTURE, origin=origin)),
    "data": (SUPPLIED, lambda **origin: data(SUPPLIED, report="passed", origin=origin)),
    "code": (CODED, lambda **origin: code(CODED, "QC-1", **origin)),
    "document": (PAPER, lambda **origin: document(PAPER, "report", origin=origin)),
}
"""A term that asks for G2, and the piece that fulfils it, by its kind."""


def captured(**changes: Any) -> Photo:
    """A photo with the manifest of a trusted camera, for its own nonce."""
    return photo(PICTURE, origin={"nonce": NONCE}, manifest=manifest(**({"nonce": NONCE} | changes)))


# -------------------------------------------------------------------------------------------------- capture devices


@pytest.mark.parametrize("kind", HANDED_IN)
@pytest.mark.parametrize("platform", DevicePlatform)
def test_a_device_vouches_for_any_piece(kind: str, platform: DevicePlatform) -> None:
    """Of a recipient who hands it in with the app: grade G2."""
    term, made = HANDED_IN[kind]
    verdict = verdict_on(term, made(device=DeviceStatement(platform=platform, app="org.example.courier")))
    assert failed(verdict) == set()
    assert only(verdict, "evidence.grade").measured == Grade.ATTESTED


@pytest.mark.parametrize("kind", HANDED_IN)
def test_without_a_device_evidence_is_bound_and_no_more(kind: str) -> None:
    """And the verdict says that it is too low, not that it is a mere claim."""
    term, made = HANDED_IN[kind]
    verdict = verdict_on(term, made())
    assert failed(verdict) == {"evidence.grade"}
    assert verdict.accepted == ()
    check = only(verdict, "evidence.grade")
    assert (check.measured, check.limit) == (Grade.BOUND, Grade.ATTESTED)
    assert "of grade G1, and the terms ask for G2" in str(check.sentence)


@pytest.mark.parametrize("kind", HANDED_IN)
@pytest.mark.parametrize(
    ("change", "code_"),
    [
        ({"signer": STRANGER}, "bound.signature"),
        ({"signer": None}, "bound.signature"),
        ({"content": b"\x01" * 32}, "bound.content"),
        ({"term": b"\x01" * 32}, "bound.subject"),
        ({"deal": b"\x01" * 32}, "bound.subject"),
        ({"nonce_status": NonceStatus.USED}, "bound.nonce"),
        ({"nonce_status": NonceStatus.UNASKED}, "bound.nonce"),
        ({"issued_at": None}, "bound.clock"),
    ],
)
def test_no_device_makes_up_for_what_does_not_bind(kind: str, change: dict[str, Any], code_: str) -> None:
    """A genuine app can be made to say anything about another term, another nonce or for somebody else."""
    term, made = HANDED_IN[kind]
    verdict = verdict_on(term, made(device=DEVICE, **change))
    assert {code_, "evidence.grade"} <= failed(verdict)
    assert only(verdict, "evidence.grade").measured == Grade.CLAIM


def test_a_trusted_camera_vouches_for_a_photo_that_it_took_for_this_nonce() -> None:
    """Without any app."""
    verdict = verdict_on(PICTURE, captured())
    assert failed(verdict) == set()
    assert only(verdict, "evidence.grade").measured == Grade.ATTESTED


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ManifestState.UNTRUSTED},
        {"state": ManifestState.INVALID},
        {"captured": False},
        {"nonce": None},
        {"nonce": b"\x08" * 32},
    ],
)
def test_no_other_manifest_does(changes: dict[str, Any]) -> None:
    """Self-signed, altered, edited, or taken for something else: the photo is bound and no more."""
    verdict = verdict_on(PICTURE, captured(**changes))
    assert failed(verdict) == {"evidence.grade"}
    assert only(verdict, "evidence.grade").measured == Grade.BOUND


def test_a_trusted_photo_that_is_not_bound_is_a_claim() -> None:
    """Whoever finds it on the net has not taken it."""
    for origin in ({"signer": STRANGER}, {"nonce_status": NonceStatus.USED}):
        piece = photo(PICTURE, origin={"nonce": NONCE} | origin, manifest=manifest(NONCE))
        assert only(verdict_on(PICTURE, piece), "evidence.grade").measured == Grade.CLAIM
    loose = photo(PICTURE, provenance=None, captured_at=None, manifest=manifest(NONCE))
    assert only(verdict_on(PICTURE, loose), "evidence.grade").measured == Grade.CLAIM


# ------------------------------------------------------------------------------------------------- of several grades


def test_what_is_below_the_grade_does_not_count_beside_what_reaches_it() -> None:
    """One photo that a camera vouches for and one that none does are one photo."""
    term = pictured(required_count=2, grade="G2")
    attested, bound = photo(term, 1, origin={"device": DEVICE}), photo(term, 2)
    verdict = verdict_on(term, attested, bound)
    assert failed(verdict) == {"photo.count"}
    assert only(verdict, "photo.count").measured == 1
    assert verdict_on(term, attested, photo(term, 3, origin={"device": DEVICE}), bound).accepted == (0, 1)


def test_what_is_below_the_grade_accuses_nothing_that_reaches_it() -> None:
    """A far position that no device vouches for is not held against one that a device vouches for."""
    there = position(PLACE, **KAMPALA, device=DEVICE)
    far = position(PLACE, 1.0, 32.0, at=MORNING + MINUTE)
    assert verdict_on(PLACE, there, far).fulfilled
    far = position(PLACE, 1.0, 32.0, at=MORNING + MINUTE, device=DEVICE)
    assert "location.speed" in failed(verdict_on(PLACE, there, far))


def test_a_verdict_is_of_the_lowest_grade_that_counted() -> None:
    """As much as is asked for, and what it would have been good for."""
    term = pictured(required_count=2)
    attested = [photo(term, n, origin={"device": DEVICE}) for n in (1, 2)]
    assert only(verdict_on(term, *attested), "evidence.grade").measured == Grade.ATTESTED
    mixed = verdict_on(term, attested[0], photo(term, 3))
    assert mixed.fulfilled
    assert only(mixed, "evidence.grade").measured == Grade.BOUND


def test_what_did_not_count_lowers_no_grade() -> None:
    """If anything counted; else all of it is looked at, and the verdict says what it would have been good for."""
    term = customized(required_data={"report": True})
    before = data(term, report="passed")
    after = data(term, report="passed", at=MORNING + MINUTE, origin={"device": DEVICE})
    assert only(verdict_on(term, before, after), "evidence.grade").measured == Grade.ATTESTED
    useless = data(term, remarks="none", at=MORNING + MINUTE, origin={"device": DEVICE})
    verdict = verdict_on(term, useless)
    assert failed(verdict) == {"data.supplied"}
    assert only(verdict, "evidence.grade").measured == Grade.ATTESTED


# ------------------------------------------------------------------------------------------------- the other side


def test_the_other_sides_word_is_of_the_highest_grade() -> None:
    """It reaches every grade that can be asked for."""
    for grade in ("G1", "G2", "G3"):
        term = delivered(grade=grade)
        verdict = verdict_on(term, confirmation(term))
        assert verdict.fulfilled
        assert only(verdict, "evidence.grade").measured == Grade.COUNTERPARTY


@pytest.mark.parametrize("piece", [{"device": DEVICE}, {"nonce": NONCE}])
def test_no_recipient_reaches_it(piece: dict[str, Any]) -> None:
    """Whatever vouches for the own pieces."""
    own = photo(PICTURE, origin=piece, manifest=manifest(NONCE))
    assert only(verdict_on(PICTURE, own), "evidence.grade").measured == Grade.ATTESTED
    term = delivered(grade="G3")
    assert not verdict_on(term, confirmation(term, signer=WALLET, **piece)).fulfilled


def test_a_manager_approves_what_a_device_vouches_for() -> None:
    """The approval needs no device, and what is approved does."""
    term = customized(required_data={"report": True}, approval_workflow={"requires_manager_approval": True}, grade="G2")
    approval = confirmation(term, signer=MANAGER, at=MORNING + MINUTE)
    attested = data(term, report="passed", origin={"device": DEVICE})
    verdict = verdict_on(term, attested, approval)
    assert verdict.fulfilled
    assert only(verdict, "evidence.grade").measured == Grade.ATTESTED
    assert failed(verdict_on(term, data(term, report="passed"), approval)) == {"data.supplied"}


@pytest.mark.parametrize(
    ("made", "options", "grade"),
    [
        (located, {**KAMPALA, "radius": 100}, "G3"),
        (pictured, {}, "G3"),
        (customized, {"verification_code": "x"}, "G3"),
        (meeting, {"max_distance_km": 0.1, "buyer_coordinates": KAMPALA}, "G3"),
    ],
)
def test_a_grade_that_no_evidence_can_have_is_refused(made: Any, options: dict[str, Any], grade: str) -> None:
    """Rather than money being locked for nothing."""
    with pytest.raises(NotSupportedYet) as refused:
        made(**options, grade=grade)
    assert refused.value.path == "data.grade"


@pytest.mark.parametrize("grade", ["G0", "G4", "g2", 2, ""])
def test_a_grade_is_one_of_three(grade: Any) -> None:
    """A mere claim never releases money."""
    with pytest.raises(InvalidTerms) as refused:
        pictured(grade=grade)
    assert refused.value.path == "data.grade"


# ---------------------------------------------------------------------------------------- whose word does not count


TIMES = [MORNING + minutes * MINUTE for minutes in (-30, 0, 1, 5, 700, 800)]
AROUND: dict[str, Any] = {"phones": {"customer": PHONE}, "roots": {"quality_control": frozenset({ROOT})}}


def scenes() -> dict[str, tuple[Term, list[Piece]]]:
    """Of each type a term and the pieces that fulfil it."""
    place = located(**KAMPALA, radius=100)
    route = located(
        verification_points=[
            {"name": "a", **KAMPALA, "radius": 50},
            {"name": "b", "latitude": 0.315789, "longitude": 32.576543, "radius": 100},
        ],
        sequence_required=True,
        max_time_between_points=60,
    )
    photos = pictured(required_count=2, ai_validation={"verify_authenticity": True, "check_quality": True})
    handover = meeting(
        max_distance_km=0.1,
        buyer_coordinates=KAMPALA,
        required_participants=[{"role": "service_provider"}, {"role": "customer", "phone_verification": True}],
        verification_method="dual_confirmation",
        photo_evidence_required=True,
    )
    word = delivered(min_rating=3)
    everything = customized(
        verification_code="QC-1",
        required_data={"remarks": True, "manager_approval": True},
        required_documents=[{"type": "report", "verification_authority": "quality_control"}, {"type": "plan"}],
        checkpoints=[
            {"name": "start", "deadline": "2025-06-30T12:00:00Z", "verification_method": "photo_upload", "weight": 50},
            {
                "name": "end",
                "deadline": "2025-06-30T13:00:00Z",
                "verification_method": "customer_signature",
                "weight": 50,
            },
        ],
    )
    return {
        "place": (place, [position(place, **KAMPALA)]),
        "route": (
            route,
            [position(route, **KAMPALA), position(route, 0.315789, 32.576543, at=MORNING + 20 * MINUTE)],
        ),
        "photos": (photos, [photo(photos, 1), photo(photos, 2)]),
        "handover": (
            handover,
            [
                position(handover, **KAMPALA),
                position(handover, KAMPALA["latitude"], KAMPALA["longitude"] + 5 * METRE, signer=CUSTOMER),
                confirmation(handover, at=MORNING + MINUTE),
                confirmation(handover, signer=WALLET, at=MORNING + MINUTE),
                photo(handover, 1),
                phone_code(handover),
            ],
        ),
        "word": (word, [confirmation(word, rating=4)]),
        "everything": (
            everything,
            [
                code(everything, "QC-1"),
                data(everything, remarks="none"),
                document(everything, "report", 1, signatures=(pdf_signature(),)),
                document(everything, "plan", 2),
                photo(everything, 1, category="start"),
                confirmation(everything, about="end"),
                confirmation(everything, signer=MANAGER, at=MORNING + 10 * MINUTE),
            ],
        ),
    }


def noise(term: Term) -> list[Piece]:
    """What those hand in whose word does not count for a term, as of every kind and at all times."""
    nobody = {STRANGER, WALLET, CUSTOMER, MANAGER, INSPECTOR} - {
        {"recipient": WALLET, "customer": CUSTOMER, "manager": MANAGER, "quality_control": INSPECTOR}[role]
        for role in term.options.roles
    }
    found: list[Piece] = [Unusable(claims="photo", code="photo.damaged", sentence="It is damaged.")]
    for signer in (*sorted(nobody), None):
        for at in TIMES:
            origin = {"signer": signer, "device": DEVICE}
            found += [
                position(term, **KAMPALA, at=at, **origin),
                position(term, -33.0, 151.0, at=at, **origin),
                *(
                    confirmation(term, about=about, confirmed=yes, rating=1 + 4 * yes, at=at, **origin)
                    for about in ("", "start", "end", "report")
                    for yes in (True, False)
                ),
                *(photo(term, seed, category="start", at=at, origin=origin) for seed in (1, 2, 9)),
                photo(term, 8, category="start", at=at, origin=origin, manifest=manifest(NONCE)),
                document(term, "report", 1, at=at, origin=origin, signatures=(pdf_signature(),)),
                document(term, "report", 3, at=at, origin=origin),
                document(term, "plan", 4, at=at, origin=origin),
                data(term, at=at, origin=origin, remarks="none", manager_approval="yes"),
                *(code(term, text, at=at, attempt=attempt, **origin) for text in ("QC-1", "x") for attempt in (1, 9)),
                phone_code(term, at=at, **origin),
            ]
    claims = [piece.model_copy(update={"provenance": None}) for piece in found if not isinstance(piece, Unusable)]
    return found + claims[:: len(TIMES)]


SCENES = scenes()
NOISE = {name: noise(term) for name, (term, _) in SCENES.items()}


@pytest.mark.parametrize("name", SCENES)
def test_honest_evidence_fulfils_and_all_of_it_is_needed(name: str) -> None:
    """Of every type."""
    term, pieces = SCENES[name]
    assert verdict_on(term, *pieces, **AROUND).fulfilled
    for number in range(len(pieces)):
        assert not verdict_on(term, *(pieces[:number] + pieces[number + 1 :]), **AROUND).fulfilled


@pytest.mark.parametrize("name", SCENES)
@given(st.data())
def test_whose_word_does_not_count_changes_nothing(name: str, draw: st.DataObject) -> None:
    """Neither helps whoever is refused, nor harms whoever is not, however much it is and wherever it stands."""
    term, pieces = SCENES[name]
    if draw.draw(st.booleans()):
        pieces = draw.draw(st.lists(st.sampled_from(pieces), unique_by=id, max_size=len(pieces) - 1))
    shuffled: list[tuple[bool, Piece]] = [(True, piece) for piece in pieces]
    for piece in draw.draw(st.lists(st.sampled_from(NOISE[name]), max_size=12)):
        shuffled.insert(draw.draw(st.integers(0, len(shuffled))), (False, piece))
    quiet = verdict_on(term, *pieces, **AROUND)
    loud = verdict_on(term, *(piece for _, piece in shuffled), **AROUND)
    places = [number for number, (own, _) in enumerate(shuffled) if own]
    assert loud.fulfilled is quiet.fulfilled
    assert loud.accepted == tuple(places[number] for number in quiet.accepted)


@pytest.mark.parametrize("name", SCENES)
def test_all_of_the_noise_at_once_changes_nothing(name: str) -> None:
    """Whether it comes before or after."""
    term, pieces = SCENES[name]
    assert verdict_on(term, *NOISE[name], *pieces, **AROUND).fulfilled
    assert verdict_on(term, *pieces, *NOISE[name], **AROUND).fulfilled
    assert not verdict_on(term, *NOISE[name], **AROUND).fulfilled
    assert not verdict_on(term, *pieces[:-1], *NOISE[name], **AROUND).fulfilled


WITHOUT_CUSTOMER = [
    piece
    for piece in noise(delivered(min_rating=3))
    if not isinstance(piece, Unusable) and piece.provenance and piece.provenance.signer != CUSTOMER
]


@given(st.lists(st.sampled_from(WITHOUT_CUSTOMER), max_size=12), st.booleans())
def test_nobody_but_the_customer_undoes_the_customers_word(others: list[Piece], confirmed: bool) -> None:
    """Not the recipient, not the manager, not a stranger."""
    term = delivered(min_rating=3)
    verdict = verdict_on(term, *others, confirmation(term, rating=4, confirmed=confirmed))
    assert verdict.fulfilled is confirmed
    assert verdict.accepted == ((len(others),) if confirmed else ())


def test_a_verdict_rests_on_what_was_accepted_alone() -> None:
    """Whatever else was handed in, what was accepted fulfils the term by itself."""
    for term, pieces in SCENES.values():
        verdict = verdict_on(term, *pieces, **AROUND)
        again = verdict_on(term, *(pieces[number] for number in verdict.accepted), **AROUND)
        assert again.fulfilled
