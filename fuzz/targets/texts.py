"""JSON: strict parsing, terms documents, statements and positions.

All of it is Python, or pydantic called from it: led by the code that is reached.
"""

import json
from base64 import b64encode
from typing import Any, Final

from escrow_chain.evidence.content import (
    STATEMENTS as KINDS,
)
from escrow_chain.evidence.content import (
    category_refusal,
    document_content,
    photo_content,
    read_position,
    read_stated,
    read_statement,
)
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import InvalidJson, canonical, document_hash, parse
from escrow_chain.terms.document import FORMAT, TermsDocument, parse_document
from escrow_chain.terms.errors import TermsError
from fuzz.mutation import mutate_bytes, mutate_either, mutate_json
from fuzz.target import Material, Target, expect, refused, said
from tests.evidence.papers import bureau
from tests.terms.records import CUSTOMER, INSPECTOR, KAMPALA, MANAGER, MORNING, PHONE

_WRITTEN_LONGER: Final = 8
"""How many times longer than any text the canonical bytes of its value can be: 1e15 and \\x00."""
NOON: Final = "2025-06-30T12:00:00Z"
LATER: Final = "2025-06-30T15:00:00Z"
_SPOT: Final = {"name": "Gate", "radius": 100, **KAMPALA}
_PLACES: Final = [
    {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100},
    {
        "verification_points": [_SPOT, _SPOT | {"name": "Shop", "latitude": 0.4, "required": False}],
        "sequence_required": True,
        "max_time_between_points": 5,
        "verification_window": {"start_time": "08:00", "end_time": "11:00"},
        "deadline": NOON,
    },
]
_PHOTOS: Final = [
    {"required_count": 2, "ai_validation": {"check_quality": True, "verify_authenticity": True}},
    {
        "metadata_required": ["timestamp", "location"],
        "photo_requirements": [{"category": "before", "required_count": 2, "min_interval_minutes": 10}],
        "accepted_formats": ["jpg", "png"],
        "max_file_size_mb": 5,
        "grade": "G2",
    },
]
_MEETING: Final = {
    "required_participants": [
        {"role": "service_provider", "phone_verification": False},
        {"role": "customer", "phone_verification": True},
    ],
    "max_distance_km": 0.1,
    "buyer_coordinates": KAMPALA,
    "meeting_window": {"start": "2025-06-30T06:00:00Z", "end": NOON},
    "photo_evidence_required": True,
    "verification_method": "dual_confirmation",
}
_CHECKPOINT: Final = {"name": "start", "weight": 50, "deadline": NOON, "verification_method": "photo_upload"}
_APPROVED: Final = {"name": "end", "deadline": LATER, "verification_method": "manager_approval"}
_CUSTOM: Final = [
    {
        "verification_code": "QC-2025-001",
        "required_data": {"inspection_report": True, "manager_approval": True},
        "approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 24},
    },
    {
        "verification_type": "document_check",
        "required_documents": [
            {
                "type": "inspection_report",
                "max_size_mb": 5,
                "verification_authority": "quality_control",
                "fields_required": ["inspector_id", "signature"],
            }
        ],
    },
    {
        "milestone_type": "time_based",
        "partial_release_enabled": True,
        "checkpoints": [_CHECKPOINT, {**_CHECKPOINT, **_APPROVED}],
    },
]
TERMS_BY_TYPE: Final[list[dict[str, Any]]] = [
    *({"term_type": "location_verification", "data": data} for data in _PLACES),
    *({"term_type": "photo_upload", "data": data} for data in _PHOTOS),
    {"term_type": "delivery_confirmation", "data": {"min_rating": 4, "description": "a parcel", "deadline": NOON}},
    {"term_type": "meeting_delivery", "data": _MEETING},
    *({"term_type": "custom", "data": data} for data in _CUSTOM),
]


def terms_document(*terms: dict[str, Any]) -> dict[str, Any]:
    """A document of these terms, in which everybody is named."""
    return {
        "format": FORMAT,
        "timezone": "Africa/Kampala",
        "people": {"customer": CUSTOMER, "manager": MANAGER, "quality_control": INSPECTOR},
        "phones": {"customer": PHONE, "recipient": "+256700000002"},
        "terms": list(terms),
    }


def canonical_json(content: bytes, _: None) -> str:
    """Strict JSON is read as the standard library reads it, and its canonical bytes say the same."""
    try:
        document = parse(content)
    except InvalidJson as error:
        return said(error)
    expect(
        document == json.loads(content, object_pairs_hook=_once, parse_constant=_none), "another one to other readers"
    )
    written = canonical(document)
    again = parse(written, max_bytes=_WRITTEN_LONGER * len(content) + 100)
    expect(again == document and canonical(again) == written, "the canonical bytes say something else")
    return "read"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    expect(len(dict(pairs)) == len(pairs), "a key stands there twice")
    return dict(pairs)


def _none(constant: str) -> None:
    expect(not constant, f"{constant} is no JSON")


def terms(content: bytes, _: None) -> str:
    """A terms document is understood in full, and the same from its canonical bytes; or an error says what is wrong."""
    try:
        given = parse(content)
        found = parse_document(given)
    except (InvalidJson, TermsError) as error:
        return said(error)
    _use(found)
    again = parse_document(parse(canonical(given), max_bytes=_WRITTEN_LONGER * len(content) + 100))
    expect(again == found and found.hash == document_hash(given), "it is not the document that its hash stands for")
    expect(len({term.id for term in found.terms}) == len(found.terms), "two terms have one id")
    return "read"


def _use(found: TermsDocument) -> None:
    """All that a service asks of terms before there is evidence."""
    list(found.unnamed())
    found.circumstances(at=MORNING, deal=bytes(32), milestone=0, submitter=None)
    for term in found.terms:
        options = term.options
        expect(isinstance(options.roles | options.phone_roles | options.signing_roles, frozenset), "roles are none")
        expect(options.latest is None or options.latest.tzinfo is not None, "a deadline without a zone")
        expect(options.max_bytes is None or options.max_bytes >= 0, "a limit below nothing")


def statements(content: bytes, _: None) -> str:
    """Statements, positions and what uploads say have one content, or are refused."""
    try:
        document = parse(content)
    except InvalidJson as error:
        return said(error)
    read = [read_statement(kind, document) for kind in KINDS.values()]
    place, stated = read_position(document), read_stated(document)
    words = [refused(each) for each in (*read, place, stated) if isinstance(each, Refusal)]
    for each in read:
        if not isinstance(each, Refusal):
            again = read_statement(type(each), each.said)
            expect(not isinstance(again, Refusal) and again.content == each.content, "said again it is something else")
    if not isinstance(stated, Refusal):
        document_content(bytes(32), stated)
    if not isinstance(place, Refusal):
        expect(photo_content(bytes(32), document), "a photo has no such position")
    if isinstance(document, dict) and isinstance(category := document.get("category"), str):
        refusal = category_refusal(category)
        expect(refusal is None or refused(refusal), "a category is refused for nothing")
    return "read" if len(words) < len(read) + 2 else "refused"


def spelled(*documents: Any) -> tuple[bytes, ...]:
    """Documents as seeds."""
    return tuple(json.dumps(each, separators=(",", ":")).encode() for each in documents)


def _canonical_seeds() -> Material:
    numbers = [333333333.33333329, 4.5, 2e-3, 1e-27, -0.0, 9007199254740991, [], {}, None, True, "\u20ac\u000f"]
    hostile = (b'{"\\ud800":1,"\\ud800":2}', b'{"' + b"k" * 3_000 + b'":NaN}', b'{"a":1,"a":1}', b"[1e30]")
    return Material((*spelled(numbers, *TERMS_BY_TYPE[:3]), b'{"a":{"b":[1,{"c":"\\ud83d\\ude00"}]}}', *hostile))


def _terms_seeds() -> Material:
    named = {"authorities": {"quality_control": [b64encode(bureau().der).decode()]}, "salt": "0x" + "5a" * 32}
    documents = [terms_document(*TERMS_BY_TYPE) | named, *(terms_document(each) for each in TERMS_BY_TYPE)]
    never = {"term_type": "delivery_confirmation", "data": {"deadline": "0001-01-01T00:00:00+14:00"}}
    return Material(spelled(*documents, terms_document(never)))


def _statements_seeds() -> Material:
    fix = KAMPALA | {"accuracy": 8.5}
    return Material(
        spelled(
            fix | {"captured_at": NOON, "altitude": 1190.5, "category": "before_service"},
            {"confirmed": True, "about": "inspection_report", "rating": 4},
            {"code": "QC-2025-001", "salt": "0x" + "5a" * 32},
            {"data": {"inspection_report": "passed without remarks"}, "captured_at": NOON},
            {"type": "inspection_report", "fields": {"inspector_id": "17", "signature": "G. Nakato"}},
            fix | {"captured_at": "9999-12-31T23:59:59Z"},
            {"data": {"inspection_report": "\u3164"}},
        )
    )


def _words() -> tuple[bytes, ...]:
    """Every name and text of the terms above."""
    found: set[str] = {"G1", "G3", "G0", "null", "Europe/Berlin", "UTC", "recipient", "cash_amount"}
    waiting: list[Any] = [*TERMS_BY_TYPE, terms_document()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            found.add(value)
    return tuple(sorted(word.encode() for word in found))


WORDS: Final = _words()
_JSON: Final = (b'"', b"\\u", b"\\ud800", b"[[", b'{"', b"1e999", b"NaN", b"-Infinity", b"\xff", b"\xef\xbb\xbf", b"0.")

CANONICAL: Final = Target(
    "canonical", _canonical_seeds, canonical_json, mutate_either(mutate_json, mutate_bytes), words=_JSON
)
TERMS: Final = Target("terms", _terms_seeds, terms, mutate_json, words=WORDS)
STATEMENTS: Final = Target("statements", _statements_seeds, statements, mutate_json, words=WORDS)
