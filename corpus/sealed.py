"""PDFs whose signatures are put together by hand: by an inspector, and by whoever has a file that he signed."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from asn1crypto import cms

from corpus.papers import LONG, TEXT, fields
from tests.evidence.papers import HEAD, Holder, assembled, certified, signer

SEALED_ROOT: Final = "bureau-of-seals.der"
_FIELD: Final = b"/FT /Sig /T (%s) /V 7 0 R /Rect [0 0 9 9]"
_SIGNATURE: Final = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange %s /Contents "
_UNKNOWN: Final = b"[0 0 0 0]".ljust(28)
_ROOM: Final = 1200
"""Bytes of a signature, and zeros behind it."""


def sealed() -> dict[str, bytes]:
    """All of them by name, and the root of their authority."""
    bureau = certified("Bureau of Seals", authority=True, **LONG)
    inspector = certified("Grace Nakato", bureau, **LONG)
    seal = fields({4: _FIELD % b"seal"})
    whole = _signed(_paper(seal), inspector)
    return {
        SEALED_ROOT: bureau.der,
        "sealed.pdf": _content(whole),
        "sealed-invalid.pdf": _content(whole._replace(digits=_altered(whole.digits))),
        "sealed-misspelled.pdf": _content(whole._replace(digits=whole.digits[:-3] + b"0g>")),
        "sealed-with-room.pdf": _content(_signed(_paper(seal, end=b" ", after=b">"), inspector)),
        "sealed-beside-text.pdf": _content(_signed(_paper(fields({4: _FIELD % b"result", 5: TEXT})), inspector)),
        "sealed-behind.pdf": _behind(whole, seal, beyond=False),
        "sealed-beyond.pdf": _behind(whole, seal, beyond=True),
        "sealed-apart.pdf": _apart(whole, seal),
    }


class _Sealed(NamedTuple):
    """A file with a signature: what is before its digits, they and the bytes around them, and what is after them."""

    before: bytes
    digits: bytes
    after: bytes


def _content(paper: _Sealed) -> bytes:
    return b"".join(paper)


def _paper(objects: Mapping[int, bytes], *, end: bytes = b">", after: bytes = b"") -> _Sealed:
    """A file with room for a signature, which is its object 7.

    Behind its first line it has what closes a dictionary. That is nothing to anybody who reads the file, and makes it
    fit behind the digits of another one (`_before`).
    """
    digits = b"<" + b"00" * _ROOM + end
    head = HEAD + b">>\nendobj\n"
    content = assembled({**objects, 7: _SIGNATURE % _UNKNOWN + digits + after + b" >>"}, head=head)
    return _Sealed(*content.partition(digits))


def _signed(paper: _Sealed, holder: Holder) -> _Sealed:
    """Signed by its holder: all but the digits and the bytes around them."""
    start = len(paper.before)
    end = start + len(paper.digits)
    before = _ranged(paper.before, 0, start, end, len(paper.after))
    covered = hashlib.sha256(before + paper.after).digest()
    signature = asyncio.run(signer(holder).async_sign(covered, "sha256"))
    digits = signature.dump().ljust(_ROOM, b"\0").hex().encode()
    return _Sealed(before, paper.digits[:1] + digits + paper.digits[-1:], paper.after)


def _ranged(content: bytes, *ranges: int) -> bytes:
    return content.replace(_UNKNOWN, (b"[%d %d %d %d]" % ranges).ljust(len(_UNKNOWN)))


def _altered(digits: bytes) -> bytes:
    """Other digits, which say the same of the file, and that nobody signed."""
    content = bytearray(_message(digits))
    content[-1] ^= 1
    return b"<%s>" % content.ljust(_ROOM, b"\0").hex().encode()


def _message(digits: bytes) -> bytes:
    """The signature itself, without the zeros behind it."""
    content: bytes = cms.ContentInfo.load(bytes.fromhex(digits[1:-1].decode()), strict=False).dump()
    return content


def _behind(whole: _Sealed, objects: Mapping[int, bytes], *, beyond: bool) -> bytes:
    """Another file before the one that was signed.

    The lengths of its ranges come to that of the file, either without the digits or, if what is signed goes on `beyond`
    its end, with them.
    """
    return _before(whole, objects, b"", whole.digits, beyond=beyond)


def _apart(whole: _Sealed, objects: Mapping[int, bytes]) -> bytes:
    """Another file before the one that was signed, with other digits than the signature's between them.

    The signature is spelt otherwise, with as much behind it as it takes for all lengths to come to that of the file.
    """
    message, gap = _message(whole.digits), b"<00>"
    escaped = b"".join(b"\\%03o" % byte for byte in message)
    shortest = _before(whole, objects, b"(%s) /Gap " % escaped, gap)
    padding = b"0" * (len(shortest) + len(gap) - 2 * len(message) - 2)
    return _before(whole, objects, b"(%s%s) /Gap " % (escaped, padding), gap)


def _before(
    whole: _Sealed, objects: Mapping[int, bytes], contents: bytes, gap: bytes, *, beyond: bool = False
) -> bytes:
    """Another file before one that somebody signed, with his signature for both.

    A range of less than no bytes covers nothing, and the other one covers the file that was signed.
    """
    covered = whole.before + whole.after
    start = int(covered.split()[-2])
    content, lines = HEAD, [b"0 1\n0000000000 65535 f \n"]
    for number, body in objects.items():
        lines.append(b"%d 1\n%010d 00000 n \n" % (number, len(content)))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    trailer = b"trailer\n<< /Size 1000 /Root 1 0 R >>\n"
    place = start + len(b"xref\n7 1\n0000000000 00000 n \n") + sum(map(len, lines)) + len(trailer)
    lines.append(b"7 1\n%010d 00000 n \n" % place)
    content = content.ljust(start) + b"xref\n" + b"".join(lines) + trailer
    content += b"7 0 obj\n" + _SIGNATURE % _UNKNOWN + contents
    end = len(content) + len(gap)
    size = end + len(covered)
    return _ranged(content, 0, len(content) - size, end, 2 * size - end if beyond else size - end) + gap + covered
