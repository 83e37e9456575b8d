"""All mutants of a source file: what each operator makes of each node."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mutate.operators import Change, changes
from mutate.syntax import Source, nodes


@dataclass(frozen=True)
class Mutant:
    """A source file with one small fault. The id stays while the line does, wherever the line moves."""

    id: str
    path: str
    line: int
    operator: str
    before: str
    after: str
    text: bytes

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.path}:{self.line}"


def mutants(sources: Sequence[Source]) -> Iterator[Mutant]:
    """Every mutant, each text once, in the order of the files."""
    for source in sources:
        seen = {source.text}
        alike: Counter[tuple[str, ...]] = Counter()
        found = [change for node in nodes(source.tree) for change in changes(source, node)]
        for change in sorted(found, key=lambda change: change.start):
            text = source.text[: change.start] + change.replacement.encode() + source.text[change.end :]
            if text not in seen:
                seen.add(text)
                yield _mutant(source, change, text, alike)


def _mutant(source: Source, change: Change, text: bytes, alike: Counter[tuple[str, ...]]) -> Mutant:
    before = source.text[change.start : change.end].decode()
    line = source.text.count(b"\n", 0, change.start) + 1
    written = source.text.splitlines()[line - 1].decode().strip()
    fault = (source.path, written, change.operator, before, change.replacement)
    alike[fault] += 1
    key = sha256("\0".join((*fault, str(alike[fault]))).encode()).hexdigest()[:10]
    return Mutant(key, source.path, line, change.operator, before, change.replacement, text)
