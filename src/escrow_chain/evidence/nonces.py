"""Nonces: the server's half of the proof that a piece of evidence is new.

A nonce is issued for one deal, milestone and term, lives for a while, and can be redeemed once. What
a piece of evidence shows then happened between its nonce's issue and its own receipt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from escrow_chain.terms.provenance import NonceStatus

LIFETIME: Final = timedelta(minutes=10)
"""How long a nonce can be redeemed, from its issue."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a piece of evidence is for. `deal` and `term` have 32 bytes."""

    deal: bytes
    milestone: int
    term: bytes


@dataclass(frozen=True, slots=True)
class Nonce:
    """A nonce, 32 bytes, which lives from `issued_at` until just before `expires_at`."""

    value: bytes
    subject: Subject
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redemption:
    """What the nonce book says of a nonce. `issued_at` is None if it does not know it."""

    status: NonceStatus
    issued_at: datetime | None


class Redeemer(Protocol):
    """Redeems each nonce at most once."""

    def redeem(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:
        """Uses a nonce up, if it is fresh and for this subject; says what it was."""


class NonceBook(Redeemer, Protocol):
    """Issues nonces, and redeems them."""

    def issue(self, subject: Subject, *, at: datetime) -> Nonce:
        """A new nonce."""

    def look(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:
        """What redeeming it would say now. Uses nothing up."""


class _NoNonces:
    """Whoever issued no nonces."""

    def redeem(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:  # noqa: ARG002  (a `Redeemer`)
        """See `Redeemer`: never issued."""
        return Redemption(NonceStatus.UNKNOWN, None)


NO_NONCES: Final[Redeemer] = _NoNonces()


class InMemoryNonceBook:
    """A nonce book that lives as long as its process. `randomness(32)` gives 32 bytes."""

    def __init__(self, *, randomness: Callable[[int], bytes], lifetime: timedelta = LIFETIME) -> None:
        self._randomness = randomness
        self._lifetime = lifetime
        self._issued: dict[bytes, Nonce] = {}
        self._used: set[bytes] = set()
        self._lock = Lock()

    def issue(self, subject: Subject, *, at: datetime) -> Nonce:
        """See `NonceBook`."""
        nonce = Nonce(value=self._randomness(32), subject=subject, issued_at=at, expires_at=at + self._lifetime)
        with self._lock:
            self._issued[nonce.value] = nonce
        return nonce

    def redeem(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:
        """See `Redeemer`."""
        with self._lock:
            found = self._look(value, subject, at)
            if found.status == NonceStatus.FRESH:
                self._used.add(value)
            return found

    def look(self, value: bytes, subject: Subject, *, at: datetime) -> Redemption:
        """See `NonceBook`."""
        with self._lock:
            return self._look(value, subject, at)

    def _look(self, value: bytes, subject: Subject, at: datetime) -> Redemption:
        nonce = self._issued.get(value)
        if nonce is None:
            return Redemption(NonceStatus.UNKNOWN, None)
        return Redemption(self._status(nonce, subject, at), nonce.issued_at)

    def _status(self, nonce: Nonce, subject: Subject, at: datetime) -> NonceStatus:
        if nonce.subject != subject:
            return NonceStatus.ELSEWHERE
        if nonce.value in self._used:
            return NonceStatus.USED
        alive = nonce.issued_at <= at < nonce.expires_at
        return NonceStatus.FRESH if alive else NonceStatus.EXPIRED
