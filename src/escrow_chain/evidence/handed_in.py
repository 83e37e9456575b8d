"""Evidence from files, recognised by their content: photos, PDFs, positions, tracks, statements, signed pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

from pydantic import ValidationError

from escrow_chain.evidence.content import STATEMENTS, Statement
from escrow_chain.evidence.file import read_file, too_large
from escrow_chain.evidence.file_kind import file_kind
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.signed_piece import FORMAT, SignedPiece
from escrow_chain.protocol.canonical import MAX_BYTES, InvalidJson, JsonValue, child_path, parse
from escrow_chain.terms.pieces import Kind

MAX_TRACK: Final = 2000
"""The most positions that one file may hold."""
_SHOWN: Final = 200
"""Characters that are told of a path, and of what is wrong there: names may be as long as the file."""
_TAGS: Final = {(1, kind) for kind in get_args(Kind)}
"""A submission's kind, which stands in the path of what is wrong with it and in no file."""


@dataclass(frozen=True, slots=True)
class LoosePosition:
    """A position that nobody signed."""

    document: JsonValue


@dataclass(frozen=True, slots=True)
class LoosePhoto:
    """What may be a photo, and nobody signed."""

    file: bytes


@dataclass(frozen=True, slots=True)
class LooseDocument:
    """A PDF that nobody signed."""

    file: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed piece, with its file if it is a photo or a document."""

    piece: SignedPiece
    file: bytes | None


@dataclass(frozen=True, slots=True)
class LooseStatement:
    """A confirmation, a code or data that nobody signed."""

    type: type[Statement]
    document: JsonValue


Loose: TypeAlias = LoosePosition | LoosePhoto | LooseDocument | LooseStatement
HandedIn: TypeAlias = Loose | Signed | Refusal


def read_evidence(path: Path, *, max_bytes: int) -> Sequence[HandedIn]:
    """What a file holds; several things if it is a track.

    Photos of more than `max_bytes` are not looked at. JSON has a limit of its own.
    """
    content = read_file(path, max_bytes=max(max_bytes, MAX_BYTES))
    if isinstance(content, Refusal):
        return [content]
    kind = file_kind(content)
    if kind == "empty":
        return [Refusal(code="evidence.file", sentence="The file is empty. Hand it in again.", measured="empty")]
    if kind != "text":
        if len(content) > max_bytes:
            return [too_large(len(content), max_bytes=max_bytes)]
        return [LooseDocument(content) if kind == "pdf" else LoosePhoto(content)]
    return _documents(content, path.parent, max_bytes=max_bytes)


def _documents(content: bytes, folder: Path, *, max_bytes: int) -> Sequence[HandedIn]:
    try:
        document = parse(content)
    except InvalidJson as error:
        return [_unrecognised(f"text, but no JSON: {error}")]
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return [_signed(content, folder, max_bytes=max_bytes)]
    if isinstance(document, dict) and "latitude" not in document:
        found = [kind for key, kind in STATEMENTS.items() if key in document]
        if len(found) == 1:
            return [LooseStatement(found[0], document)]
    return _positions(document)


def _positions(document: Any) -> Sequence[HandedIn]:
    track = document if isinstance(document, list) else [document]
    if not track or not all(isinstance(each, dict) for each in track):
        return [_unrecognised("JSON, but neither a position nor a list of positions")]
    if len(track) > MAX_TRACK:
        return [
            Refusal(
                code="evidence.track",
                sentence="There are too many positions in one file. Hand in those that matter.",
                measured=len(track),
                limit=MAX_TRACK,
                unit="positions",
            )
        ]
    return [LoosePosition(each) for each in track]


def _signed(content: bytes, folder: Path, *, max_bytes: int) -> HandedIn:
    try:
        piece = SignedPiece.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ""
        for place, step in enumerate(first["loc"]):
            if (place, step) not in _TAGS:
                path = child_path(path, step)
        return _unrecognised(f"a signed piece, but {path[:_SHOWN]}: {first['msg'][:_SHOWN]}")
    kind = piece.submission.kind
    if kind not in ("photo", "document"):
        return Signed(piece, None)
    if piece.file is None:
        return _unrecognised(f"a signed {kind}, but {kind}: missing")
    file = read_file(folder / piece.file, max_bytes=max_bytes, follow_links=False)
    return file if isinstance(file, Refusal) else Signed(piece, file)


def _unrecognised(found: str) -> Refusal:
    return Refusal(
        code="evidence.recognised",
        sentence="The file is neither a photo, a PDF or a position, nor a confirmation, a code or data, nor a signed "
        "piece. Hand in one of these.",
        measured=found,
        limit="jpeg, png, webp, pdf, position JSON, statement JSON, signed piece",
    )
