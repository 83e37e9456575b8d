"""Codes that are sent to phones, to show that whoever gives one back has the phone at hand.

Each is for one term and one phone, lives for a while, and can be given back once. What is kept is an HMAC of it, so
that whoever reads the book learns no code. How it gets to the phone is somebody else's matter.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final, Protocol

from escrow_chain.evidence.nonces import Subject

LIFETIME: Final = timedelta(minutes=10)
DIGITS: Final = 8
"""One of a hundred million, with five attempts."""


class PhoneCodes(Protocol):
    """Knows which phone a code was sent to."""

    def give_back(self, code: str, subject: Subject, *, at: datetime) -> str | None:
        """The phone to which this code was sent for this subject, and uses it up. None if to none, or too long ago."""


class _NoPhoneCodes:
    """Whoever sent no codes."""

    def give_back(self, code: str, subject: Subject, *, at: datetime) -> None:
        """See `PhoneCodes`: never sent."""


NO_PHONE_CODES: Final[PhoneCodes] = _NoPhoneCodes()


@dataclass(frozen=True, slots=True)
class _Sent:
    phone: str
    digest: bytes
    expires_at: datetime


class InMemoryPhoneCodes:
    """A book that lives as long as its process. `secret` has 32 bytes; `randomness(size)` gives bytes."""

    def __init__(self, *, secret: bytes, randomness: Callable[[int], bytes], lifetime: timedelta = LIFETIME) -> None:
        self._secret = secret
        self._randomness = randomness
        self._lifetime = lifetime
        self._sent: dict[Subject, list[_Sent]] = {}
        self._lock = Lock()

    def issue(self, phone: str, subject: Subject, *, at: datetime) -> str:
        """A new code for a phone (E.164), in the place of any older one that it had for this subject."""
        code = f"{int.from_bytes(self._randomness(16)) % 10**DIGITS:0{DIGITS}}"
        sent = _Sent(phone, self._digest(code, subject), at + self._lifetime)
        with self._lock:
            others = [each for each in self._sent.get(subject, []) if each.phone != phone]
            self._sent[subject] = [*others, sent]
        return code

    def give_back(self, code: str, subject: Subject, *, at: datetime) -> str | None:
        """See `PhoneCodes`."""
        digest = self._digest(code, subject)
        with self._lock:
            sent = self._sent.get(subject, [])
            found = next((each for each in sent if hmac.compare_digest(each.digest, digest)), None)
            if found is None:
                return None
            sent.remove(found)
            return found.phone if at < found.expires_at else None

    def _digest(self, code: str, subject: Subject) -> bytes:
        bound = b"".join((subject.deal, bytes([subject.milestone]), subject.term, code.encode()))
        return hmac.digest(self._secret, bound, sha256)
