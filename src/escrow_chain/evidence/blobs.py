"""Where ciphertext lies: bytes by name, each written once and whole, none ever overwritten.

A name is 32 bytes that say nothing (`escrow_chain.evidence.keys`). Paths are built from its hexadecimal digits alone.
"""

from pathlib import Path
from typing import Protocol

from escrow_chain.evidence.write_once import make_folder, read_beginning, sync_folder, write_once


class Blobs(Protocol):
    """Keeps bytes by name. Losing one loses evidence; letting somebody read one gives nothing away but a rough size."""

    def put(self, name: bytes, content: bytes) -> bool:
        """Keeps the content, to stay. False, and nothing is changed, if there is something of that name."""

    def get(self, name: bytes, *, max_bytes: int) -> bytes | None:
        """What is there of that name, but no more of it than `max_bytes`. None if there is nothing."""

    def delete(self, name: bytes) -> None:
        """Removes what is there of that name, if anything."""


class FileBlobs:
    """Blobs as files in one folder, which is its owner's alone.

    A process that dies while it puts may leave a file `.unfinished-…` behind. Nothing reads it: one that is older than
    a day may go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)

    def put(self, name: bytes, content: bytes) -> bool:
        """See `Blobs`."""
        return write_once(self._folder / name.hex(), content)

    def get(self, name: bytes, *, max_bytes: int) -> bytes | None:
        """See `Blobs`."""
        return read_beginning(self._folder / name.hex(), max_bytes=max_bytes)

    def delete(self, name: bytes) -> None:
        """See `Blobs`."""
        (self._folder / name.hex()).unlink(missing_ok=True)
        sync_folder(self._folder)
