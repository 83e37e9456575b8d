"""A customer's word, with real keys and a real nonce book, and those who would like to have given it."""

from dataclasses import replace

import pytest

from escrow_chain.evidence.content import Said, read_statement
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.root import leaf_document
from escrow_chain.terms import Confirmation, Grade
from tests.evidence.scene import Scene, account


def test_the_honest_customer_confirms(scene: Scene) -> None:
    """With a nonce and a key of the own."""
    term = scene.delivered(min_rating=3)
    piece = scene.confirm(term, rating=4)
    verdict = scene.verdict(term)
    assert verdict.fulfilled
    assert isinstance(piece, Confirmation)
    assert (piece.confirmed, piece.rating) == (True, 4)
    assert verdict.checks[-1].grade == Grade.COUNTERPARTY


@pytest.mark.parametrize("seed", [1001, 2002])
def test_the_recipient_confirms_himself(scene: Scene, seed: int) -> None:
    """Or has a friend do it. The customer's nonce is not used up by it."""
    term = scene.delivered()
    nonce = scene.nonce(term)
    assert scene.failed(term, scene.confirm(term, signer=account(seed), nonce=nonce)) == {
        "bound.signature",
        "bound.nonce",
        "bound.clock",
        "evidence.grade",
    }
    assert scene.verdict(term, scene.confirm(term, nonce=nonce)).fulfilled


def test_a_rating_is_forged(scene: Scene) -> None:
    """Every field is signed: with another rating, the signature is somebody else's."""
    term = scene.delivered(min_rating=3)
    signed = scene.say(rating=1, deal=scene.deal, milestone=0, term=term.id, nonce=scene.nonce(term))
    forged = signed.model_copy(update={"submission": signed.submission.model_copy(update={"rating": 5})})
    assert "bound.signature" in scene.failed(term, scene.confirm(term, signed=forged))
    assert scene.failed(term, scene.confirm(term, signed=signed)) == {"confirmation.rating"}


def test_a_word_for_another_deal_is_brought(scene: Scene) -> None:
    """What is signed names the deal and the term, and so does the nonce."""
    term, other = scene.delivered(), scene.delivered(description="another")
    word = scene.say(deal=b"\x09" * 32, milestone=0, term=term.id, nonce=scene.nonce(term))
    assert {"bound.subject", "evidence.grade"} <= scene.failed(term, scene.confirm(term, signed=word))
    word = scene.say(deal=scene.deal, milestone=0, term=other.id, nonce=scene.nonce(other))
    assert {"bound.subject", "evidence.grade"} <= scene.failed(term, scene.confirm(term, signed=word))
    assert scene.failed(term, scene.confirm(term, nonce=scene.nonce(other))) == {"bound.nonce", "evidence.grade"}


def test_a_word_is_brought_twice(scene: Scene) -> None:
    """After the customer has taken it back, the old word does not come back to life."""
    term = scene.delivered()
    yes = scene.say(deal=scene.deal, milestone=0, term=term.id, nonce=scene.nonce(term))
    scene.confirm(term, signed=yes)
    assert scene.verdict(term).fulfilled
    scene.confirm(term, confirmed=False)
    scene.confirm(term, signed=yes)
    assert scene.failed(term) == {"bound.nonce", "confirmation.confirmed"}


def test_a_photo_is_no_word(scene: Scene) -> None:
    """A submission that calls itself a confirmation is none."""
    term = scene.delivered()
    message = scene.signed(term, "photo", Said(confirmed=True).content, signer=scene.customer)
    case = replace(scene.case(term), signers=frozenset({scene.customer.address}))
    piece = scene.intake.receive_statement(Said(confirmed=True), message, case=case, received_at=scene.now)
    assert {"bound.subject", "bound.nonce"} <= scene.failed(term, piece)


def test_its_leaf_says_what_was_said(scene: Scene) -> None:
    """And its hash is that of the canonical document."""
    term = scene.delivered()
    piece = scene.confirm(term, rating=5)
    assert isinstance(piece, Confirmation)
    leaf = leaf_document(piece, term=term.id, salt=bytes(32))
    assert leaf["measured"] == {"confirmed": True, "about": "", "rating": 5, "captured_at": "2025-06-30T06:00:00Z"}
    assert leaf["sha256"] == "0x" + Said(confirmed=True, rating=5).content.hex()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"confirmed": 1},
        {"confirmed": "yes"},
        {"confirmed": True, "rating": 0},
        {"confirmed": True, "rating": 6},
        {"confirmed": True, "rating": 2.5},
        {"confirmed": True, "rating": True},
        {"confirmed": True, "more": 1},
        None,
        [],
    ],
)
def test_what_is_no_confirmation_is_refused(scene: Scene, document: object) -> None:
    """With the field that is wrong, and nothing is guessed."""
    said = read_statement(Said, document)  # type: ignore[arg-type]
    assert isinstance(said, Refusal)
    assert said.code == "confirmation.malformed"
