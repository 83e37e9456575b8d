"""How fast documents are read, each figure beside the bare work that it contains, measured in the same run.

A filled form is read as the worker does it, and opened as pypdf does it with nothing around, up to its fields. A
signed one is read with its root pinned; pyHanko alone validates the same signature. Medians, the sides taking turns.
"""

import io
from collections.abc import Callable
from typing import Final

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from bench.turns import medians_ms
from escrow_chain.evidence.pdf import DocumentFindings, parse_pdf
from tests.evidence.papers import RECEIVED, bureau, form, report

ROUNDS: Final = 30


def documents() -> dict[str, float]:
    """Milliseconds for one document: read and bare, unsigned and signed."""
    paper, signed = form(), report()
    works: dict[str, Callable[[], object]] = {
        "document_read_ms": lambda: read(paper),
        "document_pypdf_ms": lambda: opened(paper),
        "document_signed_read_ms": lambda: read(signed),
        "document_pyhanko_ms": lambda: validated(signed),
    }
    return {name: round(taken, 2) for name, taken in medians_ms(works, rounds=ROUNDS).items()}


def read(content: bytes) -> DocumentFindings:
    """As the worker does it."""
    findings = parse_pdf(content, roots=(bureau().der,), at=RECEIVED)
    if not isinstance(findings, DocumentFindings):
        raise TypeError(findings)
    return findings


def opened(content: bytes) -> object:
    """As pypdf does it: pages and fields."""
    reader = PdfReader(io.BytesIO(content))
    return len(reader.pages), reader.get_fields()


def validated(content: bytes) -> object:
    """As pyHanko does it."""
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(bureau().der)], allow_fetching=False, moment=RECEIVED
    )
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return validate_pdf_signature(signature, context).trusted
