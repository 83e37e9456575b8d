"""How fast evidence is stored and read again, beside the bare work in it, measured in the same run.

A piece of the size of a photo is put and got: hashed, sealed, written, synced, read, opened, hashed. Beside it stand
AES-256-GCM there and back with the same bytes in memory, and a file written, synced and read. Medians, the three taking
turns, so that a busy machine slows all.
"""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.turns import medians_ms
from escrow_chain.evidence.blobs import FileBlobs
from escrow_chain.evidence.keys import FileKeyRing
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.store import EvidenceStore

ROUNDS: Final = 30
PIECE_BYTES: Final = 4_000_000
SUBJECT: Final = Subject(deal=bytes(32), milestone=0, term=bytes(32))


def store() -> dict[str, float]:
    """Megabytes in a second, in and out again: the store, the cipher and a file alone; the ratio of the first two."""
    content = b""

    def another() -> None:
        nonlocal content
        content = os.urandom(PIECE_BYTES)

    with TemporaryDirectory() as name:
        folder = Path(name)
        keys = FileKeyRing(folder / "keys", master_key=os.urandom(32), randomness=os.urandom)
        pieces = EvidenceStore(keys, FileBlobs(folder / "blobs"))
        works: dict[str, Callable[[], object]] = {
            "another": another,
            "store": lambda: there_and_back(pieces, content),
            "cipher": lambda: cipher(content),
            "file": lambda: file(folder / os.urandom(8).hex(), content),
        }
        taken = medians_ms(works, rounds=ROUNDS)
    speeds = [PIECE_BYTES / 1000 / taken[name] for name in ("store", "cipher", "file")]
    return {
        "piece_megabytes": PIECE_BYTES / 1e6,
        "store_mb_per_s": round(speeds[0], 1),
        "bare_aes_gcm_mb_per_s": round(speeds[1], 1),
        "bare_file_mb_per_s": round(speeds[2], 1),
        "store_ratio": round(speeds[1] / speeds[0], 2),
    }


def there_and_back(pieces: EvidenceStore, content: bytes) -> None:
    """A piece put and got."""
    if pieces.get(pieces.put(content, subject=SUBJECT), subject=SUBJECT) != content:
        raise ValueError("the store gave something else back")


def cipher(content: bytes) -> None:
    """What any cipher does, with nothing around."""
    aead = AESGCM(bytes(32))
    aead.decrypt(bytes(12), aead.encrypt(bytes(12), content, None), None)


def file(path: Path, content: bytes) -> None:
    """What any file that must survive a power cut costs."""
    with path.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    path.read_bytes()
