"""The parser of PDFs. It sees untrusted bytes, so it runs in a killable worker and nowhere else.

In this order: what the first and last bytes say it is; which objects its newest revision has, and nothing that had to
be guessed; every one of these objects, in streams or not, reachable or not; pages; filled fields; signatures. Page
contents are measured and not read. Where programs would not all show the same, the file is refused: what is recorded
must be what people see.
"""

import io
import logging
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError

from escrow_chain.evidence.file_kind import file_kind
from escrow_chain.evidence.pdf_active import Search
from escrow_chain.evidence.pdf_form import Form, keep
from escrow_chain.evidence.pdf_objects import Refused, damaged
from escrow_chain.evidence.pdf_revisions import MAX_OBJECTS, Reader, refuse_two_ends, settle
from escrow_chain.evidence.pdf_signatures import SignatureFindings, read_signatures
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.terms.sentence import say

MAX_PAGES: Final = 500
_LIMITS: Final[dict[str, Any]] = {
    "zlib_maximum_output_length": 10_000_000,
    "lzw_maximum_output_length": 1_000_000,
    "run_length_maximum_output_length": 10_000_000,
    "zlib_maximum_recovery_input_length": 0,
    "stream_filters_maximum_length": 4,
    "stream_decoding_work_maximum_length": 20_000_000,
    "stream_parsing_work_maximum_count": 100_000,
    "xform_maximum_invocations_per_extraction": 20,
    "page_tree_maximum_entries": 2 * MAX_PAGES,
}
"""Of what pypdf reads itself: tables, streams of objects, and what fields look like."""
_DAMAGE: Final = (
    PyPdfError,
    PdfError,
    struct.error,
    zlib.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the two libraries raise about files that break the rules."""
_NO_GUESS: Final = "Xref table not zero-indexed. ID numbers for objects will be corrected."
"""What pypdf says, and strictly does not do, about the tables of files that were added to or made for the web."""


@dataclass(frozen=True, slots=True)
class DocumentFindings:
    """What a PDF is: its pages, its filled form fields by qualified name, its signatures.

    A signed signature field is filled with its signer's name.
    """

    pages: int
    fields: dict[str, str]
    signatures: tuple[SignatureFindings, ...]


def parse_pdf_file(path: str, roots: Sequence[bytes], at: datetime) -> DocumentFindings | Refusal:
    """`parse_pdf` of a file's bytes."""
    return parse_pdf(Path(path).read_bytes(), roots=roots, at=at)


def parse_pdf(content: bytes, *, roots: Sequence[bytes], at: datetime) -> DocumentFindings | Refusal:
    """What this PDF is, or why it cannot be relied on. `roots` (DER) are trusted, as of the moment `at`."""
    try:
        _refuse_by_bytes(content)
        with apply_configuration(**_LIMITS):
            return _findings(content, roots, at)
    except Refused as refused:
        return refused.refusal
    except FileNotDecryptedError:
        return Refusal(
            code="document.encrypted",
            sentence="The document is protected by encryption. Save it without a password and without restrictions.",
        )
    except LimitReachedError:
        return Refusal(
            code="document.bomb",
            sentence="The document is made so that it cannot be opened safely. Print it to a new PDF.",
            measured="LimitReachedError",
        )
    except _DAMAGE as error:
        return damaged(type(error).__name__).refusal


def _refuse_by_bytes(content: bytes) -> None:
    kind = file_kind(content)
    if kind != "pdf":
        raise Refused(
            "format",
            say("The file is no PDF but {kind} by its content. Hand in a PDF.", kind=kind),
            measured=kind,
            limit="pdf",
        )
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused(
            "one_format",
            "The file is a PDF and an archive at once. Print it to a new PDF.",
            measured="zip",
            limit="nothing but a PDF",
        )
    if not content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise damaged("no end")


def _findings(content: bytes, roots: Sequence[bytes], at: datetime) -> DocumentFindings:
    with _guesses() as guesses:
        reader = Reader(io.BytesIO(content), strict=True, xref_stream_maximum_entries=4 * MAX_OBJECTS)
        auditor = PdfFileReader(io.BytesIO(content), strict=False)
        refuse_two_ends(content, auditor.last_startxref)
        settle(reader, auditor)
        Search().look(reader)
        pages = list(reader.pages)
        if guesses:
            raise damaged(guesses[0])
        if not 1 <= len(pages) <= MAX_PAGES:
            raise Refused(
                "pages",
                say("The document has {pages} pages. Hand in the pages that matter.", pages=len(pages)),
                measured=len(pages),
                limit=MAX_PAGES,
                unit="pages",
            )
        values, signed = Form(reader, pages).read()
        signatures = read_signatures(auditor, content, signed, roots=roots, at=at)
    for signature in signatures:
        keep(values, signature.field, signature.signer)
    return DocumentFindings(pages=len(pages), fields=values, signatures=signatures)


@contextmanager
def _guesses() -> Iterator[list[str]]:
    """What the libraries guess at meanwhile, in their words. Neither of them writes what a file says into logs."""
    guessed: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.msg != _NO_GUESS:
                guessed.append(str(record.msg))

    loggers = [(logger, logger.propagate) for logger in map(logging.getLogger, ("pypdf", "pyhanko"))]
    listener = Listener(logging.WARNING)
    for logger, _ in loggers:
        logger.addHandler(listener)
        logger.propagate = False
    try:
        yield guessed
    finally:
        for logger, propagate in loggers:
            logger.removeHandler(listener)
            logger.propagate = propagate
