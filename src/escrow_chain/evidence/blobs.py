"""Where ciphertext lies: bytes by name, each written once and whole, none ever overwritten.

A name is 32 bytes that say nothing (`escrow_chain.evidence.keys`). Paths are built from its hexadecimal digits alone.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

_UNFINISHED = ".unfinished-"


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


def make_folder(folder: Path) -> None:
    """Makes a folder that only its owner enters, or makes it so."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    sync_folder(folder.parent)


def write_once(path: Path, content: bytes) -> bool:
    """Makes a file that only its owner reads, whole from the moment it has its name. False if the name is taken.

    Either way the file survives a power cut from then on, be it this one or the one that was there: its writer may
    not have come so far yet.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=_UNFINISHED) as unfinished:
        unfinished.write(content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
        try:
            os.link(unfinished.name, path)
        except FileExistsError:
            written = False
        else:
            written = True
    sync_folder(path.parent)
    return written


def read_beginning(path: Path, *, max_bytes: int) -> bytes | None:
    """The first bytes of a file, all of them if there are no more than `max_bytes`. None if there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read(min(max_bytes, os.fstat(file.fileno()).st_size))
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder would survive a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
