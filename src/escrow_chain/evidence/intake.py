"""The way in: from bytes and a signed submission to a recorded piece, one method for each kind.

A piece that cannot be read becomes `Unusable`; whatever else is wrong with it is recorded in its
provenance, and the judge finds it there. A nonce is used up only by a message over these very bytes for
this very term, signed by somebody whose word counts there, so that nobody else can burn it. A picture enters the
reuse index if it used up a nonce.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

from escrow_chain.evidence.attempts import Attempts
from escrow_chain.evidence.content import (
    GivenCode,
    Statement,
    category_refusal,
    document_content,
    photo_content,
    read_position,
    read_stated,
)
from escrow_chain.evidence.devices import Occasion
from escrow_chain.evidence.devices.proofs import NO_DEVICES, DeviceVerifiers
from escrow_chain.evidence.document_reader import DocumentReader
from escrow_chain.evidence.errors import ReuseIndexUnavailable
from escrow_chain.evidence.history import Picture, PictureHistory
from escrow_chain.evidence.nonces import Redeemer, Redemption, Subject
from escrow_chain.evidence.phone_codes import NO_PHONE_CODES, PhoneCodes
from escrow_chain.evidence.photo import PhotoFindings
from escrow_chain.evidence.photo_reader import PhotoReader, ReadPhoto
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.reuse import Fingerprint, ReuseIndex
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signers import KEYS_ALONE, Signers
from escrow_chain.evidence.submission import SignedSubmission
from escrow_chain.protocol.canonical import JsonValue
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.codes import MAX_ATTEMPTS
from escrow_chain.terms.paper import Document, PdfSignature
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

    `kinds` are those of evidence that the term takes: what is of no use to it uses nothing up, and no picture that was
    handed in as such speaks against another one later. `roots` are the certificates (DER) to which those of the
    documents' signers may lead.
    """

    subject: Subject
    signers: frozenset[str]
    kinds: frozenset[str]
    domain: Domain
    roots: tuple[bytes, ...] = ()


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
class DocumentUpload:
    """A document's bytes, and what its upload says of it, if anything (`escrow_chain.evidence.content`)."""

    file: bytes
    stated: JsonValue
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads untrusted files."""

    photos: PhotoReader
    documents: DocumentReader

    @classmethod
    def of(cls, sandbox: Sandbox) -> Self:
        """Those who read in a sandbox's workers."""
        return cls(PhotoReader(sandbox), DocumentReader(sandbox))


@dataclass(frozen=True, slots=True)
class Intake:
    """What all pieces need on their way in. `anchors` are the certificates (PEM) of trusted cameras' makers."""

    nonces: Redeemer
    readers: Readers
    reuse: ReuseIndex
    history: PictureHistory
    attempts: Attempts
    phone_codes: PhoneCodes = NO_PHONE_CODES
    signers: Signers = KEYS_ALONE
    devices: DeviceVerifiers = NO_DEVICES
    anchors: str = ""

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
        read = self.readers.photos.read(upload.file, max_bytes=upload.max_bytes, anchors=self.anchors, at=received_at)
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
            **self._seen_before(read, provenance, case, received_at),
            provenance=provenance,
        )

    def receive_document(
        self, upload: DocumentUpload, signed: SignedSubmission | None, *, case: Case, received_at: datetime
    ) -> Document | Unusable:
        """A document that came in."""
        stated = read_stated(upload.stated)
        if isinstance(stated, Refusal):
            return unusable(stated, claims="document")
        read = self.readers.documents.read(upload.file, max_bytes=upload.max_bytes, roots=case.roots, at=received_at)
        if isinstance(read, Refusal):
            return unusable(read, claims="document")
        content = document_content(read.sha256, stated)
        found = read.findings
        return Document(
            content=content,
            sha256=read.sha256,
            size=read.size,
            pages=found.pages,
            fields=found.fields,
            signatures=tuple(PdfSignature(**asdict(each)) for each in found.signatures),
            type=stated.type,
            stated=stated.fields,
            captured_at=signed.submission.captured_time if signed else None,
            provenance=self._provenance(signed, ("document", content), case, received_at),
        )

    def receive_statement(
        self, said: Statement, signed: SignedSubmission | None, *, case: Case, received_at: datetime
    ) -> Confirmation | Code | Data:
        """A confirmation, a code or data that came in. A code with a fresh nonce counts as an attempt of its signer."""
        provenance = self._provenance(signed, (said.KIND, said.content), case, received_at)
        fields = said.said
        if isinstance(said, GivenCode) and provenance and provenance.nonce_status == NonceStatus.FRESH:
            fields |= self._tried(said.code, provenance, case, received_at)
        return _PIECES[said.KIND].model_validate(
            {
                **fields,
                "content": said.content,
                "captured_at": signed.submission.captured_time if signed else said.captured_at,
                "provenance": provenance,
            }
        )

    def _tried(self, code: str, provenance: Provenance, case: Case, received_at: datetime) -> dict[str, Any]:
        """How often its signer tried, and the phone that the code was sent to: after the last attempt nobody looks."""
        attempt = self.attempts.count(case.subject, str(provenance.signer))
        if attempt > MAX_ATTEMPTS:
            return {"attempt": attempt}
        return {"attempt": attempt, "sent_to": self.phone_codes.give_back(code, case.subject, at=received_at)}

    def _seen_before(
        self, read: ReadPhoto, provenance: Provenance | None, case: Case, received_at: datetime
    ) -> dict[str, Any]:
        """What index and history say of a picture, which remember it if it used up a nonce; None if they can't tell."""
        whole = Fingerprint(sha256=read.sha256, pdq=read.findings.pdq)
        parts = Picture(sha256=read.sha256, features=read.findings.features)
        wallet = provenance.signer if provenance else None
        sightings: tuple[Sighting, ...] | None = None
        if provenance is None or provenance.nonce_status != NonceStatus.FRESH:
            with suppress(ReuseIndexUnavailable):
                sightings = self.reuse.look(whole)
            return {
                "sightings": sightings,
                "likenesses": self.history.alike(parts.features, subject=case.subject, wallet=wallet),
            }
        with suppress(ReuseIndexUnavailable):
            sightings = self.reuse.record(whole, case.subject, at=received_at)
        likenesses = self.history.record(parts, case.subject, wallet=wallet, at=received_at)
        return {"sightings": sightings, "likenesses": likenesses}

    def _provenance(
        self, signed: SignedSubmission | None, piece: tuple[Kind, bytes], case: Case, received_at: datetime
    ) -> Provenance | None:
        """What is known of a message over `piece`: its kind and the hash of its content."""
        if signed is None:
            return None
        named = signed.submission
        signer = self.signers.find(signed, case.domain, allowed=case.signers)
        subject = Subject(deal=named.deal, milestone=named.milestone, term=named.term)
        fits = (named.kind, named.content) == piece and named.kind in case.kinds and subject == case.subject
        asks = fits and signer.address in case.signers
        redemption = (
            self.nonces.redeem(named.nonce, case.subject, at=received_at)
            if asks
            else Redemption(NonceStatus.UNASKED, None)
        )
        device = None
        if signed.device is not None and redemption.status == NonceStatus.FRESH:
            occasion = Occasion(named.digest(case.domain), received_at)
            device = self.devices.verify(signed.device.proof, occasion)
        return Provenance(
            deal=named.deal,
            milestone=named.milestone,
            term=named.term,
            nonce=named.nonce,
            kind=named.kind,
            content=named.content,
            signer=signer.address,
            scheme=signer.scheme,
            nonce_status=redemption.status,
            issued_at=redemption.issued_at,
            received_at=received_at,
            wallet=signer.wallet,
            relying_party=signer.relying_party,
            device=device,
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
        "manifest": found.manifest,
    }
