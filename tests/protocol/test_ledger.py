"""What a failed payment leaves behind, and what is found of a deal."""

from functools import partial

import pytest

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Selection
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Claimed, Credited, Released, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call, Progress
from tests.protocol.examples import (
    ARBITER,
    BROKER,
    ESCROW,
    NOW,
    PAYEE,
    STRANGER,
    TOKEN,
    milestone,
    payout,
)
from tests.protocol.stage import Stage, stage

CALLS = [call for call in Call if call is not Call.DELIVER]


def credited(token: str = TOKEN) -> Stage:
    """A stage on which the payee waits for 100."""
    there = stage(token=token)
    there.model.bank.refusing.add((token, PAYEE))
    there.call(Call.RELEASE, there.select(), NOW)
    return there


def test_a_failed_payment_is_credited() -> None:
    """Who can't be paid gets a credit, and everybody else the money."""
    there = stage()
    there.model.bank.refusing.add((TOKEN, PAYEE))
    events = there.call(Call.RELEASE, there.select(), NOW)
    assert events == [Released(there.id, 1, 107), Credited(TOKEN, PAYEE, 100)]
    assert there.model.credits == {(TOKEN, PAYEE): 100}
    assert (there.has(BROKER), there.has(ESCROW)) == (7, 100)


def test_credits_add_up() -> None:
    """Two failed payments are one credit."""
    there = stage(milestone(payouts=(payout(), payout(PAYEE, 5))))
    there.model.bank.refusing.add((TOKEN, PAYEE))
    there.call(Call.RELEASE, there.select(), NOW)
    assert there.model.credit(TOKEN, PAYEE) == 105
    assert there.model.credit(ZERO_ADDRESS, PAYEE) == 0


@pytest.mark.parametrize(("to", "sender"), [(PAYEE, STRANGER), (PAYEE, PAYEE), (ARBITER, PAYEE)])
def test_a_credit_is_claimed_once(to: str, sender: str) -> None:
    """Anybody may push a credit to its owner, the owner may send it anywhere, and then it is gone."""
    there = credited()
    there.model.bank.refusing.clear()
    assert there.model.claim(TOKEN, PAYEE, to, sender=sender) == [Claimed(TOKEN, PAYEE, to, 100)]
    assert (there.has(to), there.model.credits) == (100, {})
    with pytest.raises(errors.NothingToClaim):
        there.model.claim(TOKEN, PAYEE, to, sender=sender)


@pytest.mark.parametrize(
    ("owner", "to", "sender", "refusal"),
    [
        (PAYEE, STRANGER, STRANGER, errors.NotOwner(STRANGER, PAYEE)),
        (PAYEE, ZERO_ADDRESS, PAYEE, errors.InvalidRecipient(ZERO_ADDRESS)),
        (PAYEE, ESCROW, PAYEE, errors.InvalidRecipient(ESCROW)),
        (PAYEE, ESCROW, STRANGER, errors.NotOwner(STRANGER, PAYEE)),
        (BROKER, BROKER, STRANGER, errors.NothingToClaim(TOKEN, BROKER)),
        (PAYEE, PAYEE, STRANGER, errors.SafeERC20FailedOperation(TOKEN)),
    ],
)
def test_a_claim_is_refused(owner: str, to: str, sender: str, refusal: Refusal) -> None:
    """Others may not redirect it, nobody may burn it, and what still can't be paid stays a credit."""
    there = credited()
    assert there.refuses(lambda: there.model.claim(TOKEN, owner, to, sender=sender)) == refusal


def test_a_claim_of_coin_that_is_refused() -> None:
    """A wallet that still takes no coin is told as a failed call."""
    there = credited(ZERO_ADDRESS)
    refusal = there.refuses(lambda: there.model.claim(ZERO_ADDRESS, PAYEE, PAYEE, sender=PAYEE))
    assert refusal == errors.FailedCall()


@pytest.mark.parametrize("call", CALLS)
def test_a_deal_must_be_open(call: Call) -> None:
    """A deal that nobody opened is not there, whoever asks for it."""
    there = stage(opened=False)
    assert there.refuses(lambda: there.call(call, there.select(), NOW)) == errors.DealNotFound(there.id)
    assert there.model.status(there.id, 0) == Progress(State.NONE)
    assert there.model.holding(there.id) == (0, 0)


@pytest.mark.parametrize("call", CALLS)
def test_a_selection_must_be_of_the_deal(call: Call) -> None:
    """Foreign milestones make another deal's id; malformed proofs are refused before anything else is looked at."""
    there = stage(milestone(0), milestone(1), milestone(2))
    foreign = Selection(milestones=(milestone(5),))
    two = there.milestones[:2]
    cases = [
        (foreign, errors.DealNotFound(there.deal.over(foreign.root()).id(there.model.domain))),
        (Selection(milestones=()), errors.InvalidMilestoneCount(0)),
        (
            Selection(milestones=two, proof=(there.milestones[2].leaf, (0b11).to_bytes(32))),
            errors.MerkleProofInvalidMultiproof(),
        ),
        (Selection(milestones=two, proof=(bytes(32),)), errors.Panic(0x32)),
    ]
    for selection, refusal in cases:
        assert there.refuses(partial(there.call, call, selection, NOW)) == refusal


def test_a_milestone_given_twice_is_of_no_deal() -> None:
    """Next to itself it is another milestone, and apart from itself no proof of it is left."""
    there = stage(milestone(0), milestone(1), milestone(2))
    first, second, third = there.milestones
    for given in ((first, first), (first, second, third, first), (first, second, first)):
        selection = Selection(milestones=given)
        refusal = there.refuses(partial(there.call, Call.RELEASE, selection, NOW))
        assert isinstance(refusal, errors.DealNotFound)


def test_a_root_given_in_the_deal_is_not_believed() -> None:
    """A deal is found by what is selected of it, as calls don't bring its root."""
    there = stage(milestone(0), milestone(1))
    told = there.model.release(there.deal.over(bytes(32)), there.select(1), sender=there.deal.payer, now=NOW)
    assert told == [Released(there.id, 0b10, 107)]
