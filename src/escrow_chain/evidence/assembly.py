"""From things handed in to verdicts: which thing is evidence for which term, and the judgement of each.

A signed piece goes to the term that it names. Everything else goes to each term that takes its kind,
and to all terms if none does: nothing is passed over in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from escrow_chain.evidence.attempts import InMemoryAttempts
from escrow_chain.evidence.content import NO_SALT, GivenCode, GivenData, Statement, read_statement
from escrow_chain.evidence.handed_in import HandedIn, LoosePhoto, LoosePosition, LooseStatement, Signed
from escrow_chain.evidence.intake import Case, Intake, PhotoUpload, unusable
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.photo_reader import PhotoReader
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.reuse import ReuseIndex
from escrow_chain.evidence.signed_piece import Receipt, RecordedNonces, SignedPiece
from escrow_chain.protocol.canonical import JsonValue
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term, TermsDocument
from escrow_chain.terms.judge import judge
from escrow_chain.terms.photo import Photo
from escrow_chain.terms.photo_upload import MAX_PHOTO_BYTES
from escrow_chain.terms.pieces import Code, Piece, Unusable
from escrow_chain.terms.verdict import Verdict

_NOBODYS: Final = Domain(chain_id=0, contract=ZERO_ADDRESS)
"""The domain under which a piece that nobody signed is not verified."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, its evidence, and for each piece of it which thing it came from."""

    term: Term
    verdict: Verdict
    evidence: tuple[Piece, ...]
    sources: tuple[int, ...]


def judge_things(
    document: TermsDocument,
    things: Sequence[HandedIn],
    circumstances: Circumstances,
    *,
    photos: PhotoReader,
    reuse: ReuseIndex,
) -> tuple[Judged, ...]:
    """One verdict for each term, in their order. Pictures are compared with each other and with what `reuse` has."""
    signed = [thing.piece for thing in things if isinstance(thing, Signed)]
    intake = Intake(nonces=RecordedNonces(signed), photos=photos, reuse=reuse, attempts=InMemoryAttempts())
    return tuple(
        _judge(term, _sources(term, document, things), things, circumstances, intake) for term in document.terms
    )


def largest_photo(document: TermsDocument) -> int:
    """The size in bytes of the largest photo that any of the terms takes."""
    return max((term.options.max_bytes or 0 for term in document.terms), default=0) or MAX_PHOTO_BYTES


def _judge(
    term: Term, sources: Sequence[int], things: Sequence[HandedIn], circumstances: Circumstances, intake: Intake
) -> Judged:
    evidence = tuple(_receive(things[source], term, circumstances, intake) for source in sources)
    verdict = judge(term, evidence, circumstances)
    return Judged(term=term, verdict=verdict, evidence=evidence, sources=tuple(sources))


def _sources(term: Term, document: TermsDocument, things: Sequence[HandedIn]) -> list[int]:
    return [number for number, thing in enumerate(things) if term in _takers(thing, document)]


def _takers(thing: HandedIn, document: TermsDocument) -> Sequence[Term]:
    if isinstance(thing, Signed):
        named = [term for term in document.terms if term.id == thing.piece.submission.term]
        if named:
            return named
    kind = _kind(thing)
    return [term for term in document.terms if kind in term.type.kinds] or document.terms


def _kind(thing: HandedIn) -> str | None:
    if isinstance(thing, Signed):
        return thing.piece.submission.kind
    if isinstance(thing, Refusal):
        return None
    if isinstance(thing, LooseStatement):
        return thing.type.KIND
    return "photo" if isinstance(thing, LoosePhoto) else "position"


def _receive(thing: HandedIn, term: Term, circumstances: Circumstances, intake: Intake) -> Piece:
    if isinstance(thing, Refusal):
        return unusable(thing, claims=None)
    subject = Subject(deal=circumstances.deal, milestone=circumstances.milestone, term=term.id)
    limit = term.options.max_bytes or MAX_PHOTO_BYTES
    signers = circumstances.addresses(term.options.roles)
    if isinstance(thing, Signed):
        return _receive_signed(
            thing, Case(subject, circumstances.submitter, signers, thing.piece.domain), intake, limit
        )
    case = Case(subject, circumstances.submitter, signers, _NOBODYS)
    if isinstance(thing, LooseStatement):
        said = read_statement(thing.type, _unsalted(thing))
        if isinstance(said, Refusal):
            return unusable(said, claims=thing.type.KIND)
        return intake.receive_statement(said, None, case=case, received_at=circumstances.at)
    if isinstance(thing, LoosePosition):
        return intake.receive_position(thing.document, None, case=case, received_at=circumstances.at)
    upload = PhotoUpload(thing.file, max_bytes=limit)
    return intake.receive_photo(upload, None, case=case, received_at=circumstances.at)


def _receive_signed(thing: Signed, case: Case, intake: Intake, max_bytes: int) -> Piece:
    piece = thing.piece
    received_at: datetime = piece.receipt.received_at
    said = _said(piece)
    if isinstance(said, Refusal):
        return unusable(said, claims=piece.submission.kind)
    if said:
        found = intake.receive_statement(said, piece, case=case, received_at=received_at)
        return found.model_copy(update={"attempt": piece.receipt.attempt}) if isinstance(found, Code) else found
    if thing.file is None:
        return intake.receive_position(piece.position, piece, case=case, received_at=received_at)
    upload = PhotoUpload(thing.file, piece.position, max_bytes, piece.category)
    photo = intake.receive_photo(upload, piece, case=case, received_at=received_at)
    return _with_recorded(photo, piece.receipt)


def _unsalted(thing: LooseStatement) -> JsonValue:
    """A code that is only tried out needs no salt."""
    document = thing.document
    if thing.type is GivenCode and isinstance(document, dict):
        return {"salt": NO_SALT, **document}
    return document


def _said(piece: SignedPiece) -> Statement | Refusal | None:
    """What a signed piece says, if it is a statement."""
    match piece.submission.kind:
        case "confirmation":
            return piece.submission.statement
        case "code":
            return read_statement(GivenCode, {"code": piece.code, "salt": piece.salt})
        case "data":
            return read_statement(GivenData, {"data": piece.data})
        case _:
            return None


def _with_recorded(photo: Photo | Unusable, receipt: Receipt) -> Photo | Unusable:
    """The photo, seen before where the service saw it and where this run did; never seen if nobody looked."""
    if isinstance(photo, Unusable):
        return photo
    recorded = receipt.sightings
    sightings = None if recorded is None else (*recorded, *(photo.sightings or ()))
    return photo.model_copy(update={"sightings": sightings})
