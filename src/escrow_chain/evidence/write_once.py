"""Files that are written once, whole or not at all, and survive a power cut from then on."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

_UNFINISHED: Final = ".unfinished-"


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
