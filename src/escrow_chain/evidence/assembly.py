"""From things handed in to verdicts: which thing is evidence for which term, and the judgement of each.

A signed piece goes to the term that it names. Everything else goes to each term that takes its kind,
and to all terms if none does: nothing is passed over in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, TypeVar

from escrow_chain.evidence.attempts import InMemoryAttempts
from escrow_chain.evidence.content import NO_SALT, GivenCode, GivenData, Statement, read_statement
from escrow_chain.evidence.handed_in import (
    HandedIn,
    Loose,
    LooseDocument,
    LoosePhoto,
    LoosePosition,
    LooseStatement,
    Signed,
)
from escrow_chain.evidence.history import InMemoryPictureHistory, PictureHistory
from escrow_chain.evidence.intake import Case, DocumentUpload, Intake, PhotoUpload, Readers, unusable
from escrow_chain.evidence.nonces import NO_NONCES, Subject
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.reuse import InMemoryReuseIndex, ReuseIndex
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signed_piece import Receipt, RecordedNonce, SignedPiece
from escrow_chain.evidence.signers import Signers
from escrow_chain.evidence.wallets import RecordedAnswers
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

T = TypeVar("T")

_NOBODYS: Final = Domain(chain_id=0, contract=ZERO_ADDRESS)
"""The domain under which a piece that nobody signed is not verified."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, its evidence, and for each piece of it which thing it came from."""

    term: Term
    verdict: Verdict
    evidence: tuple[Piece, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What several judgements share: readers, the pictures seen so far, and the anchors of trusted cameras (PEM)."""

    readers: Readers
    reuse: ReuseIndex
    history: PictureHistory
    anchors: str

    @classmethod
    def new(cls, sandbox: Sandbox, *, anchors: str = "") -> Self:
        """A desk that has seen nothing, with readers in a sandbox's workers."""
        return cls(Readers.of(sandbox), InMemoryReuseIndex(), InMemoryPictureHistory(sandbox), anchors)


class Brought(NamedTuple):
    """What was handed in for the terms of a milestone, and how it is to be judged."""

    document: TermsDocument
    things: Sequence[HandedIn]
    circumstances: Circumstances


def judge_things(brought: Sequence[Brought], *, desk: Desk) -> list[tuple[Judged, ...]]:
    """For each milestone one verdict for each term, in their order.

    The pieces of all of them come in once more in the order of their receipt, whatever they are for: of two that show
    the same picture or have the same nonce, the later one is the copy. So is what the desk saw before.
    """
    hearings = [_Hearing(each, desk) for each in brought]
    arrivals = [(hearing, number) for hearing in hearings for number in range(len(hearing.brought.things))]
    for hearing, number in sorted(arrivals, key=lambda arrival: arrival[0].came_in(arrival[1])):
        hearing.receive(number)
    return [hearing.judge() for hearing in hearings]


def largest_file(document: TermsDocument) -> int:
    """The size in bytes of the largest file that any of the terms takes."""
    return max((term.options.max_bytes or 0 for term in document.terms), default=0) or MAX_PHOTO_BYTES


class _Hearing:
    """The terms of one milestone, and for each of them what came in so far, by the numbers of the things."""

    def __init__(self, brought: Brought, desk: Desk) -> None:
        self.brought = brought
        self._received: dict[int, dict[int, Piece]] = {term.position: {} for term in brought.document.terms}
        self._spent: set[bytes] = set()
        self._intake = Intake(
            nonces=NO_NONCES,
            readers=desk.readers,
            reuse=desk.reuse,
            history=desk.history,
            attempts=InMemoryAttempts(),
            anchors=desk.anchors,
        )

    def came_in(self, number: int) -> datetime:
        """When a thing was received: now, if nobody says."""
        thing = self.brought.things[number]
        return thing.piece.receipt.received_at if isinstance(thing, Signed) else self.brought.circumstances.at

    def receive(self, number: int) -> None:
        """Takes in a thing for every term that it may be evidence for."""
        thing = self.brought.things[number]
        for term in self._takers(thing):
            self._received[term.position][number] = self._receive(thing, term)

    def judge(self) -> tuple[Judged, ...]:
        """The verdict on each term, with all that is evidence for it."""
        return tuple(self._judge(term, self._received[term.position]) for term in self.brought.document.terms)

    def _judge(self, term: Term, pieces: Mapping[int, Piece]) -> Judged:
        sources = tuple(sorted(pieces))
        evidence = tuple(pieces[source] for source in sources)
        verdict = judge(term, evidence, self.brought.circumstances)
        return Judged(term=term, verdict=verdict, evidence=evidence, sources=sources)

    def _takers(self, thing: HandedIn) -> Sequence[Term]:
        terms = self.brought.document.terms
        if isinstance(thing, Signed):
            named = [term for term in terms if term.id == thing.piece.submission.term]
            if named:
                return named
        kind = _kind(thing)
        return [term for term in terms if kind in term.type.kinds] or terms

    def _receive(self, thing: HandedIn, term: Term) -> Piece:
        if isinstance(thing, Refusal):
            return unusable(thing, claims=None)
        around = self.brought.circumstances
        case = Case(
            subject=Subject(deal=around.deal, milestone=around.milestone, term=term.id),
            signers=around.addresses(term.options.roles),
            kinds=term.type.kinds,
            domain=thing.piece.domain if isinstance(thing, Signed) else _NOBODYS,
            roots=self.brought.document.roots,
        )
        max_bytes = term.options.max_bytes or MAX_PHOTO_BYTES
        if isinstance(thing, Signed):
            nonces = RecordedNonce(thing.piece.receipt, self._spent)
            intake = replace(self._intake, nonces=nonces, signers=_recorded_signers(thing.piece))
            return _receive_signed(thing, case, intake, max_bytes)
        return _receive_loose(thing, case, self._intake, max_bytes=max_bytes, at=around.at)


def _kind(thing: HandedIn) -> str | None:
    match thing:
        case Signed():
            return thing.piece.submission.kind
        case LooseStatement():
            return thing.type.KIND
        case LoosePhoto():
            return "photo"
        case LooseDocument():
            return "document"
        case LoosePosition():
            return "position"
    return None


def _receive_loose(thing: Loose, case: Case, intake: Intake, *, max_bytes: int, at: datetime) -> Piece:
    match thing:
        case LooseStatement():
            said = read_statement(thing.type, _unsalted(thing))
            if isinstance(said, Refusal):
                return unusable(said, claims=thing.type.KIND)
            return intake.receive_statement(said, None, case=case, received_at=at)
        case LoosePosition():
            return intake.receive_position(thing.document, None, case=case, received_at=at)
        case LooseDocument():
            document = DocumentUpload(thing.file, {}, max_bytes)
            return intake.receive_document(document, None, case=case, received_at=at)
        case LoosePhoto():
            photo = PhotoUpload(thing.file, max_bytes=max_bytes)
            return intake.receive_photo(photo, None, case=case, received_at=at)


def _receive_signed(thing: Signed, case: Case, intake: Intake, max_bytes: int) -> Piece:
    piece, receipt = thing.piece, thing.piece.receipt
    at = receipt.received_at
    said = _said(piece)
    if isinstance(said, Refusal):
        return unusable(said, claims=piece.submission.kind)
    found: Piece
    if said:
        found = intake.receive_statement(said, piece, case=case, received_at=at)
    elif thing.file is None:
        found = intake.receive_position(piece.position, piece, case=case, received_at=at)
    elif piece.submission.kind == "document":
        document = DocumentUpload(thing.file, piece.stated or {}, max_bytes)
        found = intake.receive_document(document, piece, case=case, received_at=at)
    else:
        upload = PhotoUpload(thing.file, piece.position, max_bytes, piece.category)
        found = intake.receive_photo(upload, piece, case=case, received_at=at)
    return with_recorded(found, receipt)


def _recorded_signers(piece: SignedPiece) -> Signers:
    """Those who know what a wallet answered when the piece came in, and whom its passkey was to sign for."""
    receipt = piece.receipt
    answers = [receipt.wallet] if receipt.wallet else []
    return Signers(RecordedAnswers(answers, chain_id=piece.domain.chain_id), receipt.relying_party)


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


def with_recorded(piece: Piece, receipt: Receipt) -> Piece:
    """The piece with what the service found that received it, and with what this run found about pictures as well."""
    if isinstance(piece, Unusable):
        return piece
    changes: dict[str, Any] = {}
    if isinstance(piece, Code):
        changes = {"attempt": receipt.attempt, "sent_to": receipt.sent_to}
    if isinstance(piece, Photo):
        changes = {
            "sightings": _together(receipt.sightings, piece.sightings),
            "likenesses": _together(receipt.likenesses, piece.likenesses),
        }
    if piece.provenance and receipt.device:
        changes["provenance"] = piece.provenance.model_copy(update={"device": receipt.device})
    return piece.model_copy(update=changes)


def _together(recorded: tuple[T, ...] | None, found: tuple[T, ...] | None) -> tuple[T, ...] | None:
    """What was recorded and what was found, each once; nothing is known if nobody looked when the piece came in."""
    return None if recorded is None else tuple(dict.fromkeys((*recorded, *(found or ()))))
