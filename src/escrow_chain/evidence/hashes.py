"""PDQ hashes by the million, searched whole: exact, and faster than one plain comparison of them all.

Each block of hashes keeps its four 64-bit words apart, and fits the processor's cache together with what is computed
from it. A bit that differs in the first word, in the second, or in both, is at least one bit of the distance: so
counting the bits of `(a XOR b) OR (c XOR d)`, once for two words, never says more than the distance. What is beyond
the limit by that count is beyond it; the few that remain are counted in full.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escrow_chain.terms.photo_checks import SAME_PICTURE_BITS

HASH_BYTES: Final = 32
_WORDS: Final = 4
_BLOCK: Final = 4096
"""Hashes a block. With 8 hashes looked for, 0.7 MB are in use at a time."""


def bits_apart(pdq: bytes, orientations: Sequence[str]) -> int:
    """How many bits a hash (32 bytes) differs in from the nearest of others (64 hexadecimal digits each)."""
    upright = int.from_bytes(pdq)
    return min((upright ^ int(turned, 16)).bit_count() for turned in orientations)


class Hashes:
    """A list of PDQ hashes that only grows, and is never copied for it."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint64]] = []
        self._count = 0

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def extend(self, hashes: bytes) -> None:
        """Adds hashes, 32 bytes each, at the end."""
        rows = np.frombuffer(hashes, dtype=np.uint64).reshape(-1, _WORDS)
        while len(rows):
            place = self._count % _BLOCK
            if place == 0:
                self._blocks.append(np.zeros((_WORDS, _BLOCK), dtype=np.uint64))
            fitting = rows[: _BLOCK - place]
            self._blocks[-1][:, place : place + len(fitting)] = fitting.T
            self._count += len(fitting)
            rows = rows[len(fitting) :]

    def last(self) -> bytes:
        """The hash at the end, which must be there."""
        return self._blocks[-1][:, (self._count - 1) % _BLOCK].tobytes()

    def near(self, orientations: Sequence[str]) -> list[int]:
        """The positions of all hashes within 31 bits of any of these (64 hexadecimal digits each), in order."""
        wanted = np.frombuffer(bytes.fromhex("".join(orientations)), dtype=np.uint64).reshape(-1, _WORDS, 1)
        return [position for found in self._near(wanted) for position in found.tolist() if position < self._count]

    def _near(self, wanted: NDArray[np.uint64]) -> Iterator[NDArray[np.intp]]:
        """Positions, block by block; also of places that are not filled yet. `wanted` is (hashes, words, 1)."""
        first = np.empty((len(wanted), _BLOCK), dtype=np.uint64)
        second = np.empty_like(first)
        least = np.empty(first.shape, dtype=np.uint8)
        for number, block in enumerate(self._blocks):
            np.bitwise_xor(block[0], wanted[:, 0], out=first)
            np.bitwise_xor(block[1], wanted[:, 1], out=second)
            np.bitwise_or(first, second, out=first)
            np.bitwise_count(first, out=least)
            possible = np.flatnonzero(least.min(axis=0) <= SAME_PICTURE_BITS)
            if len(possible):
                apart = np.bitwise_count(block[:, possible] ^ wanted).sum(axis=1).min(axis=0)
                yield possible[apart <= SAME_PICTURE_BITS] + number * _BLOCK
