"""What became of each mutant, on disk: written as it comes, so that a run can be stopped and goes on."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from mutate.compiler import Code
from mutate.mutants import Mutant
from mutate.workshop import Outcome


@dataclass(frozen=True)
class Result:
    """One mutant's fate. `code` and `tests` are the fingerprints of the original contracts and of the tests it met."""

    mutant: str
    code: str
    tests: str
    outcome: Outcome
    caught_by: str
    seconds: float


class Results:
    """All results of these contracts and tests. A survivor counts only while the tests are the same."""

    def __init__(self, file: Path, original: Code) -> None:
        self._file = file
        self._code = _fingerprint([f"{place}\0{code}".encode() for place, code in sorted(original.items())])
        self._tests = _fingerprint([path.read_bytes() for path in [*_tests(), Path("foundry.toml")]])
        self._known = {result.mutant: result for result in self._read() if self._stands(result)}

    def of(self, mutant: Mutant) -> Result | None:
        """What is known of a mutant."""
        return self._known.get(mutant.id)

    def add(self, mutant: Mutant, outcome: Outcome, caught_by: str, seconds: float) -> Result:
        """Keeps one more."""
        result = Result(mutant.id, self._code, self._tests, outcome, caught_by, round(seconds, 1))
        self._known[mutant.id] = result
        with self._file.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        return result

    def _stands(self, result: Result) -> bool:
        same_tests = result.tests == self._tests
        return result.code == self._code and (same_tests or result.outcome is not Outcome.SURVIVED)

    def _read(self) -> Iterable[Result]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return (Result(**(line | {"outcome": Outcome(line["outcome"])})) for line in map(json.loads, lines))


def _fingerprint(parts: Iterable[bytes]) -> str:
    return sha256(b"\0".join(parts)).hexdigest()[:32]


def _tests() -> list[Path]:
    """The tests and what they use, but not what is for the prover."""
    found = [path for folder in ("demo", "mocks", "test") for path in Path("contracts", folder).rglob("*.sol")]
    return sorted(path for path in found if "symbolic" not in path.parts)
