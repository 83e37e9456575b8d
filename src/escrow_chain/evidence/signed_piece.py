"""A signed piece of evidence as a file: all that a second judge needs to verify and judge it again.

    {"format": "escrow_chain/signed-piece/1",
     "domain": {"chain_id": "31337", "contract": "0x…"},
     "submission": {"deal": "0x…", "milestone": 0, "term": "0x…", "nonce": "0x…", "kind": "photo",
                    "content": "0x…", "captured_at": 1751300000},
     "signature": "0x…",
     "position": {"latitude": 0.3476, "longitude": 32.5825, "accuracy": 8},
     "photo": "photo-1.jpg",
     "receipt": {"nonce_status": "fresh", "issued_at": "2025-06-30T16:12:00Z",
                 "received_at": "2025-06-30T16:14:03Z", "sightings": []}}

A confirmation's `submission` says all there is: `kind`, `confirmed`, `about` and `rating` instead of `kind` and
`content`. A code stands in `code` with its `salt`, data in `data`. `position` is the piece itself, or the photo
upload's own position (left out if it has none), as `category` is, and `stated` is what a document's upload says of it;
`photo` and `document` are the bare names of files in the folder of this one. Instead of a `signature` there may be a
`passkey`, and beside it the `signer` if that is a contract. The signature is verified by whoever reads the file; the
receipt is the word of the service that received the piece.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from escrow_chain.evidence.nonces import Redemption, Subject
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.options import broken_rule
from escrow_chain.terms.people import PhoneNumber
from escrow_chain.terms.photo import Category, Likeness, Photo, Sighting
from escrow_chain.terms.pieces import Code, Usable
from escrow_chain.terms.provenance import DeviceStatement, NonceStatus, RelyingParty, WalletAnswer
from escrow_chain.terms.record import Instant, Record

FORMAT: Final = "escrow_chain/signed-piece/1"
_IN_NO_NAME: Final = frozenset("/\\\0")


def _bare(name: str) -> str:
    if name in ("", ".", "..") or _IN_NO_NAME.intersection(name):
        raise broken_rule("not the bare name of a file")
    return name


FileName = Annotated[str, AfterValidator(_bare)]
"""A file's name without its folder, on any system."""


class Receipt(Record):
    """When a piece came in, and what the nonce book said (see `escrow_chain.terms.pieces.Provenance`).

    `sightings` is what the reuse index answered for a photo, and `likenesses` what the histories of deal and wallet
    did; `attempt` is the number of a code among those tried, and `sent_to` the phone that it was sent to. None: nobody
    asked or counted, and the piece will not count where that matters. `wallet` is what a contract answered,
    `relying_party` whom a passkey was asked to sign for, `device` what was found about the app.
    """

    nonce_status: NonceStatus
    issued_at: Instant | None
    received_at: Instant
    sightings: tuple[Sighting, ...] | None = None
    likenesses: tuple[Likeness, ...] | None = None
    attempt: Annotated[int, Field(ge=1)] | None = None
    sent_to: Annotated[PhoneNumber | None, Field(repr=False)] = None
    wallet: WalletAnswer | None = None
    relying_party: RelyingParty | None = None
    device: DeviceStatement | None = None

    @classmethod
    def of(cls, piece: Usable) -> "Receipt":
        """The receipt of a piece that came in signed. Raises `TypeError` for any other."""
        found = piece.provenance
        if found is None:
            raise TypeError("only a signed piece has a receipt")
        return cls(
            nonce_status=found.nonce_status,
            issued_at=found.issued_at,
            received_at=found.received_at,
            sightings=piece.sightings if isinstance(piece, Photo) else None,
            likenesses=piece.likenesses if isinstance(piece, Photo) else None,
            attempt=piece.attempt if isinstance(piece, Code) else None,
            sent_to=piece.sent_to if isinstance(piece, Code) else None,
            wallet=found.wallet,
            relying_party=found.relying_party,
            device=found.device,
        )


class SignedPiece(SignedSubmission):
    """The file. See the module."""

    format: Literal["escrow_chain/signed-piece/1"] = FORMAT
    domain: Domain
    position: dict[str, Any] | None = None
    photo: FileName | None = None
    document: FileName | None = None
    stated: dict[str, Any] | None = None
    category: Category | None = None
    code: Annotated[str | None, Field(repr=False)] = None
    salt: Annotated[str | None, Field(repr=False)] = None
    data: dict[str, Any] | None = None
    receipt: Receipt

    @property
    def file(self) -> str | None:
        """The name of its photo or document, if it is one."""
        return {"photo": self.photo, "document": self.document}.get(self.submission.kind)


@dataclass(frozen=True, slots=True)
class RecordedNonce:
    """Redeems the nonce of one piece as its own receipt says. `spent` are those that were fresh for a piece before.

    Its own: whoever knows a nonce can hand in another piece with it, which the service records as well.
    """

    receipt: Receipt
    spent: set[bytes]

    def redeem(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:  # noqa: ARG002  (a `Redeemer`)
        """See `escrow_chain.evidence.nonces.Redeemer`."""
        status = self.receipt.nonce_status
        if status is NonceStatus.FRESH:
            status = NonceStatus.USED if value in self.spent else status
            self.spent.add(value)
        return Redemption(status, self.receipt.issued_at)
