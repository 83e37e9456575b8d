"""Several calls in one chain transaction, through the Multicall3 that has one address on nearly every chain.

    calls = [Call.carry(deal, selection, attestation, signature), Call.conclude(other, others)]
    sent = send(client, calls, account)

Only for calls that do the same whoever sends them (see `chain.call`), and best for unrelated deals: one that is refused
doesn't stop the others. https://www.multicall3.com
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.types import TxParams

from escrow_chain.chain import abi
from escrow_chain.chain.call import Call
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.errors import ChainError, UnknownRevert
from escrow_chain.chain.node import Receipt
from escrow_chain.protocol.errors import Refusal

MULTICALL3 = to_checksum_address("0xcA11bde05977b3631167028862bE2a173976CA11")
_AGGREGATE3 = keccak(b"aggregate3((address,bool,bytes)[])")[:4]


@dataclass
class MulticallMissing(ChainError):
    """The chain has no Multicall3 at its usual address."""

    chain_id: int

    def __str__(self) -> str:
        return f"chain {self.chain_id} has no Multicall3 at {MULTICALL3}: send the calls one by one"


@dataclass(frozen=True)
class Batch:
    """What became of several calls: the refusal that kept each one back, or None for those that were sent.

    What another chain transaction has settled meanwhile is refused on chain, without harm: the receipt's events are
    the last word. There is no receipt if all were refused.
    """

    refusals: tuple[Refusal | UnknownRevert | None, ...]
    receipt: Receipt | None


def send(client: EscrowClient, calls: Sequence[Call], account: LocalAccount) -> Batch:
    """Sends the calls that the contract would take now, all in one chain transaction from `account`.

    Raises `MulticallMissing`, `ValueError` for a call with value, and what `Node.send` raises.
    """
    if any(call.value for call in calls):
        raise ValueError("a call in a batch takes no value")
    node = client.node
    if not node.has_code(MULTICALL3):
        raise MulticallMissing(node.chain_id)
    with node.faults():
        refusals = _refusals(bytes(node.w3.eth.call(_aggregate(client, calls))))
    taken = [call for call, refusal in zip(calls, refusals, strict=True) if refusal is None]
    if not taken:
        return Batch(refusals, None)
    # The gas is that of the calls one by one: an estimate of the whole takes a call that runs out of gas for a refusal.
    singly: list[TxParams] = [
        {"from": account.address, "to": client.address, "data": HexBytes(call.data)} for call in taken
    ]
    gas = sum(node.gas_limit(each) for each in singly)
    receipt = node.send({**_aggregate(client, taken), "gas": gas}, account, emitter=client.address)
    return Batch(refusals, receipt)


def _aggregate(client: EscrowClient, calls: Sequence[Call]) -> TxParams:
    parts = [(client.address, True, call.data) for call in calls]
    return {"to": MULTICALL3, "data": HexBytes(_AGGREGATE3 + encode(["(address,bool,bytes)[]"], [parts]))}


def _refusals(returned: bytes) -> tuple[Refusal | UnknownRevert | None, ...]:
    (results,) = decode(["(bool,bytes)[]"], returned)
    return tuple(None if done else abi.refusal(said) or UnknownRevert(said) for done, said in results)
