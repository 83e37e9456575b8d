"""Where mutants are tried: copies of the tests, built once, which deploy whatever code is put in its place."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from mutate.compiler import DEPLOYED, QUICK, Code, Compiler
from mutate.mutants import Mutant
from mutate.syntax import COMPILER, Project

FOLDER: Final = Path("build/mutate")
_FORGE: Final = str(Path("tools/forge").absolute())
_SETTINGS: Final = {
    "FOUNDRY_AST": "false",
    "FOUNDRY_BYTECODE_HASH": "none",
    "FOUNDRY_EXTRA_OUTPUT": "[]",
    "FOUNDRY_LINT_LINT_ON_BUILD": "false",
    "FOUNDRY_FUZZ_RUNS": "64",
    "FOUNDRY_INVARIANT_RUNS": "16",
    "FOUNDRY_INVARIANT_DEPTH": "100",
}
"""What 64 runs don't catch, more seldom do."""
_COUNTING: Final = "^(GasTest|PaymentsTest|StarvingTest)$"
"""Suites that count gas: they meet code that is optimised as what is deployed, and only if no other test caught it."""
_OTHERS: Final = (
    *("--no-match-contract", "^(GasTest|StarvingTest)$"),
    *("--no-match-test", "^test_a_bomb_of_revert_data_is_not_copied\\("),
)
"""All tests but those that count gas."""
_BUILD_S: Final = 900
_QUICK_S: Final = 1.0
_PATIENCE_S: Final = 15
_SLACK: Final = 5
_FAILED: Final = re.compile(r"^Ran .* for \S+:(\w+)$|^\[FAIL.*\] (\w+)\(", re.MULTILINE)
_UNITS_S: Final = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


class Outcome(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    """The tests did not end in five times their usual time and a quarter of a minute: caught, too."""
    EQUIVALENT = "equivalent"
    """The compiler makes the same code of it."""
    INVALID = "invalid"
    """It doesn't compile."""


class BaselineError(Exception):
    """The contracts don't build, or a test fails, without any fault planted."""


@dataclass(frozen=True)
class Suite:
    """A test contract, and how long it takes."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Original:
    """The code of all contracts without a fault, compiled in a hurry and as it is deployed."""

    quick: Code
    deployed: Code


_Stage = tuple[str, float]
"""A pattern for suites, and how long they may take."""


class Workshop:
    """One copy and one compiler. Not for two mutants at once."""

    def __init__(self, folder: Path, project: Project, original: Original) -> None:
        self._folder = folder
        self._compiler = Compiler(project)
        self._original = original
        self._stages: list[_Stage] = []
        self._counting: list[_Stage] = []

    def prepare(self, like: Path | None = None) -> None:
        """Builds the tests, and runs them all on the code without faults. `like` is a copy that is built already."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if like:
            shutil.copytree(like, self._folder, symlinks=True)
        else:
            self._copy()
            built = self._forge("build", deadline_s=_BUILD_S)
            if built is None or built.returncode:
                raise BaselineError(built.stdout + built.stderr if built else "building takes too long")
            self._replace_compiler()
        self._place(self._original.deployed)
        self._counting = _stages(self._measured("--match-contract", _COUNTING))
        self._place(self._original.quick)
        self._stages = _stages(self._measured(*_OTHERS))

    def trial(self, mutant: Mutant) -> tuple[Outcome, str]:
        """What becomes of a mutant, and the test that caught it."""
        text = mutant.text.decode()
        quick = self._compiler.code(QUICK, mutant.path, text)
        if quick is None:
            return Outcome.INVALID, ""
        if quick.items() <= self._original.quick.items():
            return Outcome.EQUIVALENT, ""
        outcome, catcher = self._met(quick, self._stages, _OTHERS[2:])
        if outcome is not Outcome.SURVIVED:
            return outcome, catcher
        deployed = self._compiler.code(DEPLOYED, mutant.path, text)
        if deployed is None or deployed.items() <= self._original.deployed.items():
            return Outcome.EQUIVALENT if deployed else Outcome.INVALID, ""
        return self._met(deployed, self._counting)

    def stop(self) -> None:
        """Ends the compiler."""
        self._compiler.stop()

    def _met(self, code: Code, stages: Sequence[_Stage], but: Sequence[str] = ()) -> tuple[Outcome, str]:
        """What becomes of code that meets these tests."""
        self._place(code)
        try:
            for suites, deadline_s in stages:
                shutil.rmtree(self._folder / "cache" / "fuzz", ignore_errors=True)
                tested = self._forge("test", "--fail-fast", "--match-contract", suites, *but, deadline_s=deadline_s)
                if tested is None:
                    return Outcome.TIMEOUT, ""
                if tested.returncode:
                    return Outcome.CAUGHT, _catcher(tested)
            return Outcome.SURVIVED, ""
        finally:
            self._place({place: self._original.quick[place] for place in code})

    def _copy(self) -> None:
        self._folder.mkdir(parents=True)
        shutil.copytree("contracts", self._folder / "contracts", ignore=shutil.ignore_patterns("symbolic"))
        shutil.copy("foundry.toml", self._folder)
        (self._folder / "node_modules").symlink_to(Path("node_modules").absolute())
        (self._folder / COMPILER.parent.name).symlink_to(COMPILER.parent)

    def _replace_compiler(self) -> None:
        """All is built. forge asks for the version each time, and what says only that is quicker."""
        version = subprocess.run([str(COMPILER), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        folder = self._folder / COMPILER.parent.name
        folder.unlink()
        folder.mkdir()
        (folder / "version").write_text(version)
        stub = folder / COMPILER.name
        stub.write_text('#!/bin/sh\n[ "$1" = --version ] && cat "${0%/*}/version"\n')
        stub.chmod(0o755)

    def _place(self, code: Code) -> None:
        """Tests deploy what they find in forge's artifacts."""
        for place, creation in code.items():
            file = self._folder / "out" / place
            artifact = json.loads(file.read_text())
            artifact["bytecode"]["object"] = f"0x{creation}"
            file.write_text(json.dumps(artifact))

    def _measured(self, *chosen: str) -> list[Suite]:
        tested = self._forge("test", "--json", *chosen, deadline_s=_BUILD_S)
        if tested is None:
            raise BaselineError(f"the tests take more than {_BUILD_S} s")
        try:
            suites = json.loads(tested.stdout)
        except ValueError:
            raise BaselineError(tested.stdout + tested.stderr) from None
        failed = [
            f"{path.partition(':')[2]}.{name}"
            for path, suite in suites.items()
            for name, test in suite["test_results"].items()
            if test["status"] != "Success"
        ]
        if failed or tested.returncode or not suites:
            raise BaselineError(f"these fail already: {', '.join(failed) or 'there are no tests'}")
        return [Suite(path.partition(":")[2], _seconds(suite["duration"])) for path, suite in suites.items()]

    def _forge(self, *arguments: str, deadline_s: float) -> subprocess.CompletedProcess[str] | None:
        """None if it took too long."""
        try:
            ended = subprocess.run(  # noqa: S603 - the project's own tool
                [_FORGE, *arguments, "-j", "1"],
                cwd=self._folder,
                env=os.environ | _SETTINGS,
                capture_output=True,
                text=True,
                check=False,
                timeout=deadline_s,
            )
        except subprocess.TimeoutExpired:
            return None
        if ended.returncode < 0:
            raise RuntimeError(f"forge was ended by signal {-ended.returncode}")
        return ended


def _stages(suites: Sequence[Suite]) -> list[_Stage]:
    """Quick suites are run first, the rest only if those pass."""
    quick = [suite for suite in suites if suite.seconds < _QUICK_S]
    slow = [suite for suite in suites if suite.seconds >= _QUICK_S]
    return [
        (
            f"^({'|'.join(suite.name for suite in stage)})$",
            _PATIENCE_S + _SLACK * sum(suite.seconds for suite in stage),
        )
        for stage in (quick, slow)
        if stage
    ]


def _catcher(tested: subprocess.CompletedProcess[str]) -> str:
    """The first failing test, with its contract."""
    suite = ""
    for match in _FAILED.finditer(tested.stdout):
        if match[2]:
            return f"{suite}.{match[2]}"
        suite = match[1]
    raise RuntimeError(f"forge failed, and no test: {tested.stdout}{tested.stderr}")


def _seconds(duration: str) -> float:
    """`1s 46ms 270µs`, as a number."""
    return sum(float(number) * _UNITS_S[unit] for number, unit in re.findall(r"([\d.]+)(\D+?)(?:\s|$)", duration))
