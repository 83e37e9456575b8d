"""Several calls in one chain transaction, through the Multicall3 that has one address on nearly every chain.

    calls = [Call.carry(deal, selection, attestation, signature), Call.conclude(other, others)]
    sent = send(client, calls, account)

Only for calls that do the same whoever sends them (see `chain.call`), and best for unrelated deals: one that is refused
doesn't stop the others. https://www.multicall3.com
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.types import TxParams

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

    `receipts` are that of the common chain transaction and those of calls that it starved; none if all were refused.
    What another chain transaction has settled meanwhile is refused on chain, without harm: the receipts' events are the
    last word.
    """

    refusals: tuple[Refusal | UnknownRevert | None, ...]
    receipts: tuple[Receipt, ...]


def send(client: EscrowClient, calls: Sequence[Call], account: LocalAccount) -> Batch:
    """Sends the calls that the contract would take now, all in one chain transaction from `account`.

    A signer or a recipient with code of its own may burn the gas of the calls behind it. What it starved is then sent
    alone, so that nobody holds up a batch. Whoever is interrupted by an error sends the same again: what was done is
    refused. Raises `MulticallMissing`, `ValueError` for a call with value, and what `Node.send` raises.
    """
    if any(call.value for call in calls):
        raise ValueError("a call in a batch takes no value")
    node = client.node
    if not node.has_code(MULTICALL3):
        raise MulticallMissing(node.chain_id)
    gas, refusals = _estimates(client, range(len(calls)), calls)
    if not gas:
        return Batch(_in_order(refusals, len(calls)), ())
    together: TxParams = {**_aggregate(client, [calls[place] for place in gas]), "gas": sum(gas.values())}
    receipts = [node.send(together, account, emitter=client.address)]
    starved, _ = _estimates(client, gas, calls)
    for place, limit in starved.items():
        try:
            alone: TxParams = {**_alone(client, calls[place]), "gas": limit}
            receipts.append(node.send(alone, account))
        except (Refusal, UnknownRevert) as refusal:
            refusals[place] = refusal
    return Batch(_in_order(refusals, len(calls)), tuple(receipts))


def _estimates(
    client: EscrowClient, places: Iterable[int], calls: Sequence[Call]
) -> tuple[dict[int, int], dict[int, Refusal | UnknownRevert]]:
    """The gas to give each call that would be taken now, and why each other would not. By their places.

    One by one: in an estimate of the whole, a call that runs out of gas looks like one that is refused.
    """
    gas, refusals = {}, {}
    for place in places:
        try:
            gas[place] = client.node.gas_limit({**_alone(client, calls[place]), "from": MULTICALL3})
        except (Refusal, UnknownRevert) as refusal:
            refusals[place] = refusal
    return gas, refusals


def _alone(client: EscrowClient, call: Call) -> TxParams:
    return {"to": client.address, "data": HexBytes(call.data)}


def _aggregate(client: EscrowClient, calls: Sequence[Call]) -> TxParams:
    parts = [(client.address, True, call.data) for call in calls]
    return {"to": MULTICALL3, "data": HexBytes(_AGGREGATE3 + encode(["(address,bool,bytes)[]"], [parts]))}


def _in_order(
    refusals: Mapping[int, Refusal | UnknownRevert], count: int
) -> tuple[Refusal | UnknownRevert | None, ...]:
    return tuple(refusals.get(place) for place in range(count))
