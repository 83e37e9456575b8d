"""The contract and its twin in Python, side by side, for a long time."""

import os
import re
from typing import Final

from prove.step import Log, NotProvenError

_CALLS: Final = "ESCROW_DIFFERENTIAL_CALLS"
_CENSUS: Final = re.compile(r"(\d+) scenarios, (\d+) calls, (\d+) other actions")


def prove(log: Log) -> str:
    """Random actors make 200,000 calls, or as many as the environment says."""
    env = {_CALLS: os.environ.get(_CALLS, "200000")}
    command = [".venv/bin/pytest", "-n", "2", "tests/differential/test_agreement.py"]
    code, said = log.run(
        command, env=env, worth=lambda line: line.strip() if line.startswith(("FAILED", "ERROR")) else None
    )
    if code:
        raise NotProvenError(said.splitlines()[-1] if said else "pytest failed")
    scenarios, calls, others = (sum(map(int, column)) for column in zip(*_CENSUS.findall(said), strict=True))
    return f"{calls + others:,} actor steps, {calls:,} of them calls, in {scenarios:,} scenarios, no difference"
