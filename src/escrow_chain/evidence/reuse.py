"""Has anybody handed in this picture before? An index over everything ever seen."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from escrow_chain.evidence.nonces import Subject
from escrow_chain.terms.photo_checks import SAME_PICTURE_BITS
from escrow_chain.terms.photo import Sighting

_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A photo's sha-256 (32 bytes) and the PDQ hashes of its 8 orientations, in hexadecimal."""

    sha256: bytes
    pdq: tuple[str, ...]


class ReuseIndex(Protocol):
    """Remembers pictures, and finds those that were there before."""

    def look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        """All earlier sightings of the same file or picture, the oldest first."""

    def record(self, picture: Fingerprint, subject: Subject, *, at: datetime) -> tuple[Sighting, ...]:
        """Looks, and remembers the picture, in one step: of two at once, one sees the other."""


@dataclass(frozen=True, slots=True)
class _Seen:
    sha256: bytes
    subject: Subject
    at: datetime


class InMemoryReuseIndex:
    """An exact index: every hash is compared with every other."""

    def __init__(self) -> None:
        self._seen: list[_Seen] = []
        self._files: defaultdict[bytes, list[int]] = defaultdict(list)
        self._hashes: NDArray[np.uint8] = np.zeros((16, _HASH_BYTES), dtype=np.uint8)
        self._lock = Lock()

    def look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._lock:
            return self._look(picture)

    def record(self, picture: Fingerprint, subject: Subject, *, at: datetime) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._lock:
            sightings = self._look(picture)
            if len(self._seen) == len(self._hashes):
                self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._hashes[len(self._seen)] = _bits(picture.pdq[0])
            self._files[picture.sha256].append(len(self._seen))
            self._seen.append(_Seen(picture.sha256, subject, at))
            return sightings

    def _look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        nearest = self._distances(picture)
        near = {int(index) for index in np.flatnonzero(nearest <= SAME_PICTURE_BITS)}
        near.update(self._files.get(picture.sha256, ()))
        return tuple(self._sighting(index, picture, int(nearest[index])) for index in sorted(near))

    def _distances(self, picture: Fingerprint) -> NDArray[np.int64]:
        """The bits that each picture seen differs in, from the nearest orientation of this one."""
        hashes = self._hashes[: len(self._seen)].view(np.uint64)
        nearest = np.full(len(hashes), 8 * _HASH_BYTES)
        for turned in picture.pdq:
            apart = np.bitwise_count(hashes ^ _bits(turned).view(np.uint64)).sum(axis=1)
            nearest = np.minimum(nearest, apart)
        return nearest

    def _sighting(self, index: int, picture: Fingerprint, distance: int) -> Sighting:
        seen = self._seen[index]
        return Sighting(
            deal=seen.subject.deal,
            milestone=seen.subject.milestone,
            term=seen.subject.term,
            received_at=seen.at,
            same_file=seen.sha256 == picture.sha256,
            distance=distance,
        )


def _bits(pdq: str) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(pdq), dtype=np.uint8)
