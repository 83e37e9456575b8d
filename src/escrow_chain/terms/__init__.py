"""What must be proven for a milestone, and the judge of it: evidence in, verdict out. Pure."""

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import (
    DEFAULT_TIMEZONE,
    FORMAT,
    Term,
    TermsDocument,
    parse_document,
    parse_term,
    term_id,
)
from escrow_chain.terms.errors import (
    InvalidTerms,
    NotSupportedYet,
    Problem,
    TermsError,
    UnknownZone,
)
from escrow_chain.terms.judge import judge
from escrow_chain.terms.pieces import (
    Code,
    Confirmation,
    Coordinates,
    Data,
    Exif,
    Fix,
    NonceStatus,
    Photo,
    Piece,
    Position,
    Provenance,
    Sighting,
    Unusable,
)
from escrow_chain.terms.record import Grade, Instant, Record
from escrow_chain.terms.verdict import Check, Verdict

__all__ = [
    "DEFAULT_TIMEZONE",
    "FORMAT",
    "Check",
    "Circumstances",
    "Code",
    "Confirmation",
    "Coordinates",
    "Data",
    "Exif",
    "Fix",
    "Grade",
    "Instant",
    "InvalidTerms",
    "NonceStatus",
    "NotSupportedYet",
    "Photo",
    "Piece",
    "Position",
    "Problem",
    "Provenance",
    "Record",
    "Sighting",
    "Term",
    "TermsDocument",
    "TermsError",
    "UnknownZone",
    "Unusable",
    "Verdict",
    "judge",
    "parse_document",
    "parse_term",
    "term_id",
]
