"""ECDSA signatures over 32-byte digests, as the contract reads them."""

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1: of a signature's two forms the contract takes the one with `s` up to here (EIP-2)."""
SIZE = 65
"""Bytes of a signature: r, s, v."""
COMPACT_SIZE = 64
"""Bytes of one in the form of ERC-2098: r, then s with the parity of v as its first bit."""


def recover(digest: bytes, signature: bytes) -> str | None:
    """The address that signed: r, s, v with v 27 or 28, or the 64 bytes of ERC-2098; s low. None for anything else."""
    if len(signature) == COMPACT_SIZE:
        signature = _expanded(signature)
    if len(signature) != SIZE or signature[64] not in (27, 28):
        return None
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
    if s > HALF_ORDER:
        return None
    try:
        return Signature(vrs=(signature[64] - 27, r, s)).recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError):
        return None


def compact(signature: bytes) -> bytes:
    """The 64 bytes of ERC-2098 that stand for a signature of 65: r, s (low), v (27 or 28)."""
    s = int.from_bytes(signature[32:64]) | (signature[64] - 27) << 255
    return signature[:32] + s.to_bytes(32)


def _expanded(compact: bytes) -> bytes:
    parity, first = divmod(compact[32], 0x80)
    return compact[:32] + bytes([first]) + compact[33:] + bytes([27 + parity])
