"""Recorded pieces of evidence for tests of the judge, as an honest recipient's would be."""

from datetime import UTC, datetime, timedelta
from typing import Any

from eth_hash.auto import keccak

from escrow_chain.terms import (
    Check,
    Circumstances,
    Code,
    Confirmation,
    Data,
    Fix,
    NonceStatus,
    Photo,
    Piece,
    Position,
    Provenance,
    Sighting,
    Term,
    Verdict,
    judge,
    parse_term,
)
from escrow_chain.terms.check import spelled
from escrow_chain.terms.paper import Document, PdfSignature
from escrow_chain.terms.photo import Likeness, Manifest, ManifestState
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement

DEAL = b"\xde" * 32
WALLET = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
MANAGER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
CUSTOMER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
INSPECTOR = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"
STRANGER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
ROOT = b"\xca" * 32
"""The hash of a root certificate, to which inspectors' certificates lead."""
PHONE = "+256700000001"
DEVICE = DeviceStatement(platform=DevicePlatform.APP_ATTEST, app="TEAM123456.org.example.courier")
"""What Apple says of an honest app."""
MORNING = datetime(2025, 6, 30, 6, 0, tzinfo=UTC)
"""09:00 in Kampala."""
KAMPALA = {"latitude": 0.347596, "longitude": 32.582520}
METRE = 1 / 111_320
"""Degrees of longitude at the equator, as good as anywhere in Kampala."""


def located(zone: str = "Africa/Kampala", **options: Any) -> Term:
    """A `location_verification` with these options."""
    return parse_term({"term_type": "location_verification", "data": options}, timezone=zone).terms[0]


def pictured(**options: Any) -> Term:
    """A `photo_upload` with these options."""
    return parse_term({"term_type": "photo_upload", "data": options}).terms[0]


def delivered(**options: Any) -> Term:
    """A `delivery_confirmation` with these options."""
    return parse_term({"term_type": "delivery_confirmation", "data": options}).terms[0]


def meeting(**options: Any) -> Term:
    """A `meeting_delivery` with these options."""
    return parse_term({"term_type": "meeting_delivery", "data": options}).terms[0]


def customized(**options: Any) -> Term:
    """A `custom` term with these options."""
    return parse_term({"term_type": "custom", "data": options}).terms[0]


def provenance(term: Term, content: bytes, received_at: datetime, /, **changes: Any) -> Provenance:
    """That of an honest piece: nonce ten seconds before its receipt, signed by the submitter."""
    found: dict[str, Any] = {
        "deal": DEAL,
        "milestone": 0,
        "term": term.id,
        "nonce": content,
        "kind": "photo",
        "content": content,
        "signer": WALLET,
        "nonce_status": NonceStatus.FRESH,
        "issued_at": received_at - timedelta(seconds=10),
        "received_at": received_at,
    }
    return Provenance(**(found | changes))


def position(
    term: Term,
    /,
    latitude: float,
    longitude: float,
    *,
    at: datetime = MORNING,
    accuracy: float | None = 8.0,
    **changes: Any,
) -> Position:
    """A signed position, received at `at`; `changes` go into its provenance."""
    content = keccak(repr((latitude, longitude, at)).encode())
    return Position(
        content=content,
        fix=Fix(latitude=latitude, longitude=longitude, accuracy=accuracy),
        captured_at=changes.pop("captured_at", at - timedelta(seconds=5)),
        provenance=provenance(term, content, at, **({"kind": "position"} | changes)),
    )


def confirmation(
    term: Term,
    *,
    confirmed: bool = True,
    about: str = "",
    rating: int | None = None,
    at: datetime = MORNING,
    **changes: Any,
) -> Confirmation:
    """The customer's signed word, received at `at`; `changes` go into its provenance."""
    content = keccak(repr((confirmed, about, rating, at)).encode())
    return Confirmation(
        content=content,
        confirmed=confirmed,
        about=about,
        rating=rating,
        captured_at=at - timedelta(seconds=5),
        provenance=provenance(term, content, at, **({"kind": "confirmation", "signer": CUSTOMER} | changes)),
    )


def code(term: Term, text: str, /, *, attempt: int | None = 1, at: datetime = MORNING, **changes: Any) -> Code:
    """A code that the recipient gives back, received at `at`; `changes` go into its provenance."""
    content = keccak(repr((text, at)).encode())
    found = provenance(term, content, at, **({"kind": "code"} | changes))
    moment = at - timedelta(seconds=5)
    return Code(
        content=content, code=text, salt="0x" + "5a" * 32, attempt=attempt, captured_at=moment, provenance=found
    )


def phone_code(term: Term, *, sent_to: str | None = PHONE, signer: str = CUSTOMER, **given: Any) -> Code:
    """A code that the customer gives back, and that the service had sent to a phone."""
    return code(term, "48151623", signer=signer, **given).model_copy(update={"sent_to": sent_to})


def data(term: Term, /, *, at: datetime = MORNING, origin: dict[str, Any] | None = None, **values: str) -> Data:
    """Data that the recipient supplies, received at `at`."""
    content = keccak(repr((values, at)).encode())
    found = provenance(term, content, at, **({"kind": "data"} | (origin or {})))
    return Data(content=content, data=values, captured_at=at - timedelta(seconds=5), provenance=found)


def document(
    term: Term,
    kind: str | None,
    seed: int = 1,
    *,
    at: datetime = MORNING,
    stated: dict[str, str] | None = None,
    **fields: Any,
) -> Document:
    """A signed PDF, handed in as of this kind; different seeds are different files."""
    sha256 = seed.to_bytes(32)
    content = keccak(repr((seed, kind, stated)).encode())
    found: dict[str, Any] = {
        "content": content,
        "sha256": sha256,
        "size": 200_000,
        "pages": 2,
        "type": kind,
        "stated": stated or {},
        "captured_at": at - timedelta(seconds=5),
        "provenance": provenance(term, content, at, **({"kind": "document"} | fields.pop("origin", {}))),
    }
    return Document(**(found | fields))


def pdf_signature(root: bytes | None = ROOT, *, field: str = "Signature1", whole: bool = True) -> PdfSignature:
    """An inspector's signature in a PDF."""
    return PdfSignature(field=field, signer="Common Name: J. Okello", whole=whole, root=root)


def manifest(nonce: bytes | None = None, **changes: Any) -> Manifest:
    """That of a photo which a trusted camera took for a nonce."""
    found: dict[str, Any] = {"state": ManifestState.TRUSTED, "captured": True, "issuer": "Example Cameras"}
    return Manifest(**(found | {"nonce": nonce} | changes))


def likeness(sha256: bytes | None = None, *, inliers: int = 200, term: bytes, deal: bytes = DEAL) -> Likeness:
    """That a photo shares so many details with another one, of this deal if its file is named."""
    return Likeness(deal=deal, milestone=0, term=term, received_at=MORNING, sha256=sha256, inliers=inliers)


def photo(
    term: Term, seed: int = 1, *, at: datetime = MORNING, sightings: tuple[Sighting, ...] | None = (), **fields: Any
) -> Photo:
    """A signed photo; different seeds are different pictures, 128 bits apart."""
    sha256 = seed.to_bytes(32)
    found: dict[str, Any] = {
        "content": sha256,
        "sha256": sha256,
        "format": "jpeg",
        "size": 3_000_000,
        "width": 4000,
        "height": 3000,
        "pdq_quality": 100,
        "sharpness": 500.0,
        "brightness": 120.0,
        "pdq": tuple(picture_hash(seed, turn) for turn in range(8)),
        "captured_at": at - timedelta(seconds=5),
        "sightings": sightings,
        "likenesses": (),
        "provenance": provenance(term, sha256, at, **fields.pop("origin", {})),
    }
    return Photo(**(found | fields))


def picture_hash(seed: int, turn: int = 0) -> str:
    """A hash that is far from those of other seeds and turns: a row of a Hadamard matrix of 256."""
    row = (seed * 8 + turn) % 256
    return f"{sum(((row & column).bit_count() & 1) << column for column in range(256)):064x}"


def verdict_on(term: Term, *evidence: Piece, at: datetime = MORNING + timedelta(hours=12), **changes: Any) -> Verdict:
    """The verdict on evidence of an honest recipient's circumstances."""
    found = {
        "at": at,
        "zone": "Africa/Kampala",
        "deal": DEAL,
        "milestone": 0,
        "submitter": WALLET,
        "people": {"customer": CUSTOMER, "manager": MANAGER, "quality_control": INSPECTOR},
    }
    return judge(term, evidence, Circumstances(**(found | changes)))


def failed(verdict: Verdict) -> set[str]:
    """The codes of the checks that failed."""
    return {check.code for check in verdict.failures}


def only(verdict: Verdict, code: str) -> Check:
    """The one check with this code, with what was measured as it is read."""
    (found,) = (check for check in verdict.checks if check.code == code)
    return found._replace(measured=spelled(found.measured), limit=spelled(found.limit))
