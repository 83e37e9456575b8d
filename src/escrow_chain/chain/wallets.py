"""Contract wallets on a chain, and whether they stand by a signature at a block with a name.

    wallets = Wallets(node)
    wallets.stands_by(wallet, digest=digest, signature=signature, block=wallets.block())

A wallet that is deployed is asked by ERC-1271. One that is not yet there, or not yet ready, wraps its signature as
ERC-6492 says, with the call that makes it so: the call is made, and its effects are forgotten. All of it is one
`eth_call` of the constructor of `WalletCheck`, which needs nothing on the chain. A key's own signature is not tried.

Wallets are written by strangers. What they do with their gas, and what they return, changes nothing but their own
answer; a wallet without a clear yes has said no.

Source: ERC-1271, ERC-6492; the execution API for `eth_call` at a block's hash.
"""

from dataclasses import dataclass
from typing import Final, Literal

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from escrow_chain.chain.artifacts import load
from escrow_chain.chain.errors import NodeFault, UnknownRevert
from escrow_chain.chain.node import Node, number
from escrow_chain.protocol.numbers import ZERO_ADDRESS

MAX_SIGNATURE_BYTES: Final = 16_384
"""What is looked at, wrapper included: room for the owners of a large Safe, or for the call that deploys a wallet."""
GAS: Final = 15_000_000
"""What the whole question may use: less than a chain transaction may (2**24, EIP-7825), so that nodes grant it."""
_MAGIC: Final = bytes.fromhex("6492") * 16
_SENDER: Final = to_checksum_address(keccak(b"escrow_chain: nobody asks a wallet")[12:])
"""Who asks. Nobody has its key, and it has no right anywhere. Not zero or 0x…dEaD: some wallets take a question from
these for a rehearsal, and say yes to any signature."""
_HASH_BYTES: Final = 32
_YES, _NO = b"\x01", b"\x00"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a chain. Its hash has 32 bytes."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class _Shown:
    """A signature as its wallet sees it, and the call to make before."""

    signature: bytes
    factory: str = ZERO_ADDRESS
    preparation: bytes = b""


@dataclass(frozen=True, slots=True)
class Wallets:
    """The contract wallets on a node's chain. Raises what `Node` raises."""

    node: Node

    def block(self, which: bytes | Literal["latest"] = "latest") -> Block:
        """The latest block, or the one with this hash. Raises `NodeFault` if the node does not have it."""
        with self.node.faults():
            block = self.node.w3.eth.get_block(HexBytes(which) if isinstance(which, bytes) else which)
            found = Block(number=number(block["number"]), hash=bytes(block["hash"]))
            if len(found.hash) != _HASH_BYTES:
                raise ValueError(f"a hash of {len(found.hash)} bytes")
            return found

    def stands_by(self, wallet: str, *, digest: bytes, signature: bytes, block: Block) -> bool:
        """Whether a wallet says at this block that it signed a digest of 32 bytes.

        A signature that is too long, or in a wrapper that cannot be read, is nobody's. Raises `NodeFault` also if the
        node does not have the state of the block (any more), or grants the question too little gas.
        """
        shown = _unwrapped(signature)
        if shown is None:
            return False
        arguments = (wallet, digest, shown.signature, shown.factory, shown.preparation)
        return self._ask(encode(["address", "bytes32", "bytes", "address", "bytes"], arguments), block)

    def _ask(self, arguments: bytes, block: Block) -> bool:
        question = HexBytes(load("WalletCheck").init_code + arguments)
        try:
            with self.node.faults():
                answer = self.node.w3.eth.call(
                    {"from": _SENDER, "data": question, "gas": GAS},
                    HexBytes(block.hash),
                    ccip_read_enabled=False,
                )
        except UnknownRevert as error:
            raise NodeFault(f"a question to a wallet failed, as it does with less than {GAS:,} gas") from error
        if answer not in (_YES, _NO):
            raise NodeFault("its answer makes no sense (neither yes nor no from a wallet)")
        return bytes(answer) == _YES


def _unwrapped(signature: bytes) -> _Shown | None:
    """What the wallet is shown. None if that is too long, or cannot be told."""
    if len(signature) > MAX_SIGNATURE_BYTES:
        return None
    if not signature.endswith(_MAGIC):
        return _Shown(signature)
    try:
        factory, preparation, inner = decode(["address", "bytes", "bytes"], signature.removesuffix(_MAGIC))
    except (DecodingError, OverflowError):  # the latter of a length near 2**64
        return None
    return _Shown(inner, factory, preparation)
