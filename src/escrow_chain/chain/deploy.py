"""Deploys a contract without constructor arguments to its one address, and proves what stands there.

DeployError
├── ProxyMissing          the chain has no deterministic deployment proxy
├── AlreadyDeployed       there is a deployment on this chain
├── DeploymentReverted    the chain transaction was mined and failed
└── WrongCode             the code is not what the compiler foresaw
"""

from collections.abc import Callable
from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.types import TxParams

from escrow_chain.chain.artifacts import Artifact
from escrow_chain.chain.create2 import NO_SALT, PROXY, PROXY_CODE, address_of, deployment_call
from escrow_chain.chain.deployments import ChainUnknown, Deployment, Deployments
from escrow_chain.chain.errors import ChainError

RECEIPT_TIMEOUT_S = 120.0

Send = Callable[[TxParams], HexBytes]
"""Signs and sends a call from the deployer's account, and returns the chain transaction's hash."""


class DeployError(ChainError):
    """Base of what can go wrong when deploying, besides the node itself."""


@dataclass
class ProxyMissing(DeployError):
    """The chain has no deterministic deployment proxy, or something else in its place."""

    chain_id: int

    def __str__(self) -> str:
        return (
            f"chain {self.chain_id} has no deterministic deployment proxy at {PROXY}: have it deployed first,"
            " see https://github.com/Arachnid/deterministic-deployment-proxy"
        )


@dataclass
class AlreadyDeployed(DeployError):
    """There is a deployment on this chain already."""

    chain_id: int
    address: str

    def __str__(self) -> str:
        return f"chain {self.chain_id} has a deployment at {self.address} already: use that one"


@dataclass
class DeploymentReverted(DeployError):
    """The chain transaction was mined and failed. Nothing was deployed."""

    transaction_hash: str

    def __str__(self) -> str:
        return f"the deployment {self.transaction_hash} was mined and failed, most likely for too little gas"


@dataclass
class WrongCode(DeployError):
    """The code at an address is not the contract's."""

    address: str
    chain_id: int

    def __str__(self) -> str:
        return (
            f"the code at {self.address} on chain {self.chain_id} is not what the contract compiles to: do not use it;"
            " this chain may not follow Ethereum's rules"
        )


def deploy(  # noqa: PLR0913 - each is a part of its own that the caller chooses
    w3: Web3,
    send: Send,
    *,
    artifact: Artifact,
    deployments: Deployments,
    salt: bytes = NO_SALT,
    timeout_s: float = RECEIPT_TIMEOUT_S,
) -> Deployment:
    """Deploys, verifies, records, and returns the record. Raises a `DeployError`, and what `w3` and `send` raise.

    The code on chain is held against two things: the compiler's runtime code, which leaves the immutable values open,
    and a rehearsal on the chain itself, which has them filled in. Nothing is sent if the rehearsal fails, and nothing
    is recorded before the code was found to be right.
    """
    chain_id = w3.eth.chain_id
    address = address_of(artifact.init_code, salt)
    if w3.eth.get_code(PROXY) != PROXY_CODE:
        raise ProxyMissing(chain_id)
    for taken in (*_recorded(deployments, chain_id), address):
        if w3.eth.get_code(taken):
            raise AlreadyDeployed(chain_id, taken)
    expected = _rehearse(w3, artifact.init_code, at=address)
    if not artifact.matches(expected):
        raise WrongCode(address, chain_id)

    sent = send(deployment_call(artifact.init_code, salt))
    receipt = w3.eth.wait_for_transaction_receipt(sent, timeout=timeout_s)
    if receipt["status"] == 0:
        raise DeploymentReverted(sent.to_0x_hex())
    if w3.eth.get_code(address, receipt["blockNumber"]) != expected:
        raise WrongCode(address, chain_id)

    deployment = Deployment(
        chain_id=chain_id,
        address=address,
        transaction_hash=bytes(sent),
        block=receipt["blockNumber"],
        deployer=receipt["from"],
        init_code_hash=artifact.init_code_hash,
    )
    deployments.record(deployment)
    return deployment


def _recorded(deployments: Deployments, chain_id: int) -> list[ChecksumAddress]:
    try:
        return [to_checksum_address(deployments.of(chain_id).address)]
    except ChainUnknown:
        return []


def _rehearse(w3: Web3, init_code: bytes, *, at: ChecksumAddress) -> HexBytes:
    """The code that the init code returns at an address on this chain: immutable values are filled in.

    A creation that is only simulated gets another address, and with it another EIP-712 domain. Here the init code
    stands in for the code at the right address and is called from the proxy, so that the constructor sees the address,
    caller and chain that it will see.
    """
    return w3.eth.call({"from": PROXY, "to": at}, "latest", {at: {"code": Web3.to_hex(init_code)}})
