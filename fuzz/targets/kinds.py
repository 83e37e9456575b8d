"""What a file is by its bytes. Python: led by the code that is reached."""

import io
import zipfile
from typing import Final

from escrow_chain.evidence.file_kind import file_kind as kind_of
from escrow_chain.evidence.file_kind import second_kind
from fuzz.mutation import mutate_bytes
from fuzz.target import Material, Target, expect

_KINDS: Final = frozenset({"jpeg", "png", "webp", "gif", "heic", "avif", "tiff", "bmp", "pdf", "zip"}) | {
    *("text", "empty", "unknown")
}


def file_kind(content: bytes, _: None) -> str:
    """A file is something, and perhaps one thing more: an archive, if anything can be taken out of it."""
    kind, second = kind_of(content), second_kind(content)
    expect(kind in _KINDS, f"{kind!r} is no kind")
    expect(second in (None, "zip", "pdf"), f"{second!r} is no second kind")
    expect("zip" in (kind, second) or not _opens(content), "an archive is said to be none")
    return kind


def _opens(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.namelist())
    except Exception:  # noqa: BLE001  (it is damaged, in one of many ways)
        return False


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
    photo, archive = b"\xff\xd8\xff" + bytes(40), _archive("hidden.txt")
    within = _archive("PK\x05\x06.txt")  # what looks like an end, just before the end
    both = (photo + archive, photo + archive + bytes(16), photo + within, photo + b"PK\x05\x06" + bytes(18))
    return Material((*(head + bytes(40) for head in heads), *both, b"text", archive))


def _archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, b"no photo")
    return file.getvalue()


_MARKS: Final = (
    b"%PDF-",
    b"PK\x05\x06",
    b"PK\x01\x02",
    b"PK\x06\x07",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"ftypavif",
    b"WEBP",
)

FILE_KIND: Final = Target("file_kind", _seeds, file_kind, mutate_bytes, words=_MARKS)
