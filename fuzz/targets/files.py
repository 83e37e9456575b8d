"""Files that are handed in: what they hold, and what becomes of it.

Python, but for pydantic: led by the code that is reached.
"""

import json
from datetime import timedelta
from functools import cache
from typing import Any, Final

from escrow_chain.evidence.assembly import Brought, Desk, judge_things
from escrow_chain.evidence.content import GivenCode, GivenData, position_content
from escrow_chain.evidence.handed_in import HandedIn, LooseDocument, LoosePhoto, Signed, read_evidence
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.signers import Signers
from escrow_chain.evidence.submission import ConfirmationMessage, Submission, sign
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import TermsDocument, parse_document
from escrow_chain.terms.provenance import NonceStatus
from fuzz.mutation import mutate_json
from fuzz.target import Material, Target, expect, folder, refused, shown
from fuzz.targets.texts import NOON, TERMS_BY_TYPE, WORDS, spelled, terms_document
from tests.evidence.scene import DOMAIN, KAMPALA, MORNING, account

_DEAL: Final = b"\xde" * 32
_FILE: Final = b"\xff\xd8\xff no photo"
_JUDGED_AT: Final = MORNING + timedelta(hours=12)


def evidence(content: bytes, signed: frozenset[bytes]) -> str:
    """A file becomes pieces and a verdict, whatever is in it; and nobody signs what was not signed.

    `signed` are the digests of the messages that their keys did sign.
    """
    (folder() / "photo.jpg").write_bytes(_FILE)
    path = folder() / "handed-in"
    path.write_bytes(content)
    things = read_evidence(path, max_bytes=1_000_000)
    for thing in things:
        if isinstance(thing, Signed):
            _expect_its_own(thing, signed)
    heard = [thing for thing in things if not _is_file(thing)]
    terms, around = _deal()
    for each in judge_things([Brought(terms, heard, around)], desk=_desk())[0]:
        shown(each.verdict.as_json())
    return _word(things[0])


@cache
def _deal() -> tuple[TermsDocument, Circumstances]:
    """Terms of all types, and the surroundings of their judgement."""
    terms = parse_document(terms_document(*TERMS_BY_TYPE))
    around = terms.circumstances(at=_JUDGED_AT, deal=_DEAL, milestone=0, submitter=account(1001).address)
    return terms, around.model_copy(update={"people": {"customer": account(1002).address}})


def _is_file(thing: HandedIn) -> bool:
    """Files are read in the sandbox, by other targets."""
    return isinstance(thing, LoosePhoto | LooseDocument) or (isinstance(thing, Signed) and thing.file is not None)


def _word(thing: HandedIn) -> str:
    return refused(thing) if isinstance(thing, Refusal) else type(thing).__name__


def _expect_its_own(thing: Signed, signed: frozenset[bytes]) -> None:
    piece = thing.piece
    found = Signers().find(piece, piece.domain, allowed=frozenset())
    if found.address in {account(1001).address, account(1002).address}:
        expect(piece.submission.digest(piece.domain) in signed, "a key signed what it never saw")


@cache
def _desk() -> Desk:
    """Its sandbox has no work, and starts no worker."""
    return Desk.new(Sandbox())


def _evidence_seeds() -> Material:
    terms, _ = _deal()
    term = {entry["term_type"]: found.id for entry, found in zip(TERMS_BY_TYPE, terms.terms, strict=True)}
    code = GivenCode(code="QC-2025-001", salt="0x" + "5a" * 32)
    data = GivenData(data={"inspection_report": "passed"})
    pieces = [
        _signed("position", term["location_verification"], position_content(KAMPALA), position=KAMPALA),
        _signed("photo", term["photo_upload"], b"\x01" * 32, photo="photo.jpg", position=KAMPALA, category="before"),
        _signed("document", term["custom"], b"\x02" * 32, document="photo.jpg", stated={"type": "inspection_report"}),
        _signed("code", term["custom"], code.content, code=code.code, salt=code.salt),
        _signed("data", term["custom"], data.content, data=dict(data.data)),
        _confirmed(term["delivery_confirmation"]),
    ]
    loose = [
        KAMPALA | {"captured_at": NOON},
        [KAMPALA, KAMPALA | {"altitude": 3}],
        {"confirmed": True, "rating": 4},
        {"code": "QC-2025-001"},
        {"data": {"inspection_report": "passed"}},
    ]
    digests = frozenset(piece.submission.digest(DOMAIN) for piece in pieces)
    written = [json.loads(piece.model_dump_json(exclude_none=True)) for piece in pieces]
    hostile = [
        written[0] | {"k" * 3_000: 1},
        written[0] | {"receipt": written[0]["receipt"] | {"received_at": "0001-01-01T00:00:00+14:00"}},
        KAMPALA | {"captured_at": "9999-12-31T23:59:59Z"},
    ]
    return Material((*spelled(*written, *loose, *hostile), b"%PDF-1.7", _FILE), digests)


def _signed(kind: str, term: bytes, content: bytes, **fields: Any) -> SignedPiece:
    message = Submission.model_validate(_message(term) | {"kind": kind, "content": content})
    return _piece(message, 1001, fields)


def _confirmed(term: bytes) -> SignedPiece:
    said = {"kind": "confirmation", "confirmed": True, "rating": 5, "about": ""}
    return _piece(ConfirmationMessage.model_validate(_message(term) | said), 1002, {})


def _message(term: bytes) -> dict[str, Any]:
    at = int(MORNING.timestamp())
    return {"deal": _DEAL, "milestone": 0, "term": term, "nonce": b"\x03" * 32, "captured_at": at}


def _piece(message: Submission | ConfirmationMessage, signer: int, fields: dict[str, Any]) -> SignedPiece:
    receipt = Receipt(
        nonce_status=NonceStatus.FRESH,
        issued_at=MORNING,
        received_at=MORNING + timedelta(seconds=5),
        sightings=(),
        likenesses=(),
    )
    signed = sign(message, domain=DOMAIN, account=account(signer))
    return SignedPiece(**signed.model_dump(exclude_none=True), domain=DOMAIN, receipt=receipt, **fields)


_FIELDS: Final = (b"signature", b"passkey", b"signer", b"device", b"receipt", b"wallet", b"domain", b"photo.jpg")
EVIDENCE: Final = Target("evidence", _evidence_seeds, evidence, mutate_json, words=(*WORDS, *_FIELDS))
