"""Terms from files, for the commands that judge."""

from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography import x509

from escrow_chain.cli.failure import InputError
from escrow_chain.evidence.file import read_file
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import MAX_BYTES, parse
from escrow_chain.terms.document import DEFAULT_TIMEZONE, TermsDocument, parse_document, parse_term

AnchorsOption = Annotated[
    Path | None,
    typer.Option("--anchors", help="Certificates (PEM) of the makers of cameras whose photos are trusted (C2PA)."),
]


def read_anchors(path: Path | None) -> str:
    """The certificates in a file, none if there is no file. Raises `InputError` if they can't be read."""
    if path is None:
        return ""
    try:
        text = _bytes(path).decode()
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise InputError("no certificates in PEM", where=str(path)) from error
    return text


def read_terms(path: Path, *, zone: str | None) -> TermsDocument:
    """The terms in a file: a document, or a single term, whose windows are then read in `zone`.

    Raises `InputError` if the file can't be read or `zone` contradicts the document, `InvalidJson` and `TermsError`
    for what it says.
    """
    given = _read(path)
    if not isinstance(given, dict) or "format" not in given:
        return parse_term(given, timezone=zone or DEFAULT_TIMEZONE)
    document = parse_document(given)
    if zone not in (None, document.timezone):
        what = f"the document says {document.timezone}, not {zone}"
        raise InputError(what, where="--zone", remedy="Leave the option out: the zone is part of the hashed terms.")
    return document


def read_document(path: Path) -> tuple[dict[str, Any], TermsDocument]:
    """A terms document in a file, as it is hashed and as it is understood. Raises as `read_terms`."""
    given = _read(path)
    return given, parse_document(given)


def _read(path: Path) -> Any:
    return parse(_bytes(path))


def _bytes(path: Path) -> bytes:
    content = read_file(path, max_bytes=MAX_BYTES)
    if isinstance(content, Refusal):
        what = f"{content.sentence} ({content.measured})" if content.measured else str(content.sentence)
        raise InputError(what, where=str(path))
    return content
