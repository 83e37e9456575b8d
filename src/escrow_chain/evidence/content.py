"""What a submission's `content` is the sha-256 of: one small JSON document (RFC 8785) for each piece.

    position   {"latitude": 0.347596, "longitude": 32.58252, "accuracy": 8.5}
    photo      {"photo": "0x<sha-256 of the file>", "position": {the same}}

`accuracy` in metres; a photo's `position` is left out if its upload has none. Keys that are not known
are kept and hashed. When it was is in the signed message itself; only a position that nobody signs
says it here, as `captured_at` (ISO 8601 with zone).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, ValidationError

from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import InvalidJson, JsonValue, canonical, child_path
from escrow_chain.terms.options import parse_instant
from escrow_chain.terms.pieces import Fix


class _Reported(Fix):
    model_config = ConfigDict(extra="ignore")

    captured_at: Annotated[datetime, BeforeValidator(parse_instant)] | None = None


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """A position document that makes sense, and the hash of its content (32 bytes)."""

    content: bytes
    fix: Fix
    captured_at: datetime | None


def read_position(document: JsonValue) -> ReadPosition | Refusal:
    """The position that a document says, or why it says none."""
    try:
        reported = _Reported.model_validate(document)
        content = position_content(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ""
        for step in first["loc"]:
            path = child_path(path, step)
        return _malformed(f"{path or 'position'}: {first['msg']}")
    except InvalidJson as error:
        return _malformed(str(error))
    fix = Fix(latitude=reported.latitude, longitude=reported.longitude, accuracy=reported.accuracy)
    return ReadPosition(content=content, fix=fix, captured_at=reported.captured_at)


def position_content(document: JsonValue) -> bytes:
    """What a signed position must name: 32 bytes. Raises `InvalidJson`."""
    return hashlib.sha256(canonical(document)).digest()


def photo_content(sha256: bytes, position: JsonValue = None) -> bytes:
    """What a signed photo must name: 32 bytes, for the file's sha-256. Raises `InvalidJson`."""
    named: dict[str, JsonValue] = {"photo": "0x" + sha256.hex()}
    if position is not None:
        named["position"] = position
    return hashlib.sha256(canonical(named)).digest()


def _malformed(what: str) -> Refusal:
    return Refusal(
        code="position.malformed",
        sentence="The position is not one: it needs latitude and longitude in degrees and its accuracy in "
        "metres, as numbers. Let the device find its position anew.",
        measured=what,
    )
