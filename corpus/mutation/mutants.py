"""All mutants of the judge: which files, and what each fault makes of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from corpus.mutation.change import Change
from corpus.mutation.faults import faults
from corpus.mutation.source import Source

SOURCES: Final = Path("src/escrow_chain")
_TERMS: Final = (
    *("judge", "binding", "timeliness", "circumstances", "exhibit", "options", "document", "people"),
    *("location_verification", "track", "visits", "window", "photo_upload", "photo_checks"),
    *("delivery_confirmation", "words", "codes", "meeting_delivery"),
    *("custom", "custom_documents", "custom_checkpoints"),
)
_EVIDENCE: Final = (
    *("content", "handed_in", "assembly", "intake", "signers", "submission", "signed_piece", "phone_codes"),
    *("file", "file_kind", "photo", "jpeg_scans", "photo_reader", "c2pa_manifest", "history", "reuse"),
    *("document_reader", "pdf", "pdf_active", "pdf_form", "pdf_objects", "pdf_revisions", "pdf_signatures"),
)
FILES: Final = (*(f"terms/{name}.py" for name in _TERMS), *(f"evidence/{name}.py" for name in _EVIDENCE))
"""The files that decide, by their paths below `SOURCES`."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A source file with one small fault. The id stays while the line does, wherever the line moves.

    `reach` are the first and the last line that a case must run to see it, None if it is there as soon as the file is.
    """

    id: str
    path: str
    line: int
    operator: str
    before: str
    after: str
    reach: tuple[int, int] | None
    text: str

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.path}:{self.line}"


def mutants_in(folder: Path, paths: Iterable[str] = FILES) -> Iterator[Mutant]:
    """Every mutant of these files in a folder of sources, each text once, in the order of the files."""
    for path in paths:
        yield from mutants_of(Source(path, (folder / path).read_bytes()))


def mutants_of(source: Source) -> Iterator[Mutant]:
    """Every mutant of one file, in the order of its lines."""
    seen = {source.text}
    alike: Counter[tuple[str, ...]] = Counter()
    for change in sorted(faults(source), key=lambda change: (change.start, change.end, change.replacement)):
        text = source.text[: change.start] + change.replacement.encode() + source.text[change.end :]
        if text not in seen:
            seen.add(text)
            yield _mutant(source, change, text, alike)


def _mutant(source: Source, change: Change, text: bytes, alike: Counter[tuple[str, ...]]) -> Mutant:
    before = source.text[change.start : change.end].decode()
    line = source.line(change.start)
    written = source.lines[line - 1].strip()
    fault = (source.path, written, change.operator, before, change.replacement)
    alike[fault] += 1
    key = sha256("\0".join((*fault, str(alike[fault]))).encode()).hexdigest()[:10]
    reach = source.reach(change.start)
    return Mutant(key, source.path, line, change.operator, before, change.replacement, reach, text.decode())
