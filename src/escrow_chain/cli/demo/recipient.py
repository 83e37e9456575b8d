"""A recipient of the demo: goes where the terms say, takes photos, signs, hands in, and is judged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_account.signers.local import LocalAccount
from pyproj import Geod

from escrow_chain.bridge.fulfilment import circumstances
from escrow_chain.cli.demo.clock import ChainClock
from escrow_chain.evidence.content import photo_content, position_content
from escrow_chain.evidence.intake import Case, Intake, PhotoUpload
from escrow_chain.evidence.nonces import NonceBook, Subject
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.submission import SignedSubmission, Submission, Submitted, sign
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms import Coordinates, Piece, Term, TermsDocument, Unusable, Verdict, judge
from escrow_chain.terms.location_verification import LocationOptions

EARTH = Geod(ellps="WGS84")
APPROACH_M = (420.0, 150.0, 35.0, 8.0)
"""How far from the place each fix of a track is, in metres."""
BETWEEN_FIXES_S = 45
TO_CAPTURE_S = 12
TO_SEND_S = 3


@dataclass(frozen=True)
class Desk:
    """Where evidence is handed in: what a service does, without the network between."""

    nonces: NonceBook
    intake: Intake
    clock: ChainClock
    domain: Domain


@dataclass
class Recipient:
    """Somebody who is to be paid for a milestone.

    `evidence` has the pieces as they were received, for each term in its order; `handed_in` has them as they were
    sent, a photo with its bytes.
    """

    reference: str
    account: LocalAccount
    deal: bytes
    milestone: Milestone
    terms: TermsDocument
    desk: Desk
    evidence: list[list[Piece]] = field(init=False)
    handed_in: list[tuple[SignedPiece, bytes | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.evidence = [[] for _ in self.terms.terms]

    def go_to(self, term: Term, place: Coordinates) -> None:
        """Walks up to a place from the west, handing in a fix now and then."""
        for metres in APPROACH_M:
            self.report_from(term, place, metres=metres)

    def report_from(self, term: Term, place: Coordinates, *, metres: float) -> None:
        """Hands in a signed fix so far west of a place."""
        self.desk.clock.advance(BETWEEN_FIXES_S)
        document = _fix(place, metres=metres)
        signed, case = self._sign(term, "position", position_content(document))
        received_at = self.desk.clock.now()
        piece = self.desk.intake.receive_position(document, signed, case=case, received_at=received_at)
        self._keep(term, piece, signed, document, photo=None)

    def upload(self, term: Term, photo: bytes, place: Coordinates | None) -> None:
        """Hands in a signed photo, taken near a place."""
        position = _fix(place, metres=APPROACH_M[-1]) if place else None
        content = photo_content(hashlib.sha256(photo).digest(), position)
        signed, case = self._sign(term, "photo", content)
        upload = PhotoUpload(photo, position=position)
        received_at = self.desk.clock.now()
        piece = self.desk.intake.receive_photo(upload, signed, case=case, received_at=received_at)
        self._keep(term, piece, signed, position, photo=photo)

    def judged(self, term: Term) -> Verdict:
        """The verdict on all that was handed in for a term so far."""
        around = circumstances(self.deal, self.milestone, self.terms, at=self.desk.clock.now())
        return judge(term, self.evidence[term.position], around)

    def _keep(
        self,
        term: Term,
        piece: Piece,
        signed: SignedSubmission,
        position: dict[str, float] | None,
        *,
        photo: bytes | None,
    ) -> None:
        self.evidence[term.position].append(piece)
        if isinstance(piece, Unusable):
            raise TypeError(f"{self.reference}: what the demo hands in can't be read: {piece}")
        receipt = Receipt.of(piece)
        kept = SignedPiece(**dict(signed), domain=self.desk.domain, position=position, receipt=receipt)
        self.handed_in.append((kept, photo))

    def _sign(self, term: Term, kind: Submitted, content: bytes) -> tuple[SignedSubmission, Case]:
        """Asks for a nonce, takes the piece, and signs it with the recipient's own wallet."""
        subject = Subject(deal=self.deal, milestone=self.milestone.index, term=term.id)
        nonce = self.desk.nonces.issue(subject, at=self.desk.clock.now())
        self.desk.clock.advance(TO_CAPTURE_S)
        submission = Submission(
            deal=self.deal,
            milestone=self.milestone.index,
            term=term.id,
            nonce=nonce.value,
            kind=kind,
            content=content,
            captured_at=int(self.desk.clock.now().timestamp()),
        )
        self.desk.clock.advance(TO_SEND_S)
        own = self.account.address
        case = Case(subject=subject, signers=frozenset({own}), kinds=term.type.kinds, domain=self.desk.domain)
        return sign(submission, domain=self.desk.domain, account=self.account), case


def places(terms: Sequence[Term]) -> list[tuple[Term, Coordinates]]:
    """Every required place of some terms, in their order."""
    return [
        (term, point.centre)
        for term in terms
        if isinstance(term.options, LocationOptions)
        for point in term.options.points
        if point.required
    ]


def _fix(place: Coordinates, *, metres: float) -> dict[str, float]:
    """What a phone reports so far west of a place."""
    longitude, latitude, _ = EARTH.fwd(place.longitude, place.latitude, 270.0, metres)
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6), "accuracy": 6.5}
