"""Documents, seen from outside the worker: refused by size before they are looked at, then read in it."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from escrow_chain.evidence.errors import WorkerFailed, WorkerOutOfMemory, WorkerTimedOut
from escrow_chain.evidence.pdf import DocumentFindings, parse_pdf_file
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Sandbox

_CODES: Final = {WorkerTimedOut: "document.time", WorkerOutOfMemory: "document.memory"}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A PDF that could be read whole: its sha-256 (32 bytes), its size in bytes, what the worker found."""

    sha256: bytes
    size: int
    findings: DocumentFindings


class DocumentReader:
    """Reads PDFs in a sandbox's workers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def read(
        self, content: bytes, *, max_bytes: int, roots: Sequence[bytes] = (), at: datetime
    ) -> ReadDocument | Refusal:
        """What these bytes are, or why they are no document that counts.

        `roots` are the certificates (DER) to which signers' may lead, `at` the moment of receipt, which decides whether
        they are valid. The sha-256 is taken here, where no parser can forge it.
        """
        if len(content) > max_bytes:
            return Refusal(
                code="evidence.file_size",
                sentence="The file is too large to be read. Hand in the pages that matter.",
                measured=len(content),
                limit=max_bytes,
                unit="bytes",
            )
        with tempfile.NamedTemporaryFile(buffering=0) as spool:
            spool.write(content)
            answer = self._sandbox.submit(parse_pdf_file, spool.name, tuple(roots), at)
            sha256 = hashlib.sha256(content).digest()
            try:
                findings = answer.result()
            except WorkerFailed as error:
                return _failed(error)
        if isinstance(findings, Refusal):
            return findings
        return ReadDocument(sha256=sha256, size=len(content), findings=findings)


def _failed(error: WorkerFailed) -> Refusal:
    return Refusal(
        code=_CODES.get(type(error), "document.crash"),
        sentence="The document cannot be opened safely. Print it to a new PDF.",
        measured=type(error).__name__,
    )
