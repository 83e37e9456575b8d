"""The judge: any terms that parse, any pieces that are recorded, at any time.

    {"term": {"term_type": …, "data": {…}}, "at": "…", "deadline": null, "evidence": [{"kind": "position", …}, …]}

Pure Python: led by the code that is reached. Pieces name their term by a mark, which is replaced by the term's id: an
option that is changed would otherwise change the id, and leave all the evidence to another term.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from escrow_chain.protocol.canonical import InvalidJson, parse
from escrow_chain.terms import NonceStatus, Piece, Verdict, judge
from escrow_chain.terms.catalogue import catalogue
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term, parse_document
from escrow_chain.terms.errors import TermsError
from escrow_chain.terms.pieces import Unusable
from escrow_chain.terms.record import Grade, Instant, Record
from escrow_chain.terms.sentence import say
from fuzz.mutation import mutate_json
from fuzz.target import Material, Target, expect, said, shown
from fuzz.targets.texts import NOON, TERMS_BY_TYPE, WORDS, spelled, terms_document
from tests.terms import records
from tests.terms.records import CUSTOMER, KAMPALA, MANAGER, MORNING, WALLET, document

_EVIDENCE: Final[TypeAdapter[tuple[Piece, ...]]] = TypeAdapter(tuple[Piece, ...])
_MARK: Final = "0x" + "7e" * 32
_MINUTE: Final = timedelta(minutes=1)
_GERMAN: Final = catalogue("de")


class _Matter(Record):
    term: dict[str, Any]
    at: Instant
    deadline: Instant | None
    evidence: list[dict[str, Any]]


def judged(content: bytes, _: None) -> str:
    """The judge never raises, says the same twice, and never pays for what is not bound to this very term."""
    try:
        matter = _Matter.model_validate(parse(content), strict=False)
        terms = parse_document(terms_document(matter.term))
        own = json.dumps(matter.evidence).replace(_MARK, "0x" + terms.terms[0].id.hex())
        evidence = _EVIDENCE.validate_json(own)
    except (InvalidJson, TermsError, ValidationError) as error:
        return said(error)
    around = terms.circumstances(
        at=matter.at, deal=records.DEAL, milestone=0, submitter=WALLET, deadline=matter.deadline
    )
    verdict = judge(terms.terms[0], evidence, around)
    written = shown(verdict.as_json())
    expect(shown(judge(terms.terms[0], evidence, around).as_json()) == written, "another verdict the second time")
    for check in verdict.checks:
        check.sentence.spoken(_GERMAN.translate)
    if verdict.fulfilled:
        _expect_bound(terms.terms[0], verdict, evidence, around)
    return "fulfilled" if verdict.fulfilled else "not fulfilled"


def _expect_bound(term: Term, verdict: Verdict, evidence: Sequence[Piece], around: Circumstances) -> None:
    """Whatever a verdict rests on was signed for this term, with a nonce of its own, by somebody who has a word."""
    signers = around.addresses(term.options.roles)
    expect(verdict.accepted, "fulfilled by nothing")
    for number in verdict.accepted:
        piece = evidence[number]
        expect(not isinstance(piece, Unusable), "fulfilled by what cannot be used")
        found = None if isinstance(piece, Unusable) else piece.provenance
        if found is None or isinstance(piece, Unusable):
            expect(found, "fulfilled by what nobody signed")
            continue
        expect(found.signer in signers, "fulfilled by somebody without a word")
        expect(found.nonce_status is NonceStatus.FRESH, "fulfilled without a nonce")
        expect(found.content == piece.content and found.kind == piece.kind, "fulfilled by something else")
        expect((found.deal, found.milestone, found.term) == (around.deal, 0, term.id), "fulfilled from elsewhere")
        expect(found.received_at <= around.at, "fulfilled by the future")
        expect(term.options.grade > Grade.CLAIM, "fulfilled by a mere claim")


def _seeds() -> Material:
    matters = []
    for entry in TERMS_BY_TYPE:
        term = parse_document(terms_document(entry)).terms[0]
        dumped = _EVIDENCE.dump_json(tuple(_honest(term))).decode().replace("0x" + term.id.hex(), _MARK)
        matters.append({"term": entry, "at": "2025-06-30T18:00:00Z", "deadline": None, "evidence": json.loads(dumped)})
    late = {**matters[0], "deadline": NOON}
    return Material(spelled(*matters, late, _journey(), *_at_the_end_of_time(matters[0])))


def _journey() -> dict[str, Any]:
    """Two places one after the other, with all the time between them that a document can give."""
    spot = {"name": "Gate", "radius": 100, **KAMPALA}
    data = {"verification_points": [spot, spot | {"name": "Shop", "latitude": 0.4}], "max_time_between_points": 9e15}
    entry = {"term_type": "location_verification", "data": data}
    term = parse_document(terms_document(entry)).terms[0]
    longitude = KAMPALA["longitude"]
    went = (
        records.position(term, KAMPALA["latitude"], longitude, at=MORNING + _MINUTE),
        records.position(term, 0.4, longitude, at=MORNING + 60 * _MINUTE),
    )
    dumped = _EVIDENCE.dump_json(went).decode().replace("0x" + term.id.hex(), _MARK)
    return {"term": entry, "at": "2025-06-30T18:00:00Z", "deadline": None, "evidence": json.loads(dumped)}


def _at_the_end_of_time(matter: dict[str, Any]) -> Iterator[dict[str, Any]]:
    window = {"start_time": "08:00", "end_time": "11:00"}
    entry = {"term_type": "location_verification", "data": {**KAMPALA, "radius": 100, "verification_window": window}}
    for moment in ("9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"):
        piece = matter["evidence"][0]
        late = piece["provenance"] | {"issued_at": moment, "received_at": moment}
        yield matter | {"term": entry, "at": moment, "evidence": [piece | {"captured_at": moment, "provenance": late}]}


def _honest(term: Term) -> list[Piece]:
    """What fulfils the terms of all types, and what could not be read."""
    here = (KAMPALA["latitude"], KAMPALA["longitude"])
    pieces: list[Piece] = [
        records.position(term, *here, at=MORNING + _MINUTE),
        records.position(term, *here, at=MORNING + _MINUTE, signer=CUSTOMER),
        *(_photo(term, number) for number in (1, 2)),
        records.confirmation(term, rating=5, at=MORNING + 9 * _MINUTE),
        records.confirmation(term, about="", at=MORNING + 9 * _MINUTE, signer=MANAGER),
        records.confirmation(term, at=MORNING + 9 * _MINUTE, signer=WALLET),
        records.code(term, "QC-2025-001", at=MORNING + 2 * _MINUTE),
        records.phone_code(term, at=MORNING + 3 * _MINUTE),
        records.data(term, at=MORNING + 4 * _MINUTE, inspection_report="passed"),
        document(
            term,
            "inspection_report",
            at=MORNING + 5 * _MINUTE,
            fields={"inspector_id": "17"},
            signatures=(records.pdf_signature(),),
        ),
        Unusable(claims="photo", code="photo.format", sentence=say("It is {kind}.", kind="pdf"), measured="pdf"),
    ]
    taken = {piece.kind for piece in pieces if piece.kind in term.type.kinds}
    return [piece for piece in pieces if piece.kind in taken or piece.kind == "unusable"]


def _photo(term: Term, number: int) -> Piece:
    at = MORNING + (5 + 11 * number) * _MINUTE
    nonce = bytes([number]) * 32
    return records.photo(
        term,
        number,
        at=at,
        category=("before", "start")[term.type.name == "custom"],
        manifest=records.manifest(nonce),
        fix={"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "accuracy": 8.0},
        origin={"nonce": nonce},
        likenesses=(records.likeness(inliers=3, term=term.id),),
    )


JUDGE: Final = Target("judge", _seeds, judged, mutate_json, words=WORDS, max_bytes=65_536)
