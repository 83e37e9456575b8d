"""What a file is by its bytes. Python: led by the code that is reached."""

from typing import Final

from escrow_chain.evidence.file_kind import file_kind as kind_of
from escrow_chain.evidence.file_kind import second_kind
from fuzz.mutation import mutate_bytes
from fuzz.target import Material, Target, expect

_KINDS: Final = frozenset({"jpeg", "png", "webp", "gif", "heic", "avif", "tiff", "bmp", "pdf", "zip"}) | {
    *("text", "empty", "unknown")
}


def file_kind(content: bytes, _: None) -> str:
    """A file is something, and perhaps one thing more."""
    kind, second = kind_of(content), second_kind(content)
    expect(kind in _KINDS, f"{kind!r} is no kind")
    expect(second in (None, "zip", "pdf"), f"{second!r} is no second kind")
    return kind


def _seeds() -> Material:
    heads = (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"GIF89a",
        b"\0\0\0\x18ftypheic",
        b"II*\0",
        b"%PDF-",
    )
    end = b"PK\x05\x06" + bytes(18)
    return Material((*(head + bytes(40) for head in heads), b"\xff\xd8\xff" + bytes(40) + end, b"text", b"PK\x03\x04"))


_MARKS: Final = (b"%PDF-", b"PK\x05\x06", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"ftypavif", b"WEBP")

FILE_KIND: Final = Target("file_kind", _seeds, file_kind, mutate_bytes, words=_MARKS)
