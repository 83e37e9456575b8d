"""Where a signed piece of evidence comes from, as recorded: who signed what, how that was found out, and when."""

from enum import StrEnum

from escrow_chain.protocol.numbers import Address, Bytes32, Uint8, Uint256
from escrow_chain.terms.record import Instant, Record


class NonceStatus(StrEnum):
    """What the nonce book said when the piece was received."""

    FRESH = "fresh"
    """Issued for this deal, milestone and term, not expired, and redeemed by this piece."""
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    """Issued for another deal, milestone or term."""
    UNASKED = "unasked"
    """Not redeemed, because the piece was not signed by the submitter."""


class Scheme(StrEnum):
    """How a signature says who made it."""

    KEY = "key"
    """The address of a key, recovered from the signature."""
    CONTRACT = "contract"
    """A contract that is, or will be, a wallet: it was asked on chain (ERC-1271, ERC-6492)."""
    PASSKEY = "passkey"
    """A key on the curve P-256, whose public key the signer's address is made of (WebAuthn)."""


class DevicePlatform(StrEnum):
    """Who vouches for an app and the device that it runs on."""

    APP_ATTEST = "app_attest"
    PLAY_INTEGRITY = "play_integrity"


class DeviceStatement(Record):
    """A platform's word that an unaltered app on a genuine device made this very message. It proves no coordinates.

    `app` is the app's id as the platform names it.
    """

    platform: DevicePlatform
    app: str


class WalletAnswer(Record):
    """Whether a contract wallet stood by a signature over a digest, on which chain and at which block.

    `signature_hash` is the sha-256 of the signature as it was handed in, with its wrapper if it has one.
    """

    signer: Address
    digest: Bytes32
    signature_hash: Bytes32
    chain_id: Uint256
    block_number: Uint256
    block_hash: Bytes32
    valid: bool


class RelyingParty(Record):
    """Whom passkeys sign for: a domain, and the origins of the pages that ask (`https://host`)."""

    id: str
    origins: tuple[str, ...]


class Provenance(Record):
    """What a piece's message names, and what was found about it.

    The fields up to `content` are as the signed message has them. `signer` is who signed that message, None if nobody
    is known to have, and `scheme` how that was found; `wallet` is what a contract answered, and
    `relying_party` whom a passkey was asked to sign for. `issued_at` (None if the nonce is not known) and `received_at`
    are the server's times, the only ones that are trusted. `device` is there only if it was verified.
    """

    deal: Bytes32
    milestone: Uint8
    term: Bytes32
    nonce: Bytes32
    kind: str
    content: Bytes32
    signer: Address | None
    scheme: Scheme = Scheme.KEY
    nonce_status: NonceStatus
    issued_at: Instant | None
    received_at: Instant
    wallet: WalletAnswer | None = None
    relying_party: RelyingParty | None = None
    device: DeviceStatement | None = None
