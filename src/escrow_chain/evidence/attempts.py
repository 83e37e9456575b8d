"""How often codes were tried: a code that may be tried without end is no secret."""

from collections import Counter
from threading import Lock
from typing import Protocol

from escrow_chain.evidence.nonces import Subject


class Attempts(Protocol):
    """Counts the codes that each wallet tried for each term."""

    def count(self, subject: Subject, signer: str) -> int:
        """Counts one more of this signer's, and says for how manieth time: 1 for the first."""


class InMemoryAttempts:
    """A count that lives as long as its process."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Subject, str]] = Counter()
        self._lock = Lock()

    def count(self, subject: Subject, signer: str) -> int:
        """See `Attempts`."""
        with self._lock:
            self._counts[subject, signer] += 1
            return self._counts[subject, signer]
