"""The Solidity tests run every line and branch of what is deployed.

They run it as the compiler makes it without optimising, so a test that counts gas may fail here: `explained.toml` names
it, and that it passes is the business of `make test`. Fuzz tests don't count: what they reach is chance.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from prove.explained import EXPLAINED, explained
from prove.step import FOLDER, FORGE, Log, NotProvenError, deployed

_VERDICT: Final = re.compile(
    r"^(?:Ran \d+ tests? for|Encountered \d+ failing tests? in) \S+:(?P<suite>\w+)$|^\[FAIL.*\] (?P<test>\w+)\(",
    re.MULTILINE,
)
"""forge says this of a suite as it ends, and then of each of its tests."""


@dataclass
class Covered:
    """How often each line and each branch of a file ran."""

    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, str, str], int] = field(default_factory=dict)


def prove(log: Log) -> str:
    """Of all lines and branches but those that `explained.toml` explains."""
    failing = explained("coverage failing tests")
    report = FOLDER / "coverage.lcov"
    report.unlink(missing_ok=True)
    command = [FORGE, "coverage", "--ir-minimum", "--report", "lcov", "--report-file", str(report)]
    _, said = log.run([*command, "--no-match-test", "^(testFuzz|invariant)"], env={"FOUNDRY_PROFILE": "coverage"})
    if not report.exists():
        raise NotProvenError("no report: " + " ".join(said.splitlines()[-1:]))
    failed = set(_failed(said))
    if failed != failing.keys():
        unnamed = [f"{test} fails" for test in sorted(failed - failing.keys())]
        raise NotProvenError(
            ", ".join([*unnamed, *(f"{test} passes after all" for test in sorted(failing.keys() - failed))])
        )
    found = lcov(report.read_text())
    missed = []
    lines = branches = 0
    for path in deployed():
        covered = found.get(str(path))
        if covered is None:
            continue
        counted = _counted(path, covered)
        lines += len(counted.lines)
        branches += len(counted.branches)
        missed += [f"{path}:{line}" for line, runs in counted.lines.items() if not runs]
        missed += [f"{path}:{at[0]} (a branch)" for at, runs in counted.branches.items() if not runs]
    if missed or not lines:
        raise NotProvenError(f"never ran: {', '.join(missed) or 'anything'}")
    return f"{lines} lines and {branches} branches, all of them"


def _failed(said: str) -> Iterator[str]:
    """The tests that failed, with their contracts."""
    suite = ""
    for match in _VERDICT.finditer(said):
        suite = match["suite"] or suite
        if match["test"]:
            yield f"{suite}.{match['test']}"


def lcov(text: str) -> Mapping[str, Covered]:
    """A report in lcov's format, by file."""
    files: dict[str, Covered] = {}
    covered = Covered()
    for line in text.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            covered = files.setdefault(value, Covered())
        elif kind == "DA":
            number, runs = value.split(",")[:2]
            covered.lines[int(number)] = int(runs)
        elif kind == "BRDA":
            number, block, branch, runs = value.split(",")
            covered.branches[int(number), block, branch] = 0 if runs == "-" else int(runs)
    return files


def _counted(path: Path, covered: Covered) -> Covered:
    """Without what counts as covered whatever the report says."""
    text = path.read_text()
    reasons = explained("coverage", str(path))
    gone = [line for line in reasons if line not in text]
    if gone:
        raise NotProvenError(f"{EXPLAINED} explains a line that {path} does not have: {gone[0]}")
    assembly = set(_assembly(text))
    lines = enumerate(text.splitlines(), start=1)
    uncounted = assembly | {number for number, line in lines if line.strip() in reasons}
    return Covered(
        {line: runs for line, runs in covered.lines.items() if line not in uncounted},
        {at: runs for at, runs in covered.branches.items() if at[0] not in assembly},
    )


def _assembly(text: str) -> Iterator[int]:
    """Lines of inline assembly, for which the compiler keeps no source map when it compiles via IR."""
    for block in re.finditer(r"^( *)assembly .*?\{\n.*?^\1\}", text, re.MULTILINE | re.DOTALL):
        first = text.count("\n", 0, block.start()) + 1
        yield from range(first, first + block[0].count("\n") + 1)
