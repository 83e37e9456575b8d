"""The typed client, against the real contract on Anvil."""

from collections.abc import Callable

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import ChainUnknown, Deployments
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import (
    DealUnknown,
    InsufficientAllowance,
    InsufficientCoin,
    InsufficientToken,
    NodeUnreachable,
    NotDeployed,
    WrongChain,
)
from escrow_chain.chain.node import Node
from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Milestone, select
from escrow_chain.protocol.events import Delivered, Opened, Refunded, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Progress
from escrow_chain.protocol.typed_data import Attestation, Domain

MakeDeal = Callable[..., tuple[Deal, tuple[Milestone, ...]]]


def attest(
    client: EscrowClient, deal: Deal, milestones: tuple[Milestone, ...], indices: list[int], attestor: LocalAccount
) -> tuple[Attestation, bytes]:
    """A statement over `indices`, and its signature."""
    statement = Attestation(
        deal=deal.id(client.domain),
        milestones=sum(1 << index for index in indices),
        evidence=b"\x11" * 32,
        valid_until=client.node.timestamp() + 3_600,
    )
    return statement, sign(statement, client.domain, LocalAttestor(attestor))


def test_a_deal_goes_from_open_to_settled(
    chain: Anvil,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
    attestor: LocalAccount,
) -> None:
    """One milestone on the attestor's word, one on the payer's, one given back: each unit arrives once."""
    deal, milestones = make_deal(token=token.address)
    deal_id = deal.id(client.domain)
    assert client.open(deal, milestones, payer).events == (Opened(deal_id, payer.address, deal, milestones),)
    assert client.holding(deal_id) == (300, 0)

    statement, signature = attest(client, deal, milestones, [0], attestor)
    attested = client.attest(deal, select(milestones, [0]), statement, signature, chain.accounts[9])
    assert attested.events == (Delivered(deal_id, 1, statement.evidence, 100),)
    client.release(deal, select(milestones, [1]), payer)
    assert client.refund(deal, select(milestones, [2]), payees[2]).events == (Refunded(deal_id, 4, 100),)

    assert client.holding(deal_id) == (0, 0b111)
    assert [token.balance(each.address) for each in payees] == [100, 100, 0]
    assert token.balance(payer.address) == 1_000_000 - 200
    assert token.balance(client.address) == 0


def test_the_coin_is_money_too(
    client: EscrowClient, make_deal: MakeDeal, payer: LocalAccount, payees: tuple[LocalAccount, ...]
) -> None:
    """A deal in the chain's own coin takes its total as value and pays it out."""
    deal, milestones = make_deal(token=ZERO_ADDRESS, count=1)
    before = client.node.balance(payees[0].address)
    client.open(deal, milestones, payer)
    client.release(deal, select(milestones, [0]), payer)
    assert client.node.balance(payees[0].address) == before + 100


def test_an_inspection_delays_the_payment(
    chain: Anvil,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
    attestor: LocalAccount,
) -> None:
    """Attested, a milestone with an inspection period is delivered; anybody concludes it when that is over."""
    deal, milestones = make_deal(token=token.address, count=1, inspection_period=600)
    deal_id = deal.id(client.domain)
    client.open(deal, milestones, payer)
    assert client.status(deal_id, 0) == Progress(State.OPEN)
    statement, signature = attest(client, deal, milestones, [0], attestor)
    client.attest(deal, select(milestones, [0]), statement, signature, payees[1])
    ends = client.node.timestamp() + 600
    assert client.status(deal_id, 0) == Progress(State.DELIVERED, ends)
    with pytest.raises(errors.NothingToDo):
        client.conclude(deal, select(milestones, [0]), payees[1])
    client.node.w3.provider.make_request("evm_setNextBlockTimestamp", [ends])
    client.node.w3.provider.make_request("evm_mine", [])
    client.conclude(deal, select(milestones, [0]), payees[1])
    assert client.status(deal_id, 0) == Progress(State.SETTLED)
    assert token.balance(payees[0].address) == 100


def test_the_terms_are_read_back_from_the_chain(
    client: EscrowClient, token: Erc20, make_deal: MakeDeal, payer: LocalAccount
) -> None:
    """Who knows only the id finds all that later calls need."""
    deals = [make_deal(token=token.address, count=count) for count in (1, 3)]
    for deal, milestones in deals:
        client.open(deal, milestones, payer)
    for deal, milestones in deals:
        found = client.opened(deal.id(client.domain))
        assert (found.deal, found.milestones) == (deal, milestones)
    with pytest.raises(DealUnknown):
        client.opened(bytes(32))


def test_a_chain_that_changes_its_id_strands_no_deal(
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
    attestor: LocalAccount,
) -> None:
    """Ids stay those of the deployment, and are still held against the terms; people sign under the new id."""
    deal, milestones = make_deal(token=token.address, count=2)
    deal_id = deal.id(client.domain)
    client.open(deal, milestones, payer)
    client.node.w3.provider.make_request("anvil_setChainId", [7_777])

    forked = EscrowClient(Node(client.node.url), client.address)
    assert forked.domain == Domain(chain_id=7_777, contract=client.address)
    assert forked.deal_domain == client.domain
    found = forked.opened(deal_id)
    assert (found.deal, found.milestones) == (deal, milestones)
    selection = select(milestones, [0])
    stale = Attestation(deal=deal_id, milestones=1, evidence=bytes(32), valid_until=forked.node.timestamp() + 600)
    with pytest.raises(errors.InvalidSignature):
        forked.attest(deal, selection, stale, sign(stale, client.domain, LocalAttestor(attestor)), payer)
    forked.attest(deal, selection, stale, sign(stale, forked.domain, LocalAttestor(attestor)), payer)
    forked.release(deal, select(milestones, [1]), payer)
    assert [token.balance(each.address) for each in payees[:2]] == [100, 100]


def test_what_the_contract_refuses_is_a_typed_exception_with_its_values(
    client: EscrowClient, token: Erc20, make_deal: MakeDeal, payer: LocalAccount, payees: tuple[LocalAccount, ...]
) -> None:
    """A refusal carries the contract's values, and nothing is sent for it."""
    deal, milestones = make_deal(token=token.address)
    selection = select(milestones, [0])
    deal_id = deal.id(client.domain)
    with pytest.raises(errors.DealNotFound) as unknown:
        client.release(deal, selection, payer)
    assert unknown.value == errors.DealNotFound(deal_id)
    client.open(deal, milestones, payer)
    sent = client.node.w3.eth.get_transaction_count(payees[0].address)
    with pytest.raises(errors.NotPayer) as stranger:
        client.release(deal, selection, payees[0])
    assert stranger.value == errors.NotPayer(payees[0].address, payer.address)
    assert client.node.w3.eth.get_transaction_count(payees[0].address) == sent
    with pytest.raises(errors.NothingToClaim):
        client.claim(token.address, payer.address, payer)


def test_money_that_is_missing_is_named_before_anything_is_sent(
    chain: Anvil, client: EscrowClient, token: Erc20, make_deal: MakeDeal, payer: LocalAccount
) -> None:
    """Too little of the token, no allowance, and no coin for gas are three different errors with their amounts."""
    poor = chain.accounts[8]
    deal, milestones = make_deal(token=token.address)
    with pytest.raises(InsufficientToken) as few:
        client.open(deal, milestones, poor)
    assert few.value == InsufficientToken(token.address, poor.address, 0, 300)
    token.mint(poor.address, 300, payer)
    with pytest.raises(InsufficientAllowance) as unapproved:
        client.open(deal, milestones, poor)
    assert unapproved.value == InsufficientAllowance(token.address, poor.address, 0, 300)
    penniless = Account.create()
    with pytest.raises(InsufficientCoin) as penny:
        token.approve(client.address, 1, penniless)
    assert penny.value.balance == 0


def test_a_wrong_node_is_named(chain: Anvil, node: Node, tmp_path: object) -> None:
    """No node, another chain, no contract, and no record of one are told apart."""
    with pytest.raises(NodeUnreachable, match=r"no node answers at http://127\.0\.0\.1:9"):
        Node("http://127.0.0.1:9")
    with pytest.raises(WrongChain) as wrong:
        Node(chain.url, chain_id=1)
    assert wrong.value == WrongChain(1, 31_337)
    with pytest.raises(NotDeployed):
        EscrowClient(node, "0x" + "11" * 20)
    with pytest.raises(ChainUnknown):
        EscrowClient.deployed(node, Deployments(tmp_path / "none.json"))  # type: ignore[operator]
