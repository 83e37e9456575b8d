"""Reading a file that somebody handed in: its size first, and never more of it than that."""

import os
import stat
from pathlib import Path

from escrow_chain.evidence.refusal import Refusal


def read_file(path: Path, *, max_bytes: int, follow_links: bool = True) -> bytes | Refusal:
    """The bytes of a regular file, or why it is not read. A file that is too large is not opened up.

    What the kernel makes up calls itself a regular file too, and has no size: it is not read either.
    """
    try:
        with open(path, "rb", opener=_open_at_once if follow_links else _open_itself) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return Refusal(code="evidence.file", sentence="Not a file that can be read. Hand in a file.")
            if found.st_size > max_bytes:
                return too_large(found.st_size, max_bytes=max_bytes)
            return file.read(found.st_size) or b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return Refusal(
            code="evidence.file",
            sentence="The file cannot be read. Look at its name and whether you may open it.",
            measured=reason,
        )


def _open_at_once(path: str, flags: int) -> int:
    """Opening a pipe would otherwise wait until somebody writes to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _open_itself(path: str, flags: int) -> int:
    """Not what it links to."""
    return _open_at_once(path, flags | os.O_NOFOLLOW)


def too_large(size: int, *, max_bytes: int) -> Refusal:
    """The refusal of a file of this many bytes."""
    return Refusal(
        code="evidence.file_size",
        sentence="The file is too large to be read. Let the camera take smaller pictures.",
        measured=size,
        limit=max_bytes,
        unit="bytes",
    )
