"""Where mutants are tried: a copy of the sources and the cases, and a process that runs in it."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from corpus.mutation.mutants import SOURCES, Mutant

_NICE: Final = 10
_CONTROLS: Final = 100
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  (folders are made in it as in any other place for them)
"""Where Linux has files that never reach a disk. Half the time goes into making and removing folders otherwise."""
_JUDGING: Final = ("corpus", *(f"{SOURCES}/{layer}" for layer in ("protocol", "terms", "evidence", "evidence/devices")))
"""What a case runs through."""


class Outcome(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    TIMEOUT = "timeout"
    """A case did not end in many times its usual time: caught, too."""
    SURVIVED = "survived"
    UNREACHED = "unreached"
    """No case runs what was changed: survived, too."""


class UnsoundError(Exception):
    """The workshop finds faults where none are."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A case without any fault: whether it comes out as it must, how long it takes, which lines of a file it runs."""

    case: str
    agrees: bool
    seconds: float
    lines: Mapping[str, frozenset[int]]

    def reaches(self, mutant: Mutant) -> bool:
        """Whether it runs what was changed."""
        if mutant.reach is None:
            return True
        first, last = mutant.reach
        return any(first <= line <= last for line in self.lines.get(mutant.path, ()))


class Workshop:
    """A folder for the copy, and the process. `names` are the cases that it is to have, all if None is given.

    What is found of each case is kept in a file, if there is one, for the next workshop with the same sources.
    """

    def __init__(
        self, folder: Path, *, root: Path = Path(), names: Iterable[str] | None = None, kept: Path | None = None
    ) -> None:
        self.folder = folder
        self._file = kept
        shutil.rmtree(folder, ignore_errors=True)
        for part in (SOURCES, Path("corpus")):
            shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "told"))
        chosen = None if names is None else set(names)
        self.cases = {
            file.stem: sha256(file.read_bytes()).hexdigest()[:16]
            for file in sorted((folder / "corpus" / "cases").glob("*.json"))
            if chosen is None or file.stem in chosen
        }
        files = [file for part in _JUDGING for file in sorted(folder.glob(f"{part}/*.py"))]
        self._code = sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
        self._kept = dict(self._read())
        self._server: subprocess.Popen[str] | None = None
        self._ran: list[Ran] = []
        self._sound: set[str] = set()

    def __enter__(self) -> Self:
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        if _IN_MEMORY.is_dir():
            alone["TMPDIR"] = str(_IN_MEMORY)
        paths = os.pathsep.join(str((self.folder / each).absolute()) for each in ("src", ""))
        self._server = subprocess.Popen(  # noqa: S603 - the copy of our own
            ["nice", "-n", str(_NICE), sys.executable, "-P", "-m", "corpus.mutation.server"],  # noqa: S607
            cwd=self.folder,
            env=os.environ | alone | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.kill()
            self._server.communicate()

    def run(self, case: str) -> Ran:
        """A case without any fault. It counts from now on if it agrees."""
        key = f"{self._code}/{self.cases[case]}"
        said = self._asked({"case": case, "ran": self._kept.get(key)})
        if self._file and key not in self._kept:
            with self._file.open("a") as file:
                file.write(json.dumps({"key": key, "ran": said}) + "\n")
        lines = {path: frozenset(run) for path, run in said.get("lines", {}).items()}
        ran = Ran(case, said.get("agrees", False), said.get("seconds", 0.0), lines)
        if ran.agrees:
            self._ran.append(ran)
        return ran

    def attempt(self, mutant: Mutant, *, first: Sequence[str] = ()) -> tuple[Outcome, str]:
        """What becomes of a mutant, and the case that caught it. `first` are those to begin with."""
        place = {name: number for number, name in enumerate(first)}
        reaching = self._unlike_first([ran for ran in self._ran if ran.reaches(mutant)], mutant.path)
        if not reaching:
            return Outcome.UNREACHED, ""
        self._try_without_fault(mutant.path)
        reaching.sort(key=lambda ran: place.get(ran.case, len(place)))
        return self._planted(mutant.path, mutant.text, reaching)

    def _try_without_fault(self, path: str) -> None:
        """Loads a file anew as it is, once: if a case saw that, it would see every fault. Raises `UnsoundError`."""
        if path in self._sound:
            return
        running = [ran for ran in self._ran if path in ran.lines]
        text = (self.folder / SOURCES / path).read_text()
        outcome, by = self._planted(path, text, self._unlike_first(running, path)[:_CONTROLS])
        if outcome is not Outcome.SURVIVED:
            raise UnsoundError(f"{path} as it is was caught by {by}")
        self._sound.add(path)

    def _planted(self, path: str, text: str, met: Sequence[Ran]) -> tuple[Outcome, str]:
        said = self._asked({"mutant": {"path": path, "text": text}, "cases": [ran.case for ran in met]})
        return Outcome(said["outcome"]), said["by"]

    def _read(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if self._file and self._file.exists():
            with self._file.open() as file:
                for line in map(json.loads, file):
                    if line["key"].startswith(f"{self._code}/"):
                        yield line["key"], line["ran"]

    def _unlike_first(self, reaching: Sequence[Ran], path: str) -> list[Ran]:
        """In an order in which those come first that are unlike any before, by lines and by what must be found."""
        alike: Counter[tuple[frozenset[int], str]] = Counter()
        ranked = []
        for ran in sorted(reaching, key=lambda ran: ran.seconds):
            kind = ran.lines.get(path, frozenset()), self._expected(ran.case)
            alike[kind] += 1
            ranked.append((alike[kind], ran))
        return [ran for _, ran in sorted(ranked, key=lambda each: each[0])]

    @cache  # noqa: B019  (a workshop lives as long as the process)
    def _expected(self, case: str) -> str:
        """What decides in a case, as text."""
        expected = json.loads((self.folder / "corpus" / "cases" / f"{case}.json").read_text())["expected"]
        return str({key: value for key, value in expected.items() if key != "accepted"})

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        server = self._server
        if server is None or server.stdin is None or server.stdout is None:
            raise RuntimeError("the workshop is closed")
        server.stdin.write(json.dumps(question) + "\n")
        server.stdin.flush()
        said = server.stdout.readline()
        if not said:
            raise RuntimeError("the workshop's process has ended")
        answer: dict[str, Any] = json.loads(said)
        return answer
