"""A quorum as the attestor of real deals, on Anvil."""

from collections.abc import Callable, Mapping

import pytest
from eth_account.signers.local import LocalAccount

from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.chain import quorum as on_chain
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.node import Node
from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Milestone, select
from escrow_chain.protocol.quorum import Member, Quorum
from escrow_chain.protocol.typed_data import Attestation
from tests.p256 import P256Key

MakeDeal = Callable[..., tuple[Deal, tuple[Milestone, ...]]]
PASSKEY, OTHER_KEY = P256Key(21), P256Key(22)


@pytest.fixture
def signers(chain: Anvil) -> Mapping[Member, LocalAccount]:
    """Three members that are keys."""
    return {Member(account.address): account for account in chain.accounts[5:8]}


def opened(
    client: EscrowClient, make_deal: MakeDeal, token: Erc20, payer: LocalAccount, *, attestor: str
) -> tuple[Deal, tuple[Milestone, ...], Attestation]:
    """A deal with this attestor, and what is to be signed for it."""
    deal, milestones = make_deal(token=token.address, count=1)
    deal = deal.model_copy(update={"attestor": attestor})
    client.open(deal, milestones, payer)
    statement = Attestation(
        deal=deal.id(client.domain), milestones=1, evidence=b"\x11" * 32, valid_until=client.node.timestamp() + 3_600
    )
    return deal, milestones, statement


def test_members_of_every_kind_attest_together(
    chain: Anvil,
    node: Node,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
    signers: Mapping[Member, LocalAccount],
) -> None:
    """A deal names the quorum before it is there; a key, a P-256 key and a passkey sign, and the payee is paid."""
    p256 = Member(on_chain.verifier_address("P256Verifier"), PASSKEY.public)
    passkey = Member(on_chain.verifier_address("WebAuthnVerifier"), OTHER_KEY.public)
    quorum = Quorum.of(3, [*signers, p256, passkey])
    deal, milestones, statement = opened(client, make_deal, token, payer, attestor=on_chain.address(quorum))
    assert on_chain.create(node, quorum, chain.accounts[9]) == deal.attestor
    digest = statement.digest(client.domain)
    member, account = next(iter(signers.items()))
    signed = {
        member: sign(statement, client.domain, LocalAttestor(account)),
        p256: PASSKEY.sign(digest),
        passkey: OTHER_KEY.assertion(digest),
    }
    client.attest(deal, select(milestones, [0]), statement, quorum.assemble(digest, signed), chain.accounts[9])
    assert token.balance(payees[0].address) == 100


def test_too_few_or_somebody_else_s_signatures_are_refused(
    chain: Anvil,
    node: Node,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    signers: Mapping[Member, LocalAccount],
) -> None:
    """One of two, and two for a deal of another quorum of the same members."""
    quorum, other = Quorum.of(2, signers), Quorum.of(1, signers)
    deal, milestones, statement = opened(
        client, make_deal, token, payer, attestor=on_chain.create(node, quorum, chain.accounts[9])
    )
    other_deal, other_milestones, other_statement = opened(
        client, make_deal, token, payer, attestor=on_chain.create(node, other, chain.accounts[9])
    )
    signed = {member: sign(statement, client.domain, LocalAttestor(account)) for member, account in signers.items()}
    digest = statement.digest(client.domain)
    for signatures in (other.assemble(digest, signed), b"", next(iter(signed.values()))):
        with pytest.raises(errors.InvalidSignature) as refused:
            client.attest(deal, select(milestones, [0]), statement, signatures, chain.accounts[9])
        assert refused.value == errors.InvalidSignature(deal.attestor)
    with pytest.raises(errors.InvalidSignature):
        client.attest(
            other_deal,
            select(other_milestones, [0]),
            other_statement,
            other.assemble(other_statement.digest(client.domain), signed),
            chain.accounts[9],
        )
    client.attest(deal, select(milestones, [0]), statement, quorum.assemble(digest, signed), chain.accounts[9])


def test_a_further_signer_costs_at_most_5000_gas(
    chain: Anvil,
    node: Node,
    client: EscrowClient,
    token: Erc20,
    make_deal: MakeDeal,
    payer: LocalAccount,
    payees: tuple[LocalAccount, ...],
    signers: Mapping[Member, LocalAccount],
) -> None:
    """In the whole chain transaction, with some gas left open for the zero bytes that signatures happen to have."""
    token.mint(payees[0].address, 1, payer)
    gas = []
    for threshold in (1, 2, 3):
        quorum = Quorum.of(threshold, signers)
        where = on_chain.create(node, quorum, chain.accounts[9])
        deal, milestones, statement = opened(client, make_deal, token, payer, attestor=where)
        # The deal before this one leaves the escrow empty otherwise, and an empty balance costs more to fill.
        token.mint(client.address, 1, payer)
        signed = {member: sign(statement, client.domain, LocalAttestor(account)) for member, account in signers.items()}
        signatures = quorum.assemble(statement.digest(client.domain), signed)
        receipt = client.attest(deal, select(milestones, [0]), statement, signatures, chain.accounts[9])
        gas.append(receipt.gas_used)
    assert (gas[2] - gas[0]) / 2 <= 5_000 + 50


def test_a_quorum_is_created_once_and_read_back(
    chain: Anvil, node: Node, client: EscrowClient, signers: Mapping[Member, LocalAccount]
) -> None:
    """Creating it again sends nothing; what is no quorum is named."""
    account = chain.accounts[9]
    quorum = Quorum.of(2, [*signers, Member(on_chain.verifier_address("P256Verifier"), PASSKEY.public)])
    where = on_chain.create(node, quorum, account)
    sent = node.w3.eth.get_transaction_count(account.address)
    assert on_chain.create(node, quorum, account) == where
    assert node.w3.eth.get_transaction_count(account.address) == sent
    assert on_chain.read(node, where) == quorum
    for other in (client.address, on_chain.factory_address(), account.address):
        with pytest.raises(on_chain.NotAQuorum, match="there is no quorum"):
            on_chain.read(node, other)


def test_code_that_only_looks_like_a_quorum_is_none(chain: Anvil, node: Node) -> None:
    """The bare code, members that no factory has checked, and a copy elsewhere are all found out."""
    quorum = Quorum.of(1, [Member(chain.accounts[5].address)])
    where = on_chain.create(node, quorum, chain.accounts[9])
    code = node.code(where)
    bare = code[: -len(quorum.packed)]
    for false in (bare, code[:-1] + b"\x00", code[:-1] + b"\x02", code):
        copy = "0x" + "c0" * 20
        node.w3.provider.make_request("anvil_setCode", [copy, "0x" + false.hex()])  # type: ignore[arg-type]
        with pytest.raises(on_chain.NotAQuorum):
            on_chain.read(node, copy)
