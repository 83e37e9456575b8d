"""The judge over all term types: grades, bindings, and verdicts that anybody can repeat."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Grade, NonceStatus, Term, Unusable, Verdict
from escrow_chain.terms.binding import CLOCK_TOLERANCE
from tests.terms.records import (
    KAMPALA,
    METRE,
    MORNING,
    STRANGER,
    WALLET,
    failed,
    located,
    only,
    photo,
    pictured,
    position,
    verdict_on,
)

PLACE = located(**KAMPALA, radius=100)
PICTURE = pictured()
BROKEN_BINDINGS = [
    ({"signer": STRANGER}, "bound.signature"),
    ({"signer": None}, "bound.signature"),
    ({"deal": b"\x01" * 32}, "bound.subject"),
    ({"milestone": 1}, "bound.subject"),
    ({"term": b"\x01" * 32}, "bound.subject"),
    ({"kind": "something"}, "bound.subject"),
    ({"content": b"\x01" * 32}, "bound.content"),
    ({"nonce_status": NonceStatus.USED}, "bound.nonce"),
    ({"nonce_status": NonceStatus.EXPIRED}, "bound.nonce"),
    ({"nonce_status": NonceStatus.UNKNOWN}, "bound.nonce"),
    ({"nonce_status": NonceStatus.ELSEWHERE}, "bound.nonce"),
    ({"nonce_status": NonceStatus.UNASKED}, "bound.nonce"),
    ({"issued_at": None}, "bound.clock"),
]


@pytest.mark.parametrize(("change", "code"), BROKEN_BINDINGS)
def test_a_piece_that_is_not_bound_is_a_claim_and_fulfils_nothing(change: dict[str, Any], code: str) -> None:
    """Each fault fails at its own check, and takes the grade away."""
    for term, piece in (
        (PLACE, position(PLACE, **KAMPALA, **change)),
        (PICTURE, photo(PICTURE, origin=change)),
    ):
        verdict = verdict_on(term, piece)
        assert not verdict.fulfilled
        assert failed(verdict) == {code, "evidence.grade"}
        assert only(verdict, "evidence.grade").measured == "G0"


def test_without_a_named_submitter_nobody_is_believed() -> None:
    """A check that cannot run is a failed check."""
    verdict = verdict_on(PLACE, position(PLACE, **KAMPALA), submitter=None)
    assert failed(verdict) == {"bound.signature", "evidence.grade"}
    assert "bound.signature" in failed(verdict_on(PLACE, position(PLACE, **KAMPALA, signer=None), submitter=None))


@pytest.mark.parametrize(
    ("off", "bound"),
    [
        (-CLOCK_TOLERANCE, True),
        (-CLOCK_TOLERANCE - timedelta(seconds=1), False),
        (timedelta(seconds=30), True),
        (timedelta(seconds=60) + CLOCK_TOLERANCE, True),
        (timedelta(seconds=61) + CLOCK_TOLERANCE, False),
    ],
)
def test_the_devices_clock_must_agree_with_the_servers(off: timedelta, bound: bool) -> None:
    """Between the nonce and its receipt a minute later, and two minutes more on either side."""
    issued_at = MORNING - timedelta(minutes=1)
    piece = position(PLACE, **KAMPALA, issued_at=issued_at, captured_at=issued_at + off)
    verdict = verdict_on(PLACE, piece)
    assert verdict.fulfilled is bound
    assert only(verdict, "bound.clock").passed is bound


def test_claims_are_measured_all_the_same() -> None:
    """A file that nobody signed shows every check, and only its grade fails."""
    verdict = verdict_on(PLACE, position(PLACE, **KAMPALA).model_copy(update={"provenance": None}))
    assert failed(verdict) == {"evidence.grade"}
    assert not verdict.fulfilled


def test_claims_do_not_count_beside_bound_pieces() -> None:
    """One signed photo and one that nobody signed are one photo."""
    term = pictured(required_count=2)
    verdict = verdict_on(term, photo(term, 1), photo(term, 2, provenance=None))
    assert failed(verdict) == {"photo.count"}
    assert only(verdict, "photo.count").measured == 1


def test_what_cannot_be_read_is_a_failed_check_with_its_own_measure() -> None:
    """The verdict passes on what the reader found, and other pieces still count."""
    bad = Unusable(
        claims="photo",
        code="photo.pixels",
        sentence="Too many.",
        measured=3_600_000_000,
        limit=64_000_000,
        unit="pixels",
    )
    verdict = verdict_on(PICTURE, bad, photo(PICTURE))
    assert verdict.fulfilled
    assert verdict.accepted == (1,)
    (check,) = verdict.failures
    assert (check.code, check.measured, check.limit, check.piece) == ("photo.pixels", 3_600_000_000, 64_000_000, 0)


def test_a_piece_of_the_wrong_kind_is_a_failed_check() -> None:
    """A photo proves no place."""
    assert "evidence.kind" in failed(verdict_on(PLACE, photo(PICTURE)))


@given(st.permutations(range(5)))
def test_the_order_of_the_evidence_does_not_matter(order: list[int]) -> None:
    """Only times do."""
    pieces = [
        position(
            PLACE, KAMPALA["latitude"], KAMPALA["longitude"] + metres * METRE, at=MORNING + timedelta(minutes=metres)
        )
        for metres in (30, 60, 90, 120, 150)
    ]
    verdict = verdict_on(PLACE, *(pieces[number] for number in order))
    assert verdict.fulfilled
    assert [order[number] for number in verdict.accepted] == [0]


def everything() -> list[tuple[Term, Verdict]]:
    """A fulfilled and an unfulfilled verdict of each type."""
    return [
        (PLACE, verdict_on(PLACE, position(PLACE, **KAMPALA))),
        (PLACE, verdict_on(PLACE, position(PLACE, **KAMPALA, accuracy=None))),
        (PICTURE, verdict_on(PICTURE, photo(PICTURE))),
        (PICTURE, verdict_on(PICTURE, photo(PICTURE, origin={"signer": None}))),
    ]


def test_verdicts_are_repeatable() -> None:
    """The same input gives the same bytes."""
    first, second = ([json.dumps(verdict.as_json()) for _, verdict in everything()] for _ in range(2))
    assert first == second


def test_a_verdict_is_fulfilled_exactly_if_its_decisive_checks_passed() -> None:
    """And rests on the grade asked for."""
    for term, verdict in everything():
        decisive = [check for check in verdict.checks if check.decisive]
        assert decisive
        assert verdict.fulfilled is all(check.passed for check in decisive)
        assert verdict.term == term.id
        assert verdict.grade == Grade.BOUND
        assert all(str(check.sentence).endswith(".") for check in verdict.checks)


def test_addresses_are_compared_and_not_their_spelling() -> None:
    """A submitter given in lower case is the same wallet."""
    assert verdict_on(PLACE, position(PLACE, **KAMPALA), submitter=WALLET.lower()).fulfilled
