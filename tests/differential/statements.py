"""Signed attestations: honest ones, and forgeries."""

from dataclasses import dataclass
from typing import Final

from escrow_chain.protocol.signatures import HALF_ORDER
from escrow_chain.protocol.typed_data import Attestation, Domain
from tests.differential.actions import Forgery
from tests.differential.world import ELSEWHERE, WALLET_OWNER, Role, World, key, sign

_ORDER: Final = 2 * HALF_ORDER + 1


@dataclass(frozen=True)
class Signed:
    """An attestation with a signature."""

    statement: Attestation
    signature: bytes


def attest(statement: Attestation, attestor: str, forgery: Forgery, world: World) -> Signed:
    """The statement with the signature that the attestor (any, if it is none of ours) gives, or a forged one."""
    signer = key(Role.ATTESTOR)
    if attestor == world.accounts[Role.WALLET]:
        signer = WALLET_OWNER
    if forgery is Forgery.OTHER_SIGNER:
        signer = key(Role.STRANGER)
    signed, domain = _signed_instead(statement, world.domain, forgery)
    return Signed(statement, _tampered(sign(signer, signed.digest(domain)), forgery))


def _signed_instead(statement: Attestation, domain: Domain, forgery: Forgery) -> tuple[Attestation, Domain]:
    """What is signed where it is not what is stated."""
    match forgery:
        case Forgery.OTHER_DEAL:
            return statement.model_copy(update={"deal": statement.evidence}), domain
        case Forgery.OTHER_BITMAP:
            return statement.model_copy(update={"milestones": statement.milestones ^ 1}), domain
        case Forgery.OTHER_EVIDENCE:
            return statement.model_copy(update={"evidence": statement.deal}), domain
        case Forgery.OTHER_TIME:
            return statement.model_copy(update={"valid_until": statement.valid_until - 1}), domain
        case Forgery.OTHER_CONTRACT:
            return statement, domain.model_copy(update={"contract": ELSEWHERE})
        case Forgery.OTHER_CHAIN:
            return statement, domain.model_copy(update={"chain_id": domain.chain_id + 1})
        case _:
            return statement, domain


def _tampered(signature: bytes, forgery: Forgery) -> bytes:
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
        case Forgery.SHORT:
            return signature[:-1]
        case Forgery.LONG:
            return signature + b"\x00"
        case Forgery.EMPTY:
            return b""
        case _:
            return signature
