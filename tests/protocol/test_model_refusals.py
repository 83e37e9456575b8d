"""Who may not: with which values, in which order, and without a change."""

from functools import partial
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey

from escrow_chain.protocol import errors
from escrow_chain.protocol.events import State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call
from escrow_chain.protocol.typed_data import Attestation
from tests.protocol.examples import (
    ARBITER,
    ATTESTOR,
    BROKER,
    DEADLINE,
    DOMAIN,
    NOW,
    PAYEE,
    PAYER,
    STRANGER,
    TOKEN,
    milestone,
    payout,
    sign,
)
from tests.protocol.stage import DELIVERED_AT, EVIDENCE, Stage, in_state, stage

FOREIGN = milestone(1, payouts=(payout(BROKER),))
"""A milestone of another payee."""


@pytest.mark.parametrize("call", [Call.RELEASE, Call.REVOKE])
@pytest.mark.parametrize("sender", [PAYEE, BROKER, ARBITER, ATTESTOR, STRANGER])
def test_only_the_payer_releases_and_revokes(call: Call, sender: str) -> None:
    """Nobody else does, whatever the deal calls them, and whether or not there is something to do."""
    there = stage(revocable_until=NOW + 1)
    for now in (NOW, DEADLINE):
        refusal = there.refuses(partial(there.call, call, there.select(), now, sender=sender))
        assert refusal == errors.NotPayer(sender, PAYER)


@pytest.mark.parametrize("call", [Call.REFUND, Call.PAYEE_DISPUTE])
def test_only_the_payee_refunds_and_disputes_what_is_open(call: Call) -> None:
    """Nobody else does, not even who gets a fee; the first milestone that is somebody else's is named."""
    there = stage(milestone(0), FOREIGN)
    everything = there.select()
    refusal = there.refuses(lambda: there.call(call, everything, NOW, sender=PAYEE))
    assert refusal == errors.NotPayee(PAYEE, BROKER, 1)
    for sender in (BROKER, STRANGER, ARBITER):
        refusal = there.refuses(partial(there.call, call, everything, NOW, sender=sender))
        assert refusal == errors.NotPayee(sender, PAYEE, 0)


def test_only_the_payer_disputes_what_is_delivered() -> None:
    """To everybody else there is nothing that could be disputed."""
    there = in_state(State.DELIVERED)
    for sender in (PAYEE, BROKER, STRANGER):
        refusal = there.refuses(partial(there.call, Call.PAYEE_DISPUTE, there.select(), DELIVERED_AT, sender=sender))
        assert refusal == errors.NothingToDo(there.id)


@pytest.mark.parametrize("call", [Call.REFUND, Call.PAYEE_DISPUTE])
def test_what_can_not_change_is_nobodys(call: Call) -> None:
    """Authority is asked for only where something is done."""
    there = stage(milestone(0), FOREIGN)
    there.call(Call.RELEASE, there.select(1), NOW)
    (told,) = there.call(call, there.select(), NOW)
    assert getattr(told, "milestones", None) == 0b1


@pytest.mark.parametrize("sender", [PAYER, PAYEE, BROKER, ATTESTOR, STRANGER])
def test_only_the_arbiter_rules(sender: str) -> None:
    """Nobody else does, and who is not the arbiter is told so before anything about the milestones."""
    there = in_state(State.DISPUTED, milestone(0), milestone(1))
    refusal = there.refuses(lambda: there.call(Call.RULE, there.select(), DELIVERED_AT, sender=sender))
    assert refusal == errors.NotArbiter(sender, ARBITER)


def test_without_an_arbiter_nothing_is_disputed() -> None:
    """Neither by the payer nor by the payee, and there is nobody to rule."""
    there = stage(arbiter=ZERO_ADDRESS, arbitration_period=0)
    for sender in (PAYER, PAYEE, STRANGER):
        refusal = there.refuses(partial(there.call, Call.PAYEE_DISPUTE, there.select(), NOW, sender=sender))
        assert refusal == errors.NoArbiter(there.id)
    refusal = there.refuses(lambda: there.call(Call.RULE, there.select(), NOW))
    assert refusal == errors.NotArbiter(ARBITER, ZERO_ADDRESS)


@pytest.mark.parametrize(("call", "state"), [(Call.SETTLE, State.OPEN), (Call.RULE, State.DISPUTED)])
def test_one_milestone_is_split_at_a_time(call: Call, state: State) -> None:
    """Several are refused; each alone is split."""
    there = in_state(state, milestone(0), milestone(1))
    refusal = there.refuses(lambda: there.call(call, there.select(), DELIVERED_AT))
    assert refusal == errors.InvalidMilestoneCount(2)
    assert there.call(call, there.select(1), DELIVERED_AT)


def test_the_arbiter_gives_no_more_than_there_is() -> None:
    """From nothing to everything, and not one unit more."""
    there = in_state(State.DISPUTED)

    def rule(to_payees: int) -> object:
        return there.model.rule(there.deal, there.select(), to_payees, sender=ARBITER, now=DELIVERED_AT)

    assert there.refuses(lambda: rule(108)) == errors.InvalidSplit(108, 107)
    assert rule(107)
    assert there.refuses(lambda: rule(108)) == errors.NothingToDo(there.id)


@pytest.mark.parametrize(("valid_until", "expired"), [(NOW - 1, True), (NOW, True), (NOW + 1, False)])
def test_an_attestation_is_valid_before_its_end(valid_until: int, expired: bool) -> None:
    """In the second that it names an attestation is void."""
    there = stage()
    if not expired:
        assert there.attest(there.select(), now=NOW, valid_until=valid_until)
        return
    refusal = there.refuses(lambda: there.attest(there.select(), now=NOW, valid_until=valid_until))
    assert refusal == errors.SignatureExpired(valid_until, NOW)


def test_a_selection_stays_within_the_attestation() -> None:
    """Milestones that are selected and not attested are told, unless there is nothing to do with them."""
    there = stage(milestone(0), milestone(1), milestone(2))
    refusal = there.refuses(lambda: there.attest(there.select(), now=NOW, milestones=0b010))
    assert refusal == errors.NotSigned(0b111, 0b010)
    there.call(Call.RELEASE, there.select(0, 2), NOW)
    assert there.attest(there.select(), now=NOW, milestones=0b010)


STATEMENT = Attestation(deal=stage().id, milestones=1, evidence=EVIDENCE, valid_until=NOW + 1)


def signed(domain: Any = DOMAIN, **changes: Any) -> bytes:
    """The attestor's signature over the statement with other fields."""
    return sign(STATEMENT.model_copy(update=changes).digest(domain))


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(64),
        bytes(65),
        sign(STATEMENT.digest(DOMAIN), PrivateKey(b"\x07" * 32)),
        signed(deal=bytes(32)),
        signed(milestones=3),
        signed(evidence=bytes(32)),
        signed(valid_until=NOW + 2),
        signed(DOMAIN.model_copy(update={"chain_id": 1})),
        signed(DOMAIN.model_copy(update={"contract": PAYEE})),
    ],
)
def test_a_signature_is_over_this_very_statement(signature: bytes) -> None:
    """Another signer, deal, bitmap, evidence, time, chain or contract makes another signature."""
    there = stage()
    refusal = there.refuses(lambda: there.attest(there.select(), now=NOW, signature=signature))
    assert refusal == errors.InvalidSignature(ATTESTOR)
    assert there.attest(there.select(), now=NOW, signature=signed())


def test_the_deal_of_a_statement_is_not_believed() -> None:
    """The contract hashes the id of the deal that it found, whatever the one who brings it says."""
    there = stage()
    other = stage(salt=2)
    assert there.attest(there.select(), now=NOW, deal=other.id, signature=signed())
    refusal = other.refuses(lambda: other.attest(other.select(), now=NOW, deal=there.id, signature=signed()))
    assert refusal == errors.InvalidSignature(ATTESTOR)


@pytest.mark.parametrize("attestor", [ZERO_ADDRESS, TOKEN])
def test_nobody_attests_for_nobody(attestor: str) -> None:
    """A deal without an attestor, and one whose attestor is no signer, take no attestation."""
    there: Stage = stage(attestor=attestor)
    refusal = there.refuses(lambda: there.attest(there.select(), now=NOW))
    assert refusal == errors.InvalidSignature(attestor)
