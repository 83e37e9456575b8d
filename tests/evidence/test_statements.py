"""Codes and data with real keys, a real nonce book and a real count."""

import pytest

from escrow_chain.evidence.content import GivenCode, GivenData, read_statement
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.root import leaf_document
from escrow_chain.terms import Code, Term, parse_term
from tests.evidence.scene import Scene, account, counted

SECRET = "QC-2025-001"
SALT = {"salt": "0x" + "5a" * 32}


def given(code: str) -> GivenCode:
    """A code with a salt."""
    return GivenCode(code=code, salt="0x" + counted(32).hex())


@pytest.fixture
def coded() -> Term:
    """A term that asks for a code."""
    return parse_term({"term_type": "custom", "data": {"verification_code": SECRET}}).terms[0]


def test_the_code_is_given_back(scene: Scene, coded: Term) -> None:
    """And counted."""
    piece = scene.state(coded, given(SECRET))
    assert isinstance(piece, Code)
    assert piece.attempt == 1
    assert scene.verdict(coded).fulfilled


def test_a_code_is_guessed(scene: Scene, coded: Term) -> None:
    """Five attempts, whatever the nonces; then the right one comes too late, in this term and in no other."""
    for number in range(5):
        scene.state(coded, given(f"guess {number}"))
    scene.state(coded, given(SECRET))
    assert scene.failed(coded) == {"code.attempts", "code.given"}
    other = parse_term({"term_type": "custom", "data": {"verification_code": SECRET, "description": "b"}}).terms[0]
    assert scene.verdict(other, scene.state(other, given(SECRET))).fulfilled


def test_strangers_use_up_no_attempts(scene: Scene, coded: Term) -> None:
    """Nor do pieces without a fresh nonce: else anybody could close the term."""
    nonce = scene.nonce(coded)
    for seed in (2001, 2002):
        scene.state(coded, given("guess"), signer=account(seed))
    scene.state(coded, given("guess"), nonce=nonce)
    for _ in range(5):
        scene.state(coded, given("guess"), nonce=nonce)
    piece = scene.state(coded, given(SECRET))
    assert isinstance(piece, Code)
    assert piece.attempt == 2
    assert scene.verdict(coded, piece).fulfilled


def test_the_manager_uses_up_no_attempts(scene: Scene) -> None:
    """Whose word counts for the approval, and for nothing else."""
    options = {"verification_code": SECRET, "approval_workflow": {"requires_manager_approval": True}}
    both = parse_term({"term_type": "custom", "data": options}).terms[0]
    for _ in range(5):
        scene.state(both, given("guess"), signer=scene.manager)
    piece = scene.state(both, given(SECRET))
    assert isinstance(piece, Code)
    assert piece.attempt == 1
    assert "code.given" not in scene.failed(both, piece)


def test_another_code_than_the_signed_one_is_brought(scene: Scene, coded: Term) -> None:
    """The content is signed."""
    message = scene.signed(coded, "code", given("guess").content)
    piece = scene.intake.receive_statement(given(SECRET), message, case=scene.case(coded), received_at=scene.now)
    assert {"bound.content", "code.given"} <= scene.failed(coded, piece)


def test_the_leaf_of_a_code_does_not_say_it(scene: Scene, coded: Term) -> None:
    """Whoever is shown the leaf does not learn it."""
    piece = scene.state(coded, given(SECRET))
    assert isinstance(piece, Code)
    leaf = leaf_document(piece, term=coded.id, salt=bytes(32))
    assert SECRET not in str(leaf)
    assert SECRET not in repr(piece) + repr(coded.options)
    again = scene.state(coded, given(SECRET))
    assert isinstance(again, Code)
    assert again.content != piece.content
    assert leaf["measured"]["attempt"] == 1


def test_data_are_supplied(scene: Scene) -> None:
    """Text by name."""
    term = parse_term({"term_type": "custom", "data": {"required_data": {"report": True}}}).terms[0]
    scene.state(term, GivenData(data={"report": "passed"}))
    assert scene.verdict(term).fulfilled


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (GivenCode, {} | SALT),
        (GivenCode, {"code": ""} | SALT),
        (GivenCode, {"code": 7} | SALT),
        (GivenCode, {"code": "x" * 201} | SALT),
        (GivenCode, {"code": "x", "more": 1} | SALT),
        (GivenCode, {"code": "\ud800"} | SALT),
        (GivenCode, {"code": "x"}),
        (GivenCode, {"code": "x", "salt": "0x12"}),
        (GivenData, {"data": {}}),
        (GivenData, {"data": {"report": " \u200b"}}),
        (GivenData, {"data": {str(n): "é" * 10_000 for n in range(6)}}),
        (GivenData, {"data": {"report": "x"}, "k" * 2000: 1}),
        (GivenData, {"data": {"report": ""}}),
        (GivenData, {"data": {"": "x"}}),
        (GivenData, {"data": {"report": "x"}, "captured_at": "9999-12-31T23:59:59Z"}),
        (GivenData, {"data": {"report": True}}),
        (GivenData, {"data": ["report"]}),
        (GivenData, {"data": {str(n): "x" for n in range(101)}}),
        (GivenData, None),
    ],
)
def test_what_is_no_statement_is_refused(kind: type, document: object) -> None:
    """With a reason, and never with an exception."""
    refusal = read_statement(kind, document)  # type: ignore[arg-type]
    assert isinstance(refusal, Refusal)
    assert refusal.code == f"{kind.KIND}.malformed"  # type: ignore[attr-defined]
    assert len(str(refusal.measured)) <= 200
