"""The way in: from bytes and a signed submission to a recorded piece, one method for each kind.

A piece that cannot be read becomes `Unusable`; whatever else is wrong with it is recorded in its
provenance, and the judge finds it there. A nonce is used up only by a message over these very bytes for
this very term, signed by somebody whose word counts there, so that nobody else can burn it. A picture enters the
reuse index if it used up a nonce.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from escrow_chain.evidence.attempts import Attempts
from escrow_chain.evidence.content import GivenCode, Statement, category_refusal, photo_content, read_position
from escrow_chain.evidence.nonces import Redeemer, Redemption, Subject
from escrow_chain.evidence.photo import PhotoFindings
from escrow_chain.evidence.photo_reader import PhotoReader, ReadPhoto
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.reuse import Fingerprint, ReuseIndex
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.protocol.canonical import JsonValue
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.photo import Exif, Photo, Sighting
from escrow_chain.terms.photo_upload import MAX_PHOTO_BYTES
from escrow_chain.terms.pieces import Code, Confirmation, Data, Kind, Position, Unusable
from escrow_chain.terms.place import Coordinates
from escrow_chain.terms.provenance import NonceStatus, Provenance

_PIECES: Final[dict[Kind, type[Confirmation | Code | Data]]] = {
    "confirmation": Confirmation,
    "code": Code,
    "data": Data,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What evidence is handed in for, whose signatures count, and under which escrow contract they must be made.

    `submitter` is the recipient, the only one whose codes are counted as attempts.
    """

    subject: Subject
    submitter: str | None
    signers: frozenset[str]
    domain: Domain


@dataclass(frozen=True, slots=True)
class PhotoUpload:
    """A photo's bytes, and the position and category that its upload says, if any (`escrow_chain.evidence.content`).

    A file of more than `max_bytes` is not looked at.
    """

    file: bytes
    position: JsonValue = None
    max_bytes: int = MAX_PHOTO_BYTES
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What all pieces need on their way in."""

    nonces: Redeemer
    photos: PhotoReader
    reuse: ReuseIndex
    attempts: Attempts

    def receive_position(
        self, document: JsonValue, signed: SignedSubmission | None, *, case: Case, received_at: datetime
    ) -> Position | Unusable:
        """A position that came in, as in `escrow_chain.evidence.content`."""
        read = read_position(document)
        if isinstance(read, Refusal):
            return unusable(read, claims="position")
        return Position(
            content=read.content,
            fix=read.fix,
            captured_at=signed.submission.captured_time if signed else read.captured_at,
            provenance=self._provenance(signed, ("position", read.content), case, received_at),
        )

    def receive_photo(
        self, upload: PhotoUpload, signed: SignedSubmission | None, *, case: Case, received_at: datetime
    ) -> Photo | Unusable:
        """A photo that came in."""
        place = None if upload.position is None else read_position(upload.position)
        if isinstance(place, Refusal):
            return unusable(place, claims="photo")
        if refusal := category_refusal(upload.category):
            return unusable(refusal, claims="photo")
        read = self.photos.read(upload.file, max_bytes=upload.max_bytes)
        if isinstance(read, Refusal):
            return unusable(read, claims="photo")
        content = photo_content(read.sha256, upload.position, upload.category)
        provenance = self._provenance(signed, ("photo", content), case, received_at)
        return Photo(
            content=content,
            sha256=read.sha256,
            size=read.size,
            **_measured(read.findings),
            fix=place.fix if place else None,
            category=upload.category,
            captured_at=signed.submission.captured_time if signed else None,
            sightings=self._sightings(read, provenance, case, received_at),
            provenance=provenance,
        )

    def receive_statement(
        self, said: Statement, signed: SignedSubmission | None, *, case: Case, received_at: datetime
    ) -> Confirmation | Code | Data:
        """A confirmation, a code or data that came in. A code that the recipient signed counts as an attempt."""
        provenance = self._provenance(signed, (said.KIND, said.content), case, received_at)
        fields = said.said
        if isinstance(said, GivenCode) and provenance and provenance.nonce_status == NonceStatus.FRESH:
            fields["attempt"] = self.attempts.count(case.subject) if provenance.signer == case.submitter else None
        return _PIECES[said.KIND].model_validate(
            {
                **fields,
                "content": said.content,
                "captured_at": signed.submission.captured_time if signed else said.captured_at,
                "provenance": provenance,
            }
        )

    def _sightings(
        self, read: ReadPhoto, provenance: Provenance | None, case: Case, received_at: datetime
    ) -> tuple[Sighting, ...]:
        picture = Fingerprint(sha256=read.sha256, pdq=read.findings.pdq)
        if provenance is not None and provenance.nonce_status == NonceStatus.FRESH:
            return self.reuse.record(picture, case.subject, at=received_at)
        return self.reuse.look(picture)

    def _provenance(
        self, signed: SignedSubmission | None, piece: tuple[Kind, bytes], case: Case, received_at: datetime
    ) -> Provenance | None:
        """What is known of a message over `piece`: its kind and the hash of its content."""
        if signed is None:
            return None
        named = signed.submission
        signer = signed.signer(case.domain)
        subject = Subject(deal=named.deal, milestone=named.milestone, term=named.term)
        if signer in case.signers and (subject, (named.kind, named.content)) == (case.subject, piece):
            redemption = self.nonces.redeem(named.nonce, case.subject, at=received_at)
        else:
            redemption = Redemption(NonceStatus.UNASKED, None)
        return Provenance(
            deal=named.deal,
            milestone=named.milestone,
            term=named.term,
            nonce=named.nonce,
            kind=named.kind,
            content=named.content,
            signer=signer,
            nonce_status=redemption.status,
            issued_at=redemption.issued_at,
            received_at=received_at,
        )


def unusable(refusal: Refusal, *, claims: Kind | None) -> Unusable:
    """The record of something that cannot be judged."""
    return Unusable(claims=claims, **asdict(refusal))


def _measured(found: PhotoFindings) -> dict[str, Any]:
    """What the worker found, as the fields of a `Photo`."""
    claims = found.exif
    place = None
    if claims.latitude is not None and claims.longitude is not None:
        place = Coordinates(latitude=claims.latitude, longitude=claims.longitude)
    return {
        "format": found.format,
        "width": found.width,
        "height": found.height,
        "exif": Exif(taken_at=claims.taken_at, position=place),
        "pdq": found.pdq,
        "pdq_quality": found.pdq_quality,
        "sharpness": found.sharpness,
        "brightness": found.brightness,
    }
