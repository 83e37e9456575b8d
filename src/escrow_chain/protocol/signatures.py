"""ECDSA signatures over 32-byte digests, as the contract reads them."""

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1: of a signature's two forms the contract takes the one with `s` up to here (EIP-2)."""
SIZE = 65
"""Bytes of a signature: r, s, v."""


def recover(digest: bytes, signature: bytes) -> str | None:
    """The address that signed: 65 bytes r, s, v with v 27 or 28 and a low s. None for anything else."""
    if len(signature) != SIZE or signature[64] not in (27, 28):
        return None
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
    if s > HALF_ORDER:
        return None
    try:
        return Signature(vrs=(signature[64] - 27, r, s)).recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError):
        return None
