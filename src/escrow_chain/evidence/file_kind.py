"""What a file is by its bytes, and whether it is something else at the same time."""

import re
from typing import Final

_FIRST_BYTES: Final = (
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("heic", re.compile(rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL)),
    ("avif", re.compile(rb".{4}ftypavi[fs]", re.DOTALL)),
    ("tiff", re.compile(rb"II\*\0|MM\0\*")),
    ("bmp", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL)),
    ("pdf", re.compile(rb"%PDF-")),
    ("zip", re.compile(rb"PK\x03\x04")),
)
_TEXT: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_HEAD: Final = 1024
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_SIZE: Final = 22
_ZIP_END_REACH: Final = _ZIP_END_SIZE + 65535


def file_kind(content: bytes) -> str:
    """`jpeg`, `png`, `webp`, another format's name, `text`, `empty`, or `unknown`."""
    if not content:
        return "empty"
    for name, first_bytes in _FIRST_BYTES:
        if first_bytes.match(content):
            return name
    return "text" if _TEXT.fullmatch(content[:_HEAD]) else "unknown"


def second_kind(content: bytes) -> str | None:
    """What other programs would open a photo as: `zip`, `pdf`, or None.

    A ZIP is read from its end, a PDF may start anywhere in the first 1,024 bytes. Other bytes behind
    a photo are allowed: cameras put films and depth maps there.
    """
    if _ends_as_zip(content):
        return "zip"
    return "pdf" if b"%PDF-" in content[:_HEAD] else None


def _ends_as_zip(content: bytes) -> bool:
    """A ZIP's end record stands at the end, followed by a comment of the length that it gives."""
    end = content.rfind(_ZIP_END, max(0, len(content) - _ZIP_END_REACH))
    if end < 0 or len(content) - end < _ZIP_END_SIZE:
        return False
    comment = int.from_bytes(content[end + 20 : end + 22], "little")
    return end + _ZIP_END_SIZE + comment == len(content)
