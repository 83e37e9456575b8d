"""The fuzz tests and invariants, with many more runs than in `make test`."""

import re
from typing import Final

from prove.step import FORGE, Log, NotProvenError

_RUNS: Final = re.compile(r"\(runs: (\d+)(?:, calls: (\d+))?")


def prove(log: Log) -> str:
    """With the profile `prove` of foundry.toml."""
    command = [FORGE, "test", "--match-test", "^(testFuzz|invariant)"]
    code, said = log.run(
        command, env={"FOUNDRY_PROFILE": "prove"}, worth=lambda line: line.strip() if line.startswith("[FAIL") else None
    )
    if code:
        raise NotProvenError(said.splitlines()[-1] if said else "forge failed")
    runs = [(int(match[1]), int(match[2] or 0)) for match in _RUNS.finditer(said)]
    calls = sum(called for _, called in runs)
    more = f", {calls:,} calls" if calls else ""
    return f"{len(runs)} tests, {sum(run for run, _ in runs):,} runs{more}"
