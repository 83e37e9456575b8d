"""What the model refuses: with which values, in which order, and without a change."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Selection
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation
from tests.protocol.examples import (
    ARBITER,
    ATTESTOR,
    BROKER,
    DOMAIN,
    ESCROW,
    NOW,
    PAYEE,
    PAYER,
    STRANGER,
    TOKEN,
    milestone,
    payout,
    sign,
)
from tests.protocol.stage import EVIDENCE, WEALTH, Stage, stage


def refuses(there: Stage, call: Callable[[], object]) -> Refusal:
    """The refusal of a call, after which the model is as before."""
    before = deepcopy(there.model)
    with pytest.raises(Refusal) as refused:
        call()
    assert there.model == before
    return refused.value


def opening(there: Stage, *, sender: str = PAYER, value: int = 0, now: int = NOW) -> Callable[[], object]:
    return lambda: there.model.open(there.deal, there.milestones, sender=sender, now=now, value=value)


@pytest.mark.parametrize(
    ("fields", "call", "refusal"),
    [
        ({"payer": ESCROW}, {}, errors.InvalidPayer(ESCROW)),
        ({"milestones": bytes(32)}, {}, errors.RootMismatch(stage().deal.milestones, bytes(32))),
        ({}, {"value": 1}, errors.InvalidValue(1, 0)),
        ({"token": ZERO_ADDRESS}, {"value": 106}, errors.InvalidValue(106, 107)),
        ({"token": ZERO_ADDRESS}, {"value": 108}, errors.InvalidValue(108, 107)),
        ({"token": BROKER}, {}, errors.InvalidToken(BROKER)),
        ({}, {"sender": STRANGER}, errors.ERC20InsufficientAllowance(ESCROW, 0, 107)),
        ({}, {"now": milestone().deadline}, errors.InvalidDeadline(0, milestone().deadline, milestone().deadline)),
    ],
)
def test_an_opening_is_refused(fields: dict[str, Any], call: dict[str, Any], refusal: Refusal) -> None:
    """Bad terms, another root, a wrong value, no token there, and no leave to take the money."""
    there = stage(opened=False, **fields)
    assert refuses(there, opening(there, **call)) == refusal


def test_too_little_money() -> None:
    """The sender has to have the total."""
    there = stage(milestone(payouts=(payout(amount=WEALTH),)), milestone(1), opened=False)
    there.model.bank.allowances[TOKEN, PAYER] = 2 * WEALTH
    refusal = refuses(there, opening(there))
    assert refusal == errors.ERC20InsufficientBalance(PAYER, WEALTH, WEALTH + 107)


def test_a_deal_is_opened_once() -> None:
    """The same deal is refused while it is open, and for ever after it is finished."""
    there = stage()
    assert refuses(there, opening(there)) == errors.DealExists(there.id)
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    assert refuses(there, opening(there)) == errors.DealExists(there.id)


@pytest.mark.parametrize("call", ["attest", "release", "refund", "conclude"])
def test_a_deal_must_be_open(call: str) -> None:
    """A deal that nobody opened is not there, whatever is selected of it."""
    there = stage(opened=False)
    refusal = refuses(there, lambda: there.call(call, Selection(milestones=()), NOW))
    assert refusal == errors.DealNotFound(there.id)


@pytest.mark.parametrize("call", ["attest", "release", "refund", "conclude"])
def test_a_selection_must_be_of_the_deal(call: str) -> None:
    """Foreign milestones, malformed proofs and steps into nothing are refused before anything else is looked at."""
    there = stage(milestone(0), milestone(1), milestone(2))
    foreign = Selection(milestones=(milestone(5),))
    root = there.deal.milestones
    cases = [
        (foreign, errors.RootMismatch(foreign.root(), root)),
        (Selection(milestones=()), errors.MerkleProofInvalidMultiproof()),
        (Selection(milestones=(), proof=(root, root), proof_flags=(True,)), errors.Panic(0x32)),
    ]
    for selection, refusal in cases:
        assert refuses(there, lambda selection=selection: there.call(call, selection, NOW)) == refusal  # type: ignore[misc]


def test_the_root_alone_selects_nothing() -> None:
    """A proof of no milestones may hold, and then there is nothing to do."""
    there = stage(milestone(0), milestone(1))
    nothing = Selection(milestones=(), proof=(there.deal.milestones,))
    refusal = refuses(there, lambda: there.model.release(there.deal, nothing, sender=PAYER, now=NOW))
    assert refusal == errors.NothingToDo(there.id)


@pytest.mark.parametrize("sender", [PAYEE, BROKER, ARBITER, ATTESTOR, STRANGER])
def test_only_the_payer_releases(sender: str) -> None:
    """Nobody else releases, whatever the deal calls them."""
    there = stage()
    refusal = refuses(there, lambda: there.model.release(there.deal, there.select(), sender=sender, now=NOW))
    assert refusal == errors.NotPayer(sender, PAYER)


def test_only_the_payee_refunds() -> None:
    """Nobody else refunds, not even who gets a fee; the milestone that is somebody else's is named."""
    there = stage(milestone(0), milestone(1, payouts=(payout(BROKER),)))
    everything = there.select()
    refusal = refuses(there, lambda: there.model.refund(there.deal, everything, sender=PAYEE, now=NOW))
    assert refusal == errors.NotPayee(PAYEE, BROKER, 1)
    refusal = refuses(there, lambda: there.model.refund(there.deal, everything, sender=BROKER, now=NOW))
    assert refusal == errors.NotPayee(BROKER, PAYEE, 0)


def test_a_settled_milestone_is_nobodys() -> None:
    """Authority is asked for only where something is done."""
    there = stage(milestone(0), milestone(1, payouts=(payout(BROKER),)))
    there.model.release(there.deal, there.select(1), sender=PAYER, now=NOW)
    there.model.refund(there.deal, there.select(), sender=PAYEE, now=NOW)
    assert there.model.deals[there.id].held == 0


@pytest.mark.parametrize(("valid_until", "expired"), [(NOW - 1, True), (NOW, True), (NOW + 1, False)])
def test_an_attestation_is_valid_before_its_end(valid_until: int, expired: bool) -> None:
    """In the second that it names an attestation is void."""
    there = stage()
    if not expired:
        assert there.attest(there.select(), now=NOW, valid_until=valid_until)
        return
    refusal = refuses(there, lambda: there.attest(there.select(), now=NOW, valid_until=valid_until))
    assert refusal == errors.AttestationExpired(valid_until, NOW)


def test_a_selection_stays_within_the_attestation() -> None:
    """A milestone that is selected and not attested is named, unless there is nothing to do with it."""
    there = stage(milestone(0), milestone(1))
    refusal = refuses(there, lambda: there.attest(there.select(), now=NOW, milestones=0b10))
    assert refusal == errors.NotAttested(0, 0b10)
    there.model.release(there.deal, there.select(0), sender=PAYER, now=NOW)
    assert there.attest(there.select(), now=NOW, milestones=0b10)


STATEMENT = Attestation(deal=stage().id, milestones=1, evidence=EVIDENCE, valid_until=NOW + 1)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(65),
        sign(STATEMENT.digest(DOMAIN), PrivateKey(b"\x07" * 32)),
        sign(STATEMENT.model_copy(update={"deal": bytes(32)}).digest(DOMAIN)),
        sign(STATEMENT.model_copy(update={"milestones": 3}).digest(DOMAIN)),
        sign(STATEMENT.model_copy(update={"evidence": bytes(32)}).digest(DOMAIN)),
        sign(STATEMENT.model_copy(update={"valid_until": NOW + 2}).digest(DOMAIN)),
        sign(STATEMENT.digest(DOMAIN.model_copy(update={"chain_id": 1}))),
        sign(STATEMENT.digest(DOMAIN.model_copy(update={"contract": PAYEE}))),
    ],
)
def test_a_signature_is_over_this_very_statement(signature: bytes) -> None:
    """Another signer, deal, bitmap, evidence, time, chain or contract makes another signature."""
    there = stage()
    refusal = refuses(there, lambda: there.attest(there.select(), now=NOW, signature=signature))
    assert refusal == errors.InvalidAttestation(ATTESTOR)
    assert there.attest(there.select(), now=NOW, signature=sign(STATEMENT.digest(DOMAIN)))


@pytest.mark.parametrize("attestor", [ZERO_ADDRESS, TOKEN])
def test_nobody_attests_for_nobody(attestor: str) -> None:
    """A deal without an attestor, and one whose attestor is no signer, take no attestation."""
    there = stage(attestor=attestor)
    assert refuses(there, lambda: there.attest(there.select(), now=NOW)) == errors.InvalidAttestation(attestor)


def credited() -> Stage:
    """A stage on which the payee waits for 100."""
    there = stage()
    there.model.bank.refusing.add((TOKEN, PAYEE))
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    return there


@pytest.mark.parametrize(
    ("owner", "to", "sender", "refusal"),
    [
        (PAYEE, STRANGER, STRANGER, errors.NotOwner(STRANGER, PAYEE)),
        (PAYEE, ZERO_ADDRESS, PAYEE, errors.InvalidRecipient(ZERO_ADDRESS)),
        (PAYEE, ESCROW, PAYEE, errors.InvalidRecipient(ESCROW)),
        (BROKER, BROKER, STRANGER, errors.NothingToClaim(TOKEN, BROKER)),
        (PAYEE, PAYEE, STRANGER, errors.SafeERC20FailedOperation(TOKEN)),
    ],
)
def test_a_claim_is_refused(owner: str, to: str, sender: str, refusal: Refusal) -> None:
    """Others may not redirect it, nobody may burn it, and what still can't be paid stays a credit."""
    there = credited()
    assert refuses(there, lambda: there.model.claim(TOKEN, owner, to, sender=sender)) == refusal


def test_a_claim_of_coin_that_is_refused() -> None:
    """A wallet that still takes no coin is told as a failed call."""
    there = stage(token=ZERO_ADDRESS)
    there.model.bank.refusing.add((ZERO_ADDRESS, PAYEE))
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    refusal = refuses(there, lambda: there.model.claim(ZERO_ADDRESS, PAYEE, PAYEE, sender=PAYEE))
    assert refusal == errors.FailedCall()
