"""halmos proves every `check_` in contracts/test/symbolic, for all values of its arguments."""

import json
import os
import re
from pathlib import Path
from typing import Final

from prove.step import FOLDER, Log, NotProvenError

_HALMOS: Final = Path(".build/halmos/bin").absolute()
_VERDICT: Final = re.compile(r"\[(?P<verdict>[A-Z]+)\]\S* (?P<check>check_\w+).*time: (?P<seconds>[\d.]+)s")
_LOOPS: Final = 8
"""How often a loop may run whose number of turns is not fixed. A check that needs more doesn't count as proven."""


def prove(log: Log) -> str:
    """All of them, and none of them cut short."""
    report = FOLDER.absolute() / "halmos.json"
    report.unlink(missing_ok=True)
    env = {
        "PATH": f"{Path('tools').absolute()}:{_HALMOS}:{os.environ['PATH']}",
        "FOUNDRY_LINT_LINT_ON_BUILD": "false",
        "NO_COLOR": "1",
    }
    command = [str(_HALMOS / "halmos"), "--match-contract", "Check$", "--function", "check_", "--no-status"]
    command += ["--loop", str(_LOOPS), "--json-output", str(report)]
    _, said = log.run(command, env=env, worth=_verdict)
    if not report.exists():
        raise NotProvenError("halmos did not come to an end: " + " ".join(said.splitlines()[-1:]))
    suites = json.loads(report.read_text())["test_results"]
    checks = [check for suite in suites.values() for check in suite]
    failed = [check["name"].partition("(")[0] for check in checks if check["exitcode"] or check["num_bounded_loops"]]
    if failed or not checks:
        raise NotProvenError(f"not proven: {', '.join(failed) or 'there are no checks'}")
    if "not been fully explored" in said:
        raise NotProvenError(f"a loop runs more than {_LOOPS} times: some paths were not explored")
    paths = sum(check["num_paths"][0] for check in checks)
    return f"{len(checks)} checks hold on all of {paths:,} paths"


def _verdict(line: str) -> str | None:
    """One line for each check, as it ends."""
    found = _VERDICT.search(line)
    return f"{found['verdict']} {found['check']} ({found['seconds']} s)" if found else None
