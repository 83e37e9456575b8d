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
_ZIP_END: Final = re.compile(rb"PK\x05\x06(?=.{8}(.{4})(.{4}))", re.DOTALL)
"""An archive's end record, with the size of the directory before it, and where that begins."""
_ZIP_END_REACH: Final = 22 + 65535
_ZIP64_END_SIZE: Final = 20
_ZIP64_END: Final = b"PK\x06\x07"
_ZIP_DIRECTORY: Final = b"PK\x01\x02"


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
    if any(_ends_zip(content, end) for end in _ZIP_END.finditer(content, max(0, len(content) - _ZIP_END_REACH))):
        return "zip"
    return "pdf" if b"%PDF-" in content[:_HEAD] else None


def _ends_zip(content: bytes, end: re.Match[bytes]) -> bool:
    """Whether a directory belongs to an end record. Programs don't mind what stands behind it, nor before the archive.

    Source: APPNOTE.TXT, 4.3.6 to 4.3.16, and what unzip and Python make of archives that don't keep to it.
    """
    size, begin = (int.from_bytes(each, "little") for each in end.groups())
    return (
        content.startswith(_ZIP_DIRECTORY, max(0, end.start() - size))
        or content.startswith(_ZIP_DIRECTORY, begin)
        or content.startswith(_ZIP64_END, max(0, end.start() - _ZIP64_END_SIZE))
    )
