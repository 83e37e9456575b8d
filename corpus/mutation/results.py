"""What became of each mutant, on disk: written as it comes, so that a run can be stopped and goes on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from corpus.mutation.mutants import FILES, SOURCES, Mutant
from corpus.mutation.workshop import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """One mutant's fate. `code` is the fingerprint of the file without the fault, `met` of what the mutant met."""

    mutant: str
    code: str
    met: str
    outcome: Outcome
    caught_by: str
    seconds: float


class Results:
    """All results that stand: a mutant stays caught while its file and the case that caught it are the same.

    A survivor counts only while all cases and all files are. `cases` are the fingerprints of the cases by their names,
    `folder` is where the judge's sources are.
    """

    def __init__(self, file: Path, *, folder: Path, cases: Mapping[str, str]) -> None:
        self._file = file
        self._cases = cases
        self._code = {path: _fingerprint((folder / SOURCES / path).read_bytes()) for path in FILES}
        self._all = _fingerprint(json.dumps([self._code, cases], sort_keys=True).encode())
        lines = file.read_text().splitlines() if file.exists() else []
        read = (Result(**(line | {"outcome": Outcome(line["outcome"])})) for line in map(json.loads, lines))
        self._known = {result.mutant: result for result in read}

    def of(self, mutant: Mutant) -> Result | None:
        """What is known of a mutant, if it still stands."""
        result = self._known.get(mutant.id)
        if result is None or result.code != self._code[mutant.path]:
            return None
        return result if result.met == self._met(result.caught_by) else None

    def add(self, mutant: Mutant, outcome: Outcome, caught_by: str, seconds: float) -> Result:
        """Keeps one more."""
        met = self._met(caught_by)
        result = Result(mutant.id, self._code[mutant.path], met, outcome, caught_by, round(seconds, 2))
        self._known[mutant.id] = result
        with self._file.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        return result

    def _met(self, caught_by: str) -> str:
        return self._cases.get(caught_by, self._all)


def _fingerprint(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
