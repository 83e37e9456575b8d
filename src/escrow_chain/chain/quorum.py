"""Quorums on a chain: where they are, how one is created, and who is in one that is there.

    address = create(node, Quorum.of(2, members), account)      # a deal's attestor
    read(node, address)                                         # its members, from the chain

The factory and the verifiers have one address on every chain, so a quorum has too.
"""

from dataclasses import dataclass
from typing import Literal

from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from web3 import Web3

from escrow_chain.chain.artifacts import Artifact, load
from escrow_chain.chain.create2 import PROXY, PROXY_CODE, address_of, deployment_call
from escrow_chain.chain.deploy import ProxyMissing, WrongCode
from escrow_chain.chain.errors import ChainError
from escrow_chain.chain.node import Node
from escrow_chain.protocol.quorum import Member, Quorum, QuorumRefusal

Verifier = Literal["P256Verifier", "WebAuthnVerifier"]
"""What verifies keys that are not Ethereum's: bare P-256 signatures, and those of passkeys."""


@dataclass
class NotAQuorum(ChainError):
    """What is at an address is no quorum of our factory's."""

    address: str
    chain_id: int

    def __str__(self) -> str:
        return f"there is no quorum at {self.address} on chain {self.chain_id}: check the address and the chain"


def factory_address() -> ChecksumAddress:
    """Where the factory is, or will be, on every chain."""
    return address_of(load("AttestorQuorumFactory").init_code)


def verifier_address(verifier: Verifier) -> ChecksumAddress:
    """Where a verifier is, or will be, on every chain."""
    return address_of(load(verifier).init_code)


def address(quorum: Quorum) -> ChecksumAddress:
    """Where a quorum is, or will be, on every chain."""
    code = load("AttestorQuorum").runtime_code
    return Web3.to_checksum_address(quorum.address(factory=factory_address(), code=code))


def create(node: Node, quorum: Quorum, account: LocalAccount) -> ChecksumAddress:
    """Creates a quorum, with the factory and the verifiers that it needs and that are not there; `account` pays.

    Does nothing for a quorum that is there. Raises `ProxyMissing` or `WrongCode`, and what `Node` raises.
    """
    known: dict[str, Verifier] = {verifier_address(each): each for each in ("P256Verifier", "WebAuthnVerifier")}
    for member in quorum.members:
        if member.key and member.account in known:
            _deploy(node, load(known[member.account]), account)
    _deploy(node, load("AttestorQuorumFactory"), account)
    where = address(quorum)
    if not node.has_code(where):
        factory = node.w3.eth.contract(factory_address(), abi=load("AttestorQuorumFactory").abi)
        members = [member.encoded for member in quorum.members]
        calldata = factory.encode_abi("create", args=[quorum.threshold, members])
        node.send({"to": factory_address(), "data": calldata}, account)
    if node.code(where) != load("AttestorQuorum").runtime_code + quorum.packed:
        raise WrongCode(where, node.chain_id)
    return where


def read(node: Node, where: str) -> Quorum:
    """The quorum at an address. Believes nothing but the code there. Raises `NotAQuorum`."""
    code, own = node.code(where), load("AttestorQuorum").runtime_code
    if not code.startswith(own):
        raise NotAQuorum(where, node.chain_id)
    contract = node.w3.eth.contract(Web3.to_checksum_address(where), abi=load("AttestorQuorum").abi)
    with node.faults():
        threshold = int(contract.functions.threshold().call())
        members = tuple(Member.decode(bytes(each)) for each in contract.functions.members().call())
    try:
        quorum = Quorum(threshold, members)
    except QuorumRefusal:
        raise NotAQuorum(where, node.chain_id) from None
    if address(quorum) != contract.address or own + quorum.packed != code:
        raise NotAQuorum(where, node.chain_id)
    return quorum


def _deploy(node: Node, artifact: Artifact, account: LocalAccount) -> None:
    """Deploys a contract to its one address, unless it is there."""
    where = address_of(artifact.init_code)
    if not node.has_code(where):
        if node.code(PROXY) != PROXY_CODE:
            raise ProxyMissing(node.chain_id)
        node.send(deployment_call(artifact.init_code), account)
    if not artifact.matches(node.code(where)):
        raise WrongCode(where, node.chain_id)
