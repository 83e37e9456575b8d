"""What wallets said when a piece was received, on record."""

from typing import Any

import pytest
from eth_hash.auto import keccak

from escrow_chain.evidence.wallets import RecordedAnswers, WalletAnswer

DIGEST = keccak(b"what was handed in")
WALLET, OTHER_WALLET = "0x" + "11" * 20, "0x" + "22" * 20


def recorded_answer(**other: Any) -> WalletAnswer:
    """An answer on record."""
    fields = {
        "signer": WALLET,
        "digest": DIGEST,
        "signature_hash": bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        "chain_id": 1,
        "block_number": 7,
        "block_hash": b"\x07" * 32,
        "valid": True,
    }
    return WalletAnswer.model_validate(fields | other)


def test_a_record_answers_its_own_question_only() -> None:
    """Another wallet, digest or signature was not asked about."""
    record = RecordedAnswers([recorded_answer()], chain_id=1)
    question = {"signer": WALLET, "digest": DIGEST, "signature": b""}
    assert record.ask(**question) == recorded_answer()
    for other in ({"signer": OTHER_WALLET}, {"digest": bytes(32)}, {"signature": b"\0"}):
        assert record.ask(**(question | other)) is None


def test_an_answer_on_another_chain_does_not_count() -> None:
    """At the same address there, somebody else may have said yes."""
    assert RecordedAnswers([recorded_answer()], chain_id=2).ask(signer=WALLET, digest=DIGEST, signature=b"") is None


def test_the_first_of_two_answers_counts() -> None:
    """As it was when the piece came in."""
    answers = [recorded_answer(valid=False), recorded_answer(block_number=8)]
    assert RecordedAnswers(answers, chain_id=1).ask(signer=WALLET, digest=DIGEST, signature=b"") == answers[0]


def test_a_record_is_strict() -> None:
    """What is no answer is refused."""
    for broken in ({"valid": 1}, {"block_hash": b"\x07" * 31}, {"signer": "0x12"}, {"more": 1}):
        with pytest.raises(ValueError, match="validation error"):
            recorded_answer(**broken)
