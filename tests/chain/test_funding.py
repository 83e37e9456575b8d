"""Deals funded on a signature to the token: permits (ERC-2612) and authorizations (ERC-3009)."""

import pytest
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from bench.compiled import init_code
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.create2 import address_of, deployment_call
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import InsufficientToken, UnknownRevert
from escrow_chain.chain.node import Node
from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal
from escrow_chain.protocol.events import Opened
from escrow_chain.protocol.signatures import compact
from escrow_chain.protocol.typed_data import Domain, Message, Permit, ReceiveWithAuthorization
from tests.chain.conftest import MakeDeal

FOREVER = (1 << 40) - 1


@pytest.fixture
def dollar(node: Node, chain: Anvil, payer: LocalAccount) -> Erc20:
    """A token that takes signatures. The payer has 300 units, and has approved nothing."""
    code = init_code("AuthorizationToken")
    node.send(deployment_call(code), chain.accounts[0])
    dollar = Erc20(node, address_of(code))
    dollar.mint(payer.address, 300, chain.accounts[0])
    return dollar


def signed(message: Message, token: Erc20, account: LocalAccount) -> bytes:
    """A signature to the token."""
    domain = Domain(chain_id=token.node.chain_id, contract=token.address, name="Authorization Dollar")
    return bytes(account.unsafe_sign_hash(Hash32(message.digest(domain))).signature)


def authorization(client: EscrowClient, deal: Deal, *, value: int = 300) -> ReceiveWithAuthorization:
    """The payer's word that the escrow may take the total, for this deal alone."""
    return ReceiveWithAuthorization(
        payer=deal.payer,
        escrow=client.address,
        value=value,
        valid_after=0,
        valid_before=FOREVER,
        nonce=deal.id(client.deal_domain),
    )


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_payer_without_coin_funds_a_deal_by_signature(
    chain: Anvil, client: EscrowClient, dollar: Erc20, make_deal: MakeDeal, payer: LocalAccount, as_bytes: bool
) -> None:
    """Somebody else carries it. A key's 65 bytes go as v, r, s; anything else as bytes, as contracts sign."""
    deal, milestones = make_deal(token=dollar.address)
    word = authorization(client, deal)
    signature = signed(word, dollar, payer)
    if as_bytes:
        refusing = "0x5f5f5260205ff3"  # answers zero: no signature is valid
        client.node.w3.provider.make_request("anvil_setCode", [payer.address, refusing])  # type: ignore[arg-type]
        with pytest.raises(UnknownRevert):
            client.open_with_authorization(deal, milestones, word, compact(signature), chain.accounts[9])
        approving = "0x631626ba7e60e01b5f5260205ff3"  # answers as ERC-1271 does when a signature is valid
        client.node.w3.provider.make_request("anvil_setCode", [payer.address, approving])  # type: ignore[arg-type]
        signature = compact(signature)
    receipt = client.open_with_authorization(deal, milestones, word, signature, chain.accounts[9])
    assert receipt.events == (Opened(deal.id(client.domain), payer.address, deal, milestones),)
    assert dollar.balance(client.address) == 300


def test_an_authorization_funds_one_deal_alone(
    chain: Anvil, client: EscrowClient, dollar: Erc20, make_deal: MakeDeal, payer: LocalAccount
) -> None:
    """For another deal, or another amount, the token doesn't take it; a payer who has too little is named."""
    deal, milestones = make_deal(token=dollar.address)
    other, others = make_deal(token=dollar.address)
    for word in (authorization(client, other), authorization(client, deal, value=299)):
        with pytest.raises(UnknownRevert):
            client.open_with_authorization(deal, milestones, word, signed(word, dollar, payer), chain.accounts[9])
    word = authorization(client, deal)
    client.open_with_authorization(deal, milestones, word, signed(word, dollar, payer), chain.accounts[9])
    word = authorization(client, other)
    with pytest.raises(InsufficientToken) as few:
        client.open_with_authorization(other, others, word, signed(word, dollar, payer), chain.accounts[9])
    assert few.value == InsufficientToken(dollar.address, payer.address, 0, 300)


def test_a_permit_stands_in_for_an_approval(
    client: EscrowClient, dollar: Erc20, make_deal: MakeDeal, payer: LocalAccount
) -> None:
    """One signature and one chain transaction, by the payer; without a permit for the total it is refused."""
    deal, milestones = make_deal(token=dollar.address)
    for value in (299, 300):
        permit = Permit(owner=payer.address, spender=client.address, value=value, nonce=0, deadline=FOREVER)
        signature = signed(permit, dollar, payer)
        if value < 300:
            with pytest.raises(errors.ERC20InsufficientAllowance):
                client.open_with_permit(deal, milestones, permit, signature, payer)
    with pytest.raises(ValueError, match="65 bytes"):
        client.open_with_permit(deal, milestones, permit, compact(signature), payer)
    receipt = client.open_with_permit(deal, milestones, permit, signature, payer)
    assert receipt.events == (Opened(deal.id(client.domain), payer.address, deal, milestones),)
    assert dollar.allowance(payer.address, client.address) == 0
