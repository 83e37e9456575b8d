"""Pieces of evidence, as recorded: what was handed in, measured and verified before anybody judges.

The judge believes these records, so whoever makes them (`escrow_chain.evidence`) must have checked
what they say: `signer` was recovered from the signature, `nonce_status` is the nonce book's answer,
`pdq` was computed by the killable worker from the bytes that `sha256` names.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from escrow_chain.protocol.numbers import Bytes32
from escrow_chain.terms.ink import visible
from escrow_chain.terms.paper import Document
from escrow_chain.terms.people import PhoneNumber
from escrow_chain.terms.photo import Photo
from escrow_chain.terms.place import Fix
from escrow_chain.terms.provenance import Provenance
from escrow_chain.terms.record import Instant, Record
from escrow_chain.terms.sentence import Sentence, as_sentence

CodeText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DataName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(visible)]
DataValues = Annotated[
    Mapping[DataName, Annotated[str, StringConstraints(max_length=10_000), AfterValidator(visible)]],
    Field(min_length=1, max_length=100),
]
"""Text by name: at least one, and none that shows nothing."""
Rating = Annotated[int, Field(ge=1, le=5)]
About = Annotated[str, StringConstraints(max_length=100)]
Kind: TypeAlias = Literal["position", "photo", "document", "confirmation", "code", "data"]
"""What a piece of evidence can be."""


class Position(Record):
    """A position that somebody hands in. `captured_at` is the device's claim.

    `content` is the sha-256 of the piece's canonical JSON, which the signed message must name.
    """

    kind: Literal["position"] = "position"
    content: Bytes32
    fix: Fix
    captured_at: Instant | None
    provenance: Provenance | None = None


class Confirmation(Record):
    """What somebody says who has a word: whether it is as agreed, and how good it was (1 to 5).

    `about` is what is confirmed, as the terms name it (a checkpoint, a type of document); empty if it is all of the
    term. `content` is the sha-256 of its canonical JSON, as of a position.
    """

    kind: Literal["confirmation"] = "confirmation"
    content: Bytes32
    confirmed: bool
    about: About = ""
    rating: Rating | None = None
    captured_at: Instant | None
    provenance: Provenance | None = None


class Code(Record):
    """A code that somebody gives back.

    `attempt` counts from 1 what its signer tried for the term; None if nobody counted. `sent_to` is the phone to which
    the service had sent this very code for this term, if it had, and not long ago, and nobody gave it back before.
    """

    kind: Literal["code"] = "code"
    content: Bytes32
    code: CodeText = Field(repr=False)
    salt: str = Field(repr=False)
    attempt: Annotated[int, Field(ge=1)] | None = None
    sent_to: PhoneNumber | None = Field(default=None, repr=False)
    captured_at: Instant | None
    provenance: Provenance | None = None


class Data(Record):
    """What somebody supplies, by name."""

    kind: Literal["data"] = "data"
    content: Bytes32
    data: DataValues
    captured_at: Instant | None
    provenance: Provenance | None = None


class Unusable(Record):
    """A piece that could not be read, and why: the failed check that the verdict will show.

    `claims` is the kind of piece it was handed in as, None if nothing says.
    """

    kind: Literal["unusable"] = "unusable"
    claims: Kind | None
    code: str
    sentence: Annotated[Sentence, BeforeValidator(as_sentence)]
    measured: str | int | float | None = None
    limit: str | int | float | None = None
    unit: str | None = None


Usable: TypeAlias = Position | Photo | Document | Confirmation | Code | Data
"""What can be judged."""
Piece: TypeAlias = Annotated[Usable | Unusable, Field(discriminator="kind")]
