"""Several calls in one chain transaction, through the real code of Multicall3."""

import pytest
from ape_ethereum.multicall.constants import MULTICALL3_CODE
from eth_account.signers.local import LocalAccount

from bench.compiled import init_code
from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.chain import batch
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.call import Call
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.create2 import address_of, deployment_call
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.node import Node
from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import select
from escrow_chain.protocol.events import Delivered
from escrow_chain.protocol.typed_data import Attestation
from tests.chain.conftest import MakeDeal


@pytest.fixture
def multicall(node: Node) -> None:
    """Puts Multicall3 where it is on other chains."""
    node.w3.provider.make_request("anvil_setCode", [batch.MULTICALL3, MULTICALL3_CODE.to_0x_hex()])  # type: ignore[arg-type]


@pytest.fixture
def calls(
    client: EscrowClient, token: Erc20, make_deal: MakeDeal, payer: LocalAccount, attestor: LocalAccount
) -> list[Call]:
    """Attestations for four deals; the second deal is settled, and of the third the signature is somebody else's."""
    calls = []
    for place in range(4):
        deal, milestones = make_deal(token=token.address, count=2)
        client.open(deal, milestones, payer)
        word = Attestation(
            deal=deal.id(client.domain), milestones=0b11, evidence=bytes(32), valid_until=client.node.timestamp() + 600
        )
        signature = sign(word, client.domain, LocalAttestor(payer if place == 2 else attestor))
        calls.append(Call.carry(deal, select(milestones, [0, 1]), word, signature))
        if place == 1:
            client.release(deal, select(milestones, [0, 1]), payer)
    return calls


def test_one_that_is_refused_does_not_stop_the_others(
    chain: Anvil, client: EscrowClient, calls: list[Call], multicall: None, attestor: LocalAccount
) -> None:
    """Each call has its own answer, and those that were sent have their effect."""
    sent = batch.send(client, calls, chain.accounts[9])
    taken, settled, false, also_taken = sent.refusals
    assert taken is also_taken is None
    assert isinstance(settled, errors.NothingToDo)
    assert false == errors.InvalidSignature(attestor.address)
    (receipt,) = sent.receipts
    assert [event.to_payees for event in receipt.events if isinstance(event, Delivered)] == [200, 200]
    assert len(receipt.events) == 2

    again = batch.send(client, calls[:1], chain.accounts[9])
    assert again.receipts == ()
    assert isinstance(again.refusals[0], errors.NothingToDo)


def test_a_batch_has_gas_for_all_of_its_calls(
    chain: Anvil, client: EscrowClient, calls: list[Call], multicall: None
) -> None:
    """The node's estimate of the whole would do with less: a call that lacks gas looks like one that is refused."""
    good = [calls[0], calls[3]]
    sent = batch.send(client, good, chain.accounts[9])
    (receipt,) = sent.receipts
    limit = client.node.w3.eth.get_transaction(receipt.hash)["gas"]  # type: ignore[arg-type]
    assert limit > 2 * 548_000


def test_a_signer_that_burns_the_gas_of_others_holds_nobody_up(
    chain: Anvil, client: EscrowClient, token: Erc20, make_deal: MakeDeal, calls: list[Call], multicall: None
) -> None:
    """It agrees when it is estimated, and eats all gas when it counts: what it starved is sent alone."""
    code = init_code("TwoFacedAttestor")
    client.node.send(deployment_call(code), chain.accounts[0])
    deal, milestones = make_deal(token=token.address, count=1)
    deal = deal.model_copy(update={"attestor": address_of(code)})
    client.open(deal, milestones, chain.accounts[1])
    word = Attestation(
        deal=deal.id(client.domain), milestones=1, evidence=bytes(32), valid_until=client.node.timestamp() + 600
    )
    hostile = Call.carry(deal, select(milestones, [0]), word, b"")

    sent = batch.send(client, [hostile, calls[0], calls[3]], chain.accounts[9])
    assert sent.refusals == (errors.InvalidSignature(deal.attestor), None, None)
    together, *alone = sent.receipts
    assert together.events == ()
    assert [type(receipt.events[0]) for receipt in alone] == [Delivered, Delivered]


def test_a_chain_without_multicall_is_named(chain: Anvil, client: EscrowClient, calls: list[Call]) -> None:
    """Nothing is sent into the void."""
    with pytest.raises(batch.MulticallMissing, match="send the calls one by one"):
        batch.send(client, calls, chain.accounts[9])


def test_a_call_with_value_is_no_part_of_a_batch(chain: Anvil, client: EscrowClient, multicall: None) -> None:
    """Who funds a deal does it alone."""
    with pytest.raises(ValueError, match="takes no value"):
        batch.send(client, [Call(b"", value=1)], chain.accounts[9])
