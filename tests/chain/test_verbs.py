"""Every right, used from the own account and by somebody who carries a signature, on Anvil."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.call import Word
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.node import Receipt
from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Milestone, Selection, select
from escrow_chain.protocol.events import (
    Accepted,
    Agreed,
    Disputed,
    Event,
    Expired,
    Lapsed,
    Refunded,
    Released,
    Revoked,
    Ruled,
    State,
)
from escrow_chain.protocol.typed_data import (
    Attestation,
    Message,
    PayeeDispute,
    PayeeSettlement,
    PayerDispute,
    PayerSettlement,
    Refund,
    Release,
    Revocation,
    Ruling,
)
from tests.chain.conftest import MakeDeal

FOREVER = (1 << 40) - 1


class Table:
    """Deals of two milestones, both to the first payee, and everybody around them."""

    def __init__(self, client: EscrowClient, token: Erc20, make_deal: MakeDeal, chain: Anvil) -> None:
        self.client, self.token, self.chain = client, token, chain
        _, self.payer, self.payee, _, _, self.attestor, self.arbiter, self.stranger, *_ = chain.accounts
        self._make = make_deal

    def open(self, *, inspection_period: int = 0, revocable_until: int = 0) -> tuple[Deal, tuple[Milestone, ...]]:
        """A deal, funded."""
        deal, milestones = self._make(
            token=self.token.address, count=2, inspection_period=inspection_period, revocable_until=revocable_until
        )
        both = tuple(each.model_copy(update={"payouts": milestones[0].payouts}) for each in milestones)
        deal = deal.over(select(both, [0, 1]).root()).model_copy(update={"arbiter": self.arbiter.address})
        self.client.open(deal, both, self.payer)
        return deal, both

    def id(self, deal: Deal) -> bytes:
        """A deal's id."""
        return deal.id(self.client.deal_domain)

    def sign(self, message: Message, account: LocalAccount) -> bytes:
        """A signature of 65 bytes."""
        return bytes(account.unsafe_sign_hash(Hash32(message.digest(self.client.domain))).signature)

    def carry(self, deal: Deal, selection: Selection, word: Word, signer: LocalAccount) -> Receipt:
        """Somebody who has no part in the deal brings what another signed."""
        return self.client.carry(deal, selection, word, self.sign(word, signer), self.stranger)

    def deliver(self, deal: Deal, selection: Selection) -> None:
        """The attestor's word on a selection."""
        indices = [milestone.index for milestone in selection.milestones]
        word = Attestation(
            deal=self.id(deal),
            milestones=sum(1 << index for index in indices),
            evidence=b"\x11" * 32,
            valid_until=FOREVER,
        )
        self.carry(deal, selection, word, self.attestor)

    def dispute(self, deal: Deal, selection: Selection) -> None:
        """Delivered, and disputed by the payer."""
        self.deliver(deal, selection)
        self.client.dispute(deal, selection, self.payer)

    def wait(self, seconds: int) -> None:
        """Lets time pass."""
        for method, arguments in (("evm_increaseTime", [seconds]), ("evm_mine", [])):
            self.client.node.w3.provider.make_request(method, arguments)  # type: ignore[arg-type]


@pytest.fixture
def table(client: EscrowClient, token: Erc20, make_deal: MakeDeal, chain: Anvil) -> Table:
    return Table(client, token, make_deal, chain)


@dataclass(frozen=True)
class Right:
    """What one person may do with milestones alone: by which call or signed word, in which deals, to what effect."""

    owner: str
    call: Callable[[EscrowClient, Deal, Selection, LocalAccount], Receipt]
    word: Callable[..., Word]
    event: Callable[[bytes, int, LocalAccount], Event]
    state: State
    terms: Mapping[str, int] = field(default_factory=dict)


def paid(event: Callable[[bytes, int, int], Event]) -> Callable[[bytes, int, LocalAccount], Event]:
    """With the sum of the milestones."""
    return lambda id_, bits, _: event(id_, bits, 100 * bits.bit_count())


def disputed(id_: bytes, bits: int, by: LocalAccount) -> Event:
    return Disputed(id_, bits, by.address)


INSPECTED = {"inspection_period": 600}
RIGHTS = {
    "release": Right("payer", EscrowClient.release, Release, paid(Released), State.SETTLED),
    "refund": Right("payee", EscrowClient.refund, Refund, paid(Refunded), State.SETTLED),
    "revoke": Right(
        "payer", EscrowClient.revoke, Revocation, paid(Revoked), State.SETTLED, {"revocable_until": FOREVER}
    ),
    "payer's dispute": Right("payer", EscrowClient.dispute, PayerDispute, disputed, State.DISPUTED, INSPECTED),
    "payee's dispute": Right("payee", EscrowClient.dispute, PayeeDispute, disputed, State.DISPUTED),
}


@pytest.mark.parametrize("indices", [[0], [0, 1]])
@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("right", RIGHTS.values(), ids=RIGHTS)
def test_a_right_is_used_by_its_owner_or_by_who_carries_the_word(
    table: Table, right: Right, carried: bool, indices: list[int]
) -> None:
    """Of one milestone or of all, with the same effect: the event that says so."""
    deal, milestones = table.open(**right.terms)
    selection, bits = select(milestones, indices), sum(1 << index for index in indices)
    if deal.inspection_period:
        table.deliver(deal, selection)
    owner: LocalAccount = getattr(table, right.owner)
    if carried:
        word = right.word(deal=table.id(deal), milestones=bits, valid_until=FOREVER)
        receipt = table.carry(deal, selection, word, owner)
    else:
        receipt = right.call(table.client, deal, selection, owner)
    assert receipt.events == (right.event(table.id(deal), bits, owner),)
    assert table.client.status(table.id(deal), indices[-1]).state == right.state


@pytest.mark.parametrize("carried", [False, True])
def test_the_arbiter_splits_what_is_disputed(table: Table, carried: bool) -> None:
    """From the own account or by signature; the rest goes back to the payer."""
    deal, milestones = table.open(inspection_period=600)
    selection = select(milestones, [1])
    table.dispute(deal, selection)
    word = Ruling(deal=table.id(deal), milestone=1, to_payees=30, valid_until=FOREVER)
    if carried:
        receipt = table.carry(deal, selection, word, table.arbiter)
    else:
        receipt = table.client.rule(deal, selection, table.arbiter, to_payees=30)
    assert receipt.events == (Ruled(table.id(deal), 1, 30, 70),)
    assert table.token.balance(table.payee.address) == 30
    with pytest.raises(errors.NothingToDo):
        table.client.rule(deal, selection, table.arbiter, to_payees=30)


@pytest.mark.parametrize("sender", ["payer", "payee", "stranger"])
def test_both_sides_split_as_they_agreed(table: Table, sender: str) -> None:
    """Who sends it needs no signature; a stranger brings both."""
    deal, milestones = table.open()
    fields = {"deal": table.id(deal), "milestone": 0, "to_payees": 1, "valid_until": FOREVER}
    payer_says, payee_says = PayerSettlement(**fields), PayeeSettlement(**fields)
    signatures = {
        "payer_signature": b"" if sender == "payer" else table.sign(payer_says, table.payer),
        "payee_signature": b"" if sender == "payee" else table.sign(payee_says, table.payee),
    }
    account: LocalAccount = getattr(table, sender)
    receipt = table.client.settle(deal, select(milestones, [0]), payer_says, account, **signatures)
    assert receipt.events == (Agreed(table.id(deal), 0, 1, 99),)
    with pytest.raises(errors.InvalidSignature):
        table.client.settle(deal, select(milestones, [1]), payer_says, table.stranger, **signatures)


def test_clocks_decide_when_nobody_does(table: Table) -> None:
    """Not disputed: paid. Not ruled on: split by the deal's share. Not delivered: returned."""
    deal, milestones = table.open(inspection_period=600)
    table.deliver(deal, select(milestones, [0]))
    table.wait(600)
    receipt = table.client.conclude(deal, select(milestones, [0]), table.stranger)
    assert receipt.events == (Accepted(table.id(deal), 0b01, 100),)

    other, others = table.open(inspection_period=600)
    table.dispute(other, select(others, [0]))
    table.wait(86_400)
    receipt = table.client.conclude(other, select(others, [0, 1]), table.stranger)
    assert receipt.events == (Expired(table.id(other), 0b10, 100), Lapsed(table.id(other), 0, 50, 50))
