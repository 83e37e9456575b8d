"""Has anybody handed in this picture before? An index over everything ever accepted.

What it answers is evidence: where and when a picture was seen, and how near the two are. Nothing of the other party's
photo leaves it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from escrow_chain.evidence.hashes import Hashes, bits_apart
from escrow_chain.evidence.nonces import Subject
from escrow_chain.terms.photo import Sighting


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A photo's sha-256 (32 bytes) and the PDQ hashes of its 8 orientations, the upright one first, in hexadecimal."""

    sha256: bytes
    pdq: tuple[str, ...]

    @property
    def upright(self) -> bytes:
        """The PDQ hash of the picture as it came, 32 bytes."""
        return bytes.fromhex(self.pdq[0])


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that was recorded: its sha-256 and upright PDQ hash (32 bytes each), what it was for, and when."""

    sha256: bytes
    pdq: bytes
    subject: Subject
    at: datetime

    def again(self, picture: Fingerprint) -> Sighting:
        """The evidence that another picture is this one."""
        return Sighting(
            deal=self.subject.deal,
            milestone=self.subject.milestone,
            term=self.subject.term,
            received_at=self.at,
            same_file=self.sha256 == picture.sha256,
            distance=bits_apart(self.pdq, picture.pdq),
        )


class ReuseIndex(Protocol):
    """Remembers pictures, and finds those that were there before: the same file, or within 31 bits of 256."""

    def look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        """All earlier sightings of the same file or picture, the first recorded first.

        Raises `ReuseIndexUnavailable`.
        """

    def record(self, picture: Fingerprint, subject: Subject, *, at: datetime) -> tuple[Sighting, ...]:
        """Looks, and remembers the picture, in one step: of two at once, one sees the other.

        Raises `ReuseIndexUnavailable`; then it is remembered whole or not at all.
        """


class InMemoryReuseIndex:
    """An exact index that lives as long as its process."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._files: defaultdict[bytes, list[int]] = defaultdict(list)
        self._hashes = Hashes()
        self._lock = Lock()

    def look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._lock:
            return self._look(picture)

    def record(self, picture: Fingerprint, subject: Subject, *, at: datetime) -> tuple[Sighting, ...]:
        """See `ReuseIndex`."""
        with self._lock:
            sightings = self._look(picture)
            self._hashes.extend(picture.upright)
            self._files[picture.sha256].append(len(self._seen))
            self._seen.append(Seen(picture.sha256, picture.upright, subject, at))
            return sightings

    def _look(self, picture: Fingerprint) -> tuple[Sighting, ...]:
        found = {*self._hashes.near(picture.pdq), *self._files.get(picture.sha256, ())}
        return tuple(self._seen[position].again(picture) for position in sorted(found))
