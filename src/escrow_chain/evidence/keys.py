"""The key ring: one key for each piece, apart from the ciphertext, and destroyed to erase the piece.

Pieces go by names that the key ring makes from what they are, with a secret of its own. Whoever lists the ciphertext
cannot work out what name a file would have, nor see that two deals hold the same one; and of two processes that put the
same piece, both come to the same name, with no list to agree on.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from escrow_chain.evidence.errors import EvidenceError
from escrow_chain.evidence.write_once import make_folder, read_beginning, sync_folder, write_once

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_WRAPPED_BYTES: Final = _NONCE_BYTES + KEY_BYTES + 16
_FORMAT: Final = b"escrow_chain/key/1:"
_NAME_KEY: Final = "name-key"


class Absence(Enum):
    """Why there is no key."""

    NEVER_THERE = auto()
    ERASED = auto()


class KeyRing(Protocol):
    """Keeps keys of 32 bytes by name."""

    def name(self, what: bytes) -> bytes:
        """The name, 32 bytes, of what this is: always the same, and nobody else can tell."""

    def claim(self, name: bytes) -> bytes | Absence:
        """The key of that name, which is made now if there never was one, and stays. Of two at once, both get the same.

        Raises `KeyDamaged`.
        """

    def find(self, name: bytes) -> bytes | Absence:
        """The key of that name. Raises `KeyDamaged`."""

    def destroy(self, name: bytes) -> bool:
        """Destroys the key of that name for good: there will be no other. False if there never was one."""


@dataclass
class WrongMasterKey(EvidenceError):
    """The key ring in this folder was made with another master key, or its own file `name-key` is changed or lost."""

    folder: Path

    def __str__(self) -> str:
        """Which key ring."""
        return f"not the master key of {self.folder}"


@dataclass
class KeyDamaged(EvidenceError):
    """What the key ring holds under a name (32 bytes) is not what it wrote there."""

    name: bytes

    def __str__(self) -> str:
        """Which key."""
        return f"the key {self.name.hex()} is damaged"


class FileKeyRing:
    """A key ring in a folder: a file for each key, wrapped, and an empty file for each key that was destroyed.

    Keys are wrapped with AES-256-GCM by the master key, 32 bytes, and bound to their name, so that no key can be laid
    under another name. `randomness(n)` gives n bytes, which nobody can guess. The nonces are random, which is sound for
    2^32 keys under one master key (NIST SP 800-38D, section 8.3).

    Destroying overwrites the file. A copy elsewhere (a backup, a snapshot, a disk that never writes in place) outlives
    that, and is only as dead as the master key. Raises `WrongMasterKey`.
    """

    def __init__(self, folder: Path, *, master_key: bytes, randomness: Callable[[int], bytes]) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._master = AESGCM(master_key)
        self._randomness = randomness
        self._keys = folder / "keys"
        self._destroyed = folder / "destroyed"
        for each in (folder, self._keys, self._destroyed):
            make_folder(each)
        self._name_key = self._own_name_key(folder)

    def name(self, what: bytes) -> bytes:
        """See `KeyRing`. HMAC-SHA256."""
        return hmac.digest(self._name_key, what, hashlib.sha256)

    def claim(self, name: bytes) -> bytes | Absence:
        """See `KeyRing`."""
        write_once(self._file(name), self._wrapped(name))
        key = self.find(name)
        if key is Absence.ERASED:
            self.destroy(name)  # the one just made
        return key

    def find(self, name: bytes) -> bytes | Absence:
        """See `KeyRing`. What was read counts only if, afterwards, the name is not among the destroyed."""
        wrapped = read_beginning(self._file(name), max_bytes=_WRAPPED_BYTES)
        if self._is_destroyed(name):
            return Absence.ERASED
        if wrapped is None:
            return Absence.NEVER_THERE
        try:
            return self._unwrapped(wrapped, name)
        except (InvalidTag, ValueError):  # the latter of one that is too short
            raise KeyDamaged(name) from None

    def destroy(self, name: bytes) -> bool:
        """See `KeyRing`. Interrupted, it is done once the name is among the destroyed; again, it overwrites the key."""
        key = self._file(name)
        if not key.exists():
            return self._is_destroyed(name)
        write_once(self._destroyed / name.hex(), b"")
        _overwrite(key)
        key.unlink(missing_ok=True)
        sync_folder(self._keys)
        return True

    def _own_name_key(self, folder: Path) -> bytes:
        """Made with the key ring, and never again: another one would forget all pieces, without a word.

        That it can be unwrapped shows that the master key is the right one.
        """
        file = folder / _NAME_KEY
        name = _NAME_KEY.encode()
        with os.scandir(self._keys) as keys, os.scandir(self._destroyed) as destroyed:
            is_new = next(chain(keys, destroyed), None) is None
        if is_new:
            write_once(file, self._wrapped(name))
        wrapped = read_beginning(file, max_bytes=_WRAPPED_BYTES)
        try:
            return self._unwrapped(wrapped or b"", name)
        except (InvalidTag, ValueError):
            raise WrongMasterKey(folder) from None

    def _is_destroyed(self, name: bytes) -> bool:
        return (self._destroyed / name.hex()).exists()

    def _file(self, name: bytes) -> Path:
        return self._keys / name.hex()

    def _wrapped(self, name: bytes) -> bytes:
        """A new key."""
        nonce = self._randomness(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, self._randomness(KEY_BYTES), _FORMAT + name)

    def _unwrapped(self, wrapped: bytes, name: bytes) -> bytes:
        return self._master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _FORMAT + name)


def _overwrite(file: Path) -> None:
    """Puts zeros over all of a file, where it lies, and waits until they are on the disk."""
    with suppress(FileNotFoundError), file.open("r+b") as opened:  # somebody else has destroyed it
        opened.write(bytes(os.fstat(opened.fileno()).st_size))
        opened.flush()
        os.fsync(opened.fileno())
