"""What must be proven for a milestone, and the judge of it: evidence in, verdict out. Pure."""

from escrow_chain.terms.check import Check, Rule
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
    UnloadableType,
)
from escrow_chain.terms.judge import judge
from escrow_chain.terms.photo import Exif, Photo, Sighting
from escrow_chain.terms.pieces import Code, Confirmation, Data, Piece, Position, Unusable
from escrow_chain.terms.place import Coordinates, Fix
from escrow_chain.terms.provenance import NonceStatus, Provenance
from escrow_chain.terms.record import Grade, Instant, Record
from escrow_chain.terms.registry import PUBLISHED, TermType
from escrow_chain.terms.verdict import Verdict

__all__ = [
    "DEFAULT_TIMEZONE",
    "FORMAT",
    "PUBLISHED",
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
    "Rule",
    "Sighting",
    "Term",
    "TermType",
    "TermsDocument",
    "TermsError",
    "UnknownZone",
    "UnloadableType",
    "Unusable",
    "Verdict",
    "judge",
    "parse_document",
    "parse_term",
    "term_id",
]
