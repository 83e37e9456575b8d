"""The ways to open a deal, and what the token makes of the signature that some of them bring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.signatures import HALF_ORDER, SIZE, recover
from escrow_chain.protocol.typed_data import Permit, ReceiveWithAuthorization
from tests.differential.actions import Open, Signing, Way
from tests.differential.drafts import Terms
from tests.differential.encoding import calldata
from tests.differential.situation import Call, Situation, encoded
from tests.differential.statements import signed
from tests.differential.world import Asset, Role


@dataclass(unsafe_hash=True)
class TokenRefusal(Refusal):
    """What the call reverted with is no error of the contract's: it is the token's."""

    reverted_with: bytes


@dataclass(frozen=True)
class _Opening:
    """Somebody is to open a deal at a moment."""

    action: Open
    terms: Terms
    sender: Role
    at: Situation

    @property
    def account(self) -> str:
        return self.at.world.accounts[self.sender]

    @property
    def rows(self) -> list[tuple[object, ...]]:
        return [row for milestone in self.terms.milestones for row in milestone.rows()]

    @property
    def deadline(self) -> int:
        return self.at.now + self.action.lasts

    def is_in(self, asset: Asset) -> bool:
        return self.terms.deal.token == self.at.world.assets[asset]


def fund(action: Open, at: Situation) -> Call:
    """The call that opens the deal."""
    terms = at.drafted[action.deal % len(at.drafted)]
    return _WAYS[action.way](_Opening(action, terms, action.sender or terms.payer, at))


def _by_allowance(to_be: _Opening) -> Call:
    terms, at = to_be.terms, to_be.at
    expected = terms.total if terms.deal.token == ZERO_ADDRESS else 0
    value = max(0, expected + to_be.action.surplus)
    of_model = partial(at.model.open, terms.deal, terms.milestones, sender=to_be.account, now=at.now, value=value)
    payload = encoded("open", terms.deal.values(), to_be.rows)
    return Call("open", to_be.sender, payload, of_model, terms, value)


def _by_permit(to_be: _Opening) -> Call:
    terms, at = to_be.terms, to_be.at
    (answer,) = at.world.chain.read([(at.world.assets[Asset.PERMITTED], calldata("nonces(address)", to_be.account))])
    permit = Permit(
        owner=to_be.account,
        spender=at.world.escrow,
        value=terms.total,
        nonce=int.from_bytes(answer),
        deadline=to_be.deadline,
    )
    domain = at.world.domain_of(Asset.PERMITTED)
    signature = _of_a_key(signed(permit, to_be.account, replace(to_be.action.signing, compact=False), at.world, domain))
    permitted = (
        to_be.is_in(Asset.PERMITTED)
        and recover(permit.digest(domain), signature) == to_be.account
        and at.now <= permit.deadline
    )
    of_model = partial(
        at.model.open_with_permit,
        terms.deal,
        terms.milestones,
        sender=to_be.account,
        now=at.now,
        permitted=permitted,
    )
    payload = encoded("openWithPermit", terms.deal.values(), to_be.rows, permit.deadline, *_v_r_s(signature))
    return Call("openWithPermit", to_be.sender, payload, of_model, terms)


def _by_authorization(to_be: _Opening) -> Call:
    authorization = _authorization(to_be)
    signature = _of_a_key(_signed_by_payer(authorization, to_be, replace(to_be.action.signing, compact=False)))
    return _authorized(to_be, authorization, signature, _v_r_s(signature))


def _by_authorization_in_bytes(to_be: _Opening) -> Call:
    authorization = _authorization(to_be)
    signature = _signed_by_payer(authorization, to_be, to_be.action.signing)
    return _authorized(to_be, authorization, signature, (signature,))


def _authorization(to_be: _Opening) -> ReceiveWithAuthorization:
    return ReceiveWithAuthorization(
        payer=to_be.terms.deal.payer,
        escrow=to_be.at.world.escrow,
        value=to_be.terms.total,
        valid_after=to_be.at.now - max(0, to_be.action.surplus + 1),
        valid_before=to_be.deadline,
        nonce=to_be.terms.id,
    )


def _signed_by_payer(authorization: ReceiveWithAuthorization, to_be: _Opening, signing: Signing) -> bytes:
    world = to_be.at.world
    return signed(authorization, authorization.payer, signing, world, world.domain_of(Asset.AUTHORIZED))


def _authorized(
    to_be: _Opening, authorization: ReceiveWithAuthorization, signature: bytes, parts: tuple[object, ...]
) -> Call:
    """Anybody can bring it."""
    terms, at = to_be.terms, to_be.at
    refusal = _refusal_of_token(to_be, authorization, signature, in_bytes=len(parts) == 1)
    of_model = partial(at.model.open_with_authorization, terms.deal, terms.milestones, now=at.now, refusal=refusal)
    times = (authorization.valid_after, authorization.valid_before)
    payload = encoded("openWithAuthorization", terms.deal.values(), to_be.rows, *times, *parts)
    return Call("openWithAuthorization", to_be.sender, payload, of_model, terms)


def _refusal_of_token(
    to_be: _Opening, authorization: ReceiveWithAuthorization, signature: bytes, *, in_bytes: bool
) -> TokenRefusal | None:
    """What the token has against the authorization, in its order."""
    if not to_be.is_in(Asset.AUTHORIZED):
        return TokenRefusal(b"")
    digest = authorization.digest(to_be.at.world.domain_of(Asset.AUTHORIZED))
    unsigned = _unsigned_in_bytes if in_bytes else _unsigned
    if error := unsigned(authorization.payer, digest, signature, to_be.at.model):
        return TokenRefusal(error)
    times = (authorization.valid_after, authorization.valid_before)
    if not times[0] < to_be.at.now < times[1]:
        return TokenRefusal(calldata("ERC3009InvalidAuthorizationTime(uint256,uint256)", *times))
    return None


def _unsigned_in_bytes(payer: str, digest: bytes, signature: bytes, model: Model) -> bytes:
    """What the token reverts with if this is not the payer's signature, by key or by contract; nothing if it is."""
    contract = model.signers.get(payer)
    by_key = len(signature) == SIZE and recover(digest, signature) == payer
    if by_key or (contract and contract(digest, signature)):
        return b""
    return calldata("ERC3009InvalidSignature()")


def _unsigned(payer: str, digest: bytes, signature: bytes, _model: Model) -> bytes:
    """The same of a signature in three parts, which is a key's, and whose own faults have errors of their own."""
    if int.from_bytes(signature[32:64]) > HALF_ORDER:
        return calldata("ECDSAInvalidSignatureS(bytes32)", signature[32:64])
    signer = recover(digest, signature)
    if signer is None:
        return calldata("ECDSAInvalidSignature()")
    return b"" if signer == payer else calldata("ERC3009InvalidSignature()")


def _of_a_key(signature: bytes) -> bytes:
    """The 65 bytes that v, r and s are taken from, whatever the signature's length."""
    return signature.ljust(SIZE, b"\0")[:SIZE]


def _v_r_s(signature: bytes) -> tuple[int, bytes, bytes]:
    return signature[64], signature[:32], signature[32:64]


_WAYS: Mapping[Way, Callable[[_Opening], Call]] = {
    Way.ALLOWANCE: _by_allowance,
    Way.PERMIT: _by_permit,
    Way.AUTHORIZATION: _by_authorization,
    Way.AUTHORIZATION_IN_BYTES: _by_authorization_in_bytes,
}
