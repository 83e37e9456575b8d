"""Photos, seen from outside the worker: refused by size before they are looked at, then measured in it."""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from escrow_chain.evidence.errors import WorkerFailed, WorkerOutOfMemory, WorkerTimedOut
from escrow_chain.evidence.file import too_large
from escrow_chain.evidence.photo import PhotoFindings, parse_photo_file
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Sandbox

_CODES: Final = {WorkerTimedOut: "photo.time", WorkerOutOfMemory: "photo.memory"}


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A photo that was decoded whole: its sha-256 (32 bytes), its size in bytes, what the worker found."""

    sha256: bytes
    size: int
    findings: PhotoFindings


class PhotoReader:
    """Reads photos in a sandbox's workers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def read(
        self, content: bytes, *, max_bytes: int, anchors: str = "", at: datetime | None = None
    ) -> ReadPhoto | Refusal:
        """What these bytes show, or why they are no photo that counts.

        `anchors` are the certificates (PEM text) to which that of a manifest's signer may lead at that moment, when
        the photo was received. Without both, no manifest is trusted.

        The worker gets them as a file, which is four times faster than through its pipe (measured
        with 4 MB), and the sha-256 is taken here meanwhile, where no parser can forge it.
        """
        if len(content) > max_bytes:
            return too_large(len(content), max_bytes=max_bytes)
        with tempfile.NamedTemporaryFile(buffering=0) as spool:
            spool.write(content)
            answer = self._sandbox.submit(parse_photo_file, spool.name, anchors, at)
            sha256 = hashlib.sha256(content).digest()
            try:
                findings = answer.result()
            except WorkerFailed as error:
                return _failed(error)
        if isinstance(findings, Refusal):
            return findings
        return ReadPhoto(sha256=sha256, size=len(content), findings=findings)


def _failed(error: WorkerFailed) -> Refusal:
    return Refusal(
        code=_CODES.get(type(error), "photo.crash"),
        sentence="The photo cannot be opened safely. Hand in the file as the camera saved it.",
        measured=type(error).__name__,
    )
