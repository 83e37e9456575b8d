"""The store of raw evidence: photos, documents, signed pieces and bundles, encrypted, and erased on request.

A piece is named by the sha-256 of its bytes and by what it is for. It is sealed with AES-256-GCM under a key of its
own, bound to its deal, milestone, term and sha-256. Keys (`escrow_chain.evidence.keys`) and ciphertext
(`escrow_chain.evidence.blobs`) lie apart.

The order of things keeps a piece in one piece, whoever dies or races when:

- The key is claimed first. Of two who put the same piece at once, both are given the same key.
- Sealing is deterministic. Under the same key the same piece is the same ciphertext, so it does not matter who writes
  it, and one that is there already can be compared. The nonce is constant: a key belongs to one name, the name to one
  content, so it never seals two.
- Erasing destroys the key first. Ciphertext that is left over, or written late, opens to nobody.

A piece that was erased cannot be put again for the same subject: a replay must not undo an erasure. Sizes are padded,
since the exact size of a file tells nearly as much as its hash.
"""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from escrow_chain.evidence.blobs import Blobs
from escrow_chain.evidence.errors import EvidenceError
from escrow_chain.evidence.keys import Absence, KeyRing
from escrow_chain.evidence.nonces import Subject

MAX_PIECE_BYTES: Final = 64_000_000
_FORMAT: Final = b"escrow_chain/piece/1"
"""It stands in every name. What is sealed in another way must have another: no key may seal two things."""
_NONCE: Final = bytes(12)
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 8
_LEAST_PADDED: Final = 4096


@dataclass
class PieceTooLarge(EvidenceError):
    """A piece has more bytes than the store takes."""

    size: int
    limit: int

    def __str__(self) -> str:
        """Both numbers."""
        return f"a piece of {self.size} bytes, where {self.limit} are allowed"


@dataclass
class PieceError(EvidenceError):
    """A piece cannot be had: which one, by its sha-256 (32 bytes) and what it is for."""

    sha256: bytes
    subject: Subject
    reason: ClassVar[str]

    def __str__(self) -> str:
        """Which piece, and why."""
        deal, milestone = self.subject.deal.hex(), self.subject.milestone
        return f"piece {self.sha256.hex()} of deal {deal}, milestone {milestone}, {self.reason}"


class PieceNotStored(PieceError):
    """The piece was never put."""

    reason = "was never put"


class PieceErased(PieceError):
    """The piece was erased, and stays so."""

    reason = "was erased"


class PieceIncomplete(PieceError):
    """The piece has a key and no bytes: its `put` did not end, or they were lost. Putting it again mends it."""

    reason = "has no bytes: put it again"


class PieceDamaged(PieceError):
    """What lies in the piece's place is something else. Putting it again mends it once that is removed."""

    reason = "is damaged"


class EvidenceStore:
    """Keeps pieces of evidence for months. Safe for many threads, processes and machines at once.

    What keys and blobs raise when they cannot be reached passes through, as does `KeyDamaged`.
    """

    def __init__(self, keys: KeyRing, blobs: Blobs, *, max_bytes: int = MAX_PIECE_BYTES) -> None:
        self._keys = keys
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._max_sealed_bytes = padded_size(max_bytes + _LENGTH_BYTES) + _TAG_BYTES

    def put(self, content: bytes, *, subject: Subject) -> bytes:
        """Keeps a piece, and gives its sha-256. The same piece again changes nothing, or mends it if it is incomplete.

        Raises `PieceTooLarge`, `PieceErased`, and `PieceDamaged` if something else lies in its place.
        """
        if len(content) > self._max_bytes:
            raise PieceTooLarge(len(content), self._max_bytes)
        sha256 = hashlib.sha256(content).digest()
        identity = _identity(sha256, subject)
        name = self._keys.name(identity)
        key = self._keys.claim(name)
        if isinstance(key, Absence):
            raise PieceErased(sha256, subject)
        sealed = _seal(content, key=key, identity=identity)
        kept = self._blobs.put(name, sealed) or self._blobs.get(name, max_bytes=self._max_sealed_bytes) == sealed
        if self._keys.find(name) is Absence.ERASED:  # meanwhile
            self._blobs.delete(name)
            raise PieceErased(sha256, subject)
        if not kept:
            raise PieceDamaged(sha256, subject)
        return sha256

    def get(self, sha256: bytes, *, subject: Subject) -> bytes:
        """The bytes of a piece. Raises a `PieceError`, of a type of its own for each reason."""
        identity = _identity(sha256, subject)
        name = self._keys.name(identity)
        key = self._find(name, sha256, subject)
        sealed = self._blobs.get(name, max_bytes=self._max_sealed_bytes)
        if sealed is None:
            self._find(name, sha256, subject)  # raises if it was erased meanwhile
            raise PieceIncomplete(sha256, subject)
        content = _open(sealed, key=key, identity=identity)
        if content is None or hashlib.sha256(content).digest() != sha256:
            raise PieceDamaged(sha256, subject)
        return content

    def erase(self, sha256: bytes, *, subject: Subject) -> None:
        """Destroys the key of a piece, so that nobody can read it any more, and then removes its bytes.

        An error of the blobs is raised when the key is gone already: erase again to remove the bytes too. Raises
        `PieceNotStored`.
        """
        name = self._keys.name(_identity(sha256, subject))
        if not self._keys.destroy(name):
            raise PieceNotStored(sha256, subject)
        self._blobs.delete(name)

    def _find(self, name: bytes, sha256: bytes, subject: Subject) -> bytes:
        key = self._keys.find(name)
        if key is Absence.ERASED:
            raise PieceErased(sha256, subject)
        if key is Absence.NEVER_THERE:
            raise PieceNotStored(sha256, subject)
        return key


def padded_size(size: int) -> int:
    """What a piece of this many bytes is filled up to: at least 4,096, or at most a sixteenth more.

    Few sizes are left, each of which many files share. Source: Padmé, in Nikitin et al., "Reducing Metadata Leakage
    from Encrypted Files and Communication with PURBs", 2019.
    """
    size = max(size, _LEAST_PADDED)
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def _identity(sha256: bytes, subject: Subject) -> bytes:
    """What a piece is. Each part is preceded by its length, so that no two pieces read alike."""
    parts = (_FORMAT, subject.deal, subject.milestone.to_bytes(32), subject.term, sha256)
    return b"".join(len(part).to_bytes(1) + part for part in parts)


def _seal(content: bytes, *, key: bytes, identity: bytes) -> bytes:
    """The ciphertext of the content, zeros, and the content's length."""
    padded = bytearray(padded_size(len(content) + _LENGTH_BYTES))
    padded[: len(content)] = content
    padded[-_LENGTH_BYTES:] = len(content).to_bytes(_LENGTH_BYTES)
    return AESGCM(key).encrypt(_NONCE, padded, identity)


def _open(sealed: bytes, *, key: bytes, identity: bytes) -> bytes | None:
    """The content, or None if this was not sealed with this key for this piece."""
    try:
        padded = AESGCM(key).decrypt(_NONCE, sealed, identity)
    except InvalidTag:
        return None
    return padded[: int.from_bytes(padded[-_LENGTH_BYTES:])]
