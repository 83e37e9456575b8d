"""Terms from files, for the commands that judge."""

from pathlib import Path

from escrow_chain.cli.failure import InputError
from escrow_chain.evidence.file import read_file
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import MAX_BYTES, parse
from escrow_chain.terms.document import DEFAULT_TIMEZONE, TermsDocument, parse_document, parse_term


def read_terms(path: Path, *, zone: str | None) -> TermsDocument:
    """The terms in a file: a document, or a single term, whose windows are then read in `zone`.

    Raises `InputError` if the file can't be read or `zone` contradicts the document, `InvalidJson` and `TermsError`
    for what it says.
    """
    content = read_file(path, max_bytes=MAX_BYTES)
    if isinstance(content, Refusal):
        what = f"{content.sentence} ({content.measured})" if content.measured else str(content.sentence)
        raise InputError(what, where=str(path))
    given = parse(content)
    if not isinstance(given, dict) or "format" not in given:
        return parse_term(given, timezone=zone or DEFAULT_TIMEZONE)
    document = parse_document(given)
    if zone not in (None, document.timezone):
        what = f"the document says {document.timezone}, not {zone}"
        raise InputError(what, where="--zone", remedy="Leave the option out: the zone is part of the hashed terms.")
    return document
