"""Where a part of this picture was seen before: for the same deal, or from the same wallet.

Unlike the reuse index, which knows whole pictures of everybody's, this one compares with few: what is cut out or
turned has to be looked at pair by pair.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Final, Protocol

from escrow_chain.evidence.errors import WorkerFailed
from escrow_chain.evidence.likeness import inliers_with_each
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.photo import Likeness

LEAST_INLIERS: Final = 20
"""Details that two pictures must have in common to be called alike; different ones have up to 6."""
MOST_COMPARED: Final = 200
"""The newest pictures that one is compared with: a third of a second's work."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo's sha-256 (32 bytes), and what stands out in it (`escrow_chain.evidence.likeness.features`)."""

    sha256: bytes
    features: bytes


class PictureHistory(Protocol):
    """Remembers pictures by deal and wallet, and finds those that show a part of the same."""

    def alike(self, features: bytes, *, subject: Subject, wallet: str | None) -> tuple[Likeness, ...] | None:
        """The pictures of the same deal or wallet that are alike, the oldest first.

        None if they could not be compared. Looks at the newest `MOST_COMPARED` only.
        """

    def record(
        self, picture: Picture, subject: Subject, *, wallet: str | None, at: datetime
    ) -> tuple[Likeness, ...] | None:
        """Looks, and remembers the picture, in one step: of two at once, one sees the other."""


@dataclass(frozen=True, slots=True)
class _Seen:
    picture: Picture
    subject: Subject
    wallet: str | None
    at: datetime


class InMemoryPictureHistory:
    """A history that lives as long as its process. Pictures are compared in the sandbox's workers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._seen: list[_Seen] = []
        self._lock = Lock()

    def alike(self, features: bytes, *, subject: Subject, wallet: str | None) -> tuple[Likeness, ...] | None:
        """See `PictureHistory`."""
        with self._lock:
            before = self._newest(subject, wallet)
        return self._compared(features, before, subject)

    def record(
        self, picture: Picture, subject: Subject, *, wallet: str | None, at: datetime
    ) -> tuple[Likeness, ...] | None:
        """See `PictureHistory`. It is remembered even if it cannot be compared."""
        with self._lock:
            before = self._newest(subject, wallet)
            self._seen.append(_Seen(picture, subject, wallet, at))
        return self._compared(picture.features, before, subject)

    def _newest(self, subject: Subject, wallet: str | None) -> list[_Seen]:
        """Those to compare with, the oldest first."""
        own = (
            seen
            for seen in reversed(self._seen)
            if seen.subject.deal == subject.deal or (wallet is not None and seen.wallet == wallet)
        )
        return list(islice(own, MOST_COMPARED))[::-1]

    def _compared(self, features: bytes, before: list[_Seen], subject: Subject) -> tuple[Likeness, ...] | None:
        if not before:
            return ()
        try:
            counts = self._sandbox.submit(inliers_with_each, features, [each.picture.features for each in before])
            found = zip(before, counts.result(), strict=True)
        except WorkerFailed:
            return None
        return tuple(_likeness(seen, subject, inliers) for seen, inliers in found if inliers >= LEAST_INLIERS)


def _likeness(seen: _Seen, subject: Subject, inliers: int) -> Likeness:
    return Likeness(
        deal=seen.subject.deal,
        milestone=seen.subject.milestone,
        term=seen.subject.term,
        received_at=seen.at,
        sha256=seen.picture.sha256 if seen.subject.deal == subject.deal else None,
        inliers=inliers,
    )
