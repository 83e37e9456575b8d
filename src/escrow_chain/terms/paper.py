"""A document, as recorded: what the killable worker read in a PDF."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from escrow_chain.protocol.numbers import Bytes32
from escrow_chain.terms.ink import visible
from escrow_chain.terms.provenance import Provenance
from escrow_chain.terms.record import Instant, Record

DocumentType = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(visible)]
"""What a document is, as in `inspection_report`."""
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FieldValues = Annotated[
    Mapping[FieldName, Annotated[str, StringConstraints(max_length=10_000), AfterValidator(visible)]],
    Field(max_length=1000),
]
"""Filled fields by name: none that shows nothing."""


class PdfSignature(Record):
    """A signature in a PDF. `signer` is the subject of its certificate, as people read it.

    `whole`: it is sound, covers the entire file, and nothing was changed after it. `root` is the sha-256 of the pinned
    root certificate (DER) to which the signer's certificate led when the piece was received, None if to none.
    """

    field: str
    signer: str
    whole: bool
    root: Bytes32 | None


class Document(Record):
    """A PDF without anything active in it. `size` in bytes.

    `fields` are the filled form fields of the file, `stated` what its signed upload says of further ones. `type` is the
    signed upload's own.
    """

    kind: Literal["document"] = "document"
    content: Bytes32
    sha256: Bytes32
    format: Literal["pdf"] = "pdf"
    size: Annotated[int, Field(gt=0)]
    pages: Annotated[int, Field(ge=1)]
    fields: FieldValues = Field(default_factory=dict)
    signatures: tuple[PdfSignature, ...] = ()
    type: DocumentType | None = None
    stated: FieldValues = Field(default_factory=dict)
    captured_at: Instant | None = None
    provenance: Provenance | None = None
