"""What can go wrong while evidence is read.

    EvidenceError
    ├── InvalidBundle           a file is no evidence bundle
    ├── ReuseIndexUnavailable   nobody can say whether a picture was seen before
    ├── PieceError, PieceTooLarge, WrongMasterKey, KeyDamaged
    │                           the store can't keep or give a piece (`store`, `keys`)
    └── WorkerFailed            the killable worker gave no answer
        ├── WorkerTimedOut      it took too long and was killed
        ├── WorkerCrashed       it died
        └── WorkerOutOfMemory   it asked for more memory than it may have

Bad evidence is no error: it becomes an `Unusable` piece, and a failed check of the verdict.
"""

from dataclasses import dataclass


class EvidenceError(Exception):
    """Evidence could not be read, for a reason that is not the evidence's own."""


class WorkerFailed(EvidenceError):
    """The worker that read untrusted bytes gave no answer."""


@dataclass
class WorkerTimedOut(WorkerFailed):
    """The worker took longer than `seconds` and was killed."""

    seconds: float

    def __str__(self) -> str:
        """The limit that was broken."""
        return f"no answer within {self.seconds:g} s"


@dataclass
class WorkerCrashed(WorkerFailed):
    """The worker died, or raised what its function may not raise: `reason`."""

    reason: str

    def __str__(self) -> str:
        """What killed it."""
        return self.reason


@dataclass
class WorkerOutOfMemory(WorkerFailed):
    """The worker asked for more than the `limit_bytes` it may have."""

    limit_bytes: int

    def __str__(self) -> str:
        """The limit that was broken."""
        return f"more than {self.limit_bytes} bytes of memory needed"


@dataclass
class InvalidBundle(EvidenceError):
    """A file is no evidence bundle: `where` in it, and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        """Where, and why."""
        return f"{self.where}: {self.reason}"


@dataclass
class ReuseIndexUnavailable(EvidenceError):
    """The reuse index gave no answer, for this `reason`. The picture may be asked about, or recorded, again."""

    reason: str

    def __str__(self) -> str:
        """Why."""
        return self.reason
