"""What a submission's `content` is the sha-256 of: one small JSON document (RFC 8785) for each piece.

    position   {"latitude": 0.347596, "longitude": 32.58252, "accuracy": 8.5}
    photo      {"photo": "0x<sha-256 of the file>", "position": {the same}, "category": "before_service"}
    document   {"document": "0x<sha-256 of the file>", "type": "inspection_report", "fields": {"inspector_id": "17"}}
    confirmation  {"confirmed": true, "about": "inspection_report", "rating": 4}
    code       {"code": "QC-2025-001", "salt": "0x… 32 random bytes"}
    data       {"data": {"inspection_report": "passed without remarks"}}

`accuracy` in metres. Left out is what there is none of: a photo's `position` and `category`, a document's `type` and
`fields`, a confirmation's `rating` (1 to 5) and `about` (a checkpoint's name, or a document's type). Keys of a position
that are not known are kept and hashed. When it was is in the signed message itself; only what nobody signs says it
here, as `captured_at` (ISO 8601 with zone).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import InvalidJson, JsonValue, canonical, child_path
from escrow_chain.terms.options import parse_instant
from escrow_chain.terms.paper import DocumentType, FieldValues
from escrow_chain.terms.photo import Category
from escrow_chain.terms.pieces import About, CodeText, DataValues, Kind, Rating
from escrow_chain.terms.place import Fix
from escrow_chain.terms.record import Record, in_utc
from escrow_chain.terms.sentence import say

_Moment = Annotated[datetime, BeforeValidator(parse_instant), AfterValidator(in_utc)]
"""In ISO 8601 with a zone, and one that can be recorded."""
_CATEGORY: Final[TypeAdapter[str | None]] = TypeAdapter(Category | None)


class Stated(Record):
    """What a document's upload says of it."""

    type: DocumentType | None = None
    fields: FieldValues = Field(default_factory=dict)


class _Reported(Fix):
    model_config = ConfigDict(extra="ignore")

    captured_at: _Moment | None = None


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """A position document that makes sense, and the hash of its content (32 bytes)."""

    content: bytes
    fix: Fix
    captured_at: datetime | None


class Statement(Record):
    """What somebody says, as a document. `KIND` is that of the piece, `NEEDS` what such a document must have."""

    KIND: ClassVar[Kind]
    NEEDS: ClassVar[str]

    captured_at: _Moment | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What is said, without when."""
        return self.model_dump(exclude={"captured_at"}, exclude_none=True, exclude_defaults=True)

    @property
    def content(self) -> bytes:
        """The hash of what is said: 32 bytes."""
        return hashlib.sha256(canonical(self.said)).digest()


class Said(Statement):
    """A confirmation."""

    KIND: ClassVar[Kind] = "confirmation"
    NEEDS: ClassVar[str] = "confirmed (true or false), and may have a rating (1 to 5)"

    confirmed: bool
    about: About = ""
    rating: Rating | None = None


class GivenCode(Statement):
    """A code that is given back, with a salt of the signer's: codes are short, and the hash would give them away."""

    KIND: ClassVar[Kind] = "code"
    NEEDS: ClassVar[str] = "code (text) and salt (32 random bytes as 0x and 64 hexadecimal digits)"

    code: CodeText = Field(repr=False)
    salt: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")] = Field(repr=False)


class GivenData(Statement):
    """Data that are supplied."""

    KIND: ClassVar[Kind] = "data"
    NEEDS: ClassVar[str] = "data (texts by their names)"

    data: DataValues


NO_SALT: Final = "0x" + "00" * 32
MAX_STATEMENT: Final = 100_000
"""Bytes of what is said."""
_SHOWN: Final = 200
STATEMENTS: Final[Mapping[str, type[Statement]]] = {"confirmed": Said, "code": GivenCode, "data": GivenData}
"""By the key that each one has and no other."""


def read_statement(kind: type[Statement], document: JsonValue) -> Statement | Refusal:
    """The statement of this kind that a document says, or why it says none."""
    try:
        statement = kind.model_validate(document)
        size = len(canonical(statement.said))
    except ValidationError as error:
        measured = _first_problem(error, kind.KIND)
    except InvalidJson as error:
        measured = str(error)
    else:
        if size <= MAX_STATEMENT:
            return statement
        measured = f"{size} bytes, and {MAX_STATEMENT} are allowed"
    return Refusal(
        code=f"{kind.KIND}.malformed",
        sentence=say("What was handed in as {kind} is none: it needs {needs}.", kind=kind.KIND, needs=kind.NEEDS),
        measured=measured,
    )


def read_position(document: JsonValue) -> ReadPosition | Refusal:
    """The position that a document says, or why it says none."""
    try:
        reported = _Reported.model_validate(document)
        content = position_content(document)
    except ValidationError as error:
        return _malformed(_first_problem(error, "position"))
    except InvalidJson as error:
        return _malformed(str(error))
    fix = Fix(latitude=reported.latitude, longitude=reported.longitude, accuracy=reported.accuracy)
    return ReadPosition(content=content, fix=fix, captured_at=reported.captured_at)


def position_content(document: JsonValue) -> bytes:
    """What a signed position must name: 32 bytes. Raises `InvalidJson`."""
    return hashlib.sha256(canonical(document)).digest()


def category_refusal(category: str | None) -> Refusal | None:
    """Why something is no category, None if it is one or is not given."""
    try:
        _CATEGORY.validate_python(category)
        canonical(category)
    except (ValidationError, InvalidJson):
        return Refusal(
            code="photo.category",
            sentence="What the photo is for has 1 to 100 characters. Say it as the terms do.",
            measured=len(category or ""),
            limit=100,
            unit="characters",
        )
    return None


def read_stated(named: JsonValue) -> Stated | Refusal:
    """What an upload says of its document, or why it says nothing."""
    try:
        stated = Stated.model_validate(named)
        canonical(named)
    except ValidationError as error:
        measured = _first_problem(error, "document")
    except InvalidJson as error:
        measured = str(error)
    else:
        return stated
    return Refusal(
        code="document.malformed",
        sentence="What is said of the document makes no sense: it may have a type and fields, texts by their names.",
        measured=measured,
    )


def document_content(sha256: bytes, stated: Stated) -> bytes:
    """What a signed document must name: 32 bytes, for the file's sha-256."""
    said = stated.model_dump(exclude_defaults=True)
    return hashlib.sha256(canonical({"document": "0x" + sha256.hex(), **said})).digest()


def photo_content(sha256: bytes, position: JsonValue = None, category: str | None = None) -> bytes:
    """What a signed photo must name: 32 bytes, for the file's sha-256. Raises `InvalidJson`."""
    named: dict[str, JsonValue] = {"photo": "0x" + sha256.hex()}
    if position is not None:
        named["position"] = position
    if category is not None:
        named["category"] = category
    return hashlib.sha256(canonical(named)).digest()


def _first_problem(error: ValidationError, name: str) -> str:
    first = error.errors(include_url=False)[0]
    path = ""
    for step in first["loc"]:
        path = path if step == "[key]" else child_path(path, step)
    return f"{path or name}: {first['msg']}"[:_SHOWN]


def _malformed(what: str) -> Refusal:
    return Refusal(
        code="position.malformed",
        sentence="The position is not one: it needs latitude and longitude in degrees and its accuracy in "
        "metres, as numbers. Let the device find its position anew.",
        measured=what,
    )
