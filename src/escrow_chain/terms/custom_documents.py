"""The documents that a `custom` term can ask for: of what type, with which fields filled, approved by which authority.

Of a type the last document counts that came in time and is as asked for. An authority approves it by a signature in the
document, with a certificate that leads to one of the roots that the terms name, or by a confirmation with a key of the
own that came afterwards; if it said something with its key, that is what counts. What it refused stays refused when
the very same file is handed in again. The same document may serve for several deals: a certificate is no photo.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, FiniteFloat

from escrow_chain.terms.check import Check, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.ink import visible
from escrow_chain.terms.options import Part, in_bytes
from escrow_chain.terms.paper import Document, DocumentType, FieldName
from escrow_chain.terms.people import Role
from escrow_chain.terms.pieces import Confirmation
from escrow_chain.terms.words import last_word

MAX_DOCUMENT_MB: Final = 64
SIGNATURE: Final = "signature"
"""A required field that a signature in the document fills."""

TYPE: Final = Rule(
    "document.type",
    passed="It is handed in as {measured}.",
    failed="Say what the document is when you hand it in: {limit}.",
)
FILE_SIZE: Final = Rule(
    "document.file_size",
    passed="The file is small enough.",
    failed="The file is too large. Save the document with smaller pictures.",
    unit="bytes",
)
FIELDS: Final = Rule(
    "document.fields",
    passed="All the fields asked for are filled.",
    failed="These fields are asked for, and some of them are empty: {limit}. Fill them, or say what stands there when "
    "you hand it in.",
)
SUPPLIED: Final = Rule(
    "document.supplied",
    passed="{type}: handed in.",
    failed="{type}: no document that counts, and that counts for nothing else. Hand one in as PDF.",
    unit="documents",
    decisive=True,
)
APPROVED: Final = Rule(
    "document.approved",
    passed="{type}: approved by {limit}.",
    failed="{type}: not approved by {limit}. Ask for a signature in the document, or for a confirmation.",
    otherwise={"refused": "{type}: refused by {limit}. Put it right, hand it in again, and ask again."},
    decisive=True,
)


class RequiredDocument(Part):
    """One document. `max_size_mb` in megabytes of 1,000,000 bytes."""

    type: DocumentType
    format: Literal["pdf"] = "pdf"
    max_size_mb: Annotated[FiniteFloat, Field(gt=0, le=MAX_DOCUMENT_MB)] = 10.0
    verification_authority: Role | None = None
    fields_required: Annotated[tuple[Annotated[FieldName, AfterValidator(visible)], ...], Field(max_length=100)] = ()

    @property
    def max_bytes(self) -> int:
        """The largest file that can count."""
        return in_bytes(self.max_size_mb)


def document_checks(
    required: Sequence[RequiredDocument],
    documents: Sequence[Exhibit[Document]],
    words: Sequence[Exhibit[Confirmation]],
    circumstances: Circumstances,
) -> tuple[list[Check], set[int]]:
    """The checks of all documents, and what counts, by number. `words` are confirmations of whomever."""
    by_type = {each.type: each for each in required}
    checks: list[Check] = []
    good: dict[str, list[Exhibit[Document]]] = {each.type: [] for each in required}
    for exhibit in documents:
        wanted = by_type.get(exhibit.piece.type or "")
        found = [Check(TYPE, wanted is not None, exhibit.piece.type, tuple(by_type), exhibit.grade, exhibit.number)] + (
            _piece_checks(exhibit, wanted) if wanted else []
        )
        checks += found
        if wanted and exhibit.timely and all_passed(found):
            good[wanted.type].append(exhibit)
    counted: set[int] = set()
    used: set[bytes] = set()
    for each in required:
        own = [exhibit for exhibit in good[each.type] if exhibit.piece.sha256 not in used]
        used |= {exhibit.piece.sha256 for exhibit in own[-1:]}
        found, kept = _supplied(each, own, documents, words, circumstances)
        checks += found
        counted |= kept
    return checks, counted


def _piece_checks(exhibit: Exhibit[Document], wanted: RequiredDocument) -> list[Check]:
    document = exhibit.piece
    about = (exhibit.grade, exhibit.number)
    checks = [Check(FILE_SIZE, document.size <= wanted.max_bytes, document.size, wanted.max_bytes, *about)]
    if wanted.fields_required:
        filled = _filled(document)
        present = tuple(name for name in wanted.fields_required if name in filled)
        passed = len(present) == len(wanted.fields_required)
        checks.append(Check(FIELDS, passed, present, wanted.fields_required, *about))
    return checks


def _filled(document: Document) -> set[str]:
    """The names of filled fields: a signature that is not whole fills none, whatever its field is called."""
    signed = {each.field for each in document.signatures if each.whole}
    texts = {*document.fields, *document.stated} - {each.field for each in document.signatures}
    return {*texts, *signed, *({SIGNATURE} if signed else ())}


def _supplied(
    required: RequiredDocument,
    good: Sequence[Exhibit[Document]],
    documents: Sequence[Exhibit[Document]],
    words: Sequence[Exhibit[Confirmation]],
    circumstances: Circumstances,
) -> tuple[list[Check], set[int]]:
    """Whether there is one and, if an authority must approve it, whether it does; and what counts, by number."""
    named = {"type": required.type}
    last = good[-1] if good else None
    checks = [Check(SUPPLIED, last is not None, len(good), 1, last.grade if last else None, values=named)]
    counted = {last.number} if last else set()
    authority = required.verification_authority
    if authority is None:
        return checks, counted
    own = [each for each in words if each.is_by(circumstances.addresses({authority}))]
    word = last_word(_about(last, documents, own), required.type)
    if word is not None:
        reason = None if word.piece.confirmed else "refused"
        passed = word.piece.confirmed
        checks.append(Check(APPROVED, passed, passed, authority, word.grade, word.number, values=named, reason=reason))
        return checks, counted | {word.number}
    roots = circumstances.roots.get(authority, frozenset())
    signers = tuple(each.signer for each in last.piece.signatures if each.whole and each.root in roots) if last else ()
    grade = last.grade if last else None
    return [*checks, Check(APPROVED, bool(signers), signers, authority, grade, values=named)], counted


def _about(
    last: Exhibit[Document] | None, documents: Sequence[Exhibit[Document]], words: Sequence[Exhibit[Confirmation]]
) -> list[Exhibit[Confirmation]]:
    """The words about this document: approvals since it came, and refusals since the very same file first did."""
    if last is None:
        return []
    first = min(each.happened for each in documents if each.piece.sha256 == last.piece.sha256)
    return [each for each in words if each.begun >= (last.happened if each.piece.confirmed else first)]
