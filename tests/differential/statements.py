"""Signed messages: honest ones, and forgeries."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from escrow_chain.protocol.signatures import HALF_ORDER
from escrow_chain.protocol.typed_data import (
    Domain,
    Message,
    PayeeDispute,
    PayeeSettlement,
    PayerDispute,
    PayerSettlement,
    Refund,
    Release,
    Revocation,
    Ruling,
)
from tests.differential.actions import Forgery, Signing
from tests.differential.world import ELSEWHERE, WALLET_OWNER, Role, World, key, sign

_ORDER: Final = 2 * HALF_ORDER + 1
_OTHER_KINDS: Final[Mapping[type[Message], type[Message]]] = {
    Release: Refund,
    Refund: Revocation,
    Revocation: Release,
    PayerDispute: PayeeDispute,
    PayeeDispute: PayerDispute,
    PayerSettlement: PayeeSettlement,
    PayeeSettlement: PayerSettlement,
    Ruling: PayerSettlement,
}
"""For each message one with the same fields."""


def signed(message: Message, signer: str, signing: Signing, world: World, domain: Domain | None = None) -> bytes:
    """A signature over the message by this account (by the stranger, if it has no key of ours), or a forged one.

    `domain` is the escrow's unless said.
    """
    by = key(Role.STRANGER) if signing.forgery is Forgery.OTHER_SIGNER else _key_of(signer, world)
    digest = _instead(message, signing.forgery).digest(_domain(domain or world.domain, signing.forgery))
    signature = _with_other_parts(sign(by, digest), signing.forgery)
    return _of_other_length(_compact(signature) if signing.compact else signature, signing.forgery)


def _key_of(signer: str, world: World) -> PrivateKey:
    role = next((role for role, account in world.accounts.items() if account == signer), Role.STRANGER)
    return WALLET_OWNER if role is Role.WALLET else key(role)


def _instead(message: Message, forgery: Forgery) -> Message:
    """What is signed where it is not what is stated."""
    if forgery is Forgery.OTHER_KIND and type(message) in _OTHER_KINDS:
        return _OTHER_KINDS[type(message)](**dict(message))
    changes = {
        name: change(getattr(message, name))
        for name, change in _OTHER_FIELDS.get(forgery, {}).items()
        if name in type(message).model_fields
    }
    return message.model_copy(update=changes) if changes else message


def _domain(domain: Domain, forgery: Forgery) -> Domain:
    match forgery:
        case Forgery.OTHER_CONTRACT:
            return domain.model_copy(update={"contract": ELSEWHERE})
        case Forgery.OTHER_CHAIN:
            return domain.model_copy(update={"chain_id": domain.chain_id + 1})
        case _:
            return domain


def _with_other_parts(signature: bytes, forgery: Forgery) -> bytes:
    r, s, v = signature[:32], signature[32:64], signature[64]
    match forgery:
        case Forgery.HIGH_S:
            return r + (_ORDER - int.from_bytes(s)).to_bytes(32) + bytes([55 - v])
        case Forgery.OTHER_V:
            return r + s + bytes([55 - v])
        case Forgery.V_FROM_ZERO:
            return r + s + bytes([v - 27])
        case Forgery.BIT_TURNED:
            return r + bytes([*s[:-1], s[-1] ^ 1]) + bytes([v])
        case _:
            return signature


def _compact(signature: bytes) -> bytes:
    """The 64 bytes of ERC-2098: the first bit of s says which v."""
    parity = signature[64] + 1 & 1
    return signature[:32] + bytes([signature[32] | parity << 7]) + signature[33:64]


def _of_other_length(signature: bytes, forgery: Forgery) -> bytes:
    match forgery:
        case Forgery.SHORT:
            return signature[:-1]
        case Forgery.LONG:
            return signature + b"\x00"
        case Forgery.EMPTY:
            return b""
        case _:
            return signature


def _other(nonce: bytes | int) -> bytes | int:
    return keccak(nonce) if isinstance(nonce, bytes) else nonce + 1


def _later(time: int) -> int:
    return time + 1


_OTHER_FIELDS: Final[Mapping[Forgery, Mapping[str, Callable[[Any], object]]]] = {
    Forgery.OTHER_DEAL: {"deal": keccak, "nonce": _other},
    Forgery.OTHER_MILESTONES: {"milestones": lambda bits: bits ^ 1, "milestone": lambda index: index ^ 1},
    Forgery.OTHER_CONTENT: {
        "evidence": keccak,
        "to_payees": lambda amount: amount ^ 1,
        "value": lambda amount: amount ^ 1,
    },
    Forgery.OTHER_TIME: {"valid_until": _later, "valid_before": _later, "deadline": _later},
}
