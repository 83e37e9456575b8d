"""The ZIP archive that a bundle is, in the one form that it can have.

Members stand one after the other as they are, each behind its header; then comes the directory, and the file ends.
Whatever else ZIP allows is no part of it: compression, encryption, comments, extra fields, ZIP64, data descriptors,
bytes before, between or after. So any program can open a bundle, no two programs see different things in it, nothing
in it is larger than the file, and the same bundle is the same file.

What is read is written again, and must be the same bytes: there is no other rule that a trick could get around.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, TypeAlias
from zlib import crc32

from escrow_chain.evidence.errors import InvalidBundle

MAX_MEMBERS: Final = 5_000
MAX_BYTES: Final = 1_000_000_000
"""Of all members together."""
Members: TypeAlias = Sequence[tuple[str, bytes]]
"""Names and contents, in their order."""

_HEADER: Final = struct.Struct("<4s5H3L2H")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_WHERE: Final = "the archive"
_LARGEST: Final = MAX_BYTES + 1_000 * MAX_MEMBERS
"""With the headers."""
_VERSION: Final = 20
_MADE_BY: Final = 3 << 8 | _VERSION
"""Unix."""
_FIRST_OF_1980: Final = 0x21
_ATTRIBUTES: Final = 0o100644 << 16
"""A regular file that everybody may read."""


def packed(members: Members) -> Iterator[bytes]:
    """The archive of these members, part by part. Names are latin-1. Raises `InvalidBundle` if it is too large."""
    size = sum(len(content) for _, content in members)
    if len(members) > MAX_MEMBERS or size > MAX_BYTES:
        what = f"{len(members)} members of {size} bytes, and at most {MAX_MEMBERS} of {MAX_BYTES} are allowed"
        raise InvalidBundle(_WHERE, what)
    directory = []
    offset = 0
    for name, content in members:
        spelled = name.encode("latin-1")
        size = len(content)
        described = (_VERSION, 0, 0, 0, _FIRST_OF_1980, crc32(content), size, size, len(spelled), 0)
        directory.append(_ENTRY.pack(b"PK\x01\x02", _MADE_BY, *described, 0, 0, 0, _ATTRIBUTES, offset) + spelled)
        yield _HEADER.pack(b"PK\x03\x04", *described) + spelled
        yield content
        offset += _HEADER.size + len(spelled) + size
    entries = b"".join(directory)
    yield entries
    yield _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(entries), offset, 0)


def unpacked(file: BinaryIO) -> Members:
    """The members of an archive. Raises `InvalidBundle` if it is not exactly what `packed` makes of them."""
    left = os.fstat(file.fileno()).st_size
    if left > _LARGEST:
        raise InvalidBundle(_WHERE, f"{left} bytes, more than the {_LARGEST} allowed")
    members: list[tuple[str, bytes]] = []
    while len(members) <= MAX_MEMBERS and (header := file.read(_HEADER.size)).startswith(b"PK\x03\x04"):
        if len(header) < _HEADER.size:
            break
        *_, size, length, _ = _HEADER.unpack(header)
        name = file.read(length).decode("latin-1")
        members.append((name, file.read(min(size, left))))
    if not members:
        raise InvalidBundle(_WHERE, "no bundle: it doesn't begin with a member")
    file.seek(0)
    if not all(file.read(len(part)) == part for part in packed(members)) or file.read(1):
        what = (
            "not byte by byte what a bundle is: it was packed anew, cut off or tampered with. Use the file as it came"
        )
        raise InvalidBundle(_WHERE, what)
    return members
